"""Frames into temporary tables by COPY, on the connection and in the transaction that will use them.

The tables vanish with the transaction, so an import that is killed leaves nothing behind, not even its staging.
"""

import io
from typing import Any

import polars as pl

from acuerdo.portfolio.engine.facts import OBLIGATION_SCHEMA
from acuerdo.portfolio.engine.instalments import SCHEMA as INSTALMENT_SCHEMA
from acuerdo.portfolio.engine.people import CONTACT_SCHEMA, PARTY_SCHEMA

_TYPES: dict[type[pl.DataType], str] = {
    pl.Int64: "bigint",
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Date: "date",
}
# Stands for NULL in the stream; control characters were cleaned from every text, so no cell can be it.
_NULL = "\x1e"


def schema_of_facts() -> dict[str, dict[str, pl.DataType]]:
    """The staging tables of a portfolio import, by name, as the frames of `facts` and `instalments` have them."""
    reject = {"row": pl.Int64(), "column": pl.String(), "code": pl.String(), "value": pl.String()}
    return {
        "imp_obligation": dict(OBLIGATION_SCHEMA),
        "imp_party": dict(PARTY_SCHEMA),
        "imp_contact": dict(CONTACT_SCHEMA),
        "imp_seen": {"row": pl.Int64(), "number": pl.String()},
        "imp_reject": reject,
        "imp_reject_instalment": reject,
        "imp_instalment": dict(INSTALMENT_SCHEMA),
    }


def create_staging(cursor: Any, table: str, schema: dict[str, pl.DataType]) -> None:
    """A temporary table that ends with the transaction. `table` and column names are our own, never a file's."""
    columns = ", ".join(f'"{name}" {_TYPES[type(dtype)]}' for name, dtype in schema.items())
    cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")


def copy_frame(cursor: Any, table: str, frame: pl.DataFrame) -> None:
    """Appends the frame's rows to a staging table with the same columns."""
    if frame.is_empty():
        return
    stream = io.BytesIO()
    frame.write_csv(stream, include_header=False, null_value=_NULL)
    names = ", ".join(f'"{name}"' for name in frame.columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '{_NULL}')") as copy:
        copy.write(stream.getbuffer())
