"""Workbooks (xlsx, xls, xlsb, ods): values as last computed, the sheet found by its headers, merged cells filled.

The reading library gives values but hides formulas without a stored result and error cells (both look empty), so those
are found in the sheet's own XML and marked. A sheet is held in memory while it is read, hence the limit on its size.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.engine.spool import Spool, SpoolWriter
from acuerdo.portfolio.rules.cells import ERROR, FORMULA, to_text
from acuerdo.portfolio.rules.headers import Dictionary, find_header_row, unique_names

HEAD_ROWS = 40
# Unpacked XML of one sheet. A sheet of 100,000 rows and 30 columns has about 150 MB; a 300 MB workbook has gigabytes.
SHEET_BYTES_MAX = 450_000_000
_UNUSUAL_CELL = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d+)"(?:[^>]*?t="e"[^>]*>|[^>]*>(?:<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>)"
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK_BYTES = 4 << 20

Progress = Callable[[int, int], None]
# (0-based row, 0-based column) → marked text that replaces what the library gives
Marks = dict[tuple[int, int], str]


def read_workbook(
    path: Path, dictionary: Dictionary, own: Mapping[str, str], *, sheet: str = "", progress: Progress
) -> Spool:
    """Reads one sheet of `path` into a spool; `sheet` names it, else the only one with recognised headers is taken.

    Refuses `workbook-protected`, `workbook-damaged`, `workbook-too-large`, `sheet-missing`, `sheet-ambiguous`,
    `columns-not-found` and `file-empty`; the sentence names the sheets.
    """
    _refuse_giants(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
            chosen, rows_above = _choose(book, names, dictionary, own, sheet, path.name)
            return _spool(path, book.get_sheet_by_name(chosen), rows_above, progress)
    except PasswordError:
        message = "El libro está protegido con contraseña. Ábralo en Excel, quite la contraseña y guárdelo de nuevo."
        raise Refusal("workbook-protected", message, Place(file=path.name)) from None
    except CalamineError:
        message = (
            "No pudimos leer el libro: está dañado o no es de Excel. Ábralo en Excel y guárdelo de nuevo como .xlsx."
        )
        raise Refusal("workbook-damaged", message, Place(file=path.name)) from None


def _refuse_giants(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        too_big = path.stat().st_size > SHEET_BYTES_MAX // 3
    else:
        with zipfile.ZipFile(path) as archive:
            too_big = any(entry.file_size > SHEET_BYTES_MAX for entry in archive.infolist())
    if too_big:
        message = "El libro es demasiado grande para leerlo entero. Guarde la hoja como CSV y cárguela: el CSV no tiene límite."
        raise Refusal("workbook-too-large", message, Place(file=path.name))


def _choose(
    book: CalamineWorkbook, names: list[str], dictionary: Dictionary, own: Mapping[str, str], sheet: str, file: str
) -> tuple[str, int]:
    """The sheet to read and the 0-based row of its header."""
    if sheet:
        if sheet not in names:
            raise Refusal(
                "sheet-missing", f"El libro no tiene la hoja «{sheet}». Tiene: {_listed(names)}.", Place(file=file)
            )
        names = [sheet]
    heads = {name: _head(book.get_sheet_by_name(name)) for name in names}
    filled = {name: rows for name, rows in heads.items() if any(any(row) for row in rows)}
    if not filled:
        raise Refusal("file-empty", "El libro no tiene datos.", Place(file=file))
    found = {name: find_header_row(rows, dictionary, own) for name, rows in filled.items()}
    known = {name: _recognised(filled[name], index, dictionary, own) for name, index in found.items()}
    best = max(known.values())
    leaders = [name for name, score in known.items() if score == best]
    if len(filled) > 1 and (best < 2 or len(leaders) > 1):
        message = f"No sabemos cuál hoja cargar. El libro tiene: {_listed(list(filled))}. Indique una."
        raise Refusal("sheet-ambiguous", message, Place(file=file))
    if found[leaders[0]] < 0:
        raise Refusal(
            "columns-not-found", "No encontramos una fila con nombres de columnas en la hoja.", Place(file=file)
        )
    return leaders[0], found[leaders[0]]


def _head(sheet: CalamineSheet) -> list[list[str]]:
    if sheet.start is None:
        return []
    return [[to_text(cell) for cell in row] for row, _ in zip(sheet.iter_rows(), range(HEAD_ROWS), strict=False)]


def _recognised(rows: list[list[str]], index: int, dictionary: Dictionary, own: Mapping[str, str]) -> int:
    return sum(1 for cell in rows[index] if cell and (dictionary.field_of(cell) or cell in own)) if index >= 0 else 0


def _listed(names: list[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)


def _spool(path: Path, sheet: CalamineSheet, header_index: int, progress: Progress) -> Spool:
    first_column = (sheet.start or (0, 0))[1]
    marks = dict(_unusual_cells(path, sheet.name))
    rows = _rows(sheet, first_column, marks)
    header = next(row for index, row in rows if index == header_index)
    while header and not header[-1]:
        header.pop()
    writer = SpoolWriter(unique_names(header), header_index + 1, kind="workbook", detail={"sheet": sheet.name})
    try:
        for index, cells in rows:
            writer.add(index + 1, cells)
            if index % 20_000 == 0:
                progress(index, sheet.total_height)
    except BaseException:
        writer.abandon()
        raise
    progress(sheet.total_height, sheet.total_height)
    return writer.close()


def _rows(sheet: CalamineSheet, first_column: int, marks: Marks) -> Iterator[tuple[int, list[str]]]:
    """Every row as marked texts, with merged areas filled by their first cell, as a reader of the sheet understands them."""
    merged = {(row, column): area[0] for area in sheet.merged_cell_ranges or [] for row, column in _inside(area)}
    merged_rows = {row for row, _ in merged}
    marked_rows = {row for row, _ in marks}
    values: dict[tuple[int, int], str] = {}
    for index, raw in enumerate(sheet.iter_rows()):
        cells = [to_text(cell) for cell in raw]
        if index in marked_rows:
            for position in range(len(cells)):
                cells[position] = marks.get((index, position + first_column), cells[position])
        if index in merged_rows:
            _fill(cells, index, first_column, merged, values)
        yield index, cells


def _inside(area: tuple[tuple[int, int], tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The cells of a merged area one column wide; a wider one is a title across columns and is left alone."""
    (top, left), (bottom, right) = area
    if left == right:
        yield from ((row, left) for row in range(top, bottom + 1))


