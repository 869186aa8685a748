"""Delimited text: any usual encoding and separator, quotes, title lines above the header, gzip.

Rows are counted as a spreadsheet would count them, so that a message about row 812 leads to row 812.
"""

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.engine.spool import Spool, SpoolWriter, UnbalancedQuotes
from acuerdo.portfolio.imports.encoding import encoding_of
from acuerdo.portfolio.imports.sniff import open_bytes
from acuerdo.portfolio.rules.headers import Dictionary, find_header_row, unique_names

SEPARATORS = (";", ",", "\t", "|")
HEAD_ROWS = 40
# A field longer than this is a quote that nobody closed and that has swallowed the rest of the file.
_FIELD_CHARACTERS_MAX = 65_536
_CHUNK_ROWS = 5_000
_BLOCK_CHARACTERS = 4_000_000

Progress = Callable[[int, int], None]


def read_csv(
    path: Path,
    dictionary: Dictionary,
    own: Mapping[str, str],
    *,
    separator: str = "",
    encoding: str = "",
    progress: Progress,
) -> Spool:
    """Reads `path` into a spool; `progress` gets bytes read and in all.

    Refuses `columns-not-found`, `csv-quotes-unbalanced`, `encoding-unknown`.
    """
    codec = encoding or encoding_of(path)
    head = _head(path, codec)
    chosen = separator or _separator_of(head, dictionary, own)
    csv.field_size_limit(max(_FIELD_CHARACTERS_MAX, len(head) + 1))
    head_rows = [[cell.strip() for cell in cells] for cells in _first_rows(head, chosen)]
    index = find_header_row(head_rows, dictionary, own)
    if index < 0:
        raise Refusal(
            "columns-not-found", "No encontramos una fila con nombres de columnas en el archivo.", Place(file=path.name)
        )
    names, header_row = head_rows[index], index + 1
    writer = SpoolWriter(
        unique_names(_without_tail(names)),
        header_row,
        kind="csv",
        detail={"encoding": codec, "separator": chosen},
        is_raw=True,
    )
    try:
        _copy(
            path,
            codec,
            chosen,
            header_row,
            writer,
            progress,
            has_quotes='"' in head or "\r" in head.replace("\r\n", ""),
        )
        return writer.close()
    except UnbalancedQuotes as error:
        writer.abandon()
        raise _unbalanced(path.name, error.row) from None
    except BaseException:
        writer.abandon()
        raise


def _copy(
    path: Path,
    codec: str,
    separator: str,
    header_row: int,
    writer: SpoolWriter,
    progress: Progress,
    *,
    has_quotes: bool,
) -> None:
    """Plain text goes by blocks; from the first quote on, whose record may span lines, it goes row by row."""
    size = path.stat().st_size
    with open_bytes(path) as source:
        text = io.TextIOWrapper(source, encoding=codec, errors="replace", newline="")
        raw = getattr(source, "fileobj", None) or source
        first = 1
        if not has_quotes:
            for _ in range(header_row):
                text.readline()
            first, rest = _copy_blocks(
                text, separator, header_row + 1, writer, path.name, lambda: progress(min(raw.tell(), size), size)
            )
        else:
            rest = text
        for number, rows in _chunks(rest, separator, path.name, first):
            skipped = max(header_row + 1 - number, 0)
            writer.add_many(number + skipped, rows[skipped:])
            progress(min(raw.tell(), size), size)
    progress(size, size)


def _copy_blocks(
    text: io.TextIOWrapper, separator: str, first: int, writer: SpoolWriter, file: str, tell: Callable[[], None]
) -> tuple[int, Iterable[str]]:
    """Copies until the end or the first quote. Returns the number of the next row and what is left to read row by row."""
    while block := text.read(_BLOCK_CHARACTERS):
        block += text.readline()
        if '"' in block:
            return first, itertools.chain(io.StringIO(block, newline=""), text)
        if writer.add_block(first, block, separator):
            first += block.count("\n") + (not block.endswith("\n"))
        else:
            for number, rows in _chunks(io.StringIO(block, newline=""), separator, file, first):
                writer.add_many(number, rows)
                first = number + len(rows)
        tell()
    return first, ()


def _chunks(text: Iterable[str], separator: str, file: str, first: int = 1) -> Iterator[tuple[int, list[list[str]]]]:
    """Rows as written, a few thousand at a time, each time with the number of the first (1 is the file's first row)."""
    csv.field_size_limit(_FIELD_CHARACTERS_MAX)
    reader = csv.reader(text, delimiter=separator)
    while True:
        rows: list[list[str]] = []
        try:
            # extend keeps what was read before an error, so that the row can be told
            rows.extend(itertools.islice(reader, _CHUNK_ROWS))
        except csv.Error:
            raise _unbalanced(file, first + len(rows)) from None
        if not rows:
            return
        yield first, rows
        first += len(rows)


def _unbalanced(file: str, number: int) -> Refusal:
    return Refusal(
        "csv-quotes-unbalanced",
        "Hay comillas que se abren y no se cierran a partir de esta fila.",
        Place(file=file, row=number),
    )


def _head(path: Path, codec: str) -> str:
    """The first lines of the file as text, cut at a line's end."""
    try:
        with open_bytes(path) as source, io.TextIOWrapper(source, encoding=codec, errors="replace", newline="") as text:
            head = text.read(131_072)
    except LookupError:
        raise Refusal("encoding-unknown", f"No conocemos la codificación «{codec}».", Place(file=path.name)) from None
    return head if len(head) < 131_072 else head[: head.rfind("\n") + 1] or head


def _separator_of(head: str, dictionary: Dictionary, own: Mapping[str, str]) -> str:
    """The separator under which the header is best recognised and the rows agree in width."""
    first = head.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        return first[4]
    return max(SEPARATORS, key=lambda candidate: _fitness(head, candidate, dictionary, own))


def _fitness(head: str, separator: str, dictionary: Dictionary, own: Mapping[str, str]) -> tuple[int, int, int]:
    csv.field_size_limit(max(_FIELD_CHARACTERS_MAX, len(head) + 1))
    rows = [row for row in _first_rows(head, separator) if any(row)]
    index = find_header_row(rows, dictionary, own)
    if index < 0:
        return (0, 0, 0)
    width = len(rows[index])
    known = sum(1 for cell in rows[index] if dictionary.field_of(cell))
    same = sum(1 for row in rows[index:] if len(row) == width and width > 1)
    return (known, same, width)


def _first_rows(head: str, separator: str) -> list[list[str]]:
    """The head's rows, whichever of the three line ends they have."""
    return list(itertools.islice(csv.reader(io.StringIO(head, newline=""), delimiter=separator), HEAD_ROWS))


def _without_tail(cells: list[str]) -> list[str]:
    """Header cells without the empty ones that a closing separator leaves."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells
