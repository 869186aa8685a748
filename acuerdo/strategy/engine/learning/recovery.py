"""How a creditor's debts were recovered, from the books: the share of them with a first payment within so many days.

A debt counts from the day it was made (`disbursed_on`); a payment that was taken back does not count. Debts younger than a
horizon still have time, so each horizon is told of those that are old enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from acuerdo.strategy.engine.database import arrow_connection
from acuerdo.strategy.engine.learning.curves import recovery_curve

HORIZONS = (5, 15, 30, 60, 90, 180, 365)
_DEBTS = """
SELECT a.disbursed_on, (SELECT min(p.paid_on) FROM ledger_payment p
                         WHERE p.account_id = a.id AND p.amount_minor > 0
                           AND NOT EXISTS (SELECT 1 FROM ledger_payment r WHERE r.reverses_id = p.id)) AS first_paid_on
  FROM ledger_account a JOIN portfolio_obligation o ON o.id = a.id
 WHERE a.disbursed_on IS NOT NULL {of}
"""


@dataclass(frozen=True, slots=True)
class Recovered:
    """`within`: days → share of the debts at least so old that had a payment by then; `cases` and `paid` of all debts."""

    cases: int
    paid: int
    within: dict[int, float]


def recovery_of_books(on: date, *, creditor_id: int | None = None, horizons: Sequence[int] = HORIZONS) -> Recovered:
    """The curve of one creditor's debts, or of all."""
    of = f"AND o.creditor_id = {int(creditor_id)}" if creditor_id is not None else ""
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(_DEBTS.format(of=of))
        debts = pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
    days = (pl.col("first_paid_on") - pl.col("disbursed_on")).dt.total_days()
    debts = debts.with_columns(days=days)
    within = {}
    for horizon in horizons:
        old = debts.filter(pl.col("disbursed_on") <= on - timedelta(days=horizon))
        within[horizon] = (
            recovery_curve(old["days"].drop_nulls(), old.height, [horizon])[horizon] if old.height else 0.0
        )
    return Recovered(debts.height, int(debts["days"].is_not_null().sum()), within)
