"""Offering, accepting, declining and cancelling a payment plan. The ledger changes only on acceptance.

The price is always `rules.offers.price` of the figures of the moment. What was offered is kept for as long as it says: it
can be accepted until `valid_until` unless a payment or a correction has changed what is owed meanwhile.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from acuerdo.base.locks import lock_person
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import payoffs, statements
from acuerdo.negotiation.actions.codes import check_code
from acuerdo.negotiation.actions.extensions import put_off_dates
from acuerdo.negotiation.actions.late_interest import keep_late_interest_still
from acuerdo.negotiation.actions.plan_records import audit_plan, locked_plan, require_acceptable, set_state
from acuerdo.negotiation.actions.promises import cancel_promise
from acuerdo.negotiation.actions.rescheduling import RESCHEDULED, carry_out
from acuerdo.negotiation.models import PaymentPlan, PlanInstalment, PlanObligation, PlanState
from acuerdo.negotiation.queries.cases import load_case, obligations_in_force
from acuerdo.negotiation.queries.promises import standing_promises
from acuerdo.negotiation.rules.offers import Case, Offer, OfferRequest, policy_on, price
from acuerdo.negotiation.rules.offers.documents import request_document
from acuerdo.negotiation.rules.offers.figures import Role
from acuerdo.negotiation.rules.offers.shares import owed_by_debt, waived_by_debt
from acuerdo.negotiation.rules.plan_terms import plan_terms_on

END_REASONS = frozenset({"customer_asked", "capture_error", "dispute", "fraud", "deceased", "insolvency", "debt_sold"})


@transaction.atomic
def propose_plan(
    obligations: QuerySet[Any],
    request: OfferRequest,
    *,
    role: Role,
    actor: str,
    now: datetime,
    today: date,
    has_hardship: bool = False,
    reason: str = "",
    attempt_id: int | None = None,
) -> PaymentPlan:
    """The offer of `request` in writing: `offered`, or `pending_approval` when it needs another role's yes (with `reason`).

    `obligations` are those that the caller may see and chose. Refuses what `load_case` and `price` refuse, `plan-in-force`
    when one of them already has a plan, and `approval-reason` when an approval is asked for without saying why.
    """
    case = load_case(obligations, today, has_hardship=has_hardship)
    rows = list(obligations.filter(pk__in=[debt.obligation_id for debt in case.debts]).select_related("account"))
    lock_person(rows[0].debtor_id)
    if obligations_in_force([row.pk for row in rows]):
        raise _already()
    offer = price(case, request, policy_on(today, case.country), role)
    if offer.approval and not reason.strip():
        raise Refusal("approval-reason", "Cuente en una frase por qué conviene: quien aprueba lo leerá.")
    plan = _written(case, offer, rows, actor=actor, now=now, reason=reason.strip(), attempt_id=attempt_id)
    audit_plan(plan, actor, now, {"kind": plan.kind, "total_minor": plan.total_minor, "currency": plan.currency})
    return plan


@transaction.atomic
def decline_plan(plan_id: int, *, actor: str, now: datetime, today: date, wish: str = "") -> PaymentPlan:
    """The customer says no; nobody asks why, `wish` keeps what would fit. Refuses `plan-unknown`, `plan-state`."""
    plan = locked_plan(plan_id)
    plan.decision_reason = wish.strip()[:300]
    set_state(plan, "decline", actor=actor, now=now, today=today)
    return plan


@transaction.atomic
def cancel_plan(plan_id: int, *, reason: str, actor: str, now: datetime, today: date) -> PaymentPlan:
    """Makes an open plan void. Refuses `plan-unknown`, `plan-state`, `plan-end-reason`."""
    if reason not in END_REASONS:
        raise Refusal("plan-end-reason", "Elija el motivo por el que se cancela el acuerdo.")
    plan = locked_plan(plan_id)
    plan.end_reason = reason
    set_state(plan, "cancel", actor=actor, now=now, today=today)
    return plan


def accept_plan(
    plan_id: int,
    *,
    method: Literal["code", "voice"],
    proof: str,
    actor: str,
    now: datetime,
    today: date,
    then: Callable[[PaymentPlan], None] = lambda _plan: None,
) -> PaymentPlan:
    """The customer's yes: by the one-time code they received, or by their recorded voice (`proof` names the recording).

    Refuses `plan-unknown`, `plan-state`, `plan-offer-ended`, `plan-figures-changed` after a payment or correction,
    `plan-in-force`, `code-missing`, `code-expired`, `code-tries`, `code-wrong` (a wrong try is counted) and `voice-missing`.
    `then` runs in the transaction of the acceptance. With a code it must not run inside a transaction (`check_code`).
    """
    if method == "code":
        check_code(plan_id, proof, now=now)
    elif not proof.strip():
        raise Refusal("voice-missing", "Indique la grabación en la que la persona aceptó.")
    with transaction.atomic():
        plan = locked_plan(plan_id)
        lock_person(plan.debtor_id)
        require_acceptable(plan, today)
        _require_same_figures(plan, today)
        evidence = {"method": method, "proof": proof.strip()[:300] if method == "voice" else "one-time code"}
        if method == "code" and plan.code_channel:
            evidence["channel"] = plan.code_channel
        plan.acceptance, plan.accepted_at, plan.accepted_on, plan.code_digest = evidence, now, today, ""
        set_state(plan, "accept", actor=actor, now=now, today=today)
        _put_in_force(plan)
        _end_promises(plan, actor=actor, now=now, today=today)
        if plan.kind in RESCHEDULED:
            carry_out(plan, actor=actor, now=now)
            set_state(plan, "complete", actor=actor, now=now, today=today)
        else:
            if plan.kind == "extension":
                put_off_dates(plan, actor=actor, now=now)
            keep_late_interest_still([plan], now=now, actor=actor)
            if plan.review_on and not plan.total_minor:
                set_state(plan, "pause", actor=actor, now=now, today=today)
        then(plan)
    return plan


def _written(
    case: Case, offer: Offer, rows: Sequence[Any], *, actor: str, now: datetime, reason: str, attempt_id: int | None
) -> PaymentPlan:
    terms = plan_terms_on(case.today, case.country)
    plan = PaymentPlan.objects.create(
        debtor_id=rows[0].debtor_id,
        creditor_id=rows[0].creditor_id,
        currency=case.currency,
        kind=offer.kind,
        state=PlanState.PENDING_APPROVAL if offer.approval else PlanState.OFFERED,
        owed_minor=offer.owed_minor,
        waiver_minor=offer.waiver_minor,
        discount_minor=offer.discount_minor,
        charge_minor=offer.charge_minor,
        total_minor=offer.total_minor,
        burden_minor=offer.burden_minor,
        request=request_document(offer.request),
        closes_debt=offer.basis == "closing",
        stops_late_interest=offer.stops_late_interest,
        made_on=case.today,
        valid_until=offer.valid_until,
        review_on=offer.review_on,
        approval_role=offer.approval or "",
        approval_reason=reason if offer.approval else "",
        approval_due_at=now + timedelta(hours=terms.approval_hours) if offer.approval else None,
        attempt_id=attempt_id,
        actor=actor,
        created_at=now,
        updated_at=now,
    )
    plan.refresh_from_db(fields=["uid"])
    _write_parts(plan, case, offer, rows)
    return plan


def _write_parts(plan: PaymentPlan, case: Case, offer: Offer, rows: Sequence[Any]) -> None:
    owed, waived = owed_by_debt(case, offer), waived_by_debt(case, offer)
    PlanObligation.objects.bulk_create(
        PlanObligation(
            plan=plan,
            obligation_id=row.pk,
            owed_minor=owed[row.pk],
            waived={name: amount for name, amount in waived[row.pk].items() if amount},
            is_core=row.account.balance_source == "core",
        )
        for row in rows
    )
    PlanInstalment.objects.bulk_create(
        PlanInstalment(plan_id=plan.pk, number=part.number, due_on=part.due_on, amount_minor=part.amount_minor)
        for part in offer.instalments
    )


def _require_same_figures(plan: PaymentPlan, today: date) -> None:
    """What is owed today is at least what was offered on: interest may have grown, but nothing was paid or corrected."""
    covered = list(plan.obligations.all())
    ids = [row.obligation_id for row in covered]
    owed = {key: figures.balance_minor for key, figures in statements(ids, today).items()}
    if plan.closes_debt:
        owed |= {key: figures.missing_minor for key, figures in payoffs(ids, today).items()}
    is_whole = all(owed[row.obligation_id] >= row.owed_minor for row in covered)
    payments = PlanObligation.objects.filter(plan=plan, obligation__account__payments__recorded_at__gte=plan.created_at)
    if not is_whole or payments.exists():
        raise Refusal("plan-figures-changed", "El saldo cambió desde la oferta: haga una nueva con las cifras de hoy.")


def _put_in_force(plan: PaymentPlan) -> None:
    try:
        with transaction.atomic():
            plan.obligations.update(is_in_force=True)
    except IntegrityError as error:
        if "negotiation_plan_one_in_force" in str(error):
            raise _already() from None
        raise


def _end_promises(plan: PaymentPlan, *, actor: str, now: datetime, today: date) -> None:
    """A promise gives way to the plan that covers its obligation."""
    ids = list(plan.obligations.values_list("obligation_id", flat=True))
    for promise in standing_promises(ids).values():
        cancel_promise(promise.pk, reason="plan", actor=actor, now=now, today=today)


def _already() -> Refusal:
    return Refusal(
        "plan-in-force", "Una de estas obligaciones ya tiene un acuerdo vigente: ajústelo o espere a que termine."
    )
