"""The day's runner: order, restart, refusals, reports."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from acuerdo.base.day import Phase, run_day
from acuerdo.base.models import DayRun, PhaseRun
from acuerdo.kernel.errors import ExternalError, Refusal

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 13)
NOW = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)


class Cycle:
    """Three phases that note each time they run; `trouble` is what the second raises."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, date, datetime]] = []
        self.trouble: Exception | None = None

    def phases(self) -> list[Phase]:
        return [Phase(name, self._run(name)) for name in ("accrue", "decide", "dispatch")]

    def names(self) -> list[str]:
        return [name for name, _, _ in self.ran]

    def _run(self, name: str) -> Callable[[date, datetime], dict[str, Any]]:
        def run(run_on: date, now: datetime) -> dict[str, Any]:
            self.ran.append((name, run_on, now))
            if name == "decide" and self.trouble is not None:
                raise self.trouble
            return {"rows": 3, "on": run_on}

        return run


@pytest.fixture
def cycle() -> Cycle:
    return Cycle()


def run(cycle: Cycle, **options: Any) -> dict[str, Any]:
    return run_day(DAY, cycle.phases(), lambda: NOW, **options)


def statuses(report: dict[str, Any]) -> list[str]:
    return [phase["status"] for phase in report["phases"]]


def test_phases_run_in_order_and_are_remembered(cycle: Cycle) -> None:
    report = run(cycle)
    assert cycle.ran == [(name, DAY, NOW) for name in ("accrue", "decide", "dispatch")]
    assert (report["date"], report["status"]) == ("2026-07-13", "done")
    assert report["phases"][0]["report"] == {"rows": 3, "on": "2026-07-13"}
    assert DayRun.objects.get().finished_at == NOW
    assert list(PhaseRun.objects.order_by("position").values_list("name", "report__rows")) == [
        ("accrue", 3), ("decide", 3), ("dispatch", 3)
    ]  # fmt: skip


def test_a_finished_day_does_nothing_again(cycle: Cycle) -> None:
    run(cycle)
    assert statuses(run(cycle)) == ["skipped"] * 3
    assert len(cycle.ran) == 3


def test_a_refusal_stops_the_day_and_the_next_run_goes_on_there(cycle: Cycle) -> None:
    cycle.trouble = Refusal("no-rate-cap", "Falta la tasa de usura de julio.")
    report = run(cycle)
    assert report["status"] == "stopped"
    assert statuses(report) == ["done", "refused"]
    assert report["phases"][1]["error"]["code"] == "no-rate-cap"
    assert DayRun.objects.get().finished_at is None

    cycle.trouble = None
    assert statuses(run(cycle)) == ["skipped", "done", "done"]
    assert cycle.names() == ["accrue", "decide", "decide", "dispatch"]
    assert PhaseRun.objects.get(name="decide").error == ""


def test_outside_trouble_is_told_as_failed(cycle: Cycle) -> None:
    cycle.trouble = ExternalError("smtp-down", "El correo no responde.")
    assert statuses(run(cycle)) == ["done", "failed"]


def test_a_bug_is_raised_and_noted_without_its_text(cycle: Cycle) -> None:
    cycle.trouble = KeyError("1032456789")
    with pytest.raises(KeyError):
        run(cycle)
    assert PhaseRun.objects.get(name="decide").error == "KeyError"
    cycle.trouble = None
    assert run(cycle)["status"] == "done"


def test_a_phase_killed_half_way_runs_again(cycle: Cycle) -> None:
    day = DayRun.objects.create(run_on=DAY, started_at=NOW)
    PhaseRun.objects.create(day=day, name="accrue", position=0, started_at=NOW)
    assert statuses(run(cycle)) == ["done"] * 3
    assert PhaseRun.objects.count() == 3


def test_a_named_phase_runs_even_when_finished(cycle: Cycle) -> None:
    run(cycle)
    assert statuses(run(cycle, only=["decide"])) == ["skipped", "done", "skipped"]
    assert cycle.names() == ["accrue", "decide", "dispatch", "decide"]
    assert DayRun.objects.get().finished_at == NOW


def test_an_unknown_phase_is_refused_before_anything_runs(cycle: Cycle) -> None:
    with pytest.raises(Refusal) as refused:
        run(cycle, only=["nada"])
    assert refused.value.code == "phase-unknown"
    assert "accrue, decide, dispatch" in refused.value.message
    assert not DayRun.objects.exists()


def test_a_phase_added_later_runs_on_a_finished_day(cycle: Cycle) -> None:
    run_day(DAY, cycle.phases()[:2], lambda: NOW)
    assert DayRun.objects.get().finished_at == NOW
    assert statuses(run(cycle)) == ["skipped", "skipped", "done"]


def test_days_are_apart(cycle: Cycle) -> None:
    run(cycle)
    other = run_day(date(2026, 7, 14), cycle.phases(), lambda: NOW)
    assert statuses(other) == ["done"] * 3


def test_each_phase_is_announced(cycle: Cycle) -> None:
    said: list[str] = []
    run(cycle, say=said.append)
    assert said == ["accrue", "decide", "dispatch"]
