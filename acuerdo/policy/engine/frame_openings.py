"""The next permitted moment of every row, as `rules.gate` finds it: each rule's answer is a lower bound, so is the largest;
ask again at that moment until nothing denies. Rows that are answered leave the round, so later rounds are small.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import narwhals as nw
import polars as pl

from acuerdo.policy.engine.frame_denials import denies_in
from acuerdo.policy.engine.frame_facts import (
    TIMED,
    WEEK,
    Asked,
    Attached,
    Clock,
    Frame,
    Permissions,
    with_facts,
    without_facts,
)  # fmt: skip
from acuerdo.policy.engine.frame_windows import with_next_window
from acuerdo.policy.engine.local_time import FOREVER_US
from acuerdo.policy.rules.facts import Reading
from acuerdo.policy.rules.gate import HORIZON, STEPS
from acuerdo.policy.rules.hours import EPOCH_ORDINAL, day_start
from acuerdo.policy.rules.pack import COUNTING, OPEN_END, Pack, Rule

type Lend = Callable[[pl.DataFrame], Frame]
NEVER = nw.lit(FOREVER_US, dtype=nw.Int64)
UNKNOWN = pl.lit(None, dtype=pl.Int64)
ANSWER = {"row_id": pl.Int64, "gate_next_us": pl.Int64}


def lend_to_polars(table: pl.DataFrame) -> Frame:
    return nw.from_native(table.lazy())


def find_openings(
    rows: Frame,
    permissions: Permissions,
    pack: Pack,
    readings: Mapping[str, Reading],
    *,
    on: date,
    until_us: int | None = None,
    lend: Lend = lend_to_polars,
) -> pl.DataFrame:
    """`row_id` and `gate_next_us` of every row: the first instant from `at_us` on at which, history standing still, nothing
    denies; null when no wait helps, or none until `until_us` (exclusive). Ask only about the
    rows that are denied where most are allowed: every round judges again what is left. `lend` hands a table to the rows' engine.
    """
    asked = Asked(pack, dict(pack.choose(readings, on)))
    pending, answered = rows.with_columns(nw.col("at_us").alias("asked_us")), [pl.DataFrame(schema=ANSWER)]
    left = pl.DataFrame(schema=ANSWER)
    for _ in range(STEPS):
        bounds = _bounds(pending, permissions, asked, lend)
        if bounds is None:
            return pl.concat(answered)
        settled, left = _settle(bounds, until_us)
        answered.append(settled)
        pending = lend(left)
    # What is still shut after so many openings never comes together.
    return pl.concat([*answered, left.select("row_id", gate_next_us=UNKNOWN)])


def _settle(bounds: pl.DataFrame, until_us: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that are answered, and those to be asked again at their bound."""
    opens, at = pl.col("opens_us"), pl.col("at_us")
    latest = pl.col("asked_us") + HORIZON + 1  # a contact a year away is no plan
    if until_us is not None:
        latest = pl.min_horizontal(latest, pl.lit(until_us, dtype=pl.Int64))
    is_open, is_never = opens == at, (opens > at) & (opens >= latest)
    told = pl.when(is_never).then(UNKNOWN).otherwise(opens)
    settled = bounds.filter(is_open | is_never).select("row_id", gate_next_us=told)
    return settled, bounds.filter(~(is_open | is_never)).with_columns(at_us=opens).drop("opens_us")


def _bounds(rows: Frame, permissions: Permissions, asked: Asked, lend: Lend) -> pl.DataFrame | None:
    """The rows as they came, with `opens_us`: `at_us` when nothing denies, else a lower bound; FOREVER_US for never."""
    attached = with_facts(rows, permissions, asked, has_openings=True)
    if attached is None:
        return None
    joined = _with_last_days(attached, asked)
    joined = with_next_window(joined, attached, asked, lend)
    for clock in attached.clocks:
        joined = _with_free_day(joined, asked, clock, lend)
    openings = [
        nw.when(denies_in(rule, asked, clock)).then(_opens(rule, asked, clock)).otherwise(nw.col("at_us"))
        for clock in attached.clocks
        for rule in asked.rules
        if rule.kind not in (*COUNTING, *TIMED)
    ]
    openings += [nw.col("_window_us"), *(clock.col("free_us") for clock in attached.clocks)]
    known = nw.when(nw.col("_zone_1") == "").then(NEVER).otherwise(nw.max_horizontal(nw.col("at_us"), *openings))
    found: pl.DataFrame = without_facts(joined.with_columns(known.alias("opens_us"))).collect("polars").to_native()
    return found


