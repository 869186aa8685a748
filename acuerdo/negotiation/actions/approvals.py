"""Approving what is above a colleague's authority: by a role that reaches it, and never by who asked."""

from datetime import date, datetime

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.actions.plan_records import locked_plan, set_state
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers.figures import ROLES
from acuerdo.negotiation.rules.plan_states import PlanEvent


@transaction.atomic
def approve_plan(plan_id: int, *, role: str, actor: str, now: datetime, today: date, reason: str = "") -> PaymentPlan:
    """The plan may be offered. Refuses `plan-unknown`, `plan-state`, `approval-role`, `approval-own`, `plan-offer-ended`."""
    plan = _to_decide(plan_id, role=role, actor=actor)
    if today > plan.valid_until:
        raise Refusal("plan-offer-ended", "La validez de esta propuesta terminó: pida que la hagan de nuevo.")
    return _decided(plan, "approve", actor=actor, now=now, today=today, reason=reason)


@transaction.atomic
def refuse_plan(plan_id: int, *, role: str, actor: str, now: datetime, today: date, reason: str) -> PaymentPlan:
    """The plan is not offered; `reason` says what could be. Refuses as `approve_plan`, and `decision-reason` without one."""
    plan = _to_decide(plan_id, role=role, actor=actor)
    if not reason.strip():
        raise Refusal("decision-reason", "Cuente qué sí se podría ofrecer: su colega se lo dirá a la persona.")
    return _decided(plan, "decline", actor=actor, now=now, today=today, reason=reason)


def _to_decide(plan_id: int, *, role: str, actor: str) -> PaymentPlan:
    plan = locked_plan(plan_id)
    if role not in ROLES or ROLES.index(role) < ROLES.index(plan.approval_role or "agent"):
        raise Refusal("approval-role", "Esta aprobación la da otro perfil.")
    if plan.actor == actor:
        raise Refusal("approval-own", "Quien hizo la propuesta no la aprueba.")
    return plan


def _decided(
    plan: PaymentPlan, event: PlanEvent, *, actor: str, now: datetime, today: date, reason: str
) -> PaymentPlan:
    plan.decided_by, plan.decided_at, plan.decision_reason = actor, now, reason.strip()[:300]
    set_state(plan, event, actor=actor, now=now, today=today)
    return plan
