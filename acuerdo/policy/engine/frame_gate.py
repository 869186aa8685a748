"""Each rule of a pack as one boolean column "it denies"; the first of them names the verdict."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from acuerdo.policy.engine.local_time import DAY_US, Span, day_kind, local_day, local_us
from acuerdo.policy.rules.facts import Reading, Windows
from acuerdo.policy.rules.gate import ZONE_RULE
from acuerdo.policy.rules.hours import EPOCH_ORDINAL, MICRO
from acuerdo.policy.rules.pack import OPEN_END, Pack, Rule
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import CHANNELS, PURPOSES, RECIPIENTS

type Frame = nw.LazyFrame[Any]
ROW_COLUMNS = (
    *("row_id", "debtor_id", "obligation_id", "channel", "purpose", "recipient", "at_us", "zone", "zone_2", "region"),
    *("balance_minor", "balance_due_minor", "balance_stated_minor", "point_is_valid", "point_ownership"),
    *("excluded_number", "visit_authorisation", "unreachable_documented"),
)
COUNTING = ("cap", "gap", "channel_lock")
YES, NO = nw.lit(True), nw.lit(False)


@dataclass(frozen=True, slots=True)
class Permissions:
    """The frames that bind the rows, of the same engine as the rows."""

    consents: Frame
    holds: Frame
    preferences: Frame
    attempts: Frame


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


def judge_rows(
    rows: Frame, permissions: Permissions, pack: Pack, readings: Mapping[str, Reading], *, on: date
) -> Frame:
    """`rows` with `gate_allowed` and `gate_rule`. `on`: the date whose readings are in force.

    Looks once at the rows (their span and zones) and at the distinct own hours; the rest stays lazy. Refuses what
    `Pack.choose` and `holiday_days` refuse.
    """
    chosen = dict(pack.choose(readings, on))
    rules = [rule for rule in pack.rules if rule.effect == "deny" and _is_chosen(rule, chosen)]
    zone = nw.when(nw.col("zone") == "").then(nw.lit(pack.zones[0] if pack.zones else "")).otherwise(nw.col("zone"))
    rows = rows.with_columns(zone.alias("_zone_1"), nw.col("zone_2").alias("_zone_2"))
    seen = _look(rows)
    if seen is None:
        return rows.drop("_zone_1", "_zone_2").with_columns(gate_rule=nw.lit(""), gate_allowed=NO)
    clocks = (Clock("_1"), Clock("_2")) if _has_second_zone(rows) else (Clock("_1"),)
    for clock in clocks:
        rows = _with_clock(rows, clock, pack.calendar, seen)
    joined = _with_consents(rows, permissions.consents)
    joined = _with_holds(joined, rows, permissions.holds, rules)
    joined = _with_own_hours(joined, permissions.preferences, clocks)
    for clock in clocks:
        joined = _with_history(joined, rows, permissions.attempts, rules, (clock, seen))
    joined = _with_replies(joined, rows, permissions.attempts, rules)
    return _conclude(joined, rules, pack, chosen, clocks)


def _is_chosen(rule: Rule, chosen: Mapping[str, str]) -> bool:
    return all(chosen[name] in values for name, values in rule.when)


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
        ((clock.col("day") + 3) % 7).alias(f"_weekday{clock.suffix}"),
    )


def _flag(condition: nw.Expr) -> nw.Expr:
    """1 or 0: whole numbers have the same maximum on every engine."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _attach(joined: Frame, found: Frame, columns: Iterable[str]) -> Frame:
    """Left join by row, absent counts as zero."""
    joined = joined.join(found, on="row_id", how="left")
    return joined.with_columns(nw.col(column).fill_null(0) for column in columns)


