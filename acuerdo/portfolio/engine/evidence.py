"""One pass over the whole file for what a single cell cannot tell: decimal marks, day or month first, unit of rates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from acuerdo.portfolio.engine.spool import Spool
from acuerdo.portfolio.rules import dates, numbers
from acuerdo.portfolio.rules.cells import MARK, NUMBER


@dataclass(frozen=True, slots=True)
class Evidence:
    """By cell column: what the numbers prove, what the dates prove, and the largest rate."""

    numbers: Mapping[str, numbers.Evidence]
    dates: Mapping[str, dates.Evidence]
    rate_max: Mapping[str, float]


def gather(
    spool: Spool, *, number_columns: Iterable[str], date_columns: Iterable[str], rate_columns: Iterable[str]
) -> Evidence:
    """Reads every batch of the spool once."""
    names = (*number_columns, *rate_columns)
    seen_numbers = dict.fromkeys(names, numbers.Evidence())
    seen_dates = dict.fromkeys(date_columns, dates.Evidence())
    rate_max = dict.fromkeys(rate_columns, 0.0)
    for frame in spool.frames():
        for name in seen_numbers:
            seen_numbers[name] = _add_numbers(seen_numbers[name], frame[name])
        for name in seen_dates:
            seen_dates[name] = _add_dates(seen_dates[name], frame[name])
        for name in rate_max:
            rate_max[name] = max(rate_max[name], _largest(frame[name]))
    return Evidence(seen_numbers, seen_dates, rate_max)


def _add_numbers(so_far: numbers.Evidence, column: pl.Series) -> numbers.Evidence:
    telling = column.filter(~column.str.starts_with(MARK) & column.str.contains("[.,]"))
    if telling.is_empty():
        return so_far
    bare = telling.str.replace_all(numbers.ORNAMENTS, "").str.replace_all("[()%]|-$", "")
    comma, dot = bare.str.contains(numbers.COMMA_PROOF), bare.str.contains(numbers.DOT_PROOF)
    unsure = ~comma & ~dot & bare.str.contains(numbers.AMBIGUOUS)
    example = so_far.example or (str(telling.filter(unsure)[0]) if unsure.any() else "")
    return numbers.Evidence(
        so_far.comma + int(comma.sum()), so_far.dot + int(dot.sum()), so_far.ambiguous + int(unsure.sum()), example
    )


def _add_dates(so_far: dates.Evidence, column: pl.Series) -> dates.Evidence:
    """Dates repeat, so the distinct ones carry all the proof (counts are of distinct texts)."""
    slashed = column.filter(column.str.contains(dates.SLASHED)).unique()
    found = dates.weigh(slashed.to_list())
    return dates.Evidence(
        so_far.dmy + found.dmy,
        so_far.mdy + found.mdy,
        so_far.ambiguous + found.ambiguous,
        so_far.example or found.example,
    )


def _largest(column: pl.Series) -> float:
    """The largest rate as written, whichever its decimal mark; percent signs settle the unit by themselves."""
    bare = column.str.strip_prefix(NUMBER).str.replace(",", ".", literal=True)
    largest = bare.cast(pl.Float64, strict=False).max()
    return largest if isinstance(largest, float) else 0.0
