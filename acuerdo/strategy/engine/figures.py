"""What each debt owes on the date: the ledger's own frames over the books of the pass (`ledger.public.account_states`).

Those count in 10⁻²⁰ of a minor unit, which needs integers of 128 bits. Spark has none, so there the driver works a pass's
figures out with Polars from the same files and hands them over.
"""

from dataclasses import replace
from typing import Any

import narwhals as nw

from acuerdo.ledger.public import Books, account_states, dated_tables
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.tables import Tables

BOOKS = ("books", "open_instalments", "instalments", "payments", "account_events")


def states(tables: Tables) -> Frame:
    """obligation_id, balances, days past due, next due date, late interest and bucket on the snapshot's date."""
    if tables.engine.has_wide_integers:
        return _states(tables)
    local = Engine("polars", tables.engine.scratch, tables.engine.made)
    found = local.collect(_states(replace(tables, engine=local)))
    return tables.engine.settle(tables.engine.lend(found, "states"), "states")


def _states(tables: Tables) -> Frame:
    engine = tables.engine
    books: dict[str, Any] = {name: tables.scan(name) for name in BOOKS}
    books |= _since_states(engine, books)
    caps = (engine.collect(engine.scan(tables.snapshot.path(name))) for name in ("rate_caps", "bucket_sets"))
    return account_states(Books(**books, lend=engine.lend), tables.snapshot.on, dated_tables(*caps))


def _since_states(engine: Engine, books: dict[str, Any]) -> dict[str, Any]:
    """Payments and instalments without those by the day to which every account was brought: their state holds them already."""
    taken = nw.when(nw.col("is_core")).then(nw.col("core_day").fill_null(0))
    days = books["books"].select(state=nw.col("state_day").min(), core=taken.min())
    state, core = engine.collect(days).row(0)
    first = min((day for day in (state, core) if day is not None), default=0)
    return {
        "payments": books["payments"].filter(nw.col("paid_day") > first),
        "instalments": books["instalments"].filter(nw.col("due_day") > (core or 0)),
    }
