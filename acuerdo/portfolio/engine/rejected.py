"""The cells of rejected rows, fetched from the spool once everything is known, for the file that goes back to be corrected."""

from collections.abc import Iterable

import polars as pl

from acuerdo.portfolio.engine.spool import Spool
from acuerdo.portfolio.rules.cells import shown


def cells_of(spool: Spool, rows: Iterable[int]) -> dict[int, dict[str, str]]:
    """row → header → cell as the person saw it. Rows that could not be read at all come with what there was."""
    wanted = pl.Series(sorted(set(rows)), dtype=pl.Int64)
    found = {
        number: dict(zip(_names(spool, len(cells)), map(shown, cells), strict=True))
        for number, cells in spool.rejected_cells.items()
    }
    if wanted.len() > len(found):
        for frame in spool.frames():
            for number, *cells in frame.filter(pl.col("row").is_in(wanted.implode())).iter_rows():
                found[number] = dict(zip(spool.headers, map(shown, cells), strict=True))
    return found


def _names(spool: Spool, width: int) -> list[str]:
    extra = [f"Columna {position}" for position in range(len(spool.headers) + 1, width + 1)]
    return (spool.headers + extra)[:width]


def first_rows(spool: Spool, count: int) -> list[tuple[str, ...]]:
    """The first rows as the person sees them."""
    for frame in spool.frames():
        return [tuple(map(shown, cells)) for _, *cells in frame.head(count).iter_rows()]
    return []
