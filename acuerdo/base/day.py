"""The day cycle, whatever its phases: runs them in order, remembers what is finished, goes on where it stopped.

A phase may be killed half-way and run again, so it must have the effect of once. One run at a time in an installation.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from acuerdo.base.locks import only_one
from acuerdo.base.models import DayRun, PhaseRun
from acuerdo.kernel.errors import ExternalError, Refusal


@dataclass(frozen=True, slots=True)
class Phase:
    """`run(date, now)` does the phase's work in its own transactions and tells it as a dict for people and machines."""

    name: str
    run: Callable[[date, datetime], Mapping[str, Any]]


def run_day(
    run_on: date,
    phases: Sequence[Phase],
    now: Callable[[], datetime],
    only: Iterable[str] | None = None,
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run the unfinished phases of a date, or those named in `only`, finished or not.

    Returns {"date", "status": done|stopped, "phases": [{"name", "status": done|skipped|refused|failed, "seconds", "report"|"error"}]}.
    A Refusal or ExternalError of a phase stops the day there and is told in the report; any other exception is noted and raised.
    Raises Refusal `day-running` when a run is under way, `phase-unknown` for a name that no phase has.
    """
    named = set(only) if only is not None else None
    _check_names(phases, named)
    with only_one(
        "day", code="day-running", message=_("El ciclo del día ya se está ejecutando. Espere a que termine.")
    ):
        day, _made = DayRun.objects.get_or_create(run_on=run_on, defaults={"started_at": now()})
        done_before = set(day.phases.filter(finished_at__isnull=False).values_list("name", flat=True))
        told = _run_phases(day, phases, now, named, done_before, say)
        _close(day, phases, now)
    stopped = any(phase["status"] in ("refused", "failed") for phase in told)
    return {"date": run_on.isoformat(), "status": "stopped" if stopped else "done", "phases": told}


def _run_phases(
    day: DayRun,
    phases: Sequence[Phase],
    now: Callable[[], datetime],
    named: set[str] | None,
    done_before: set[str],
    say: Callable[[str], None] | None,
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for position, phase in enumerate(phases):
        if phase.name not in named if named is not None else phase.name in done_before:
            told.append({"name": phase.name, "status": "skipped"})
            continue
        if say is not None:
            say(phase.name)
        told.append(_run_phase(day, position, phase, now))
        if told[-1]["status"] != "done":
            break
    return told


def _run_phase(day: DayRun, position: int, phase: Phase, now: Callable[[], datetime]) -> dict[str, Any]:
    begun, started_at = time.monotonic(), now()
    row, _made = PhaseRun.objects.update_or_create(
        day=day,
        name=phase.name,
        defaults={"position": position, "started_at": started_at, "finished_at": None, "report": {}, "error": ""},
    )
    try:
        report = json.loads(json.dumps(phase.run(day.run_on, started_at), default=str))
    except (Refusal, ExternalError) as trouble:
        error = {"code": trouble.code, "message": str(trouble)}
        _store(row, error=json.dumps(error, ensure_ascii=False))
        return {"name": phase.name, "status": "refused" if isinstance(trouble, Refusal) else "failed", "error": error}
    except Exception as bug:
        # Its text may carry a person's data; the traceback goes to whoever called.
        _store(row, error=type(bug).__name__)
        raise
    _store(row, report=report, finished_at=now())
    return {"name": phase.name, "status": "done", "seconds": round(time.monotonic() - begun, 3), "report": report}


def _close(day: DayRun, phases: Sequence[Phase], now: Callable[[], datetime]) -> None:
    finished = set(day.phases.filter(finished_at__isnull=False).values_list("name", flat=True))
    complete = finished >= {phase.name for phase in phases}
    if complete != (day.finished_at is not None):
        day.finished_at = now() if complete else None
        day.save(update_fields=["finished_at"])


def _store(row: PhaseRun, **values: object) -> None:
    PhaseRun.objects.filter(pk=row.pk).update(**values)


def _check_names(phases: Sequence[Phase], named: set[str] | None) -> None:
    known = [phase.name for phase in phases]
    if len(set(known)) != len(known):
        raise ValueError(f"two phases have one name: {known}")
    unknown = sorted((named or set()) - set(known))
    if unknown:
        raise Refusal(
            "phase-unknown",
            _("No hay una fase llamada %(name)s. Las fases son: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(known)},
        )
