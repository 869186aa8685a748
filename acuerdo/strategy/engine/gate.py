"""The law over a frame: `policy.engine`, the gate's own frame form, asked for every candidate of a person's local day.

A contact is wished for at its step's hour, or now if that has passed. Where only hours stand against it, it moves to the
first permitted moment of the same day. Refusals are numbers here (places in `LawBook.refusals`) and become words where they
are shown. The gate is asked again in the transaction that sends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import ClassVar
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import ROW_COLUMNS, Permissions, find_openings, judge_rows, with_excluded_numbers
from acuerdo.policy.rules import Pack, Reading, load_pack, pack_codes
from acuerdo.policy.rules.gate import CALENDAR_RULE, ZONE_RULE
from acuerdo.policy.rules.pack import Rule
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.snapshot import EPOCH_DAY, Snapshot
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.scorecard import CHANNELS_SCORED

ALLOWED = 0
# What a candidate tells of itself to be judged.
ASKED = [
    "row_id", "debtor_id", "obligation_id", "law", "timezone", "region", "balance", "balance_due", "place", "is_reminder",
    "contact_point_id", "hour", "at_us", "day_ends_us", "refusal",
]  # fmt: skip
TIMED = ("hours", "own_hours")
SEPARATOR = "|"
# The kinds of rules, told in the words of the worklist; the first that speaks is the one told.
_TOLD = {
    "hold": "hold-other", "gap": "week-full", "channel_lock": "channel-locked", "consent": "no-consent", "hours": "day-closed",
    "own_hours": "hours-closed",
}  # fmt: skip
_ORDER = ("cap", "gap", "hours", "own_hours", "channel_lock", "consent")
_VERDICT = {"gate_rules": pl.String, "verdict": pl.Int64, "may_open": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Law:
    """A country's pack with one creditor's readings of it; None where no pack is loaded for the country."""

    country: str
    pack: Pack | None
    readings: Mapping[str, Reading]

    def counted(self, on: date) -> frozenset[str]:
        """What its readings make the caps count besides contacts that collect."""
        return self.pack.counted(self.pack.choose(self.readings, on)) if self.pack is not None else frozenset()


@dataclass(frozen=True, slots=True)
class LawBook:
    """The different laws of the portfolio, whose each creditor is, and every refusal that they or we may give."""

    laws: tuple[Law, ...]
    creditors: pl.DataFrame
    refusals: tuple[tuple[str, str], ...]
    consulted: Mapping[str, int]

    NO_POINT: ClassVar[int] = 1
    ON_HOLD: ClassVar[int] = 2
    HOURS_CLOSED: ClassVar[int] = 3
    NO_RULES: ClassVar[int] = 4

    def frame(self, engine: Engine) -> Frame:
        """(creditor_id, law)."""
        return engine.lend(self.creditors, "laws")

    def number(self, code: str, rule: str) -> int:
        return self.refusals.index((code, rule))


# Numbers 0 … 4, in this order: `ALLOWED` and the refusals that need no rule of a country.
_OURS = (("", ""), ("no-contact-point", ""), ("hold-channel", ""), ("hours-closed", ""), ("no-rules", ""))


def law_book(engine: Engine, snapshot: Snapshot, moment: Moment) -> LawBook:
    """What each creditor's country and readings say on the date."""
    creditors = engine.collect(engine.scan(snapshot.path("creditors"))).sort("creditor_id")
    readings = engine.collect(engine.scan(snapshot.path("readings"))).sort("approved_day", "reading_id")
    laws: list[Law] = []
    known: dict[tuple[str, tuple[tuple[str, Reading], ...]], int] = {}
    rows = []
    for creditor in creditors.iter_rows(named=True):
        code = creditor["country"].lower()
        chosen = _readings(readings.filter(pl.col("creditor_id") == creditor["creditor_id"]), code, moment)
        key = (code, tuple(sorted(chosen.items(), key=lambda item: item[0])))
        if key not in known:
            known[key] = len(laws)
            laws.append(Law(code.upper(), _pack(code), chosen))
        rows.append((creditor["creditor_id"], known[key]))
    loads = engine.collect(engine.scan(snapshot.path("registries")))
    consulted = dict(loads.select("country", "loaded_us").iter_rows())
    schema = {"creditor_id": pl.Int64, "law": pl.Int64}
    return LawBook(tuple(laws), pl.DataFrame(rows, schema=schema, orient="row"), _refusals(laws), consulted)


