"""What binds each row, attached to it as columns: wall clocks, consents, holds, own hours, past contacts, questions asked.

`with_facts` is all of it. A row's columns are named after the clock (`_1`, `_2`: the row's first and second zone) or the
rule's place among those of its kind.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from acuerdo.policy.engine.local_time import DAY_US, FOREVER_US, Span, day_kind, local_day, local_us
from acuerdo.policy.rules.facts import Windows
from acuerdo.policy.rules.hours import MICRO, closing_only
from acuerdo.policy.rules.pack import COUNTING, Pack, Rule
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import CHANNELS, EXEMPT_PURPOSES

type Frame = nw.LazyFrame[Any]
TIMED = ("hours", "own_hours")
WEEK = 7
YES, NO = nw.lit(True), nw.lit(False)
ADDED = "_"  # every column of ours begins so, and is dropped at the end


@dataclass(frozen=True, slots=True)
class Permissions:
    """The frames that bind the rows, of the same engine as the rows."""

    consents: Frame
    holds: Frame
    preferences: Frame
    attempts: Frame


@dataclass(frozen=True)
class Asked:
    """The rules that may deny under the chosen readings, in the pack's order."""

    pack: Pack
    chosen: Mapping[str, str]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(
            rule
            for rule in self.pack.rules
            if rule.effect == "deny" and all(self.chosen[name] in values for name, values in rule.when)
        )

    @cached_property
    def counting(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind in COUNTING)

    @cached_property
    def counted(self) -> frozenset[str]:
        """What the readings make the caps count besides contacts that collect."""
        return self.pack.counted(tuple(self.chosen.items()))

    @cached_property
    def own_minutes(self) -> tuple[int, ...]:
        """How many last minutes of the customer's own hours each rule about them closes; 0: all that lies outside them."""
        return tuple(sorted({rule.minutes for rule in self.timed if rule.kind == "own_hours"}))

    @cached_property
    def holding(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "hold")

    @cached_property
    def timed(self) -> tuple[Rule, ...]:
        """The rules about hours: the law's and the customer's own."""
        return tuple(rule for rule in self.rules if rule.kind in TIMED)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(rule): index for rules in (self.counting, self.holding) for index, rule in enumerate(rules)}

    def place(self, rule: Rule) -> int:
        """The number in the names of this rule's columns."""
        return self._places[id(rule)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rows hold: their instants, with the history before, and their zones."""

    span: Span
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clock:
    """The row's wall clock in its first or second zone: the columns that hold it, by their suffix."""

    suffix: str

    def col(self, name: str) -> nw.Expr:
        return nw.col(f"_{name}{self.suffix}")


@dataclass(frozen=True, slots=True)
class Attached:
    """The rows with all their columns, and the clocks they have."""

    rows: Frame
    clocks: tuple[Clock, ...]
    seen: Seen


def with_facts(rows: Frame, permissions: Permissions, asked: Asked, *, has_openings: bool = False) -> Attached | None:
    """None: no rows. `has_openings` attaches as well what `frame_openings` needs to say when a rule gives way."""
    pack = asked.pack
    zone = nw.when(nw.col("zone") == "").then(nw.lit(pack.zones[0] if pack.zones else "")).otherwise(nw.col("zone"))
    rows = rows.with_columns(zone.alias("_zone_1"), nw.col("zone_2").alias("_zone_2"))
    seen = _look(rows)
    if seen is None:
        return None
    clocks = (Clock("_1"), Clock("_2")) if _has_second_zone(rows) else (Clock("_1"),)
    for clock in clocks:
        rows = _with_clock(rows, clock, pack.calendar, seen)
    joined = _with_consents(rows, permissions.consents)
    joined = _with_holds(joined, rows, permissions.holds, asked.holding)
    joined = _with_own_hours(joined, permissions.preferences, clocks, asked.own_minutes)
    if asked.counting:
        for clock in clocks:
            met = _met_history(rows, weighing(permissions.attempts, asked.counted), clock, seen)
            joined = _with_history(joined, met, asked, clock, has_openings=has_openings)
    joined = _with_replies(joined, rows, permissions.attempts, asked.rules)
    return Attached(joined, clocks, seen)


def without_facts(rows: Frame) -> Frame:
    return rows.drop([name for name in rows.collect_schema().names() if name.startswith(ADDED)])


def _look(rows: Frame) -> Seen | None:
    """The instants and zones that the rows hold; the span begins nine days before the first, for its history. None: no rows."""
    ends = rows.select(nw.col("at_us").min().alias("first"), nw.col("at_us").max().alias("last")).collect()
    first, last = ends["first"].to_list()[0], ends["last"].to_list()[0]
    if first is None:
        return None
    zones: set[str] = set()
    for column in ("_zone_1", "_zone_2"):
        zones.update(rows.select(nw.col(column)).unique().collect()[column].to_list())
    return Seen(Span(first - 9 * DAY_US, last), frozenset(zones - {""}))


def _has_second_zone(rows: Frame) -> bool:
    return rows.filter(nw.col("_zone_2") != "").head(1).collect().shape[0] > 0


def _with_clock(rows: Frame, clock: Clock, calendar: str, seen: Seen) -> Frame:
    local = f"_local{clock.suffix}"
    rows = rows.with_columns(local_us(nw.col("at_us"), clock.col("zone"), seen.zones, seen.span).alias(local))
    rows = rows.with_columns(
        local_day(nw.col(local)).alias(f"_day{clock.suffix}"), (nw.col(local) % DAY_US).alias(f"_us{clock.suffix}")
    )
    return rows.with_columns(
        day_kind(clock.col("day"), calendar, seen.span).alias(f"_kind{clock.suffix}"),
        ((clock.col("day") + 3) % WEEK).alias(f"_weekday{clock.suffix}"),
    )


def flag(condition: nw.Expr) -> nw.Expr:
    """1 or 0: whole numbers have the same maximum on every engine."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _attach(joined: Frame, found: Frame, columns: Iterable[str], *, absent: int = 0) -> Frame:
    """Left join by row; `absent` where there is nothing."""
    joined = joined.join(found, on="row_id", how="left")
    return joined.with_columns(nw.col(column).fill_null(absent) for column in columns)


def _with_consents(rows: Frame, consents: Frame) -> Frame:
    """`_consent`: one is in force; `_consent_us`: else the first instant at which one will be."""
    given = consents.select(
        "debtor_id", "channel", nw.col("purpose").alias("_covers"), nw.col("from_us"), nw.col("to_us")
    )
    met = rows.select("row_id", "debtor_id", "channel", "purpose", "at_us").join(
        given, on=["debtor_id", "channel"], how="inner"
    )
    covers = (nw.col("_covers") == "") | (nw.col("_covers") == nw.col("purpose"))
    covers = covers | ((nw.col("_covers") == "collection") & (nw.col("purpose") != "marketing"))
    met = met.filter(covers & (nw.col("at_us") < nw.col("to_us")) & (nw.col("from_us") < nw.col("to_us")))
    found = met.select("row_id", flag(nw.col("from_us") <= nw.col("at_us")).alias("_consent"), "from_us")
    found = found.group_by("row_id").agg(nw.col("_consent").max(), nw.col("from_us").min().alias("_consent_us"))
    joined = _attach(rows, found, ["_consent"])
    return joined.with_columns(nw.col("_consent_us").fill_null(FOREVER_US))


def _with_holds(joined: Frame, rows: Frame, holds: Frame, rules: tuple[Rule, ...]) -> Frame:
    """For each rule of holds, whether one of its kinds is in force on the person or on the obligation, and the last's end."""
    if not rules:
        return joined
    stops = holds.select(
        nw.col("debtor_id"), nw.col("obligation_id").alias("_on"), nw.col("kind").alias("_hold"),
        nw.col("channel").alias("_by"), nw.col("from_us"), nw.col("to_us"),
    )  # fmt: skip
    asked = rows.select("row_id", "debtor_id", "obligation_id", "channel", "at_us")
    mine = asked.join(stops, on="debtor_id", how="inner")
    mine = mine.filter(
        (nw.col("_on") == 0) | (nw.col("obligation_id") == 0) | (nw.col("_on") == nw.col("obligation_id"))
    )
    owed = asked.filter(nw.col("obligation_id") != 0)
    shared = owed.join(stops.drop("debtor_id"), left_on="obligation_id", right_on="_on", how="inner")
    columns = ["row_id", "channel", "at_us", "_hold", "_by", "from_us", "to_us"]
    met = nw.concat([mine.select(columns), shared.select(columns)], how="vertical")
    met = met.filter(
        ((nw.col("_by") == "") | (nw.col("_by") == nw.col("channel")))
        & (nw.col("from_us") <= nw.col("at_us"))
        & (nw.col("at_us") < nw.col("to_us"))
    )
    told: dict[str, nw.Expr] = {}
    for index, rule in enumerate(rules):
        holds_here = nw.col("_hold").is_in(list(rule.holds))
        told[f"_hold_{index}"] = flag(holds_here)
        told[f"_hold_us_{index}"] = nw.when(holds_here).then(nw.col("to_us")).otherwise(nw.lit(0, dtype=nw.Int64))
    met = met.with_columns(expr.alias(name) for name, expr in told.items())
    return _attach(joined, met.group_by("row_id").agg(nw.col(name).max() for name in told), told)


def _with_own_hours(joined: Frame, preferences: Frame, clocks: Iterable[Clock], minutes: Iterable[int]) -> Frame:
    """`_own`: own hours are in force; `_own_instrument`; `_own_open_N_*`: the wall clock is inside them, or for N minutes not in
    the last of them."""
    own = preferences.select(
        nw.col("debtor_id"), nw.col("hours").alias("_hours"), flag(nw.col("has_instrument")).alias("_own_instrument"),
        nw.col("from_us").alias("_own_from"), nw.col("to_us").alias("_own_to"),
    )  # fmt: skip
    patterns = sorted(str(text) for text in own.select("_hours").unique().collect()["_hours"].to_list())
    joined = joined.join(own, on="debtor_id", how="left")
    stands = (nw.col("_own_from") <= nw.col("at_us")) & (nw.col("at_us") < nw.col("_own_to"))
    joined = joined.with_columns(
        flag(stands.fill_null(value=False)).alias("_own"), nw.col("_own_instrument").fill_null(0)
    )
    for clock in clocks:
        for last in minutes:
            opens = [(nw.col("_hours") == text) & is_open(windows_in(text, last), clock) for text in patterns]
            inside = reduce(or_, opens, NO).fill_null(value=False)
            joined = joined.with_columns(flag(inside).alias(f"_own_open_{last}{clock.suffix}"))
    return joined


def windows_in(text: str, minutes: int = 0) -> Windows:
    """The customer's own hours as windows; with `minutes`, all but the last of them."""
    windows = parse_windows(json.loads(text))
    return closing_only(windows, minutes) if minutes else windows


def is_open(windows: Windows, clock: Clock) -> nw.Expr:
    """The wall clock is inside the windows; a holiday beats the weekday unless it says «same»."""
    kind = clock.col("weekday") if windows[WEEK] is None else clock.col("kind")
    return reduce(or_, [(kind == index) & _inside(day, clock) for index, day in enumerate(windows) if day], NO)


def _inside(spans: Iterable[tuple[int, int]], clock: Clock) -> nw.Expr:
    us = clock.col("us")
    return reduce(or_, [(us >= first * MICRO) & (us < last * MICRO) for first, last in spans], NO)


def weighing(attempts: Frame, counted: frozenset[str]) -> Frame:
    """The past contacts that weigh on a cap under these readings."""
    columns = attempts.collect_schema().names()
    weighs = nw.col("counts")
    if "is_confirmation" in columns and counted & set(EXEMPT_PURPOSES):
        weighs = weighs | nw.col("is_confirmation")
    if "is_other_party" in columns and "other_parties" not in counted:
        weighs = weighs & ~nw.col("is_other_party")
    return attempts.filter(nw.col("is_out") & weighs)


def _met_history(rows: Frame, attempts: Frame, clock: Clock, seen: Seen) -> Frame:
    """Each row with each past contact that weighs on it, on its local day by this clock: its person's, and with the others who
    are bound by the same debt."""
    columns = attempts.collect_schema().names()
    debt = nw.col("obligation_id") if "obligation_id" in columns else nw.lit(0)
    events = attempts.filter(nw.col("at_us") >= seen.span.first_us).select(
        "debtor_id", nw.col("channel").alias("_by"), nw.col("at_us").alias("_then"), "is_two_way", debt.alias("_debt"),
        *(["is_other_party"] if "is_other_party" in columns else []),
    )  # fmt: skip
    clocked = (f"_{name}{clock.suffix}" for name in ("zone", "day", "weekday"))
    met = rows.select("row_id", "debtor_id", "obligation_id", "channel", *clocked).join(
        events, on="debtor_id", how="inner"
    )
    if "is_other_party" in columns:
        met = met.filter(~nw.col("is_other_party") | is_of_debt()).drop("is_other_party")
    return met.with_columns(
        local_day(local_us(nw.col("_then"), clock.col("zone"), seen.zones, seen.span)).alias("_then_day")
    )


def _with_history(joined: Frame, met: Frame, asked: Asked, clock: Clock, *, has_openings: bool) -> Frame:
    """For each rule that counts: `_past_*` how many past contacts weigh on the row; with openings, `_free_*` the local day on
    which one fewer than the limit will."""
    told: dict[str, nw.Expr] = {}
    free: dict[str, nw.Expr] = {}
    for index, rule in enumerate(asked.counting):
        counted, end = _counted(rule), _weighs_until(rule)
        told[f"_past_{index}{clock.suffix}"] = flag(counted & (clock.col("day") < end))
        if not has_openings:
            continue
        if rule.kind != "cap" or rule.limit == 1:
            free[f"_free_{index}{clock.suffix}"] = nw.when(counted).then(end).otherwise(nw.lit(0, dtype=nw.Int64))
        else:
            for ahead in range(WEEK + 1):
                told[f"_past_{index}_{ahead}{clock.suffix}"] = flag(counted & (clock.col("day") + ahead < end))
    met = met.with_columns(expr.alias(name) for name, expr in (told | free).items())
    sums = (nw.col(name).sum().cast(nw.Int64) for name in told)
    found = met.group_by("row_id").agg(*sums, *(nw.col(name).max().cast(nw.Int64) for name in free))
    return _attach(joined, found, [*told, *free])


def _counted(rule: Rule) -> nw.Expr:
    """The past contact is one that this rule counts."""
    counted = [nw.col("is_two_way")] if rule.counted == "two_way" else []
    if rule.kind == "channel_lock":
        return reduce(and_, [*counted, nw.col("_by") != nw.col("channel")])
    if set(rule.counted_channels) != set(CHANNELS):
        counted.append(nw.col("_by").is_in(list(rule.counted_channels)))
    if rule.is_same_channel:
        counted.append(nw.col("_by") == nw.col("channel"))
    if rule.subject == "debt":
        counted.append(is_of_debt())
    return reduce(and_, counted, YES)


def is_of_debt() -> nw.Expr:
    """The past contact was about the row's debt, or one of the two about all of them."""
    return (nw.col("_debt") == 0) | (nw.col("obligation_id") == 0) | (nw.col("_debt") == nw.col("obligation_id"))


def _weighs_until(rule: Rule) -> nw.Expr:
    """The first local day on which the past contact no longer weighs."""
    then = nw.col("_then_day")
    if rule.kind == "gap":
        return then + rule.days
    if rule.per == "day":
        return then + 1
    return then + WEEK if rule.per == "rolling7" else then - (then + 3) % WEEK + WEEK


def _with_replies(joined: Frame, rows: Frame, attempts: Frame, rules: Iterable[Rule]) -> Frame:
    """`_reply_N`: the person wrote or called on this channel within the last N hours."""
    reaches = sorted({rule.reply_hours for rule in rules if rule.reply_hours})
    if not reaches:
        return joined
    asked = attempts.filter(~nw.col("is_out"))
    if "is_other_party" in attempts.collect_schema().names():
        asked = asked.filter(~nw.col("is_other_party"))
    asked = asked.select("debtor_id", "channel", nw.col("at_us").alias("_then"))
    met = rows.select("row_id", "debtor_id", "channel", "at_us").join(asked, on=["debtor_id", "channel"], how="inner")
    names = {f"_reply_{hours}": hours * 3600 * MICRO for hours in reaches}
    met = met.with_columns(flag(nw.col("at_us") < nw.col("_then") + reach).alias(name) for name, reach in names.items())
    return _attach(joined, met.group_by("row_id").agg(nw.col(name).max() for name in names), names)
