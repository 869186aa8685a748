"""Adding many rows of one model in one statement that holds them as one JSON document.

The mapper's own bulk insert sends a parameter for each value wherever a model has a JSON column, and preparing and reading
tens of thousands of them took most of its time.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault


def insert_rows[M: Model](rows: Sequence[M], *, skips_known: bool = False) -> Sequence[M]:
    """Adds the rows in order and gives each its key. A column that all rows leave to the database is filled by it.

    With `skips_known` a row that breaks a unique constraint is left out, and no row learns its key. Raises TypeError for
    values that JSON cannot carry, ValueError where only some rows leave a column to the database.
    """
    if not rows:
        return rows
    model = type(rows[0])
    columns = _columns(rows)
    names = ", ".join(f'"{column}"' for column, _attribute in columns)
    document = json.dumps(
        [{column: getattr(row, attribute) for column, attribute in columns} for row in rows],
        default=_plain, ensure_ascii=False,
    )  # fmt: skip
    table, key = f'"{model._meta.db_table}"', f'"{model._meta.pk.column}"'
    ending = "ON CONFLICT DO NOTHING" if skips_known else f"RETURNING {key}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM"  # noqa: S608 - names of our own tables
            f" json_populate_recordset(NULL::{table}, %s::json) WITH ORDINALITY ORDER BY ordinality {ending}",
            [document],
        )
        if not skips_known:
            for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = pk
                row._state.adding, row._state.db = False, connection.alias
    return rows


def _columns(rows: Sequence[Model]) -> list[tuple[str, str]]:
    """(column, attribute) of what the rows say themselves."""
    found = []
    for field in rows[0]._meta.concrete_fields:
        silent = sum(_is_left_out(getattr(row, field.attname), field.primary_key) for row in rows)
        if silent not in (0, len(rows)):
            raise ValueError(f"some rows leave {field.name} to the database and some do not")
        if not silent and field.column is not None:
            found.append((field.column, field.attname))
    return found


def _is_left_out(value: Any, is_key: bool) -> bool:
    return isinstance(value, DatabaseDefault) or (is_key and value is None)


def _plain(value: object) -> str:
    if isinstance(value, date | datetime | Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be added in bulk")