def _with_consents(rows: Frame, consents: Frame) -> Frame:
    given = consents.select(
        "debtor_id", "channel", nw.col("purpose").alias("_covers"), nw.col("from_us"), nw.col("to_us")
    )
    met = rows.select("row_id", "debtor_id", "channel", "purpose", "at_us").join(
        given, on=["debtor_id", "channel"], how="inner"
    )
    covers = (nw.col("_covers") == "") | (nw.col("_covers") == nw.col("purpose"))
    covers = covers | ((nw.col("_covers") == "collection") & (nw.col("purpose") != "marketing"))
    met = met.filter(covers & (nw.col("from_us") <= nw.col("at_us")) & (nw.col("at_us") < nw.col("to_us")))
    return _attach(rows, met.select("row_id", nw.lit(1).alias("_consent")).unique("row_id"), ["_consent"])


def _with_holds(joined: Frame, rows: Frame, holds: Frame, rules: Iterable[Rule]) -> Frame:
    """For each rule of holds, whether one of its kinds is in force on the person or on the obligation."""
    asking = [rule for rule in rules if rule.kind == "hold"]
    if not asking:
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
    names = {f"_hold_{index}": rule for index, rule in enumerate(asking)}
    met = met.with_columns(_flag(nw.col("_hold").is_in(list(rule.holds))).alias(name) for name, rule in names.items())
    found = met.group_by("row_id").agg(nw.col(name).max() for name in names)
    return _attach(joined, found, names)


def _with_own_hours(joined: Frame, preferences: Frame, clocks: Iterable[Clock]) -> Frame:
    """`_own`: own hours are in force; `_own_instrument`; `_own_open_*`: the wall clock is inside them."""
    own = preferences.select(
        nw.col("debtor_id"), nw.col("hours").alias("_hours"), _flag(nw.col("has_instrument")).alias("_own_instrument"),
        nw.col("from_us").alias("_own_from"), nw.col("to_us").alias("_own_to"),
    )  # fmt: skip
    patterns = [str(text) for text in own.select("_hours").unique().collect()["_hours"].to_list()]
    joined = joined.join(own, on="debtor_id", how="left")
    stands = (nw.col("_own_from") <= nw.col("at_us")) & (nw.col("at_us") < nw.col("_own_to"))
    joined = joined.with_columns(
        _flag(stands.fill_null(value=False)).alias("_own"), nw.col("_own_instrument").fill_null(0)
    )
    for clock in clocks:
        inside = reduce(or_, [(nw.col("_hours") == text) & _is_open(_windows(text), clock) for text in patterns], NO)
        joined = joined.with_columns(_flag(inside.fill_null(value=False)).alias(f"_own_open{clock.suffix}"))
    return joined


def _windows(text: str) -> Windows:
    return parse_windows(json.loads(text))


def _is_open(windows: Windows, clock: Clock) -> nw.Expr:
    """The wall clock is inside the windows; a holiday beats the weekday unless it says «same»."""
    kind = clock.col("weekday") if windows[7] is None else clock.col("kind")
    return reduce(or_, [(kind == index) & _inside(day, clock) for index, day in enumerate(windows) if day], NO)


def _inside(spans: Iterable[tuple[int, int]], clock: Clock) -> nw.Expr:
    us = clock.col("us")
    return reduce(or_, [(us >= first * MICRO) & (us < last * MICRO) for first, last in spans], NO)


def _with_history(joined: Frame, rows: Frame, attempts: Frame, rules: Iterable[Rule], by: tuple[Clock, Seen]) -> Frame:
    """For each rule that counts, how many past contacts weigh on the row by the calendar of this clock."""
    clock, seen = by
    counting = [rule for rule in rules if rule.kind in COUNTING]
    if not counting:
        return joined
    has_debts = "obligation_id" in attempts.collect_schema().names()
    debt = nw.col("obligation_id") if has_debts else nw.lit(0)
    events = attempts.filter(nw.col("is_out") & nw.col("counts") & (nw.col("at_us") >= seen.span.first_us)).select(
        "debtor_id", nw.col("channel").alias("_by"), nw.col("at_us").alias("_then"), "is_two_way", debt.alias("_debt")
    )
    names = [
        "row_id",
        "debtor_id",
        "obligation_id",
        "channel",
        *(f"_{name}{clock.suffix}" for name in ("zone", "day", "weekday")),
    ]
    met = rows.select(names).join(events, on="debtor_id", how="inner")
    met = met.with_columns(
        local_day(local_us(nw.col("_then"), clock.col("zone"), seen.zones, seen.span)).alias("_then_day")
    )
    columns = {f"_past_{index}{clock.suffix}": rule for index, rule in enumerate(counting)}
    met = met.with_columns(_flag(_weighs(rule, clock)).alias(name) for name, rule in columns.items())
    found = met.group_by("row_id").agg(nw.col(name).sum().cast(nw.Int64) for name in columns)
    return _attach(joined, found, columns)


