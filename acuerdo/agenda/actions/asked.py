"""Hours that people asked for by message enter the agenda, with somebody who keeps them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from acuerdo.agenda.actions.appointments import Wish, book_appointment
from acuerdo.agenda.models import Appointment
from acuerdo.agenda.rules.appointments import AHEAD_MAX
from acuerdo.base.locks import try_lock_name
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import Conversation

BATCH_ROWS = 200


def enter_asked_calls(now: datetime) -> int:
    """One call for each conversation that names a coming hour, once. How many entered; what the law or the hour does not allow,
    or nobody can keep, stays with the conversation."""
    known = Appointment.objects.filter(debtor_id=OuterRef("debtor_id"), kind="phone", starts_at=OuterRef("call_at"))
    asked = Conversation.objects.filter(call_at__gt=now, call_at__lte=now + AHEAD_MAX).exclude(Exists(known))
    return sum(_enter(pk, now) for pk in list(asked.order_by("call_at").values_list("pk", flat=True)[:BATCH_ROWS]))


@transaction.atomic
def _enter(conversation_id: int, now: datetime) -> bool:
    if not try_lock_name("agenda-asked", conversation_id):
        return False
    asked = Conversation.objects.select_related("assignee").get(pk=conversation_id)
    obligation = _obligation(asked)
    if asked.call_at is None or obligation is None:
        return False
    if Appointment.objects.filter(debtor_id=asked.debtor_id, kind="phone", starts_at=asked.call_at).exists():
        return False
    agent = _keeper(obligation, asked.assignee, asked.call_at)
    if agent is None:
        return False
    try:
        book_appointment(obligation, Wish("phone", asked.call_at), agent=agent, actor="customer", now=now)
    except Refusal:
        return False
    return True


def _obligation(asked: Conversation) -> Any:
    """The most overdue of the person with the creditor they wrote to."""
    rows = Appointment._meta.get_field("obligation").related_model._default_manager
    owed = rows.filter(debtor_id=asked.debtor_id, creditor_id=asked.creditor_id, gone_on__isnull=True)
    return owed.order_by("-account__balance_due_minor", "pk").first()


def _keeper(obligation: Any, assignee: Any, at: datetime) -> Any:
    """Who talks with them, else who has the debt, else the one of those who may with fewest appointments around the hour."""
    placed = obligation.placements.filter(recalled_on__isnull=True).select_related("agent").order_by("pk").first()
    for known in (assignee, placed.agent if placed is not None else None):
        if known is not None and known.is_active and known.role == Role.AGENT:
            return known
    team = User.objects.filter(role=Role.AGENT, is_active=True).exclude(username__startswith="api:")
    if placed is not None and placed.agency_id is not None:
        team = team.filter(agency_id=placed.agency_id)
    else:
        team = team.filter(Q(sees_all_creditors=True) | Q(creditors=obligation.creditor_id), agency__isnull=True)
    near = Appointment.objects.filter(
        state="booked", starts_at__range=(at - timedelta(hours=1), at + timedelta(hours=1))
    )
    busy = dict(near.order_by().values_list("agent_id").annotate(n=Count("pk")))
    return min(team.distinct(), key=lambda one: (busy.get(one.pk, 0), one.pk), default=None)
