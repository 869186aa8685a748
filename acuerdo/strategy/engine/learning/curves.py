"""How portfolios move: roll rates between ages of arrears, recovery by days, and when people pay. Plain counts of a frame."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl

CURRENT = 0


def roll_counts(states: pl.DataFrame, months: Sequence[str]) -> dict[int, dict[int, int]]:
    """From each age to each age, over all pairs of months that follow each other.

    `months` names the columns in order of time; ages are whole months late, anything below 1 is current (0).
    """
    pairs = [
        states.select(
            pl.col(before).clip(lower_bound=CURRENT).alias("before"),
            pl.col(after).clip(lower_bound=CURRENT).alias("after"),
        )
        for before, after in pairwise(months)
    ]
    counted = pl.concat(pairs).group_by("before", "after").agg(rows=pl.len())
    ages = range(int(states.select(pl.max_horizontal(*months).max()).item()) + 1)
    found = {before: dict.fromkeys(ages, 0) for before in ages}
    for before, after, rows in counted.iter_rows():
        found[before][after] = rows
    return found


def roll_rates(counts: dict[int, dict[int, int]]) -> dict[int, dict[int, float]]:
    """Each row of counts as shares of its sum; an age nobody was in has zeros."""
    return {
        before: {after: rows / total if (total := sum(row.values())) else 0.0 for after, rows in row.items()}
        for before, row in counts.items()
    }


def recovery_curve(days_to_payment: pl.Series, cases: int, horizons: Sequence[int]) -> dict[int, float]:
    """The share of all cases with a first payment within each number of days."""
    return {days: int((days_to_payment <= days).sum()) / cases for days in horizons}


def repayment_timing(paid: pl.DataFrame) -> dict[str, Any]:
    """From `due` and `paid` instants: quantiles of days late, share late, and when in the week and day people pay.

    A stamp of exactly midnight is a date without an hour and stays out of the hours.
    """
    days_late = (pl.col("paid").dt.date() - pl.col("due").dt.date()).dt.total_days()
    told = paid.drop_nulls(["paid", "due"]).with_columns(days_late=days_late)
    timed = told.filter(pl.col("paid").dt.time() != pl.time(0, 0, 0))
    return {
        "late_share": float(told.select((pl.col("days_late") > 0).mean()).item()),
        "quantiles": {
            share: told["days_late"].quantile(share, "linear") for share in (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
        },
        "by_hour": _shares(timed, pl.col("paid").dt.hour()),
        "by_weekday": _shares(told, pl.col("paid").dt.weekday() - 1),
    }


def _shares(rows: pl.DataFrame, of: pl.Expr) -> dict[int, float]:
    counted = rows.group_by(of.alias("of")).agg(rows=pl.len()).sort("of")
    return {int(value): count / max(rows.height, 1) for value, count in counted.iter_rows()}
