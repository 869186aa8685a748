"""When the day's cycle starts by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from acuerdo.base import clock
from acuerdo.base.models import DayRun, PhaseRun
from acuerdo.config.tasks import is_due

pytestmark = pytest.mark.django_db
FIVE_IN_BOGOTA = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)
TODAY = FIVE_IN_BOGOTA.date()


@pytest.fixture(autouse=True)
def _at_five(settings: LazySettings) -> None:
    settings.TIME_ZONE = "America/Bogota"
    settings.DAY_AT = "05:00"
    clock.set_now(FIVE_IN_BOGOTA)


def stopped_at(moment: datetime) -> None:
    day = DayRun.objects.create(run_on=TODAY, started_at=moment)
    PhaseRun.objects.create(day=day, name="decide", position=0, started_at=moment, error='{"code": "x"}')


def test_it_is_due_from_its_hour_on() -> None:
    assert is_due()
    clock.set_now(FIVE_IN_BOGOTA - timedelta(minutes=1))
    assert not is_due()


def test_without_an_hour_it_never_is(settings: LazySettings) -> None:
    settings.DAY_AT = ""
    assert not is_due()


def test_a_finished_day_is_not_due_again() -> None:
    DayRun.objects.create(run_on=TODAY, started_at=FIVE_IN_BOGOTA, finished_at=FIVE_IN_BOGOTA)
    assert not is_due()


def test_yesterday_counts_for_nothing_today() -> None:
    DayRun.objects.create(run_on=TODAY - timedelta(days=1), started_at=FIVE_IN_BOGOTA, finished_at=FIVE_IN_BOGOTA)
    assert is_due()


def test_a_day_killed_half_way_goes_on_at_once() -> None:
    day = DayRun.objects.create(run_on=TODAY, started_at=FIVE_IN_BOGOTA)
    PhaseRun.objects.create(day=day, name="accrue", position=0, started_at=FIVE_IN_BOGOTA)
    assert is_due()


def test_a_stopped_day_is_tried_again_a_quarter_of_an_hour_later() -> None:
    stopped_at(FIVE_IN_BOGOTA - timedelta(minutes=10))
    assert not is_due()
    clock.set_now(FIVE_IN_BOGOTA + timedelta(minutes=6))
    assert is_due()
