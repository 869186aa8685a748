"""The installation's time, real and shifted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from acuerdo.base import clock
from acuerdo.base.models import ClockShift

pytestmark = pytest.mark.django_db
A_MOMENT = timedelta(seconds=5)


def test_without_a_shift_it_is_the_real_time() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT
    assert clock.now().tzinfo is UTC


def test_time_runs_on_from_where_it_was_set() -> None:
    set_to = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    clock.set_now(set_to)
    row = ClockShift.objects.get()
    ClockShift.objects.update(real_at=row.real_at - timedelta(minutes=10))
    assert timedelta(minutes=10) <= clock.now() - set_to < timedelta(minutes=10) + A_MOMENT


def test_the_business_date_is_local(settings: LazySettings) -> None:
    settings.TIME_ZONE = "America/Bogota"
    clock.set_now(datetime(2026, 3, 2, 4, 59, tzinfo=UTC))  # 23:59 of the 1st in Bogotá
    assert clock.business_date() == date(2026, 3, 1)


def test_moving_the_date_keeps_the_local_time_of_day(settings: LazySettings) -> None:
    settings.TIME_ZONE = "America/Bogota"
    clock.set_now(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    clock.set_business_date(date(2026, 4, 1))
    assert abs(clock.now() - datetime(2026, 4, 1, 15, 0, tzinfo=UTC)) < A_MOMENT
    assert ClockShift.objects.count() == 1


def test_the_real_time_comes_back() -> None:
    clock.set_business_date(date(2020, 1, 1))
    clock.clear_shift()
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


def test_a_naive_instant_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        clock.set_now(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_within_a_request_the_shift_is_looked_up_once(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1), clock.one_look():  # type: ignore[operator]
        clock.now()
        clock.business_date()


def test_within_a_request_a_change_is_seen_at_once() -> None:
    with clock.one_look():
        clock.now()
        clock.set_business_date(date(2030, 5, 5))
        assert clock.business_date() == date(2030, 5, 5)


def test_each_request_has_its_own_look(client: Client) -> None:
    client.get("/")
    clock.set_business_date(date(2031, 1, 1))
    assert clock.business_date() == date(2031, 1, 1)
