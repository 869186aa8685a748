"""Reading plans. Lists take the person or the obligations that the caller may see; nothing here queries once per row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from acuerdo.negotiation.models import PaymentPlan, PlanObligation
from acuerdo.negotiation.rules.plan_states import IN_FORCE

IN_FORCE_STATES = sorted(IN_FORCE)
PAYING_STATES = ("accepted", "active", "late")


def plans_of(debtor_id: int) -> QuerySet[PaymentPlan]:
    """Every plan of a person, newest first, with its instalments and obligations."""
    found = PaymentPlan.objects.filter(debtor_id=debtor_id).select_related("creditor")
    return found.prefetch_related("instalments", "obligations__obligation").order_by("-made_on", "-id")


def plan_with_parts(uid: UUID) -> PaymentPlan | None:
    """One plan with its person, creditor, instalments and obligations, whoever asks: the caller has decided that they may."""
    found = PaymentPlan.objects.filter(uid=uid).select_related("creditor", "debtor")
    return found.prefetch_related("instalments", "obligations__obligation").first()


def plans_within(obligations: QuerySet[Any]) -> QuerySet[PaymentPlan]:
    """The plans all of whose obligations are among those that the caller may see."""
    outside = PlanObligation.objects.exclude(obligation__in=obligations.values("pk"))
    return PaymentPlan.objects.exclude(pk__in=outside.values("plan_id"))


def plans_in_force(obligation_ids: Sequence[int]) -> dict[int, PaymentPlan]:
    """The plan in force of each obligation that has one."""
    rows = PlanObligation.objects.filter(obligation_id__in=obligation_ids, is_in_force=True).select_related("plan")
    return {row.obligation_id: row.plan for row in rows}


def with_paid(plans: QuerySet[PaymentPlan], today: date) -> QuerySet[Any]:
    """Adds `received_minor`: standing payments to the plan's obligations since it was accepted, up to `today`."""
    payment = "obligation__account__payments__"
    since = Q(**{f"{payment}paid_on__gt": F("plan__accepted_on")}) | Q(
        **{f"{payment}paid_on": F("plan__accepted_on"), f"{payment}recorded_at__gte": F("plan__accepted_at")}
    )
    stands = Q(**{f"{payment}paid_on__lte": today, f"{payment}reverses": None, f"{payment}reversal": None})
    total = (
        PlanObligation.objects.filter(plan=OuterRef("pk"))
        .order_by()
        .values("plan")
        .annotate(total=Sum(f"{payment}amount_minor", filter=since & stands))
        .values("total")
    )
    return plans.annotate(received_minor=Coalesce(Subquery(total), 0, output_field=BigIntegerField()))


def waiting_for(role: str, obligations: QuerySet[Any]) -> QuerySet[PaymentPlan]:
    """The approvals that a role may give, oldest first, among the obligations that the user may see."""
    roles = {"supervisor": ["supervisor"], "director": ["supervisor", "director"]}.get(role, [])
    found = plans_within(obligations).filter(state="pending_approval", approval_role__in=roles)
    return found.select_related("debtor", "creditor").prefetch_related("instalments").order_by("created_at", "id")


@dataclass(frozen=True, slots=True)
class DueInstalment:
    """An instalment of a plan in force that is not paid. `through_minor` is what the plan asks up to and with it; amounts in minor
    units of the plan's currency."""

    plan: PaymentPlan
    obligation_ids: tuple[int, ...]
    number: int
    count: int
    due_on: date
    missing_minor: int
    through_minor: int


def instalments_due(on: date) -> list[DueInstalment]:
    """The unpaid instalments that fall due on a date, of plans that the person is paying. Three queries."""
    due = PaymentPlan.objects.filter(state__in=PAYING_STATES, instalments__due_on=on).distinct().order_by("pk")
    plans = due.select_related("debtor").prefetch_related("instalments", "obligations")
    return [found for plan in plans if (found := _due_of(plan, on)) is not None]


def plans_paying(uids: Iterable[str]) -> set[str]:
    """Of these plans, those that the person is paying. One query."""
    found = PaymentPlan.objects.filter(uid__in=list(uids), state__in=PAYING_STATES)
    return {str(uid) for uid in found.values_list("uid", flat=True)}


def _due_of(plan: PaymentPlan, on: date) -> DueInstalment | None:
    parts = sorted(plan.instalments.all(), key=lambda one: one.number)
    through = 0
    for part in parts:
        through += part.amount_minor
        if part.due_on == on:
            missing = min(part.amount_minor, through - plan.paid_minor)
            covered = tuple(sorted(row.obligation_id for row in plan.obligations.all() if row.is_in_force))
            if missing <= 0 or not covered:
                return None
            return DueInstalment(plan, covered, part.number, len(parts), on, missing, through)
    return None


def instalment_rows(plan_ids: Iterable[int]) -> dict[int, list[tuple[date, int]]]:
    """(due date, amount in minor units) of each plan, in order."""
    found: dict[int, list[tuple[date, int]]] = {plan_id: [] for plan_id in plan_ids}
    rows = PaymentPlan.objects.filter(pk__in=list(found)).order_by("pk", "instalments__number")
    for plan_id, due_on, amount in rows.values_list("pk", "instalments__due_on", "instalments__amount_minor"):
        if due_on is not None:
            found[plan_id].append((due_on, amount))
    return found
