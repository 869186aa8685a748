"""The figures of accounts whose books we keep, from the instalments that their last replay left open.

Only what has fallen due is joined with rates: of a line that is not, its account's state already counts all that matters.
"""

import narwhals as nw

from acuerdo.ledger.engine.books import FIGURES, Books, Frame
from acuerdo.ledger.engine.rates import RateTables, whole_units, wide

_OWED = ("contract_interest_minor", "insurance_minor", "fees_minor")
# Due day, number and amount of an instalment in one integer, so that the least of them is the next one due.
_NUMBERS = 2**20
_AMOUNTS = 2**60


def ledger_states(books: Books, today: int, tables: RateTables, pauses: Frame) -> Frame:
    """obligation_id, the figures and `is_stale` of every `ledger` account; where it is stale, the figures last written."""
    profiles, rates = books.lend(tables.profiles, "late_profiles"), books.lend(tables.rates, "late_rates")
    own = books.books.filter(~nw.col("is_core")).join(profiles, on=["currency", "late_terms"], how="inner")
    own = own.select(
        "obligation_id", "profile", "unit_minor", "half_even", "accelerated", "bears", "now_high", "now_low", "now_missing",
        "state_day", "unallocated_minor", "principal_minor", "collection_fee_minor",
        *(nw.col(name).alias(f"last_{name}") for name in FIGURES),
    )  # fmt: skip
    late = _late(
        books, own, today, rates, pauses, has_accelerated=bool(tables.profiles.get_column("accelerated").any())
    )
    due = _due_totals(late, today)
    ahead = _next_due(books.open_instalments, today)
    frame = own.join(due, on="obligation_id", how="left").join(ahead, on="obligation_id", how="left")
    frame = frame.join(_played_later(books, own, today), on="obligation_id", how="left")
    return _figures(frame, today)


def _figures(frame: Frame, today: int) -> Frame:
    zero = ("principal_due", "late", "missing_lines", "happened", *_OWED)
    frame = frame.with_columns(**{name: nw.col(name).fill_null(0) for name in zero})
    apart = nw.sum_horizontal("late", "collection_fee_minor", *_OWED)
    is_stale = (
        nw.col("state_day").is_null()
        | (nw.col("state_day").fill_null(0) > today)
        | (nw.col("happened") > 0)
        | (nw.col("missing_lines") > 0)
    )
    told = {
        "balance_minor": nw.col("principal_minor") + apart,
        "balance_due_minor": nw.col("principal_due") + apart,
        "late_interest_minor": nw.col("late"),
        "days_past_due": today - nw.col("since").fill_null(today),
        "next_due_day": nw.col("next_packed") // _AMOUNTS // _NUMBERS,
        "next_due_minor": (nw.col("next_packed") % _AMOUNTS).fill_null(0),
    }
    stands = {name: nw.when(nw.col("is_stale")).then(nw.col(f"last_{name}")) for name in told}
    figures = {name: stands[name].otherwise(figure.cast(nw.Int64)) for name, figure in told.items()}
    return frame.with_columns(is_stale=is_stale).select("obligation_id", **figures, is_stale=nw.col("is_stale"))


def _is_behind() -> nw.Expr:
    return nw.sum_horizontal("principal_minor", *_OWED) > 0


def _next_due(lines: Frame, today: int) -> Frame:
    ahead = lines.filter((nw.col("due_day") >= today) & _is_behind())
    amount = nw.sum_horizontal("principal_minor", "collection_fee_minor", *_OWED)
    packed = (nw.col("due_day").cast(nw.Int128) * _NUMBERS + nw.col("number")) * _AMOUNTS + amount
    return ahead.with_columns(packed=packed).group_by("obligation_id").agg(next_packed=nw.col("packed").min())


def _late(books: Books, own: Frame, today: int, rates: Frame, pauses: Frame, *, has_accelerated: bool) -> Frame:
    """The lines that have fallen due, with `late` (minor units owed through today) and `is_missing` (a day without cap)."""
    account = own.drop("state_day", "unallocated_minor", "principal_minor", "collection_fee_minor")
    due = books.open_instalments.filter(nw.col("due_day") <= today).join(account, on="obligation_id", how="inner")
    # Through its own date nothing is left to accrue; earlier than the first rate nothing was.
    due = due.with_columns(from_day=nw.min_horizontal(nw.col("accrued_day"), nw.lit(today)))
    since = rates.rename({"day": "from_day", "high": "high_then", "low": "low_then", "missing": "missing_then"})
    due = due.join(since, on=["profile", "from_day"], how="left")
    due = due.with_columns(
        span=wide("now_high", "now_low") - wide("high_then", "low_then"),
        missing=nw.col("now_missing") - nw.col("missing_then"),
    ).drop("high_then", "low_then", "missing_then", "now_high", "now_low", "now_missing")
    due = _without_pauses(due, today, rates, pauses)
    due = _with_base(due, books.open_instalments, own) if has_accelerated else _with_own_base(due)
    exact = wide("late_high", "late_low") + nw.col("base").cast(nw.Int128) * nw.col("span").fill_null(0)
    due = due.with_columns(exact=exact)
    late = nw.max_horizontal(whole_units(nw.col("exact")).cast(nw.Int64) - nw.col("late_settled_minor"), nw.lit(0))
    return due.with_columns(late=late, is_missing=(nw.col("base") > 0) & (nw.col("missing").fill_null(0) > 0))


