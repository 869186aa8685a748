"""Shifts and absences of agents, from the database into the capacity of the date's run."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from acuerdo.agenda.public import Span, add_absence, set_shifts
from acuerdo.strategy.engine.agents import agents_of
from acuerdo.strategy.engine.snapshot import refresh_snapshot
from acuerdo.strategy.snapshot import EXTRACTS
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)


def minutes_on(folder: Path, day: date) -> dict[int, int | None]:
    return {agent.id: agent.minutes for agent in agents_of(refresh_snapshot(folder, EXTRACTS, day, NOW))}


def test_each_date_has_the_minutes_of_its_shifts(tmp_path: Path) -> None:
    boss = factories.make_user("supervisor")
    free, shifted, away = (factories.make_user("agent") for _ in range(3))
    set_shifts(shifted, [Span(2, time(8), time(12)), Span(2, time(13), time(15))], by=boss, now=NOW)
    set_shifts(away, [Span(2, time(8), time(12))], by=boss, now=NOW)
    add_absence(away, TODAY, TODAY, by=boss, now=NOW)
    assert minutes_on(tmp_path, TODAY) == {free.pk: None, shifted.pk: 360, away.pk: 0}
    assert minutes_on(tmp_path, TODAY + timedelta(days=1)) == {free.pk: None, shifted.pk: 0, away.pk: 0}
    assert minutes_on(tmp_path, TODAY + timedelta(days=7)) == {free.pk: None, shifted.pk: 360, away.pk: 240}
