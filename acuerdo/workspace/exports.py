"""Files that leave the system as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from acuerdo.portfolio.rules.csv_safety import neutralise

BOM = "\ufeff"


def safe_cell(value: object) -> str:
    """The cell's text, made harmless for a spreadsheet."""
    return neutralise("" if value is None else str(value))


def csv_response(file_name: str, header: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    """A download with a byte-order mark, so that Excel reads the accents. Written whole: the server answers asynchronously,
    where a stream of rows would hold a database connection for as long as the reader is slow."""
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["Cache-Control"] = "no-store"
    return answer