def _fill(
    cells: list[str],
    index: int,
    first_column: int,
    merged: Mapping[tuple[int, int], tuple[int, int]],
    values: dict[tuple[int, int], str],
) -> None:
    for position, text in enumerate(cells):
        origin = merged.get((index, position + first_column))
        if origin == (index, position + first_column):
            values[origin] = text
        elif origin is not None:
            cells[position] = values.get(origin, "")


def _unusual_cells(path: Path, sheet: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Formulas without a stored result and error cells of an xlsx sheet, which the library shows as empty."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return
        with archive.open(part) as source:
            rest = b""
            while chunk := source.read(_CHUNK_BYTES):
                text = rest + chunk
                cut = text.rfind(b"<row") if b"<row" in text[1:] else len(text)
                for found in _UNUSUAL_CELL.finditer(text[:cut]):
                    yield (
                        _position(found[1], found[2]),
                        (ERROR + "#ERROR" if b't="e"' in found[0].split(b">", 1)[0] else FORMULA),
                    )
                rest = text[cut:]
            for found in _UNUSUAL_CELL.finditer(rest):
                yield (
                    _position(found[1], found[2]),
                    (ERROR + "#ERROR" if b't="e"' in found[0].split(b">", 1)[0] else FORMULA),
                )


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive's entry that holds a sheet; None for formats whose sheets are not XML of this kind."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat bounds entities; only names are read
    relation = next(
        (node.get(_RELATION) for node in book.iter() if node.tag.endswith("}sheet") and node.get("name") == sheet), None
    )
    rels = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    target = next((node.get("Target", "") for node in rels.iter() if node.get("Id") == relation), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _position(letters: bytes, row: bytes) -> tuple[int, int]:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(row) - 1, column - 1
