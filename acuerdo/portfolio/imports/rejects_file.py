"""The file of rejected rows: the original columns, then row, column, code and sentence, ready to correct and load again."""

import csv
import io
from collections.abc import Iterator

from acuerdo.portfolio.models import ImportBatch, ImportRejection
from acuerdo.portfolio.rules.csv_safety import neutralise
from acuerdo.portfolio.rules.headers import REJECT_COLUMNS


def rejects_csv(batch: ImportBatch, file: str = "") -> Iterator[str]:
    """CSV text in pieces (`;`, byte order mark, so that a Spanish Excel opens it); no cell can run as a formula."""
    rejections = ImportRejection.objects.filter(batch=batch).order_by("file", "row")
    if file:
        rejections = rejections.filter(file=file)
    headers = _headers(batch, file)
    yield "\ufeff" + _line([*headers, *REJECT_COLUMNS])
    for one in rejections.iterator(chunk_size=2000):
        cells = [str(one.cells.get(name, "")) for name in headers]
        yield _line([*cells, str(one.row), one.column, one.code, one.message])


def _headers(batch: ImportBatch, file: str) -> list[str]:
    """The columns of the file in its own order, as the report keeps them; of all its files when none is named."""
    names: dict[str, None] = {}
    for understood in batch.report.get("understood", []):
        if not file or understood["file"] == file:
            names.update(dict.fromkeys(understood["headers"]))
    return list(names)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([neutralise(cell) for cell in cells])
    return out.getvalue()
