"""Judging plans from the money received, in pages: computing stands in `rules.plan_judging`, writing stands here.

Judging twice changes nothing. A plan that is completed gets its relief posted as of the day it was accepted, so that every
payment since then went to what was not forgiven.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from acuerdo.base.audit import Fact, write_audit_many
from acuerdo.ledger.public import statements, waive_as_agreed
from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.negotiation.actions.closing import close_debts
from acuerdo.negotiation.actions.late_interest import keep_late_interest_still
from acuerdo.negotiation.actions.plan_records import AUDIT_CHAIN
from acuerdo.negotiation.models import PaymentPlan, PlanObligation, PlanState
from acuerdo.negotiation.queries.plans import IN_FORCE_STATES, instalment_rows, with_paid
from acuerdo.negotiation.rules.plan_judging import PlanJudgement, PlanStanding, judge_plan
from acuerdo.negotiation.rules.plan_terms import plan_terms_on

PAGE_ROWS = 500
ACTOR = "system"


@dataclass(frozen=True, slots=True)
class PlanJudgements:
    """What judging brought about; `at_risk` counts the plans whose person must be told today."""

    looked_at: int = 0
    activated: int = 0
    late: int = 0
    at_risk: int = 0
    completed: int = 0
    broken: int = 0
    expired: int = 0

    def __add__(self, other: "PlanJudgements") -> "PlanJudgements":
        return PlanJudgements(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(PlanJudgements))
        )


def judge_plans(today: date, now: datetime) -> PlanJudgements:
    """Judges every plan in force, and lets offers end whose validity is over."""
    return _expire_offers(today, now) + _judge(PaymentPlan.objects.filter(state__in=IN_FORCE_STATES), today, now)


def judge_plans_after_payment(account_ids: Sequence[int], *, today: date, now: datetime) -> PlanJudgements:
    """Judges the plans of obligations that a payment or a reversal touched; completed ones too, for a reversal reopens them."""
    touched = PlanObligation.objects.filter(obligation_id__in=account_ids)
    states = [*IN_FORCE_STATES, "completed"]
    return _judge(PaymentPlan.objects.filter(pk__in=touched.values("plan_id"), state__in=states), today, now)


def _judge(plans: QuerySet[PaymentPlan], today: date, now: datetime) -> PlanJudgements:
    total, last_id = PlanJudgements(), 0
    while True:
        page, last_id = _judge_page(plans.filter(id__gt=last_id), today, now)
        if not page.looked_at:
            return total
        total += page


@transaction.atomic
def _judge_page(plans: QuerySet[PaymentPlan], today: date, now: datetime) -> tuple[PlanJudgements, int]:
    locked = plans.select_for_update(of=("self",)).order_by("id").values_list("id", flat=True)[:PAGE_ROWS]
    ids = list(locked)
    rows = list(with_paid(PaymentPlan.objects.filter(pk__in=ids), today).select_related("creditor").order_by("id"))
    parts = instalment_rows(ids)
    changed = [
        found for plan in rows if (found := _changed(plan, tuple(parts[plan.pk]), today)) is not None
    ]  # fmt: skip
    _write(changed, today, now)
    report = PlanJudgements(
        looked_at=len(rows),
        activated=sum(old == "accepted" and now_is.state == "active" for _, old, now_is in changed),
        late=sum(old != "late" and now_is.state == "late" for _, old, now_is in changed),
        at_risk=sum(now_is.is_at_risk and now_is.notice_on == today for _, _, now_is in changed),
        completed=sum(now_is.state == "completed" for _, _, now_is in changed),
        broken=sum(now_is.state == "broken" for _, _, now_is in changed),
        expired=sum(now_is.state == "expired" for _, _, now_is in changed),
    )
    return report, ids[-1] if ids else 0


type _Change = tuple[PaymentPlan, str, PlanJudgement]


def _changed(plan: PaymentPlan, parts: tuple[tuple[date, int], ...], today: date) -> _Change | None:
    """The plan with its new figures set, its old state and the judgement; None when everything stays."""
    received = plan.received_minor  # type: ignore[attr-defined]
    standing = PlanStanding(plan.state, parts, received, plan.review_on, plan.notice_on)  # type: ignore[arg-type]
    terms = plan_terms_on(plan.made_on, plan.creditor.country)
    found = judge_plan(standing, terms, today, plan.creditor.country)
    if (found.state, found.notice_on, received) == (plan.state, plan.notice_on, plan.paid_minor):
        return None
    old = str(plan.state)
    plan.state, plan.notice_on, plan.paid_minor = PlanState(found.state), found.notice_on, received
    return plan, old, found


def _write(changed: Sequence[_Change], today: date, now: datetime) -> None:
    if not changed:
        return
    for plan, _old, found in changed:
        plan.ended_on = today if found.state in ("completed", "broken", "expired") else None
        plan.updated_at = now
    plans = [plan for plan, _, _ in changed]
    names = ["state", "notice_on", "paid_minor", "ended_on", "updated_at"]
    PaymentPlan.objects.bulk_update(plans, names)
    for is_in_force in (True, False):
        ids = [plan.pk for plan in plans if (plan.ended_on is None) == is_in_force]
        PlanObligation.objects.filter(plan_id__in=ids).exclude(is_in_force=is_in_force).update(is_in_force=is_in_force)
    completed = [plan for plan, _, found in changed if found.state == "completed"]
    _post_relief(completed, now)
    close_debts(completed, today=today, now=now, actor=ACTOR)
    keep_late_interest_still([plan for plan in plans if plan.state in IN_FORCE_STATES], now=now, actor=ACTOR)
    facts = [
        Fact(f"plan.{found.state}", ACTOR, ("plan", str(plan.uid)), {"from": old, "paid_minor": plan.paid_minor})
        for plan, old, found in changed
        if old != found.state or found.is_at_risk
    ]
    if facts:
        write_audit_many(chain=AUDIT_CHAIN, facts=facts, now=now)


def _post_relief(plans: Sequence[PaymentPlan], now: datetime) -> None:
    """What the plan forgives, as of its acceptance; never more than was owed of it that day."""
    for plan in plans:
        if not plan.waiver_minor + plan.discount_minor or plan.accepted_on is None:
            continue
        rows = list(plan.obligations.filter(is_core=False))
        owed = statements([row.obligation_id for row in rows], plan.accepted_on)
        for row in rows:
            for component in COMPONENTS:
                amount = min(int(row.waived.get(component, 0)), owed[row.obligation_id].balance[component])
                if amount > 0:
                    waive_as_agreed(
                        row.obligation_id, component, amount,
                        waived_on=plan.accepted_on, agreement=plan.uid, now=now, actor=ACTOR,
                    )  # fmt: skip


@transaction.atomic
def _expire_offers(today: date, now: datetime) -> PlanJudgements:
    """Offers whose validity is over; one statement, however many."""
    over = list(
        PaymentPlan.objects.select_for_update()
        .filter(state="offered", valid_until__lt=today)
        .order_by("id")
        .values_list("id", "uid")
    )
    PaymentPlan.objects.filter(pk__in=[pk for pk, _ in over]).update(state="expired", ended_on=today, updated_at=now)
    facts = [Fact("plan.expired", ACTOR, ("plan", str(uid)), {"from": "offered"}) for _, uid in over]
    if facts:
        write_audit_many(chain=AUDIT_CHAIN, facts=facts, now=now)
    return PlanJudgements(expired=len(over))