def _readings(rows: pl.DataFrame, code: str, moment: Moment) -> dict[str, Reading]:
    """The latest approval of each setting, from the day after it was given, over what binds until one is."""
    found: dict[str, Reading] = {}
    for row in rows.filter((pl.col("pack") == code) & (pl.col("approved_day") < moment.day)).iter_rows(named=True):
        on = date.fromordinal(row["approved_day"] + EPOCH_DAY)
        found[row["name"]] = Reading(row["value"], row["approved_by"], on)
    pack = _pack(code)
    return pack.installed(found) if pack is not None else found


@lru_cache(maxsize=64)
def _pack(code: str) -> Pack | None:
    return load_pack(code) if code in pack_codes() else None


def _refusals(laws: list[Law]) -> tuple[tuple[str, str], ...]:
    rules = {_said(rule) for law in laws if law.pack is not None for rule in law.pack.rules if rule.effect == "deny"}
    return (*_OURS, *sorted(rules | {("law", ZONE_RULE), ("law", CALENDAR_RULE)}))


def _said(rule: Rule) -> tuple[str, str]:
    """A rule's refusal in the worklist's words, and its id."""
    if rule.kind == "cap":
        return ("contacted-today" if rule.per == "day" else "week-full"), rule.id
    return _TOLD.get(rule.kind, "law"), rule.id


# --- the candidates judged


def ask_gate(tables: Tables, asked: Frame, book: LawBook, moment: Moment) -> Frame:
    """`row_id`, `answer` (ALLOWED or the refusal's number) and `planned_us` (0: not today) of every candidate asked about."""
    answers, permissions = [], _permissions(tables, moment, book)
    for number, law in enumerate(book.laws):
        rows = asked.filter(nw.col("law") == number)
        if law.pack is None:
            answers.append(_plain(rows, LawBook.NO_RULES))
        else:
            answers.append(_Court(tables, book, moment, permissions, law, law.pack).answered(rows))
    if not answers:
        return _plain(asked, LawBook.NO_RULES)
    return tables.engine.settle(nw.concat(answers, how="vertical"), "answers")


def _plain(rows: Frame, refusal: int) -> Frame:
    return rows.select("row_id", answer=nw.lit(refusal).cast(nw.Int64), planned_us=nw.lit(0).cast(nw.Int64))


