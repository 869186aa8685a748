"""Holidays and business days; Colombia and Peru are held to an independent package, day by day."""

from datetime import date

import holidays as independent
import pytest

from acuerdo.kernel import calendar
from acuerdo.kernel.errors import Refusal


@pytest.mark.parametrize("country", ["CO", "PE", "MX", "CL", "EC", "AR", "BR"])
@pytest.mark.parametrize("year", range(2023, 2031))
def test_agrees_with_an_independent_calendar(country: str, year: int) -> None:
    assert set(calendar.holidays(country, year)) == set(independent.country_holidays(country, years=year))


def test_colombia_2026_has_nineteen() -> None:
    days = "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25"
    assert [day.strftime("%m-%d") for day in calendar.holidays("CO", 2026)] == days.split()


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 7, 13), "Nuestra Señora del Rosario de Chiquinquirá"),  # Ley 2578 de 2026
        (date(2027, 7, 12), "Nuestra Señora del Rosario de Chiquinquirá"),
        (date(2025, 7, 14), None),  # not yet law
        (date(2025, 6, 30), "Sagrado Corazón; San Pedro y San Pablo"),  # both on one Monday
        (date(2027, 12, 25), "Navidad"),  # a Saturday
        (date(2026, 1, 6), None),  # moved to the 12th
    ],
)
def test_names_the_holiday(day: date, name: str | None) -> None:
    assert calendar.holiday_name(day, "CO") == name


def test_a_missing_calendar_is_refused() -> None:
    for country, year in (("XX", 2026), ("CO", 1999), ("CO", 2100)):
        with pytest.raises(Refusal) as refusal:
            calendar.holidays(country, year)
        assert refusal.value.code == "holiday-calendar-missing"


def test_business_days() -> None:
    friday, saturday, holiday = date(2026, 7, 10), date(2026, 7, 11), date(2026, 7, 13)
    assert calendar.is_business_day(friday, "CO")
    assert not calendar.is_business_day(saturday, "CO")
    assert calendar.is_business_day(saturday, "CO", has_saturdays=True)
    assert not calendar.is_business_day(holiday, "CO")
    assert not calendar.is_business_day(friday, "CO", extra=[friday])
    assert calendar.next_business_day(saturday, "CO") == date(2026, 7, 14)
    assert calendar.add_business_days(friday, 1, "CO") == date(2026, 7, 14)
    assert calendar.add_business_days(date(2026, 7, 14), -1, "CO") == friday
    assert calendar.add_business_days(friday, 0, "CO") == friday
    assert calendar.business_days_between(friday, date(2026, 7, 17), "CO") == 4
    assert calendar.business_days_between(friday, friday, "CO") == 0


@pytest.mark.parametrize(
    ("start", "months", "anchor", "expected"),
    [
        (date(2026, 1, 31), 1, None, date(2026, 2, 28)),
        (date(2026, 2, 28), 1, 31, date(2026, 3, 31)),  # the anchor returns after February
        (date(2028, 1, 31), 1, None, date(2028, 2, 29)),
        (date(2026, 1, 15), -1, None, date(2025, 12, 15)),
        (date(2026, 12, 5), 13, None, date(2028, 1, 5)),
    ],
)
def test_months_end_where_they_must(start: date, months: int, anchor: int | None, expected: date) -> None:
    assert calendar.add_months(start, months, anchor_day=anchor) == expected


def test_splits_a_span_at_month_ends() -> None:
    assert calendar.month_spans(date(2026, 1, 30), date(2026, 3, 2)) == [
        (date(2026, 1, 30), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]
    assert calendar.month_spans(date(2026, 1, 2), date(2026, 1, 1)) == []
