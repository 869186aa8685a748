"""Offering, accepting, declining and cancelling a payment plan. The ledger changes only on acceptance.

The price is always `rules.offers.price` of the figures of the moment. What was offered is kept for as long as it says: it
can be accepted until `valid_until` unless a payment or a correction has changed what is owed meanwhile.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import statements
from acuerdo.negotiation.actions.late_interest import keep_late_interest_still
from acuerdo.negotiation.actions.promises import cancel_promise
from acuerdo.negotiation.actions.rescheduling import RESCHEDULED, carry_out
from acuerdo.negotiation.models import PaymentPlan, PlanInstalment, PlanObligation, PlanState
from acuerdo.negotiation.queries.cases import load_case, obligations_in_force
from acuerdo.negotiation.queries.promises import standing_promises
from acuerdo.negotiation.rules.offers import Case, Offer, OfferRequest, policy_on, price
from acuerdo.negotiation.rules.offers.documents import request_document
from acuerdo.negotiation.rules.offers.figures import Role
from acuerdo.negotiation.rules.offers.shares import owed_by_debt, waived_by_debt
from acuerdo.negotiation.rules.plan_states import PlanEvent, next_plan_state
from acuerdo.negotiation.rules.plan_terms import plan_terms_on

AUDIT_CHAIN = "negotiation"
CODE_DIGITS = 6
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
    _audit(plan, actor, now, {"kind": plan.kind, "total_minor": plan.total_minor, "currency": plan.currency})
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


@transaction.atomic
def issue_code(plan_id: int, *, actor: str, now: datetime, today: date) -> str:
    """A new one-time code for the customer, to be sent to them at once: it is kept only as a digest and never logged.

    Refuses `plan-unknown`, `plan-state` for a plan that is not on offer, `plan-offer-ended` past its validity.
    """
    plan = locked_plan(plan_id)
    _require_acceptable(plan, today)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    terms = plan_terms_on(plan.made_on, plan.creditor.country)
    plan.code_digest, plan.code_tries = _digest(plan, code), 0
    plan.code_expires_at = now + timedelta(minutes=terms.code_minutes)
    plan.updated_at = now
    plan.save(update_fields=["code_digest", "code_tries", "code_expires_at", "updated_at"])
    _audit(plan, actor, now, {"code": "issued"})
    return code


def accept_plan(
    plan_id: int,
    *,
    method: Literal["code", "voice"],
    proof: str,
    actor: str,
    now: datetime,
    today: date,
) -> PaymentPlan:
    """The customer's yes: by the one-time code they received, or by their recorded voice (`proof` names the recording).

    Refuses `plan-unknown`, `plan-state`, `plan-offer-ended`, `plan-figures-changed` after a payment or correction,
    `plan-in-force`, `code-missing`, `code-expired`, `code-tries`, `code-wrong` (a wrong try is counted) and `voice-missing`.
    """
    if method == "code":
        _check_code(plan_id, proof, now=now)
    elif not proof.strip():
        raise Refusal("voice-missing", "Indique la grabación en la que la persona aceptó.")
    with transaction.atomic():
        plan = locked_plan(plan_id)
        lock_person(plan.debtor_id)
        _require_acceptable(plan, today)
        _require_same_figures(plan, today)
        evidence = {"method": method, "proof": proof.strip() if method == "voice" else "one-time code"}
        plan.acceptance, plan.accepted_at, plan.accepted_on, plan.code_digest = evidence, now, today, ""
        set_state(plan, "accept", actor=actor, now=now, today=today)
        _put_in_force(plan)
        _end_promises(plan, actor=actor, now=now, today=today)
        if plan.kind in RESCHEDULED:
            carry_out(plan, actor=actor, now=now)
            set_state(plan, "complete", actor=actor, now=now, today=today)
            return plan
        keep_late_interest_still([plan], now=now, actor=actor)
        if plan.review_on and not plan.total_minor:
            set_state(plan, "pause", actor=actor, now=now, today=today)
    return plan


def locked_plan(plan_id: int) -> PaymentPlan:
    """The plan's row, locked until the transaction ends; refuses `plan-unknown`."""
    plan = PaymentPlan.objects.select_for_update(of=("self",)).select_related("creditor").filter(pk=plan_id).first()
    if plan is None:
        raise Refusal("plan-unknown", "No encontramos ese acuerdo.")
    return plan


def set_state(plan: PaymentPlan, event: PlanEvent, *, actor: str, now: datetime, today: date) -> None:
    """Writes the state after `event`, audited; a plan that ends is no longer in force. Refuses `plan-state`."""
    plan.state = PlanState(next_plan_state(plan.state, event))  # type: ignore[arg-type]
    plan.updated_at = now
    has_ended = plan.state in ("expired", "declined", "broken", "replaced", "cancelled", "completed")
    plan.ended_on = today if has_ended else None
    plan.save()
    if has_ended:
        plan.obligations.filter(is_in_force=True).update(is_in_force=False)
    _audit(plan, actor, now, {"reason": plan.end_reason} if plan.end_reason else {})


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


def _require_acceptable(plan: PaymentPlan, today: date) -> None:
    next_plan_state(plan.state, "accept")  # type: ignore[arg-type]
    if today > plan.valid_until:
        raise Refusal("plan-offer-ended", "La validez de esta oferta terminó: haga una nueva con las cifras de hoy.")


def _require_same_figures(plan: PaymentPlan, today: date) -> None:
    """What is owed today is at least what was offered on: interest may have grown, but nothing was paid or corrected."""
    covered = list(plan.obligations.all())
    figures = statements([row.obligation_id for row in covered], today)
    is_whole = all(figures[row.obligation_id].balance_minor >= row.owed_minor for row in covered)
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


def _check_code(plan_id: int, code: str, *, now: datetime) -> None:
    """In a transaction of its own, so that a wrong try stays counted."""
    with transaction.atomic():
        plan = locked_plan(plan_id)
        next_plan_state(plan.state, "accept")  # type: ignore[arg-type]
        terms = plan_terms_on(plan.made_on, plan.creditor.country)
        problem = _problem_of(plan, code.strip(), tries=terms.code_tries, now=now)
        if problem is not None and problem.code == "code-wrong":
            plan.code_tries += 1
            plan.save(update_fields=["code_tries"])
    if problem is not None:
        raise problem


def _problem_of(plan: PaymentPlan, code: str, *, tries: int, now: datetime) -> Refusal | None:
    if not plan.code_digest or plan.code_expires_at is None:
        return Refusal("code-missing", "Envíe primero el código a la persona.")
    if now > plan.code_expires_at:
        return Refusal("code-expired", "El código ya venció: envíe uno nuevo.")
    if plan.code_tries >= tries:
        return Refusal("code-tries", "Se agotaron los intentos con este código: envíe uno nuevo.")
    if not hmac.compare_digest(plan.code_digest, _digest(plan, code)):
        return Refusal("code-wrong", "El código no coincide: revíselo con la persona.")
    return None


def _digest(plan: PaymentPlan, code: str) -> str:
    return hashlib.sha256(f"{plan.uid}\x00{code}".encode()).hexdigest()


def _already() -> Refusal:
    return Refusal(
        "plan-in-force", "Una de estas obligaciones ya tiene un acuerdo vigente: ajústelo o espere a que termine."
    )


def _audit(plan: PaymentPlan, actor: str, now: datetime, payload: Mapping[str, Any]) -> None:
    subject = ("plan", str(plan.uid))
    write_audit(chain=AUDIT_CHAIN, action=f"plan.{plan.state}", actor=actor, subject=subject, payload=payload, now=now)
