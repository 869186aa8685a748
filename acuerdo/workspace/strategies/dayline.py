"""A strategy as a day line: segments as rows, days from −15 to +180 from left to right, a mark where a step falls.

The scale is wider where days matter more: each day before the due date and in the first month, weeks afterwards.
Coordinates are numbers of a drawing 1,000 wide; the same rows are told as a list on narrow screens and to readers.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from acuerdo.strategy.rules.document import Step, StrategyDocument

# (day, place): places between two of them lie on a straight line
_SCALE = ((-15, 0), (-5, 90), (0, 190), (8, 400), (30, 620), (60, 760), (180, 1000))
FIRST, LAST = _SCALE[0][0], _SCALE[-1][0]
TICKS = (-15, -5, -1, 0, 1, 3, 8, 15, 30, 60, 90, 120, 180)
ROW, TOP = 40, 34


@dataclass(frozen=True, slots=True)
class Mark:
    """One step on one row. `repeats` are the places of its repetitions; `until` the place of the last."""

    step: Step
    index: int
    x: int
    repeats: tuple[int, ...]
    until: int


@dataclass(frozen=True, slots=True)
class Row:
    """`others`: steps that count from a promise, a contact, or fall whenever their condition holds."""

    index: int
    code: str
    title: str
    when: str
    leave_alone: str
    marks: tuple[Mark, ...]
    others: tuple[tuple[int, Step], ...]
    y: int


@dataclass(frozen=True, slots=True)
class Band:
    code: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class DayLine:
    rows: tuple[Row, ...]
    bands: tuple[Band, ...]
    ticks: tuple[tuple[int, int], ...]
    height: int


def place_of(day: int) -> int:
    """0 … 1,000; days beyond either end lie on it."""
    day = min(max(day, FIRST), LAST)
    for (low, start), (high, end) in pairwise(_SCALE):
        if day <= high:
            return start + (end - start) * (day - low) // (high - low)
    return _SCALE[-1][1]


def day_line(document: StrategyDocument) -> DayLine:
    """The whole drawing."""
    rows = []
    for index, segment in enumerate(document.segments):
        own = [(number, step) for number, step in enumerate(document.steps) if segment.code in document.treated(step)]
        marks = tuple(_mark(number, step) for number, step in own if step.days_on_line)
        others = tuple((number, step) for number, step in own if not step.days_on_line)
        rows.append(
            Row(
                index,
                segment.code,
                segment.title,
                segment.when,
                segment.leave_alone or "",
                marks,
                others,
                TOP + index * ROW,
            )
        )
    ticks = tuple((day, place_of(day)) for day in TICKS)
    return DayLine(tuple(rows), _bands(document), ticks, TOP + len(rows) * ROW)


def _mark(index: int, step: Step) -> Mark:
    days = step.days_on_line
    places = tuple(dict.fromkeys(place_of(day) for day in days[1:] if day <= LAST))
    return Mark(step, index, place_of(days[0]), places, place_of(days[-1]))


def _bands(document: StrategyDocument) -> tuple[Band, ...]:
    starts = document.stages
    edges = [
        ("preventive", max(starts.preventive, FIRST)),
        ("due", 0),
        ("early", starts.early),
        ("middle", starts.middle),
        ("late", starts.late),
    ]
    found = []
    for (code, start), (_next, end) in zip(edges, [*edges[1:], ("", LAST + 1)], strict=True):
        x = place_of(start)
        found.append(Band(code, x, max(place_of(end) - x, 1)))
    return tuple(found)


def period(days: list[date], wanted: int) -> tuple[date, date] | None:
    """The last `wanted` days that can be rehearsed; None when there is none."""
    chosen = days[-wanted:]
    return (chosen[0], chosen[-1]) if chosen else None