def _without_pauses(due: Frame, today: int, rates: Frame, pauses: Frame) -> Frame:
    """Takes the rates of paused days off the span of each line."""
    paused = due.select("line_id", "obligation_id", "profile", "from_day").join(pauses, on="obligation_id", how="inner")
    paused = paused.with_columns(
        after_day=nw.max_horizontal(nw.col("first_day") - 1, nw.col("from_day")),
        through_day=nw.min_horizontal(nw.col("last_day"), nw.lit(today)),
    ).filter(nw.col("through_day") > nw.col("after_day"))
    for end in ("after", "through"):
        named = {"day": f"{end}_day", "high": f"{end}_high", "low": f"{end}_low", "missing": f"{end}_missing"}
        paused = paused.join(rates.rename(named), on=["profile", f"{end}_day"], how="inner")
    paused = paused.with_columns(
        rest=wide("through_high", "through_low") - wide("after_high", "after_low"),
        rest_missing=nw.col("through_missing") - nw.col("after_missing"),
    )
    taken = paused.group_by("line_id").agg(rest=nw.col("rest").sum(), rest_missing=nw.col("rest_missing").sum())
    joined = due.join(taken, on="line_id", how="left")
    return joined.with_columns(
        span=nw.col("span") - nw.col("rest").fill_null(0).cast(nw.Int128),
        missing=nw.col("missing") - nw.col("rest_missing").fill_null(0),
    ).drop("rest", "rest_missing")


def _with_base(due: Frame, lines: Frame, own: Frame) -> Frame:
    """What bears the interest: a line's own principal, or where the debt is accelerated all of it, on the first line behind."""
    accelerated = own.filter(nw.col("accelerated")).select("obligation_id")
    rows = lines.join(accelerated, on="obligation_id", how="inner")
    place = (nw.col("due_day") * _NUMBERS + nw.col("number")).cast(nw.Int64)
    whole = rows.group_by("obligation_id").agg(all_principal=nw.col("principal_minor").sum().cast(nw.Int64))
    behind = rows.filter(_is_behind()).with_columns(place=place)
    whole = whole.join(
        behind.group_by("obligation_id").agg(first_place=nw.col("place").min()), on="obligation_id", how="inner"
    )
    joined = due.join(whole, on="obligation_id", how="left").with_columns(place=place)
    is_first = nw.col("place") == nw.col("first_place").fill_null(-1)
    of_all = nw.when(is_first).then(nw.col("all_principal").fill_null(0)).otherwise(nw.lit(0))
    base = nw.when(nw.col("accelerated")).then(of_all).otherwise(nw.col("principal_minor"))
    return joined.with_columns(base=nw.when(nw.col("bears")).then(base).otherwise(nw.lit(0)))


def _with_own_base(due: Frame) -> Frame:
    """The same where no terms accelerate a debt: no look at the lines ahead."""
    return due.with_columns(base=nw.when(nw.col("bears")).then(nw.col("principal_minor")).otherwise(nw.lit(0)))


def _due_totals(due: Frame, today: int) -> Frame:
    late_since = nw.when(_is_behind() & (nw.col("due_day") < today)).then(nw.col("due_day"))
    due = due.with_columns(
        late_since=late_since, missing_line=nw.when(nw.col("is_missing")).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("late", *_OWED)}
    return due.group_by("obligation_id").agg(
        principal_due=nw.col("principal_minor").sum().cast(nw.Int64),
        since=nw.col("late_since").min(),
        missing_lines=nw.col("missing_line").sum().cast(nw.Int64),
        **sums,
    )


def _played_later(books: Books, own: Frame, today: int) -> Frame:
    """`happened` > 0 for accounts with something between their state and the date that only a replay can place."""
    states = own.select("obligation_id", "state_day", "unallocated_minor")
    credit = states.filter(nw.col("unallocated_minor") > 0)
    events = books.account_events.filter(~nw.col("is_pause")).select("obligation_id", day=nw.col("first_day"))
    payments = books.payments.select("obligation_id", day=nw.col("paid_day"))
    dues = books.open_instalments.filter(nw.col("due_day") <= today).select("obligation_id", day=nw.col("due_day"))
    parts = [
        part.join(whose, on="obligation_id", how="inner")
        .filter((nw.col("day") > nw.col("state_day").fill_null(today)) & (nw.col("day") <= today))
        .select("obligation_id")
        for part, whose in ((events, states), (payments, states), (dues, credit))
    ]
    return nw.concat(parts, how="vertical").group_by("obligation_id").agg(happened=nw.len().cast(nw.Int64))
