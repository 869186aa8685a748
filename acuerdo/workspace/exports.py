"""Files that leave the system as CSV: safe to open in a spreadsheet, and streamed row by row."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from acuerdo.portfolio.rules.csv_safety import neutralise

BOM = "\ufeff"


class _Line:
    """A file that hands each written line on."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """The cell's text, made harmless for a spreadsheet."""
    return neutralise("" if value is None else str(value))


def csv_response(file_name: str, header: list[str], rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    """A download with a byte-order mark, so that Excel reads the accents."""
    answer = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(header: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM + writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])