def _weighs(rule: Rule, clock: Clock) -> nw.Expr:
    """One past contact still weighs on the row by this rule."""
    ago = clock.col("day") - nw.col("_then_day")
    weighs = [nw.col("is_two_way")] if rule.counted == "two_way" else []
    if rule.kind == "channel_lock":
        return reduce(and_, [*weighs, nw.col("_by") != nw.col("channel"), _is_recent(rule.per, ago, clock)])
    if set(rule.counted_channels) != set(CHANNELS):
        weighs.append(nw.col("_by").is_in(list(rule.counted_channels)))
    if rule.is_same_channel:
        weighs.append(nw.col("_by") == nw.col("channel"))
    if rule.subject == "debt":
        weighs.append(
            (nw.col("_debt") == 0) | (nw.col("obligation_id") == 0) | (nw.col("_debt") == nw.col("obligation_id"))
        )
    recent = ago < rule.days if rule.kind == "gap" else _is_recent(rule.per, ago, clock)
    return reduce(and_, [*weighs, recent])


def _is_recent(per: str, ago: nw.Expr, clock: Clock) -> nw.Expr:
    if per == "day":
        return ago <= 0
    return ago < 7 if per == "rolling7" else ago <= clock.col("weekday")


def _with_replies(joined: Frame, rows: Frame, attempts: Frame, rules: Iterable[Rule]) -> Frame:
    """`_reply_N`: the person wrote or called on this channel within the last N hours."""
    reaches = sorted({rule.reply_hours for rule in rules if rule.reply_hours})
    if not reaches:
        return joined
    asked = attempts.filter(~nw.col("is_out")).select("debtor_id", "channel", nw.col("at_us").alias("_then"))
    met = rows.select("row_id", "debtor_id", "channel", "at_us").join(asked, on=["debtor_id", "channel"], how="inner")
    names = {f"_reply_{hours}": hours * 3600 * MICRO for hours in reaches}
    met = met.with_columns(
        _flag(nw.col("at_us") < nw.col("_then") + reach).alias(name) for name, reach in names.items()
    )
    return _attach(joined, met.group_by("row_id").agg(nw.col(name).max() for name in names), names)


def _conclude(
    joined: Frame, rules: list[Rule], pack: Pack, chosen: Mapping[str, str], clocks: tuple[Clock, ...]
) -> Frame:
    """The first denying rule in the pack's order; a row without a zone is denied before all."""
    judged = _judged_purpose(pack, chosen)
    counted = {id(rule): index for index, rule in enumerate(one for one in rules if one.kind in COUNTING)}
    held = {id(rule): index for index, rule in enumerate(one for one in rules if one.kind == "hold")}
    marks = []
    for index, rule in enumerate(rules):
        place = counted.get(id(rule), held.get(id(rule), 0))
        denied = reduce(or_, [_denies_in(rule, place, clock) for clock in clocks])
        marks.append((_applies(rule, judged) & denied).fill_null(value=False).alias(f"_deny_{index}"))
    joined = joined.with_columns(*marks)
    first: nw.Expr = nw.lit("")
    for index in range(len(rules) - 1, -1, -1):
        first = nw.when(nw.col(f"_deny_{index}")).then(nw.lit(rules[index].id)).otherwise(first)
    first = nw.when(nw.col("_zone_1") == "").then(nw.lit(ZONE_RULE)).otherwise(first)
    joined = joined.with_columns(first.alias("gate_rule"))
    joined = joined.with_columns((nw.col("gate_rule") == "").alias("gate_allowed"))
    return joined.drop([name for name in joined.collect_schema().names() if name.startswith("_")])


