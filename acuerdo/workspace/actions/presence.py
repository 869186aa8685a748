"""Where each agent is: told by their own open pages, half a minute apart, and by themselves when they rest.

Time counts as online while the pages keep telling, and as busy while one of them shows a person. Nothing is kept of earlier days.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.models import Presence

STATES = ("available", "pause", "training")
SILENT_AFTER = timedelta(seconds=75)
_GAP_SECONDS_MAX = 75

_BEAT = """
INSERT INTO workspace_presence AS p (agent_id, state, since, seen_at, debtor_id, on_day, online_seconds, busy_seconds)
VALUES (%(agent)s, 'available', %(now)s, %(now)s, %(debtor)s, %(today)s, 0, 0)
ON CONFLICT (agent_id) DO UPDATE SET
    online_seconds = CASE WHEN p.on_day = EXCLUDED.on_day THEN p.online_seconds ELSE 0 END + told.gap,
    busy_seconds = CASE WHEN p.on_day = EXCLUDED.on_day THEN p.busy_seconds ELSE 0 END
        + CASE WHEN p.debtor_id IS NULL THEN 0 ELSE told.gap END,
    since = CASE WHEN p.debtor_id IS DISTINCT FROM EXCLUDED.debtor_id THEN EXCLUDED.seen_at ELSE p.since END,
    seen_at = GREATEST(p.seen_at, EXCLUDED.seen_at), debtor_id = EXCLUDED.debtor_id, on_day = EXCLUDED.on_day
"""
_GAP = """(SELECT CASE WHEN seconds BETWEEN 0 AND %(most)s THEN seconds ELSE 0 END FROM
    (SELECT extract(epoch FROM EXCLUDED.seen_at - p.seen_at)::int AS seconds) AS since_last)"""


def beat(user: User, debtor_id: int | None, *, now: datetime, today: date) -> None:
    """A page of the agent is open; `debtor_id` is whom it shows. One statement."""
    values: dict[str, Any] = {
        "agent": user.pk,
        "now": now,
        "debtor": debtor_id,
        "today": today,
        "most": _GAP_SECONDS_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEAT.replace("told.gap", _GAP), values)


@transaction.atomic
def choose_state(user: User, state: str, *, now: datetime, today: date) -> None:
    """The agent rests, trains, or is back. Refuses `presence-state`."""
    if state not in STATES:
        raise Refusal("presence-state", "Elija disponible, en pausa o en capacitación.")
    beat(user, None, now=now, today=today)
    Presence.objects.filter(agent=user).update(state=state, since=now)


def colleagues_at(user: User, debtor_id: int, *, now: datetime) -> list[str]:
    """Names of colleagues of the same house who have this person open right now."""
    found = Presence.objects.filter(debtor_id=debtor_id, seen_at__gt=now - SILENT_AFTER).exclude(agent=user)
    found = (
        found.filter(agent__agency_id=user.agency_id) if user.agency_id else found.filter(agent__agency__isnull=True)
    )
    return list(found.order_by("since").values_list("agent__full_name", flat=True))
