"""A plan's row: locking it, moving it by the table of states, writing the audit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import PaymentPlan, PlanState
from acuerdo.negotiation.rules.plan_states import PlanEvent, next_plan_state

AUDIT_CHAIN = "negotiation"


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
    audit_plan(plan, actor, now, {"reason": plan.end_reason} if plan.end_reason else {})


def require_acceptable(plan: PaymentPlan, today: date) -> None:
    """Refuses `plan-state` for a plan that is not on offer, `plan-offer-ended` past its validity."""
    next_plan_state(plan.state, "accept")  # type: ignore[arg-type]
    if today > plan.valid_until:
        raise Refusal("plan-offer-ended", "La validez de esta oferta terminó: haga una nueva con las cifras de hoy.")


def audit_plan(plan: PaymentPlan, actor: str, now: datetime, payload: Mapping[str, Any]) -> None:
    """One entry of the chain about the plan as it is now; no personal data goes into `payload`."""
    subject = ("plan", str(plan.uid))
    write_audit(chain=AUDIT_CHAIN, action=f"plan.{plan.state}", actor=actor, subject=subject, payload=payload, now=now)
