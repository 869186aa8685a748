"""Day counts: how many days, and which part of a year, lie between two dates.

`30/360` is the European convention (the usual one of the region's lenders); `30/360us` is the US one with its February
rule. `actual/actual` is ISDA's: days of leap years over 366, the others over 365. Sources: ISDA 2006 Definitions 4.16.
"""

from calendar import isleap, monthrange
from datetime import date
from decimal import Decimal
from typing import Literal

from acuerdo.kernel.rates import CONTEXT

type DayCount = Literal["30/360", "30/360us", "30/360bond", "30/360isda", "actual/360", "actual/365", "actual/actual"]

DAY_COUNTS: tuple[DayCount, ...] = (
    "30/360",
    "30/360us",
    "30/360bond",
    "30/360isda",
    "actual/360",
    "actual/365",
    "actual/actual",
)
_YEAR_DAYS = {
    "30/360": 360,
    "30/360us": 360,
    "30/360bond": 360,
    "30/360isda": 360,
    "actual/360": 360,
    "actual/365": 365,
}


def days_between(start: date, end: date, day_count: DayCount, *, termination: date | None = None) -> int:
    """Days from `start` to `end`, negative when reversed. `termination` matters to `30/360isda` alone (its last February)."""
    match day_count:
        case "30/360":
            return _thirty(start, end, min(start.day, 30), min(end.day, 30))
        case "30/360us":
            return _thirty_us(start, end)
        case "30/360bond":
            return _thirty_bond(start, end)
        case "30/360isda":
            return _thirty_isda(start, end, termination)
        case _:
            return (end - start).days


def year_fraction(start: date, end: date, day_count: DayCount, *, termination: date | None = None) -> Decimal:
    """The part of a year from `start` to `end`, with 50 digits."""
    if day_count == "actual/actual":
        return _actual_actual(start, end)
    days = days_between(start, end, day_count, termination=termination)
    return CONTEXT.divide(Decimal(days), Decimal(_YEAR_DAYS[day_count]))


def _thirty(start: date, end: date, start_day: int, end_day: int) -> int:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + end_day - start_day


def _is_february_end(day: date) -> bool:
    return day.month == 2 and day.day == monthrange(day.year, 2)[1]


def _thirty_us(start: date, end: date) -> int:
    start_day, end_day = start.day, end.day
    if _is_february_end(start):
        end_day = 30 if _is_february_end(end) else end_day
        start_day = 30
    if end_day == 31 and start_day >= 30:
        end_day = 30
    return _thirty(start, end, min(start_day, 30), end_day)


def _thirty_bond(start: date, end: date) -> int:
    start_day = min(start.day, 30)
    end_day = 30 if end.day == 31 and start_day == 30 else end.day
    return _thirty(start, end, start_day, end_day)


def _thirty_isda(start: date, end: date, termination: date | None) -> int:
    start_day = 30 if _is_february_end(start) else min(start.day, 30)
    is_last = termination is not None and end == termination
    end_day = 30 if _is_february_end(end) and not is_last else min(end.day, 30)
    return _thirty(start, end, start_day, end_day)


def _actual_actual(start: date, end: date) -> Decimal:
    if end < start:
        return -_actual_actual(end, start)
    total = Decimal(0)
    for year in range(start.year, end.year + 1):
        first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
        total = CONTEXT.add(total, CONTEXT.divide(Decimal((last - first).days), Decimal(366 if isleap(year) else 365)))
    return total
