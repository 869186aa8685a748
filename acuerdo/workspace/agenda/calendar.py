"""A day or a week of appointments, by day and hour of the installation, for one agent or for all that the user may see."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from acuerdo.agenda.public import appointments_of
from acuerdo.base import clock
from acuerdo.base.models import Role, User

ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class DayColumn:
    day: date
    is_today: bool
    rows: list[Any]


@dataclass(frozen=True, slots=True)
class Agenda:
    view: str
    who: str
    first: date
    days: list[DayColumn]
    missed: int
    has_more: bool

    @property
    def before(self) -> date:
        return self.first - timedelta(days=self._step)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=self._step)

    @property
    def _step(self) -> int:
        return 7 if self.view == "week" else 1


def agenda_of(user: User, *, view: str, who: str, on: date, today: date) -> Agenda:
    """The appointments of a day or of the week of `on`, in three queries. An agent's own unless `who` is `team`."""
    view = "week" if view == "week" else "day"
    who = "team" if who == "team" or user.role != Role.AGENT else "mine"
    first = on - timedelta(days=on.weekday()) if view == "week" else on
    days = [first + timedelta(days=number) for number in range(7 if view == "week" else 1)]
    found = appointments_of(user).exclude(state="cancelled")
    if who == "mine":
        found = found.filter(agent=user)
    start, end = _start(days[0]), _start(days[-1] + timedelta(days=1))
    rows = list(found.filter(starts_at__gte=start, starts_at__lt=end).order_by("starts_at", "pk")[: ROWS_MAX + 1])
    by_day: dict[date, list[Any]] = {day: [] for day in days}
    for row in rows[:ROWS_MAX]:
        by_day[row.starts_at.astimezone(clock.zone()).date()].append(row)
    columns = [DayColumn(day, day == today, by_day[day]) for day in days]
    missed = found.filter(state="missed", starts_at__gte=_start(today - timedelta(days=7))).count()
    return Agenda(view, who, first, columns, missed, len(rows) > ROWS_MAX)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.zone())
