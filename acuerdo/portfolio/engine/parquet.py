"""Parquet: typed columns, read in row groups; numbers and dates keep their type as marks."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.engine.spool import BATCH_ROWS, Spool, SpoolWriter
from acuerdo.portfolio.rules.cells import to_text


def read_parquet(path: Path, *, progress: Callable[[int, int], None]) -> Spool:
    """Reads `path` into a spool; row 2 is the first row of data, as in the other formats. Refuses `parquet-damaged`."""
    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError):
        raise Refusal(
            "parquet-damaged", "El archivo Parquet está dañado o incompleto.", Place(file=path.name)
        ) from None
    with source:
        total = source.metadata.num_rows
        writer = SpoolWriter(source.schema_arrow.names, 1, kind="parquet", detail={})
        try:
            number = 2
            for batch in source.iter_batches(batch_size=BATCH_ROWS):
                columns = [_texts(column) for column in batch.columns]
                writer.add_columns(range(number, number + batch.num_rows), columns)
                number += batch.num_rows
                progress(number - 2, total)
        except BaseException:
            writer.abandon()
            raise
        return writer.close()


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_integer(
        column.type
    ):  # exact however long, unlike a workbook's numbers, so without the mark of those
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return [to_text(value) for value in column.to_pylist()]
