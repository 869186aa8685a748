"""A file read once into a temporary Arrow stream of texts, whatever its format, and read back in batches.

Column `row` is the row as the person counts it in their file; `c0`, `c1`… are the cells as marked texts (rules.cells).
Nothing is held in memory but one batch, so a file may be larger than memory; the folder disappears with the spool.
"""

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
import pyarrow as pa

from acuerdo.portfolio.rules.csv_safety import APOSTROPHE as SAFE_APOSTROPHE
from acuerdo.portfolio.rules.rejects import Reject

BATCH_ROWS = 50_000
_LINES_IN_CELL_MAX = 20
_UNCLEAN = r"[\x00\x1f\n]|^\s|\s$|^'"


def cell_column(index: int) -> str:
    """The frame's name of the cell at a 0-based position; file headers may repeat or hold anything."""
    return f"c{index}"


@dataclass
class Spool:
    """The rows of one table and what was learnt while reading: `headers` as written, and the rows that could not be read."""

    headers: list[str]
    header_row: int
    format: str
    detail: dict[str, str]
    path: Path
    folder: "tempfile.TemporaryDirectory[str]"
    row_count: int = 0
    rejects: list[Reject] = field(default_factory=list)
    rejected_cells: dict[int, list[str]] = field(default_factory=dict)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The batches in file order."""
        with pa.OSFile(str(self.path)) as source, pa.ipc.open_stream(source) as reader:
            for batch in reader:
                yield pl.DataFrame(pl.from_arrow(batch))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.folder.cleanup()


class UnbalancedQuotes(Exception):
    """A cell has swallowed the lines after it; `row` is where it starts."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


class SpoolWriter:
    """Takes rows of marked texts and writes them in batches; a row of the wrong length is rejected here."""

    def __init__(
        self, headers: Sequence[str], header_row: int, *, kind: str, detail: dict[str, str], is_raw: bool = False
    ) -> None:
        """`is_raw`: the cells come as written in a text file and are cleaned here, a batch at a time."""
        folder = tempfile.TemporaryDirectory(prefix="acuerdo-import-")
        path = Path(folder.name) / "rows.arrow"
        self._spool = Spool(list(headers), header_row, kind, detail, path, folder)
        self._width = len(headers)
        self._rows: list[Sequence[str]] = []
        self._numbers: list[int] = []
        names = ["row", *(cell_column(index) for index in range(self._width))]
        self._is_raw = is_raw
        self._schema = pa.schema([(name, pa.int64() if name == "row" else pa.large_string()) for name in names])
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._sink, self._schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))

    def add(self, number: int, cells: Sequence[str]) -> None:
        """One row; blank rows are passed over, rows with cells under no header or cut short are rejected."""
        if len(cells) != self._width:
            cells = self._fitted(number, cells)
        if cells and any(cells):
            self._rows.append(cells)
            self._numbers.append(number)
            if len(self._rows) >= BATCH_ROWS:
                self._flush()

    def add_many(self, first: int, rows: list[list[str]]) -> None:
        """Consecutive rows, numbered from `first`; the usual case, all of the header's width, goes without looking at each."""
        if {len(row) for row in rows} == {self._width}:
            self._rows += rows
            self._numbers += range(first, first + len(rows))
            if len(self._rows) >= BATCH_ROWS:
                self._flush()
        else:
            for number, row in enumerate(rows, start=first):
                self.add(number, row)

    def reject(self, number: int, column: str, code: str, cells: Sequence[str]) -> None:
        """A row that cannot be used at all, with its cells for the rejects file."""
        self._spool.rejects.append(Reject(number, column, code))
        self._spool.rejected_cells[number] = list(cells)

    def _fitted(self, number: int, cells: Sequence[str]) -> Sequence[str]:
        if not any(cells):
            return ()
        if len(cells) > self._width:
            if any(cells[self._width :]):
                self.reject(number, "", "row-too-long", cells)
                return ()
            return cells[: self._width]
        self.reject(number, "", "row-too-short", cells)
        return ()

    def add_block(self, first: int, block: str, separator: str) -> bool:
        """Whole lines of plain delimited text, read by the vectorised parser; False, with nothing added, when it is not plain.

        Plain is: no quotes, and every line with as many separators as the header. Anything else is read row by row.
        """
        lines = block.count("\n") + (not block.endswith("\n"))
        if '"' in block or block.count(separator) != lines * (self._width - 1):
            return False
        try:
            frame = pl.read_csv(
                io.BytesIO(block.encode()), has_header=False, separator=separator, quote_char=None, infer_schema=False,
                new_columns=self._schema.names[1:],
            )  # fmt: skip
        except pl.exceptions.PolarsError:
            return False
        if frame.shape != (lines, self._width):
            return False
        self._flush()
        numbers = pl.Series("row", range(first, first + lines), dtype=pl.Int64)
        self._write_frame(frame.fill_null("").insert_column(0, numbers))
        return True

    def add_columns(self, numbers: Sequence[int], columns: Sequence[Sequence[str]]) -> None:
        """A whole batch of columns at once, from a format that stores columns."""
        self._flush()
        self._write(numbers, columns)

    def _flush(self) -> None:
        if self._rows:
            self._write(self._numbers, list(zip(*self._rows, strict=True)))
            self._rows, self._numbers = [], []

    def _write(self, numbers: Sequence[int], columns: Sequence[Sequence[str]]) -> None:
        arrays = [pa.array(numbers, pa.int64()), *(pa.array(column, pa.large_string()) for column in columns)]
        self._write_frame(pl.DataFrame(pl.from_arrow(pa.record_batch(arrays, schema=self._schema))))

    def _write_frame(self, frame: pl.DataFrame) -> None:
        if self._is_raw:
            frame = _cleaned(frame)
        for batch in frame.to_arrow().cast(self._schema).combine_chunks().to_batches():
            self._writer.write_batch(batch)
            self._spool.row_count += batch.num_rows

    def close(self) -> Spool:
        """Everything written; the spool owns the temporary folder from here."""
        self._flush()
        self._writer.close()
        self._sink.close()
        return self._spool

    def abandon(self) -> None:
        """Reading failed: nothing is kept."""
        self._writer.close()
        self._sink.close()
        self._spool.folder.cleanup()


def _cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """Trimmed cells without NUL and marks (nobody may forge one), the apostrophe of an exported formula taken off."""
    cells = pl.selectors.starts_with("c")
    if not frame.select(pl.any_horizontal(cells.str.contains(_UNCLEAN).any())).item():
        return frame.filter(pl.any_horizontal(cells != ""))
    bare = cells.str.replace_all(r"[\x00\x1f]", "").str.strip_chars().str.replace(SAFE_APOSTROPHE, "${1}")
    clean = frame.with_columns(bare)
    swallowed = clean.filter(pl.any_horizontal(cells.str.count_matches("\n") > _LINES_IN_CELL_MAX))
    if swallowed.height:
        raise UnbalancedQuotes(int(swallowed["row"][0]))
    return clean.filter(pl.any_horizontal(cells != ""))
