"""The room at this moment: who is there, on what, how the day goes, and what was promised for an hour. A fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils.module_loading import import_string

from acuerdo.agenda.public import Appointment, hours_of
from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.workspace.actions.presence import SILENT_AFTER
from acuerdo.workspace.models import CoachingNote, Presence
from acuerdo.workspace.ports import LiveCall
from acuerdo.workspace.tables import Attempt, Promise, Verdict

ABANDONED = ("NC-ABA", "NC-SIL")
CALL_OPEN = timedelta(hours=2)
STATES = ("on_call", "with_person", "available", "pause", "training", "away", "absent")


@dataclass(frozen=True, slots=True)
class AgentNow:
    """One agent's line. `occupancy` is the share of the time online with a person on screen; None before any."""

    user: Any
    state: str
    since: datetime | None
    calls: int
    answered: int
    right_party: int
    promises: int
    promised: list[tuple[str, int]]
    occupancy: float | None
    due: int
    missed: int
    unread: int
    minutes: int | None
    live: LiveCall | None


@dataclass(frozen=True, slots=True)
class Room:
    """The five figures that are read from afar, and the agents. `abandon_share` is None while nothing dials by itself."""

    agents: list[AgentNow]
    at_work: int
    on_call: int
    calls: int
    right_party: int
    promises: int
    blocked: int
    missed: int
    abandon_share: float | None
    occupancy: float | None


def agents_of(user: User) -> Any:
    """The agents of the user's own house."""
    found = User.objects.filter(role=Role.AGENT, is_active=True).exclude(username__startswith="api:")
    own = found.filter(agency_id=user.agency_id) if user.agency_id else found.filter(agency__isnull=True)
    return own.order_by("full_name", "pk")


def room_of(user: User, now: datetime) -> Room:
    """Ten queries, however many agents."""
    people = list(agents_of(user))
    ids, names = [one.pk for one in people], [one.username for one in people]
    start = datetime.combine(now.astimezone(clock.zone()).date(), time(), tzinfo=clock.zone())
    presence = {row.agent_id: row for row in Presence.objects.filter(agent_id__in=ids)}
    hours = hours_of(ids, start.date())
    calls, abandon_share = _calls(names, start)
    opened = _opened(names, now)
    promised = _promised(names, start)
    due = _due(ids, now)
    unread = dict(_counts(CoachingNote.objects.filter(agent_id__in=ids, read_at__isnull=True), "agent_id"))
    live = _live(names)
    lines = []
    for one in people:
        row, made = presence.get(one.pk), calls.get(one.username, (0, 0, 0))
        state, since = _state(row, hours[one.pk], opened.get(one.username), now)
        is_today = row is not None and row.on_day == start.date() and row.online_seconds
        money = promised[one.username]
        lines.append(
            AgentNow(
                one, state, since, *made, sum(count for _currency, count, _sum in money),
                [(currency, amount) for currency, _count, amount in money],
                row.busy_seconds / row.online_seconds if row is not None and is_today else None,
                *due[one.pk], unread.get(one.pk, 0), hours[one.pk].minutes, live.get(one.username),
            )
        )  # fmt: skip
    blocked = Verdict.objects.filter(at__gte=start, verdict="deny", channel="call", actor__in=names).count()
    return _summed(lines, blocked, abandon_share, list(presence.values()), start)


def _summed(lines: list[AgentNow], blocked: int, abandon: float | None, rows: list[Any], start: datetime) -> Room:
    today = [row for row in rows if row.on_day == start.date()]
    online = sum(row.online_seconds for row in today)
    return Room(
        agents=lines,
        at_work=sum(line.state in ("on_call", "with_person", "available") for line in lines),
        on_call=sum(line.state == "on_call" for line in lines),
        calls=sum(line.calls for line in lines),
        right_party=sum(line.right_party for line in lines),
        promises=sum(line.promises for line in lines),
        blocked=blocked,
        missed=sum(line.missed for line in lines),
        abandon_share=abandon,
        occupancy=sum(row.busy_seconds for row in today) / online if online else None,
    )


def _calls(names: list[str], start: datetime) -> tuple[dict[str, tuple[int, int, int]], float | None]:
    """By agent (made, answered, right party); and the share of answered calls that nobody took, once a dialer calls."""
    found = Attempt.objects.filter(at__gte=start, channel="call", direction="out").order_by()
    rows = found.filter(actor__in=names).exclude(status__in=["reserved", "cancelled"]).values_list("actor").annotate(
        made=Count("pk"), answered=Count("pk", filter=Q(status="answered")),
        right=Count("pk", filter=Q(right_party=True)),
    )  # fmt: skip
    by_name = {actor: (made, answered, right) for actor, made, answered, right in rows}
    abandoned = found.filter(disposition__in=ABANDONED).count()
    answered = sum(one[1] for one in by_name.values())
    return by_name, abandoned / (abandoned + answered) if abandoned else None


def _opened(names: list[str], now: datetime) -> dict[str, datetime]:
    """By agent, since when a call waits for its outcome."""
    found = Attempt.objects.filter(
        at__gt=now - CALL_OPEN, channel="call", direction="out", status="reserved", disposition="", actor__in=names
    )
    return dict(found.order_by("at").values_list("actor", "at"))


def _promised(names: list[str], start: datetime) -> dict[str, list[tuple[str, int, int]]]:
    """By agent, (currency, how many, how much) promised today."""
    made = Promise.objects.filter(made_on=start.date(), actor__in=names).exclude(state="cancelled").order_by()
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for actor, currency, count, amount in made.values_list("actor", "currency").annotate(
        n=Count("pk"), total=Sum("amount_minor")
    ):
        found[actor].append((currency, count, amount))
    return found


def _due(ids: list[int], now: datetime) -> dict[int, tuple[int, int]]:
    """By agent, agreed hours still to come or late today, and those missed in the last day."""
    rows = Appointment.objects.filter(
        agent_id__in=ids, starts_at__gt=now - timedelta(days=1), starts_at__lt=now + timedelta(hours=8)
    ).order_by()
    counted = rows.values_list("agent_id").annotate(
        due=Count("pk", filter=Q(state="booked")), missed=Count("pk", filter=Q(state="missed"))
    )
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    found.update({agent: (due, missed) for agent, due, missed in counted})
    return found


def _counts(found: Any, column: str) -> list[tuple[int, int]]:
    return list(found.order_by().values_list(column).annotate(n=Count("pk")))


def _state(row: Any, hours: Any, opened: datetime | None, now: datetime) -> tuple[str, datetime | None]:
    if opened is not None:
        return "on_call", opened
    if row is not None and row.seen_at > now - SILENT_AFTER:
        if row.state != "available":
            return row.state, row.since
        return ("with_person" if row.debtor_id else "available"), row.since
    if hours.is_absent or hours.minutes == 0:
        return "absent", None
    return "away", row.seen_at if row is not None else None


def _live(names: list[str]) -> dict[str, LiveCall]:
    """From the dialer, once there is one (ports.LiveCalls)."""
    return dict(import_string(settings.LIVE_CALLS)().of_agents(names)) if settings.LIVE_CALLS else {}
