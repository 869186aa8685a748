"""Appointments and agents' hours, read only. Every list of a user starts from the obligations that they may see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from acuerdo.agenda.models import Absence, AgentProfile, Appointment, Shift
from acuerdo.agenda.rules.hours import Span, minutes_on
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.portfolio.public import visible_to

NEAR, OWED = timedelta(minutes=30), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """An agent's week, coming absences, and the minutes of the asked date (None: no shifts, taken as always there)."""

    spans: list[Span]
    absences: list[Absence]
    minutes: int | None
    is_absent: bool


def appointments_of(user: User) -> QuerySet[Appointment]:
    """The appointments about obligations that the user may see, with what a list shows."""
    visible = visible_to(user).filter(pk=OuterRef("obligation_id"))
    return Appointment.objects.filter(Exists(visible)).select_related("debtor", "creditor", "agent", "obligation")


def within_absence(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Those whose agent is away on their day, by the installation's calendar."""
    away = Absence.objects.filter(
        agent_id=OuterRef("agent_id"), from_on__lte=OuterRef("day"), to_on__gte=OuterRef("day")
    )
    return rows.annotate(day=TruncDate("starts_at", tzinfo=clock.zone())).filter(Exists(away))


def uncovered_appointments(user: User, now: datetime) -> QuerySet[Appointment]:
    """The coming appointments that the user may see and that nobody is there to keep, the earliest first."""
    coming = appointments_of(user).filter(state="booked", starts_at__gt=now)
    return within_absence(coming).order_by("starts_at", "pk")


def calls_due(user: User, until: datetime) -> QuerySet[Appointment]:
    """Promised calls whose minute has come by `until` and that nobody made, the earliest first; then follow-ups."""
    due = appointments_of(user).filter(
        kind__in=["phone", "follow_up"], state__in=["booked", "missed"], starts_at__lte=until
    )
    return due.order_by("-kind", "starts_at", "pk")


def is_promised_now(debtor_id: int, now: datetime) -> bool:
    """Whether a call to the person at this hour was agreed with them: within half an hour before or after, or still owed."""
    near = Appointment.objects.filter(debtor_id=debtor_id, kind__in=["phone", "video"], starts_at__lte=now + NEAR)
    return near.filter(state__in=["booked", "missed"], starts_at__gte=now - OWED).exists()


def hours_of(agent_ids: Sequence[int], day: date) -> dict[int, Hours]:
    """By agent, in two queries."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in Shift.objects.filter(agent_id__in=agent_ids).order_by("weekday", "from_time"):
        spans[row.agent_id].append(Span(row.weekday, row.from_time, row.to_time))
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(agent_id__in=agent_ids, to_on__gte=day).order_by("from_on"):
        absences[absence.agent_id].append(absence)
    found = {}
    for pk in agent_ids:
        is_absent = any(one.from_on <= day <= one.to_on for one in absences[pk])
        found[pk] = Hours(spans[pk], absences[pk], minutes_on(day, spans[pk], is_absent=is_absent), is_absent)
    return found


def profile_of(user: User) -> tuple[list[str], list[str]]:
    """(skills, languages); skills empty means every one, languages never empty."""
    row = AgentProfile.objects.filter(agent_id=user.pk).first()
    return (row.skills, row.languages or [user.language]) if row is not None else ([], [user.language])


def profiles_of(agent_ids: Sequence[int]) -> dict[int, Any]:
    """The stored profiles, by agent; one query."""
    return {row.agent_id: row for row in AgentProfile.objects.filter(agent_id__in=agent_ids)}