def local_times(zones: Sequence[str], slots: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """For each zone and minute of a step: the wished instant, not before now, and the end of the local day."""
    rows = []
    for zone in zones:
        midnight = datetime(moment.on.year, moment.on.month, moment.on.day, tzinfo=ZoneInfo(zone))
        ends = _us(midnight + timedelta(days=1))
        for minute in sorted(set(slots.get_column("minute"))):
            wished = (midnight + timedelta(minutes=minute)).astimezone(UTC)
            rows.append((zone, minute, _us(max(wished, moment.now)), ends))
    schema = {"timezone": pl.String, "minute": pl.Int64, "at_us": pl.Int64, "day_ends_us": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _us(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


def _permissions(tables: Tables, moment: Moment, book: LawBook) -> Permissions:
    """What binds the people of the pass, written apart: each law reads it, and each search for a later moment."""
    engine = tables.engine
    consents = tables.scan("consents").filter(nw.col("to_us") > moment.now_us)
    consents = consents.select("debtor_id", "channel", "purpose", "from_us", "to_us")
    attempts = _attempts(tables, moment, book)
    holds, hours = tables.scan("holds"), tables.scan("preferences")
    return Permissions(engine.settle(consents, "consents"), holds, hours, engine.settle(attempts, "attempts"))


def _attempts(tables: Tables, moment: Moment, book: LawBook) -> Frame:
    """The contacts that may weigh on the people of the pass: those with others bound by their debts only where a law counts them."""
    own = tables.scan("attempts").filter(nw.col("at_us") <= moment.now_us)
    own = own.select(
        "debtor_id", "obligation_id", "channel", "at_us", "is_out", "is_two_way", "counts", "is_confirmation"
    )
    if not any("other_parties" in law.counted(moment.on) for law in book.laws):
        return own
    shared = tables.scan("shared_attempts").filter(nw.col("at_us") <= moment.now_us)
    shared = shared.with_columns(is_out=nw.lit(True), is_other_party=nw.lit(True))
    own = own.with_columns(is_other_party=nw.lit(False))
    return nw.concat([own, shared.select(own.collect_schema().names())], how="vertical")


@dataclass(frozen=True, slots=True)
class _Court:
    """One law, asked about the candidates whom it binds."""

    tables: Tables
    book: LawBook
    moment: Moment
    permissions: Permissions
    law: Law
    pack: Pack

    def answered(self, rows: Frame) -> Frame:
        engine, asked = self.tables.engine, self._asked(rows)
        on, readings = self.moment.on, self.law.readings
        try:
            judged = judge_rows(asked, self.permissions, self.pack, readings, on=on, has_all_rules=True)
        except Refusal as refusal:  # what cannot be judged is not permitted
            if refusal.code != "holiday-calendar-missing":
                raise
            return _plain(rows, self.book.number("law", CALENDAR_RULE))
        verdicts = engine.settle(judged.select("row_id", "at_us", "hour", "zone", "gate_rules"), "verdicts")
        told = self._verdicts(engine.collect(verdicts.select("gate_rules").unique()))
        judged = verdicts.join(engine.lend(told, "verdicts_told"), on="gate_rules", how="inner")
        shut = judged.filter(nw.col("may_open")).select("row_id")
        opened = self._opened(asked, shut if told.get_column("may_open").any() else None)
        joined = judged.join(engine.lend(opened, "openings"), on="row_id", how="left")
        is_allowed = nw.col("verdict") == ALLOWED
        is_open = is_allowed | ~nw.col("opens_us").is_null()
        joined = joined.with_columns(
            planned_us=nw.when(is_allowed).then(nw.col("at_us")).otherwise(nw.col("opens_us").fill_null(0)),
            answer=nw.when(is_open).then(nw.lit(ALLOWED)).otherwise(nw.col("verdict")).cast(nw.Int64),
        )
        last_hour = engine.collect(verdicts.select(nw.col("hour").max())).item()
        if last_hour is not None and last_hour >= 0:  # some call's minutes are counted by the hour
            joined = _in_its_hour(engine, joined)
        return joined.select("row_id", "answer", "planned_us")

    def _asked(self, rows: Frame) -> Frame:
        """The candidates in the columns that the gate reads."""
        nothing, regions = nw.lit(None, dtype=nw.Int64), list(self.pack.regions)
        region = nw.when(nw.col("region").is_in(regions)).then(nw.col("region")).otherwise(nw.lit(""))
        channel: nw.Expr = nw.lit("")
        for place, name in enumerate(CHANNELS_SCORED):
            channel = nw.when(nw.col("place") == place).then(nw.lit(name)).otherwise(channel)
        rows = rows.with_columns(
            channel=channel, purpose=nw.when(nw.col("is_reminder")).then(nw.lit("reminder")).otherwise(nw.lit("collection")),
            recipient=nw.lit("debtor"), zone=nw.col("timezone"), zone_2=nw.lit(""), region=region if regions else nw.lit(""),
            balance_minor=nw.col("balance"), balance_due_minor=nw.col("balance_due"), balance_stated_minor=nothing,
            point_is_valid=nw.lit(None, dtype=nw.Boolean), point_ownership=nothing, visit_authorisation=nw.lit(value=False),
            unreachable_documented=nw.lit(value=False),
        )  # fmt: skip
        zone = ZoneInfo(self.pack.zones[0]) if self.pack.zones else UTC
        consulted = {
            country: datetime.fromtimestamp(us / 1_000_000, zone).date() for country, us in self.book.consulted.items()
        }
        today, points = self.moment.now.astimezone(zone).date(), self.tables.scan("excluded_points")
        rows = with_excluded_numbers(rows, points, consulted, today=today, country=self.law.country)
        return rows.select(*ROW_COLUMNS, "hour", "day_ends_us")

    def _verdicts(self, sets: pl.DataFrame) -> pl.DataFrame:
        """For each set of rules that denied: the refusal told, and whether nothing but the hour stands against the contact."""
        rules = {rule.id: rule for rule in self.pack.rules}
        rows: list[tuple[str, int, bool]] = []
        for denied in sets.get_column("gate_rules"):
            codes = denied.split(SEPARATOR) if denied else []
            if not codes:
                rows.append((denied, ALLOWED, False))
                continue
            first = min(codes, key=lambda code: _rank(rules.get(code)))
            said = _said(rules[first]) if first in rules else ("law", first)
            is_hours = all(code in rules and rules[code].kind in TIMED for code in codes)
            rows.append((denied, self.book.number(*said), is_hours))
        return pl.DataFrame(rows, schema=_VERDICT, orient="row")

    def _opened(self, asked: Frame, shut: Frame | None) -> pl.DataFrame:
        """`row_id` and `opens_us`: the first permitted moment of the day, for those (`shut`) whom only the hour stops.

        The wished hour may lie past the day's last permitted one: then the first from now on.
        """
        found = pl.DataFrame(schema={"row_id": pl.Int64, "opens_us": pl.Int64})
        if shut is None:
            return found
        engine = self.tables.engine
        rows = engine.settle(asked.join(shut, on="row_id", how="semi"), "shut")
        from_now = rows.with_columns(at_us=nw.lit(self.moment.now_us).cast(nw.Int64))
        for wished in (rows, from_now):
            pending = wished.join(engine.lend(found, "opened"), on="row_id", how="anti")
            found = pl.concat([found, self._openings(pending)])
        return found

    def _openings(self, rows: Frame) -> pl.DataFrame:
        engine, on = self.tables.engine, self.moment.on
        ends = engine.collect(rows.select("row_id", "day_ends_us"))
        if not ends.height:
            return pl.DataFrame(schema={"row_id": pl.Int64, "opens_us": pl.Int64})
        latest = int(ends.get_column("day_ends_us").max())  # type: ignore[arg-type]
        found = find_openings(
            rows.drop("hour", "day_ends_us"), self.permissions, self.pack, self.law.readings, on=on, until_us=latest,
            lend=partial(engine.lend, name="gate"),
        )  # fmt: skip
        today = found.join(ends, on="row_id").filter(pl.col("gate_next_us") < pl.col("day_ends_us"))
        return today.select("row_id", opens_us=pl.col("gate_next_us"))


def _rank(rule: Rule | None) -> int:
    return _ORDER.index(rule.kind) if rule is not None and rule.kind in _ORDER else -1


def _in_its_hour(engine: Engine, answered: Frame) -> Frame:
    """A call of an hour with counted minutes must fall in that hour; the law may have moved it."""
    counted = answered.filter((nw.col("hour") >= 0) & (nw.col("answer") == ALLOWED))
    moments = engine.collect(counted.select("zone", "planned_us").unique())
    hours = [datetime.fromtimestamp(us / 1_000_000, ZoneInfo(zone)).hour for zone, us in moments.iter_rows()]
    told = moments.with_columns(planned_hour=pl.Series(hours, dtype=pl.Int64))
    joined = answered.join(engine.lend(told, "planned_hours"), on=["zone", "planned_us"], how="left")
    moved = (
        (nw.col("answer") == ALLOWED)
        & (nw.col("hour") >= 0)
        & (nw.col("hour") != nw.col("planned_hour").fill_null(nw.col("hour")))
    )
    return joined.with_columns(answer=nw.when(moved).then(nw.lit(LawBook.HOURS_CLOSED)).otherwise(nw.col("answer")))
