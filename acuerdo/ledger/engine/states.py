"""What every obligation owes on a date, as data frames: the twin of the ledger's rules, equal to them row by row.

`ledger` accounts go on from what their last replay left open: late interest grows from there, instalments fall due. `core`
accounts move with the calendar and the money received since the lender's file. All in integers: no division but of
non-negatives, no date arithmetic (days are numbers since 1970-01-01), 128 bits where 10⁻²⁰ of a minor unit are counted.
What only a replay can tell (a payment or an event dated after the account's state, a credit that meets a due date, terms
never opened) and what cannot be told (a day without certified cap) keeps the figures last written, marked `is_stale`.
"""

from collections.abc import Sequence
from datetime import date

import narwhals as nw
import polars as pl

from acuerdo.ledger.engine.books import FIGURES, Books, Frame
from acuerdo.ledger.engine.core import core_states
from acuerdo.ledger.engine.lines import ledger_states
from acuerdo.ledger.engine.rates import EPOCH_DAY, RateTables, merged_pauses, rate_tables
from acuerdo.ledger.rules.buckets import Bucket
from acuerdo.ledger.rules.dated_tables import buckets_of
from acuerdo.ledger.rules.rate_caps import CapTables

__all__ = ["FIGURES", "account_states"]


def account_states(books: Books, as_of: date, caps: CapTables) -> Frame:
    """One row for each account: obligation_id, FIGURES, bucket and `is_stale`, as of a date.

    Amounts in minor units; `next_due_day` is null when nothing falls due. Refuses terms that cannot be read.
    """
    today = as_of.toordinal() - EPOCH_DAY
    tables = _rate_tables(books, as_of, today, caps)
    pauses = books.lend(merged_pauses(_pauses(books, today)), "pauses")
    own = ledger_states(books, today, tables, pauses)
    found = nw.concat([own, core_states(books, today)], how="vertical")
    found = found.with_columns(bucket=_bucket(buckets_of(caps, as_of)))
    return found.select("obligation_id", *FIGURES, "bucket", "is_stale")


def _rate_tables(books: Books, as_of: date, today: int, caps: CapTables) -> RateTables:
    own = books.books.filter(~nw.col("is_core"))
    kinds = _collect(own.select("currency", "late_terms").unique())
    due = books.open_instalments.filter(nw.col("accrued_day") <= today)
    first = _collect(due.select(nw.col("accrued_day").min())).item()
    return rate_tables(kinds.iter_rows(), caps, today if first is None else int(first), as_of)


def _pauses(books: Books, today: int) -> list[tuple[int, int, int]]:
    rows = books.account_events.filter(nw.col("is_pause") & (nw.col("first_day") <= today))
    return _collect(rows.select("obligation_id", "first_day", "last_day")).rows()


def _collect(frame: Frame) -> pl.DataFrame:
    return pl.DataFrame(frame.collect(backend="polars").to_native())


def _bucket(buckets: Sequence[Bucket]) -> nw.Expr:
    found: nw.Expr = nw.lit(buckets[0].name)
    for bucket in buckets[1:]:
        found = nw.when(nw.col("days_past_due") >= bucket.from_days).then(nw.lit(bucket.name)).otherwise(found)
    return found
