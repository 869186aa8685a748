"""How far a day's cycle came: its phases with what each reported, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob

from acuerdo.base.models import DayRun, PhaseRun
from acuerdo.workspace import wording


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """`state` is waiting, running, done or stopped."""

    name: str
    state: str
    started_at: datetime | None
    seconds: float | None
    facts: list[tuple[str, Any]]
    error: str


@dataclass(frozen=True, slots=True)
class DayPage:
    run_on: date
    state: str
    phases: list[PhaseLine]
    done: int
    total: int

    @property
    def is_moving(self) -> bool:
        return self.state in ("waiting", "running")


def day_page(run_on: date, names: list[str], *, is_expected: bool) -> DayPage:
    """The phases in their order, those that have not begun included; `is_expected` while a job for the date is under way."""
    run = DayRun.objects.filter(run_on=run_on).first()
    rows = {row.name: row for row in PhaseRun.objects.filter(day=run)} if run is not None else {}
    lines = [_line(name, rows.get(name), is_expected=is_expected) for name in names]
    done = sum(1 for line in lines if line.state == "done")
    return DayPage(run_on, _state(run, lines, is_expected=is_expected), lines, done, len(names))


def is_day_under_way() -> bool:
    """Whether a job of the cycle waits or runs, asked for by a person or by the hour."""
    asked = Q(task_name="workspace:run_day", status__in=["todo", "doing"])
    by_hour = Q(task_name="config:run_due_day", status="doing")
    return ProcrastinateJob.objects.filter(asked | by_hour).exists()


def recent_days(limit: int = 14) -> list[DayRun]:
    return list(DayRun.objects.order_by("-run_on").prefetch_related("phases")[:limit])


def _line(name: str, row: PhaseRun | None, *, is_expected: bool) -> PhaseLine:
    if row is None:
        return PhaseLine(_word(name), "waiting", None, None, [], "")
    if row.finished_at is not None:
        seconds = (row.finished_at - row.started_at).total_seconds()
        return PhaseLine(_word(name), "done", row.started_at, seconds, _facts(name, row.report), "")
    state = "stopped" if row.error else "running" if is_expected else "stopped"
    return PhaseLine(_word(name), state, row.started_at, None, [], wording.phase_error(row.error))


def _state(run: DayRun | None, lines: list[PhaseLine], *, is_expected: bool) -> str:
    if run is not None and run.finished_at is not None:
        return "done"
    if any(line.state == "running" for line in lines):
        return "running"
    if is_expected:
        return "waiting"
    return "stopped" if any(line.state == "stopped" for line in lines) else "new"


def _word(name: str) -> str:
    return str(wording.PHASES.get(name, name))


def _facts(phase: str, report: dict[str, Any]) -> list[tuple[str, Any]]:
    """The plain figures of the report; what is nested stays in the database."""
    plain = [
        (key, value) for key, value in report.items() if isinstance(value, (int, str)) and not isinstance(value, bool)
    ]
    return [(_fact(phase, key), value) for key, value in plain[:8]]


def _fact(phase: str, key: str) -> str:
    """A figure's name; the same key may mean another thing in another phase."""
    word = wording.FACTS.get(f"{phase}.{key}") or wording.FACTS.get(key)
    return str(word) if word else key.replace("_", " ")