def _judged_purpose(pack: Pack, chosen: Mapping[str, str]) -> nw.Expr:
    """The purpose as the country's rules see it under the chosen readings."""
    purpose = nw.col("purpose")
    for name, setting in pack.settings.items():
        if setting.judged_as is not None and setting.judged_as[1] == chosen[name]:
            purpose = nw.when(nw.col("purpose") == setting.judged_as[0]).then(nw.lit(chosen[name])).otherwise(purpose)
    return purpose


def _applies(rule: Rule, judged_purpose: nw.Expr) -> nw.Expr:
    purpose = nw.col("purpose") if rule.id.startswith("common.") else judged_purpose
    limits = [
        expr.is_in(list(listed))
        for expr, listed, every in (
            (nw.col("channel"), rule.channels, CHANNELS),
            (purpose, rule.purposes, PURPOSES),
            (nw.col("recipient"), rule.recipients, RECIPIENTS),
        )
        if set(listed) != set(every)
    ]
    if rule.region:
        limits.append((nw.col("region") == "") | (nw.col("region") == rule.region))
    return reduce(and_, limits, YES)


def _denies_in(rule: Rule, place: int, clock: Clock) -> nw.Expr:
    """The rule is in force on this clock's date and does not let the contact pass."""
    in_force = clock.col("day") >= rule.effective_from - EPOCH_ORDINAL
    if rule.effective_to != OPEN_END:
        in_force = in_force & (clock.col("day") <= rule.effective_to - EPOCH_ORDINAL)
    return (clock.col("zone") != "") & in_force & _denies(rule, place, clock)


def _denies(rule: Rule, place: int, clock: Clock) -> nw.Expr:
    if rule.kind in COUNTING:
        return nw.col(f"_past_{place}{clock.suffix}") >= (rule.limit if rule.kind == "cap" else 1)
    if rule.kind == "hold":
        return nw.col(f"_hold_{place}") == 1
    return DENIALS[rule.kind](rule, clock)


def _balance_denies(_rule: Rule, _clock: Clock) -> nw.Expr:
    due, whole, stated = nw.col("balance_due_minor"), nw.col("balance_minor"), nw.col("balance_stated_minor")
    by_due = (nw.col("purpose") == "collection") & ~due.is_null()
    owed = nw.when(by_due).then(due).otherwise(whole)
    return (owed <= 0).fill_null(value=False) | (stated != due).fill_null(value=False)


def _consent_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    missing = nw.col("_consent") == 0
    return missing & (nw.col(f"_reply_{rule.reply_hours}") == 0) if rule.reply_hours else missing


def _hours_deny(rule: Rule, clock: Clock) -> nw.Expr:
    closed = ~_is_open(rule.windows, clock)
    if not rule.may_override:
        return closed
    return closed & ~((nw.col("_own") == 1) & (nw.col("_own_instrument") == 1))


def _point_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    broken = (~nw.col("point_is_valid")).fill_null(value=False)
    return broken | (nw.col("point_ownership") < rule.limit).fill_null(value=False)


def _registry_denies(_rule: Rule, _clock: Clock) -> nw.Expr:
    return nw.col("excluded_number").fill_null(value=True)


def _evidence_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    return ~reduce(or_, [nw.col(name) for name in rule.any_of])


def _own_hours_deny(_rule: Rule, clock: Clock) -> nw.Expr:
    return (nw.col("_own") == 1) & (clock.col("own_open") == 0)


def _always(_rule: Rule, _clock: Clock) -> nw.Expr:
    return YES


DENIALS: dict[str, Callable[[Rule, Clock], nw.Expr]] = {
    "party": _always,
    "balance": _balance_denies,
    "point": _point_denies,
    "registry": _registry_denies,
    "consent": _consent_denies,
    "evidence": _evidence_denies,
    "hours": _hours_deny,
    "own_hours": _own_hours_deny,
}
