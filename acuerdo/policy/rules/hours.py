"""When a local day is open, as exact instants.

A local day is cut where its zone changes offset, so a window is a set of real instants: an hour that the clock skips is
never open and one that it repeats is open twice. Instants are integer microseconds since 1970 UTC; days are
`date.toordinal()` numbers.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from acuerdo.kernel.calendar import holidays
from acuerdo.policy.rules.facts import DayWindows, Windows, known_zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAY_SECONDS = 86_400
REACH_SECONDS = 16 * 3600  # further than any zone has ever stood from UTC
STEP_SECONDS = 3 * 3600  # no zone changes twice within three hours
MICRO = 1_000_000
ONE_MICROSECOND = timedelta(microseconds=1)
HOLIDAY_INDEX = 7


def microseconds(at: datetime) -> int:
    """Exact microseconds since 1970 UTC of an aware instant."""
    return (at - EPOCH) // ONE_MICROSECOND


def instant(us: int, zone: str = "UTC") -> datetime:
    """The aware instant, shown in `zone`."""
    return (EPOCH + timedelta(microseconds=us)).astimezone(known_zone(zone))


@lru_cache(maxsize=1024)
def local_day(us: int, zone: str) -> int:
    """Ordinal of the local date at an instant; kept, for every rule of one question asks it again."""
    return instant(us, zone).toordinal()


def _offset(second: int, zone: str) -> int:
    moved = datetime.fromtimestamp(second, known_zone(zone)).utcoffset()
    assert moved is not None
    return moved.days * DAY_SECONDS + moved.seconds


def _change(low: int, high: int, zone: str) -> int:
    """The second in (low, high] at which the offset becomes that of `high`."""
    target = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle, zone) == target else (middle, high)
    return high


@lru_cache(maxsize=8192)
def day_pieces(zone: str, day: int) -> tuple[tuple[int, int, int], ...]:
    """The instants whose local date is `day`: (first second UTC, end second UTC, offset seconds), in order."""
    start = (day - EPOCH_ORDINAL) * DAY_SECONDS
    low, last = start - REACH_SECONDS, start + DAY_SECONDS + REACH_SECONDS
    edges = [low]
    for second in range(low, last, STEP_SECONDS):
        ahead = min(second + STEP_SECONDS, last)
        if _offset(second, zone) != _offset(ahead, zone):
            edges.append(_change(second, ahead, zone))
    edges.append(last)
    pieces = []
    for begin, end in pairwise(edges):
        offset = _offset(begin, zone)
        first, stop = max(begin, start - offset), min(end, start + DAY_SECONDS - offset)
        if first < stop:
            pieces.append((first, stop, offset))
    return tuple(pieces)


def day_start(zone: str, day: int) -> int:
    """The first instant of a local day, or of the next one where the zone skipped that date (Samoa, 30-Dec-2011)."""
    while not (pieces := day_pieces(zone, day)):
        day += 1
    return pieces[0][0] * MICRO


def is_holiday(calendar: str, day: int) -> bool:
    """Whether the pack's calendar closes that day; refuses `holiday-calendar-missing`. No calendar: never."""
    if not calendar:
        return False
    on = date.fromordinal(day)
    return on in holidays(calendar, on.year)


def day_windows(windows: Windows, calendar: str, day: int) -> DayWindows:
    """The local spans of one date: a holiday beats the weekday unless the pack says `same`."""
    weekday = windows[(day - 1) % 7] or ()
    holiday = windows[HOLIDAY_INDEX]
    return holiday if holiday is not None and is_holiday(calendar, day) else weekday


@lru_cache(maxsize=1024)
def closing_only(windows: Windows, minutes: int) -> Windows:
    """Closed only in the last `minutes` before some window ends, and open at any other time, so that what refuses the hours
    outside stays the hours' own rule. A whole day, and a window that another continues, have no closing."""
    return tuple(None if day is None else _closing_day(day, minutes * 60) for day in windows)


def _closing_day(day: DayWindows, seconds: int) -> DayWindows:
    begins = {begin for begin, _ in day}
    shut = [
        (max(begin, end - seconds), end) for begin, end in day if end not in begins and (begin, end) != (0, DAY_SECONDS)
    ]
    edges = [0, *(edge for span in sorted(shut) for edge in span), DAY_SECONDS]
    return tuple((begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end)


@lru_cache(maxsize=32768)
def open_spans(windows: Windows, calendar: str, zone: str, day: int) -> tuple[tuple[int, int], ...]:
    """The open instants of one local day, in order, as half-open microsecond spans."""
    start = (day - EPOCH_ORDINAL) * DAY_SECONDS
    spans = []
    for begin, end in day_windows(windows, calendar, day):
        for first, stop, offset in day_pieces(zone, day):
            opens, closes = max(first, start + begin - offset), min(stop, start + end - offset)
            if opens < closes:
                spans.append((opens * MICRO, closes * MICRO))
    return tuple(sorted(spans))


def next_open(windows: Windows, calendar: str, zone: str, us: int, *, days: int = 400) -> int | None:
    """`us` itself when open, else the next opening within `days`, else None."""
    today = local_day(us, zone)
    # The day before as well: a clock set back over midnight lives part of yesterday again.
    coming = [span for day in (today - 1, today) for span in open_spans(windows, calendar, zone, day)]
    found = [max(opens, us) for opens, closes in coming if closes > us]
    if found and min(found) == us:
        return us
    for day in range(today + 1, today + days):
        found += [opens for opens, _ in open_spans(windows, calendar, zone, day) if opens >= us]
        if found:
            return min(found)
    return min(found) if found else None
