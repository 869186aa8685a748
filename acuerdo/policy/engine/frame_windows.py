"""The next instant at which all hours that bind a row are open together: the law's in each of its zones, and the customer's own.

Millions of rows share few combinations of hours, zones and day; each is worked out once, from the very windows of
`rules.hours`, and joined back.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.engine.frame_denials import is_overridden, speaks_in
from acuerdo.policy.engine.frame_facts import Asked, Attached, Clock, Frame, windows_in
from acuerdo.policy.engine.local_time import FOREVER_US
from acuerdo.policy.rules.facts import Windows
from acuerdo.policy.rules.hours import EPOCH_ORDINAL, day_start, open_spans
from acuerdo.policy.rules.pack import OPEN_END

type Bound = tuple[tuple[Windows, str], ...]  # windows, each in a zone; all must be open
type Span = tuple[int, int]
DAYS = 400
EDGES = ("open", "close")


def with_next_window(joined: Frame, attached: Attached, asked: Asked, lend: Callable[[pl.DataFrame], Frame]) -> Frame:
    """`_window_us`: `at_us` where all hours are open, else a lower bound of the moment they are."""
    for clock in attached.clocks:
        joined = joined.with_columns(_bits(asked, clock).alias(f"_bits{clock.suffix}"))
    joined = joined.with_columns(nw.col("_hours").fill_null("").alias("_own_text"))
    keys = [
        *(f"_{name}{clock.suffix}" for clock in attached.clocks for name in ("zone", "bits")), "_day_1", "_own_text"
    ]  # fmt: skip
    found = joined.select(keys).unique().collect()
    combinations = zip(*(found[name].to_list() for name in keys), strict=True)
    table = _table([dict(zip(keys, one, strict=True)) for one in combinations], attached.clocks, asked)
    joined = joined.join(lend(table), on=keys, how="left")
    return joined.with_columns(_limited(_next_in(table), attached.clocks, asked).alias("_window_us"))


def _bits(asked: Asked, clock: Clock) -> nw.Expr:
    """One bit for each rule about hours that binds the row by this clock."""
    total: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for index, rule in enumerate(asked.timed):
        binds = speaks_in(rule, asked, clock)
        if rule.kind == "own_hours":
            binds = binds & (nw.col("_own") == 1)
        elif rule.may_override:
            binds = binds & ~is_overridden()
        total = total + nw.when(binds.fill_null(value=False)).then(nw.lit(1 << index)).otherwise(nw.lit(0))
    return total


def _limited(opens: nw.Expr, clocks: Iterable[Clock], asked: Asked) -> nw.Expr:
    """Not later than the first instant at which other rules bind: a rule ends, own hours begin or end."""
    for clock in clocks:
        for index, rule in enumerate(asked.timed):
            ends = clock.col(f"end_{rule.effective_to}") if rule.effective_to < OPEN_END else None
            if rule.kind == "own_hours":
                ends = nw.col("_own_to") if ends is None else nw.min_horizontal(ends, nw.col("_own_to"))
            if ends is not None:
                binds = clock.col("bits") // (1 << index) % 2 == 1
                opens = nw.when(binds).then(nw.min_horizontal(opens, ends)).otherwise(opens)
    begins = (nw.col("at_us") < nw.col("_own_from")) & (nw.col("_own_from") < nw.col("_own_to"))
    begins = begins.fill_null(value=False)
    return nw.when(begins).then(nw.min_horizontal(opens, nw.col("_own_from"))).otherwise(opens)


def _next_in(table: pl.DataFrame) -> nw.Expr:
    at = nw.col("at_us")
    found: nw.Expr = nw.col("_at_after").fill_null(FOREVER_US)
    for index in reversed(range(sum(column.startswith("_at_open") for column in table.columns))):
        opens, closes = nw.col(f"_at_open_{index}"), nw.col(f"_at_close_{index}")
        found = nw.when((at < closes).fill_null(value=False)).then(nw.max_horizontal(at, opens)).otherwise(found)
    return found


def _table(combinations: list[dict[str, Any]], clocks: tuple[Clock, ...], asked: Asked) -> pl.DataFrame:
    """By combination: `_at_open_N`, `_at_close_N` of its day in order, and `_at_after`, the next opening after that day."""
    answers = [_answer(one, clocks, asked) for one in combinations]
    most = max((len(spans) for spans, _ in answers), default=0)
    rows = []
    for one, (spans, after) in zip(combinations, answers, strict=True):
        padded = [*spans, *[(None, None)] * (most - len(spans))]
        edges = {f"_at_{EDGES[side]}_{index}": span[side] for index, span in enumerate(padded) for side in (0, 1)}
        rows.append({**one, "_at_after": after, **edges})
    names = list(rows[0]) if rows else []
    texts = {name: pl.String if name.startswith(("_zone", "_own_text")) else pl.Int64 for name in names}
    return pl.DataFrame(rows, schema=texts)


def _answer(one: Mapping[str, Any], clocks: tuple[Clock, ...], asked: Asked) -> tuple[tuple[Span, ...], int]:
    zone = one["_zone_1"]
    if not zone:
        return (), FOREVER_US
    bound = tuple(
        (
            windows_in(one["_own_text"], rule.minutes) if rule.kind == "own_hours" else rule.windows,
            one[f"_zone{clock.suffix}"],
        )
        for clock in clocks
        for index, rule in enumerate(asked.timed)
        if one[f"_bits{clock.suffix}"] >> index & 1
    )
    bound, calendar = tuple(dict.fromkeys(bound)), asked.pack.calendar
    try:
        spans = _open_together(bound, calendar, zone, one["_day_1"] + EPOCH_ORDINAL)
        return spans, _after(bound, calendar, zone, one["_day_1"] + EPOCH_ORDINAL)
    except Refusal:
        # Nobody can promise a moment past the last holiday calendar.
        return (), FOREVER_US


def _after(bound: Bound, calendar: str, zone: str, day: int) -> int:
    for later in range(day + 1, day + DAYS):
        try:
            spans = _open_together(bound, calendar, zone, later)
        except Refusal:
            break
        if spans:
            return spans[0][0]
    return FOREVER_US


@lru_cache(maxsize=65_536)
def _open_together(bound: Bound, calendar: str, zone: str, day: int) -> tuple[Span, ...]:
    """The instants of one local day of `zone` at which all are open, in order."""
    spans: tuple[Span, ...] = ((day_start(zone, day), day_start(zone, day + 1)),)
    for windows, its_zone in bound:
        spans = _both(spans, _around(windows, calendar, its_zone, day))
    return spans


@lru_cache(maxsize=65_536)
def _around(windows: Windows, calendar: str, zone: str, day: int) -> tuple[Span, ...]:
    """Zones stand up to a day apart, and a clock set back over midnight lives part of yesterday again."""
    days = range(day - 2, day + 3)
    return tuple(sorted(span for one in days for span in open_spans(windows, calendar, zone, one)))


def _both(ours: Iterable[Span], theirs: Iterable[Span]) -> tuple[Span, ...]:
    met = ((max(a, c), min(b, d)) for a, b in ours for c, d in theirs)
    return tuple(sorted(span for span in met if span[0] < span[1]))