def _with_last_days(attached: Attached, asked: Asked) -> Frame:
    """`_end_N_*`: for each day N on which a rule ends, the first instant after it by that clock."""
    joined = attached.rows
    for last in sorted({rule.effective_to for rule in asked.rules if rule.effective_to < OPEN_END}):
        for clock in attached.clocks:
            end = NEVER
            for zone in sorted(attached.seen.zones):
                start = nw.lit(day_start(zone, last + 1), dtype=nw.Int64)
                end = nw.when(clock.col("zone") == zone).then(start).otherwise(end)
            joined = joined.with_columns(end.alias(f"_end_{last}{clock.suffix}"))
    return joined


def _opens(rule: Rule, asked: Asked, clock: Clock) -> nw.Expr:
    """The bound of a rule that denies: its own, or the day after its last."""
    opens = NEVER
    if rule.kind == "hold":
        opens = nw.col(f"_hold_us_{asked.place(rule)}")
    elif rule.kind == "consent":
        opens = nw.col("_consent_us")
    return opens if rule.effective_to >= OPEN_END else nw.min_horizontal(opens, clock.col(f"end_{rule.effective_to}"))


def _with_free_day(joined: Frame, asked: Asked, clock: Clock, lend: Lend) -> Frame:
    """`_free_us_*`: the first instant of the day on which no rule that counts denies any more; `at_us` when none does."""
    name = f"_free_us{clock.suffix}"
    if not asked.counting:
        return joined.with_columns(nw.col("at_us").alias(name))
    days = [clock.col("day"), *(_freed(rule, asked, clock) for rule in asked.counting)]
    day = nw.max_horizontal(*days)
    joined = joined.with_columns(day.alias("_free_day"))
    found = joined.filter(nw.col("_free_day") > clock.col("day")).select(
        clock.col("zone").alias("zone"), nw.col("_free_day").alias("day")
    )
    pairs = found.unique().collect()
    starts = pl.DataFrame(
        list(_starts(pairs["zone"].to_list(), pairs["day"].to_list())),
        schema={f"_zone{clock.suffix}": pl.String, "_free_day": pl.Int64, "_at_free": pl.Int64},
        orient="row",
    )
    joined = joined.join(lend(starts), on=[f"_zone{clock.suffix}", "_free_day"], how="left")
    later = nw.when(nw.col("_free_day") > clock.col("day")).then(nw.col("_at_free").fill_null(FOREVER_US))
    return joined.with_columns(later.otherwise(nw.col("at_us")).alias(name)).drop("_free_day", "_at_free")


def _starts(zones: Iterable[str], days: Iterable[int]) -> Iterator[tuple[str, int, int]]:
    for zone, day in zip(zones, days, strict=True):
        if zone and day < OPEN_END - EPOCH_ORDINAL:
            yield zone, day, day_start(zone, day + EPOCH_ORDINAL)


def _freed(rule: Rule, asked: Asked, clock: Clock) -> nw.Expr:
    """The local day on which a rule that denies gives way; a cap of nothing never does."""
    place, never = asked.place(rule), nw.lit(OPEN_END - EPOCH_ORDINAL, dtype=nw.Int64)
    if rule.kind == "cap" and rule.limit == 0:
        free: nw.Expr = never
    elif rule.kind != "cap" or rule.limit == 1:
        free = nw.col(f"_free_{place}{clock.suffix}")
    else:
        free = clock.col("day") + WEEK
        for ahead in range(WEEK, -1, -1):
            few = nw.col(f"_past_{place}_{ahead}{clock.suffix}") < rule.limit
            free = nw.when(few).then(clock.col("day") + ahead).otherwise(free)
    if rule.effective_to < OPEN_END:
        free = nw.min_horizontal(free, nw.lit(rule.effective_to + 1 - EPOCH_ORDINAL, dtype=nw.Int64))
    return nw.when(denies_in(rule, asked, clock)).then(free).otherwise(clock.col("day"))
