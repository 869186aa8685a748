"""Appointments of agents who are away: each goes at once to a colleague who works at that hour and may see the debt; where there
is none it stays, and the supervisor finds it listed.

The hour does not change, so the person is told nothing: fewer messages, the same promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from acuerdo.agenda.actions.appointments import move_appointment
from acuerdo.agenda.models import Absence, Appointment
from acuerdo.agenda.queries import hours_of, profiles_of, within_absence
from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.public import visible_to


@dataclass(frozen=True, slots=True)
class Covered:
    """How many appointments of the absence went to somebody else, and how many wait for the supervisor."""

    moved: int
    left: int


@transaction.atomic
def cover_absence(absence: Absence, *, actor: str, now: datetime) -> Covered:
    """Safe to repeat: what was handed over is no longer the absent agent's."""
    waiting = within_absence(Appointment.objects.filter(agent_id=absence.agent_id, state="booked", starts_at__gt=now))
    rows = list(waiting.select_related("agent", "debtor", "obligation").order_by("starts_at", "pk"))
    moved = sum(_hand_over(row, actor=actor, now=now) for row in rows)
    return Covered(moved, len(rows) - moved)


def stand_ins(row: Appointment) -> list[User]:
    """The colleagues who work at the appointment's hour and may see its debt: first who is free then, who speaks the person's
    language, who has fewest appointments that day."""
    team = _team(row)
    there = _at_work([one.pk for one in team], row)
    spoken = profiles_of(list(there))
    day = _appointments_near(list(there), row)

    def rank(one: User) -> tuple[bool, bool, int, int]:
        profile = spoken.get(one.pk)
        languages = (profile.languages if profile is not None else []) or [one.language]
        mine = [other for other in day if other.agent_id == one.pk]
        return (any(_overlaps(other, row) for other in mine), row.debtor.language not in languages, len(mine), one.pk)

    found = sorted((one for one in team if one.pk in there), key=rank)
    return [one for one in found if visible_to(one).filter(pk=row.obligation_id).exists()]


def _hand_over(row: Appointment, *, actor: str, now: datetime) -> bool:
    for one in stand_ins(row):
        try:
            move_appointment(row.pk, row.starts_at, agent=one, actor=actor, now=now)
        except Refusal:
            continue  # another meeting at that hour: the next colleague
        return True
    return False


def _team(row: Appointment) -> list[User]:
    found = User.objects.filter(role=Role.AGENT, is_active=True)
    if row.agent.agency_id is not None:
        found = found.filter(agency_id=row.agent.agency_id)
    else:
        found = found.filter(Q(sees_all_creditors=True) | Q(creditors=row.creditor_id), agency__isnull=True)
    return list(found.exclude(pk=row.agent_id).exclude(username__startswith="api:").distinct())


def _at_work(agent_ids: Sequence[int], row: Appointment) -> frozenset[int]:
    """Those whose shift holds the whole appointment; without shifts, everybody who is not away."""
    start = row.starts_at.astimezone(clock.zone())
    end = start + timedelta(minutes=row.minutes)
    hours = hours_of(agent_ids, start.date())

    def is_there(told: Any) -> bool:
        if told.is_absent:
            return False
        spans = [span for span in told.spans if span.weekday == start.weekday()]
        return not told.spans or any(
            span.from_time <= start.time() and end.date() == start.date() and end.time() <= span.to_time
            for span in spans
        )

    return frozenset(pk for pk, told in hours.items() if is_there(told))


def _appointments_near(agent_ids: Sequence[int], row: Appointment) -> list[Appointment]:
    half = timedelta(hours=12)
    near = Appointment.objects.filter(agent_id__in=agent_ids, state="booked")
    return list(near.filter(starts_at__gt=row.starts_at - half, starts_at__lt=row.starts_at + half))


def _overlaps(other: Appointment, row: Appointment) -> bool:
    ends = [one.starts_at + timedelta(minutes=one.minutes) for one in (other, row)]
    return other.starts_at < ends[1] and row.starts_at < ends[0]
