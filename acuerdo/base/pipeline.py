"""Several statements in one round trip, each planned once for a connection: for actions that run hundreds of times a second.

The statements run in order, each seeing what was committed before it began; within a transaction that is what a lock
taken by the first is for. The object mapper's cursors stay as they are.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

# A statement and its values.
type Sql = tuple[str, Sequence[Any] | Mapping[str, Any]]
# Prepared at the first run. Without a threshold psycopg prepares nothing, and Django sets none.
_AT_ONCE = 0


# Rows are found by their keys. A plan made anew each time costs as much as its work, and one that was made for all times
# while a table was empty would read the whole table for ever.
_BY_KEY: Sql = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)", (),
)  # fmt: skip
_AS_USUAL: Sql = ("SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)", ())


def run_together(statements: Sequence[Sql], *, looks_up: bool = False) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement; an empty list for one that returns none. Raises Django's own database errors.

    `looks_up`: all of them, in a transaction, reach their rows by an index, with a few values or with thousands.
    """
    if looks_up:
        return run_together([_BY_KEY, *statements, _AS_USUAL])[1:-1]
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    raw: Any = connection.connection
    started = time.monotonic()
    with connection.wrap_database_errors, _preparing(raw), raw.pipeline():
        cursors = [psycopg.Cursor(raw) for _ in statements]
        for cursor, (sql, values) in zip(cursors, statements, strict=True):
            cursor.execute(sql, values)
    found = [cursor.fetchall() if cursor.description else [] for cursor in cursors]
    if connection.queries_logged:
        took = time.monotonic() - started
        connection.queries_log.extend({"sql": sql, "time": f"{took:.3f}"} for sql, _ in statements)
    return found


@contextmanager
def _preparing(raw: Any) -> Iterator[None]:
    before = raw.prepare_threshold
    raw.prepare_threshold = _AT_ONCE
    try:
        yield
    finally:
        raw.prepare_threshold = before
