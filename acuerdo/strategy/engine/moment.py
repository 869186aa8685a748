"""The date being planned, and the small expressions that every stage of the run is written with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import narwhals as nw

from acuerdo.strategy.engine.snapshot import EPOCH_DAY
from acuerdo.strategy.rules.facts import NEVER


@dataclass(frozen=True, slots=True)
class Moment:
    """The date being planned and the instant from which it may be carried out."""

    on: date
    now: datetime

    @property
    def day(self) -> int:
        return self.on.toordinal() - EPOCH_DAY

    @property
    def now_us(self) -> int:
        return int(self.now.timestamp()) * 1_000_000

    def midnight_offset_seconds(self, zone: str) -> int:
        offset = datetime(self.on.year, self.on.month, self.on.day, 12, tzinfo=ZoneInfo(zone)).utcoffset()
        return int((offset or timedelta()).total_seconds())


def start_of(on: date, now: datetime, zone: str) -> Moment:
    """Now when it is that date in `zone`; else the date's first instant there (a plan made ahead, or replayed)."""
    local = now.astimezone(ZoneInfo(zone))
    if local.date() == on:
        return Moment(on, now)
    return Moment(on, datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))


def ones(condition: nw.Expr) -> nw.Expr:
    """How many rows of a group meet it."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(nw.Int64)


def any_of(condition: nw.Expr) -> nw.Expr:
    """1 when some row of a group meets it, else 0."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).max().cast(nw.Int64)


def in_force(moment: Moment) -> nw.Expr:
    """Rows whose span [from_us, to_us) holds the moment."""
    return (nw.col("from_us") <= moment.now_us) & (nw.col("to_us") > moment.now_us)


def days_since(column: str, today: int) -> nw.Expr:
    """Days from a day column to today; NEVER when it is null, 0 when it lies ahead."""
    gone = today - nw.col(column)
    return nw.when(nw.col(column).is_null()).then(nw.lit(NEVER)).otherwise(nw.max_horizontal(gone, nw.lit(0)))
