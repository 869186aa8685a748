"""Several statements in one round trip, each planned once for a connection: for actions that run hundreds of times a second.

The statements run in order, each seeing what was committed before it began; within a transaction that is what a lock
taken by the first is for. They are handed to libpq as they are: a cursor of the driver for each one took longer than all
that an action works out. The object mapper's cursors stay as they are.
"""

import json
import re
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg import errors, generators, pq
from psycopg.adapt import Transformer
from psycopg.types.json import Jsonb

# A statement and its values.
type Sql = tuple[str, Sequence[Any] | Mapping[str, Any]]


# Rows are found by their keys. A plan made anew each time costs as much as its work, and one that was made for all times
# while a table was empty would read the whole table for ever.
_BY_KEY: Sql = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)", (),
)  # fmt: skip
_AS_USUAL: Sql = ("SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)", ())
_PLACE = re.compile(r"%(?:%|s|\((\w+)\)s)")
# What the server could not tell from where the value stands; the rest it infers, or the statement casts.
_OIDS = {date: 1082, datetime: 1184, UUID: 2950, bytes: 17, bool: 16, Decimal: 1700}
# The names of the statements that each connection has prepared.
_prepared: "WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]]" = WeakKeyDictionary()


def run_together(statements: Sequence[Sql], *, looks_up: bool = False) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement; an empty list for one that returns none. Raises Django's own database errors.

    Values are texts, numbers, dates, UUIDs, bytes, Jsonb, None and lists of them; where a list or a number goes, the statement
    casts. `looks_up`: all of them, in a transaction, reach their rows by an index, with a few values or with thousands.
    """
    if looks_up:
        return run_together([_BY_KEY, *statements, _AS_USUAL])[1:-1]
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    started = time.monotonic()
    with connection.wrap_database_errors:
        found = _exchange(raw, statements)
    if connection.queries_logged:
        took = time.monotonic() - started
        connection.queries_log.extend({"sql": sql, "time": f"{took:.3f}"} for sql, _ in statements)
    return found


@dataclass(frozen=True, slots=True)
class _Query:
    """A statement as the server reads it; `names` are those of its values in order, None where they come in a sequence."""

    sql: bytes
    names: tuple[str, ...] | None

    def in_order(self, values: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
        if isinstance(values, Mapping):
            return [values[name] for name in self.names or ()]
        return values


@lru_cache(maxsize=256)
def _query(text: str) -> _Query:
    names: dict[str, int] = {}
    count = 0

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1]:
            return f"${names.setdefault(found[1], len(names) + 1)}"
        count += 1
        return f"${count}"

    sql = _PLACE.sub(place, text).encode()
    return _Query(sql, tuple(names) if names else None)


def _exchange(raw: psycopg.Connection[Any], statements: Sequence[Sql]) -> list[list[tuple[Any, ...]]]:
    """Sends everything, then reads everything; the first error is raised once the connection is in order again."""
    pgconn, known = raw.pgconn, _prepared.setdefault(raw, {})
    ready = []
    for text, values in statements:
        query = _query(text)
        ordered = query.in_order(values)
        ready.append((text, query, ordered, [_written(value) for value in ordered]))
    begins = not raw.autocommit and pgconn.transaction_status == pq.TransactionStatus.IDLE
    made: dict[str, bytes] = {}
    sent: list[str | None] = []  # the text of a statement that was prepared, None for one that was run
    pgconn.enter_pipeline_mode()
    try:
        if begins:
            pgconn.send_query_params(b"BEGIN", None)
        for text, query, ordered, written in ready:
            name = known.get(text) or made.get(text)
            if name is None:
                name = made[text] = b"acuerdo_%d" % (len(known) + len(made))
                pgconn.send_prepare(name, query.sql, [_OIDS.get(type(value), 0) for value in ordered])
                sent.append(text)
            pgconn.send_query_prepared(name, written)
            sent.append(None)
        answers = raw.wait(_collected(pgconn, begins + len(sent) + 1))
        pgconn.exit_pipeline_mode()
    except BaseException:
        raw.close()  # half a conversation: nothing more can be said on it
        raise
    return _read(raw, sent, answers[begins:], made)


def _collected(pgconn: Any, count: int) -> Generator[Any, Any, list[Any]]:
    """The results of `count` commands, the closing synchronisation among them."""
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)  # takes in what comes back meanwhile, so that neither side waits for the other
    found: list[Any] = []
    while len(found) < count:
        results = yield from generators.fetch_many(pgconn)
        if not results:
            raise psycopg.OperationalError("the connection ended in the middle of a batch of statements")
        found.append(results)
    return [results[-1] for results in found]


def _read(
    raw: psycopg.Connection[Any], sent: Sequence[str | None], answers: Sequence[Any], made: Mapping[str, bytes]
) -> list[list[tuple[Any, ...]]]:
    known = _prepared[raw]
    rows: list[list[tuple[Any, ...]]] = []
    failed = None
    for text, answer in zip(sent, answers, strict=False):
        if answer.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED):
            failed = failed or answer
        elif text is not None:
            known[text] = made[text]
        elif answer.status == pq.ExecStatus.TUPLES_OK:
            reader = Transformer(raw)
            reader.set_pgresult(answer)
            rows.append(list(reader.load_rows(0, answer.ntuples, tuple)))
        else:
            rows.append([])
    if failed is not None:
        raise errors.error_from_result(failed, encoding=raw.info.encoding)
    return rows


def _written(value: Any) -> bytes | None:
    """A value as PostgreSQL writes it. Raises TypeError for what has no one way to be written."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return f"{{{_elements(value)}}}".encode()
    return _plain(value).encode()


def _plain(value: Any) -> str:
    match value:
        case str():
            if "\0" in value:
                raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
            return value
        case bool():
            return "t" if value else "f"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return "\\x" + bytes(value).hex()
        case Jsonb():
            return json.dumps(value.obj, ensure_ascii=False, allow_nan=False)
        case _:
            raise TypeError(f"{type(value).__name__} is no value of a statement sent together with others")


def _elements(values: Sequence[Any]) -> str:
    """An array's elements. Columns of one kind, which is most of them, go in one piece."""
    kinds = set(map(type, values))
    if kinds == {str}:
        joined = '","'.join(values)
        if "\\" not in joined and "\0" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'"{joined}"'
    if kinds == {int}:
        return ",".join(map(str, values))
    return ",".join([_element(one) for one in values])


def _element(value: Any) -> str:
    """One element of an array: texts and documents in quotes, so that nothing in them is taken for the array's own signs."""
    if value is None:
        return "NULL"
    text = _plain(value)
    if isinstance(value, int | date | UUID | Decimal):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
