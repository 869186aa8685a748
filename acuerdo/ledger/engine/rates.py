"""Late interest in frames: one line of daily rates for all accounts whose terms run alike, as prefix sums.

A prefix sum counts in 10⁻²⁰ and outgrows 64 bits, and Parquet has nothing wider; it travels as two columns, the whole
10¹⁸s and the rest, and is one 128-bit integer again where it is used.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from acuerdo.ledger.rules.documents import read_obligation_terms
from acuerdo.ledger.rules.late_interest import SCALE, Pauses, daily_rates
from acuerdo.ledger.rules.rate_caps import CapTables, cap_table
from acuerdo.ledger.rules.terms import ObligationTerms

LIMB: int = 10**18
EPOCH_DAY = date(1970, 1, 1).toordinal()
_HALF = 10**10  # SCALE is more than a 64-bit literal holds
_PROFILE_SCHEMA: dict[str, pl.DataType] = {
    "currency": pl.String(), "late_terms": pl.String(), "profile": pl.Int64(), "unit_minor": pl.Int64(), "half_even": pl.Boolean(),
    "accelerated": pl.Boolean(), "bears": pl.Boolean(), "now_high": pl.Int64(), "now_low": pl.Int64(), "now_missing": pl.Int64(),
}  # fmt: skip
_RATE_SCHEMA: dict[str, pl.DataType] = {
    "profile": pl.Int64(), "day": pl.Int64(), "high": pl.Int64(), "low": pl.Int64(), "missing": pl.Int64(),
}  # fmt: skip
_PAUSE_SCHEMA: dict[str, pl.DataType] = {
    "obligation_id": pl.Int64(),
    "first_day": pl.Int64(),
    "last_day": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class RateTables:
    """`profiles`: one row for each kind of terms, with its prefix sum on the date. `rates`: its prefix sum on each day before."""

    profiles: pl.DataFrame
    rates: pl.DataFrame


def rate_tables(kinds: Iterable[tuple[str, str]], caps: CapTables, first_day: int, as_of: date) -> RateTables:
    """Rates from `first_day` (days since 1970) through `as_of` for each (currency, terms as JSON). Refuses terms that cannot be read."""
    profiles, rates = [], []
    first = date.fromordinal(first_day + EPOCH_DAY)
    for number, (currency, document) in enumerate(sorted(kinds)):
        terms = read_obligation_terms(json.loads(document), currency)
        sums = _prefix_sums(terms, caps, min(first, as_of), as_of)
        total, missing = sums[-1][1:]
        late = terms.late_interest
        profiles.append((
            currency, document, number, terms.unit_minor, terms.rounding == "half_even",
            late is not None and late.base == "outstanding_principal", late is not None, *divmod(total, LIMB), missing,
        ))  # fmt: skip
        rates += [(number, day, *divmod(sum_, LIMB), count) for day, sum_, count in sums]
    return RateTables(
        pl.DataFrame(profiles, schema=_PROFILE_SCHEMA, orient="row"),
        pl.DataFrame(rates, schema=_RATE_SCHEMA, orient="row"),
    )


def _prefix_sums(terms: ObligationTerms, caps: CapTables, first: date, last: date) -> list[tuple[int, int, int]]:
    """(day, Σ scaled rate through it, days without cap through it), from the day before `first`."""
    start = first.toordinal() - EPOCH_DAY - 1
    late = terms.late_interest
    if late is None:
        return [(day, 0, 0) for day in range(start, last.toordinal() - EPOCH_DAY + 1)]
    table = caps.get(late.cap, cap_table(late.cap, ())) if late.cap else None
    found = daily_rates(late, table, first, last)
    return [
        (start + index, total, missing)
        for index, (total, missing) in enumerate(zip(found.cumulative, found.missing, strict=True))
    ]


def merged_pauses(rows: Iterable[tuple[int, int, int]]) -> pl.DataFrame:
    """Spans without late interest by obligation, merged so that no day counts twice. Rows: obligation, first and last day."""
    spans: dict[int, list[tuple[date, date]]] = {}
    for obligation_id, first, last in rows:
        spans.setdefault(obligation_id, []).append((_date(first), _date(last)))
    merged = [
        (obligation_id, first - EPOCH_DAY, last - EPOCH_DAY)
        for obligation_id, found in sorted(spans.items())
        for first, last in Pauses.of(found).spans
    ]
    return pl.DataFrame(merged, schema=_PAUSE_SCHEMA, orient="row")


def wide(high: str, low: str) -> nw.Expr:
    """The 128-bit integer of two columns."""
    return nw.col(high).cast(nw.Int128) * LIMB + nw.col(low).cast(nw.Int128)


def whole_units(exact: nw.Expr) -> nw.Expr:
    """`rules.late_interest.whole_units` of non-negative amounts, by the columns `unit_minor` and `half_even`."""
    step = nw.col("unit_minor").cast(nw.Int128) * _HALF * (SCALE // _HALF)
    whole = exact // step
    twice = (exact - whole * step) * 2
    is_up = (twice > step) | ((twice == step) & (~nw.col("half_even") | (whole % 2 == 1)))
    return (whole + nw.when(is_up).then(nw.lit(1)).otherwise(nw.lit(0))) * nw.col("unit_minor")


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH_DAY)
