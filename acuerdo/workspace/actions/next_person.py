"""The next best person for one agent, reserved so that nobody else is given them.

A promised call comes first, at its minute; then what the agent meant to follow up; then the day's calls of their skills, those
of their languages first, by value. A person whom the law does not let us call now is passed over. Agents never wait for one
another: a person whom somebody is just taking is skipped, and the reservation's unique person refuses the second of two.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from acuerdo.agenda.public import calls_due, profile_of
from acuerdo.base.locks import try_lock_name
from acuerdo.base.models import User
from acuerdo.policy.public import Subject, semaphore
from acuerdo.workspace.models import Reservation
from acuerdo.workspace.queries.queue import Filters, of_skills, waiting
from acuerdo.workspace.tables import Debtor

RESERVED_FOR = timedelta(minutes=10)
# A promised call may begin this much before its minute; after so many minutes late anybody may make it.
EARLY, LATE = timedelta(minutes=1), timedelta(minutes=10)
ROUND, ROUND_MAX = 25, 400


@transaction.atomic
def take_next_person(user: User, filters: Filters, *, now: datetime, today: date, leave_id: int | None = None) -> Any:
    """Reserves a person for ten minutes and gives their Debtor, or None when nobody can be called now.

    The agent's earlier reservation ends. `leave_id` is the person they come from.
    """
    Reservation.objects.filter(agent=user).delete()
    passed = {leave_id} if leave_id else set()
    for rows in _rounds(user, filters, now=now, today=today, passed=passed):
        passed |= {row.debtor_id for row in rows}
        subjects = {row.debtor_id: _subject(row) for row in rows}
        lights = semaphore(list(subjects.values()), now, channels=["call"])
        for debtor_id, subject in subjects.items():
            if lights[subject][0].is_allowed and _reserve(debtor_id, user, now):
                return Debtor.objects.get(pk=debtor_id)
    return None


def _subject(row: Any) -> Subject:
    """What the law is asked: a call agreed with the person is one that they asked for."""
    purpose = "requested" if getattr(row, "kind", "") == "phone" else "collection"
    return Subject(row.debtor_id, row.creditor_id, row.obligation_id, purpose)


def _rounds(user: User, filters: Filters, *, now: datetime, today: date, passed: set[int]) -> Iterator[list[Any]]:
    """Promised calls, then the queue, a few at a time and then more; `passed` grows as the caller tries them."""
    skills, languages = profile_of(user)
    speaks = Case(When(debtor__language__in=languages, then=Value(0)), default=Value(1))
    # What a screen shows of each is left out: the server would sort wide rows of all who wait to give one of them.
    queue = of_skills(waiting(user, filters, today).select_related(None), skills, today)
    queue = queue.only("debtor_id", "creditor_id", "obligation_id").order_by(speaks, "-score", "obligation_id")
    for found in (promised_calls(user, now), queue):
        size = ROUND
        while rows := list(found.exclude(debtor_id__in=passed).exclude(_is_taken(user, now))[:size]):
            yield rows
            size = min(size * 4, ROUND_MAX)


def promised_calls(user: User, now: datetime) -> QuerySet[Any]:
    """Calls whose minute has come and that nobody made: one's own, and everybody's promised ones that are ten minutes late."""
    mine = Q(agent=user) | Q(kind="phone", starts_at__lte=now - LATE)
    return calls_due(user, now + EARLY).filter(mine)


def _is_taken(user: User, now: datetime) -> Exists:
    return Exists(Reservation.objects.filter(debtor_id=OuterRef("debtor_id"), expires_at__gt=now).exclude(agent=user))


def _reserve(debtor_id: int, user: User, now: datetime) -> bool:
    """Whether the person is this agent's now. The lock only saves waiting; the unique row decides."""
    if not try_lock_name("next-person", debtor_id):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workspace_reservation (debtor_id, agent_id, taken_at, expires_at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (debtor_id) DO UPDATE SET agent_id = EXCLUDED.agent_id, taken_at = EXCLUDED.taken_at, "
            "expires_at = EXCLUDED.expires_at WHERE workspace_reservation.expires_at <= EXCLUDED.taken_at "
            "OR workspace_reservation.agent_id = EXCLUDED.agent_id RETURNING debtor_id",
            [debtor_id, user.pk, now, now + RESERVED_FOR],
        )
        return cursor.fetchone() is not None
