"""Wall clocks in a frame: each row's local day, microsecond of that day and kind of day, by whole numbers only.

A zone's offsets over the span of the data are a handful, so they become a chain of conditions; nothing depends on an
engine's own time zone tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import narwhals as nw

from acuerdo.kernel.calendar import holidays
from acuerdo.policy.rules.hours import EPOCH_ORDINAL, MICRO, day_pieces, instant

DAY_US = 86_400 * MICRO
HOLIDAY = 7
FOREVER_US = 9_000_000_000_000_000  # what `policy.snapshot` writes for "no end"


@dataclass(frozen=True, slots=True)
class Span:
    """The instants that a frame holds, both ends included."""

    first_us: int
    last_us: int


@lru_cache(maxsize=512)
def offset_changes(zone: str, first_us: int, last_us: int) -> tuple[tuple[int, int], ...]:
    """(from this microsecond, offset in microseconds) in order, the first one before everything."""
    changes: list[tuple[int, int]] = []
    day = instant(first_us, zone).toordinal() - 1
    while day <= instant(last_us, zone).toordinal() + 1:
        for start, _, offset in day_pieces(zone, day):
            if not changes or changes[-1][1] != offset * MICRO:
                changes.append((start * MICRO, offset * MICRO))
        day += 1
    return tuple(changes)


def local_us(at_us: nw.Expr, zone: nw.Expr, zones: Iterable[str], span: Span) -> nw.Expr:
    """Microseconds since 1970 as the wall clock of the row's zone counts them."""
    offset: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name in sorted(zones):
        for start, moved in offset_changes(name, span.first_us, span.last_us):
            offset = nw.when((zone == name) & (at_us >= start)).then(nw.lit(moved, dtype=nw.Int64)).otherwise(offset)
    return at_us + offset


def local_day(local: nw.Expr) -> nw.Expr:
    """Days since 1970 of a wall-clock microsecond (never negative here)."""
    return local // DAY_US


def day_kind(day: nw.Expr, calendar: str, span: Span) -> nw.Expr:
    """0 Monday … 6 Sunday, 7 a holiday of the calendar."""
    weekday = (day + 3) % 7  # 1970 began on a Thursday
    if not calendar:
        return weekday
    return nw.when(day.is_in(holiday_days(calendar, span))).then(nw.lit(HOLIDAY)).otherwise(weekday)


def holiday_days(calendar: str, span: Span) -> list[int]:
    """Holidays of the span as days since 1970; refuses `holiday-calendar-missing` for a year without a calendar."""
    around = timedelta(days=2)
    first, last = (instant(span.first_us) - around).year, (instant(span.last_us) + around).year
    found: list[date] = [day for year in range(first, last + 1) for day in holidays(calendar, year)]
    return [day.toordinal() - EPOCH_ORDINAL for day in found]
