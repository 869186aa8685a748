"""The figures of accounts that the lender's core system rules, between one file and the next: rules.core_figures in frames."""

import narwhals as nw

from acuerdo.ledger.engine.books import Books, Frame
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL

_PARTS = tuple(component for component in DEFAULT_WATERFALL if component != "principal")
_NUMBERS = 2**20
_AMOUNTS = 2**60


def core_states(books: Books, today: int) -> Frame:
    """obligation_id, the figures and `is_stale` (never) of every `core` account."""
    own = books.books.filter(nw.col("is_core"))
    names = [f"core_{name}" for name in (*_PARTS, "balance", "balance_due", "day", "due_day")]
    own = _with_paid(own.select("obligation_id", *names), books.payments, today)
    later = _later(own, books.instalments)
    frame = own.join(_positions(later, today), on="obligation_id", how="left")
    return _figures(frame.with_columns(fallen=nw.col("fallen").fill_null(0)), today)


def _figures(frame: Frame, today: int) -> Frame:
    keeps = (nw.col("core_balance_due") > nw.col("paid")) & (~nw.col("core_due_day").is_null())
    since = nw.when(keeps).then(nw.col("core_due_day")).otherwise(nw.col("behind_day")).fill_null(today)
    left = _left()
    return frame.select(
        nw.col("obligation_id"),
        balance_minor=nw.sum_horizontal(*left.values()).cast(nw.Int64),
        balance_due_minor=nw.max_horizontal(
            nw.col("core_balance_due") + nw.col("fallen") - nw.col("paid"), nw.lit(0)
        ).cast(nw.Int64),
        late_interest_minor=left["late_interest"].cast(nw.Int64),
        days_past_due=nw.max_horizontal(today - since, nw.lit(0)).cast(nw.Int64),
        next_due_day=(nw.col("next_packed") // _AMOUNTS // _NUMBERS).cast(nw.Int64),
        next_due_minor=(nw.col("next_packed") % _AMOUNTS).fill_null(0).cast(nw.Int64),
        is_stale=nw.lit(value=False),
    )


def _left() -> dict[str, nw.Expr]:
    """What the payments since leave of each component, in the usual order; the rest of the balance is principal."""
    principal = nw.col("core_balance")
    for part in _PARTS:
        principal = principal - nw.col(f"core_{part}")
    amounts: dict[str, nw.Expr] = {part: nw.col(f"core_{part}") for part in _PARTS} | {"principal": principal}
    left: dict[str, nw.Expr] = {}
    rest = nw.col("paid")
    for name in DEFAULT_WATERFALL:
        used = nw.max_horizontal(nw.min_horizontal(rest, amounts[name]), nw.lit(0))
        left[name] = amounts[name] - used
        rest = rest - used
    return left


def _with_paid(own: Frame, payments: Frame, today: int) -> Frame:
    """`paid`: money received after the file, never below zero; `excess`: what of it goes beyond the file's due balance."""
    files = own.select("obligation_id", "core_day")
    since = payments.filter(nw.col("paid_day") <= today).join(files, on="obligation_id", how="inner")
    since = since.filter(nw.col("core_day").is_null() | (nw.col("paid_day") > nw.col("core_day")))
    sums = since.group_by("obligation_id").agg(paid=nw.col("amount_minor").sum().cast(nw.Int64))
    joined = own.join(sums, on="obligation_id", how="left")
    joined = joined.with_columns(paid=nw.max_horizontal(nw.col("paid").fill_null(0), nw.lit(0)))
    excess = nw.max_horizontal(nw.col("paid") - nw.col("core_balance_due"), nw.lit(0))
    return joined.with_columns(excess=excess)


def _later(own: Frame, instalments: Frame) -> Frame:
    """The instalments after the file of accounts that still owe, with `left`: what the excess has not covered of each."""
    owing = own.filter((nw.col("core_balance") > nw.col("paid")) | (nw.col("core_balance_due") > nw.col("paid")))
    rows = instalments.join(owing.select("obligation_id", "core_day", "excess"), on="obligation_id", how="inner")
    rows = rows.filter(nw.col("core_day").is_null() | (nw.col("due_day") > nw.col("core_day"))).drop("core_day")
    # Few have paid beyond what was due; only theirs are summed up in order.
    plain = rows.filter(nw.col("excess") == 0).with_columns(left=nw.col("total_minor"))
    beyond = rows.filter(nw.col("excess") > 0)
    covered = nw.col("total_minor").cum_sum().over("obligation_id", order_by=["due_day", "number"])
    beyond = beyond.with_columns(covered=covered)
    beyond = beyond.with_columns(
        left=nw.min_horizontal(nw.col("covered") - nw.col("excess"), nw.col("total_minor")).cast(nw.Int64)
    )
    names = ["obligation_id", "number", "due_day", "total_minor", "left"]
    return nw.concat([plain.select(names), beyond.select(names)], how="vertical")


def _positions(later: Frame, today: int) -> Frame:
    """By account: what has fallen due since the file, the first open due date behind, and the next one ahead with its rest."""
    packed = (nw.col("due_day").cast(nw.Int128) * _NUMBERS + nw.col("number")) * _AMOUNTS + nw.col("left")
    is_open, is_ahead = nw.col("left") > 0, nw.col("due_day") >= today
    later = later.with_columns(
        fallen=nw.when(nw.col("due_day") <= today).then(nw.col("total_minor")).otherwise(nw.lit(0)),
        behind=nw.when(is_open & ~is_ahead).then(nw.col("due_day")),
        packed=nw.when(is_open & is_ahead).then(packed),
    )
    return later.group_by("obligation_id").agg(
        fallen=nw.col("fallen").sum().cast(nw.Int64),
        behind_day=nw.col("behind").min(),
        next_packed=nw.col("packed").min(),
    )
