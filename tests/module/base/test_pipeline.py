"""Statements sent together: in order, in one transaction, with the database's own errors; and the audit links made by the server."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from django.db import DataError, connection, transaction
from psycopg.types.json import Jsonb

from acuerdo.base.audit import Fact, append_statements, verify_chain, write_audit_many
from acuerdo.base.models import AuditEntry
from acuerdo.base.pipeline import run_together

NOW = datetime(2026, 3, 20, 15, 0, 0, 123, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_answers_in_order_and_later_ones_see_what_earlier_ones_did() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE seen (n int) ON COMMIT DROP")
    found = run_together([
        ("INSERT INTO seen SELECT * FROM generate_series(1, %s)", [3]),
        ("SELECT n FROM seen ORDER BY n", ()),
        ("SELECT %(one)s::text", {"one": "ñ"}),
    ])  # fmt: skip
    assert found == [[], [(1,), (2,), (3,)], [("ñ",)]]


def test_an_error_in_one_undoes_all_and_leaves_the_connection_usable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE seen (n int) ON COMMIT DROP")
    with pytest.raises(DataError), transaction.atomic():
        run_together([("INSERT INTO seen VALUES (1)", ()), ("SELECT 1 / %s::int", [0]), ("SELECT 2", ())])
    assert run_together([("SELECT count(*) FROM seen", ())]) == [[(0,)]]


VALUES = [
    None, "ñ 'x' \"y\" \\ {a,b} NULL", "", -5, 10**18, True, False, date(2026, 3, 1), NOW, Decimal("1.50"), Decimal("1E+3"),
    UUID(int=7), b"\x00\xff", Jsonb({"a": ["«é»", None, 1.5]}),
]  # fmt: skip


def test_values_arrive_as_the_drivers_own_cursor_sends_them() -> None:
    kinds = [
        "text",
        "text",
        "text",
        "int",
        "bigint",
        "bool",
        "bool",
        "date",
        "timestamptz",
        "numeric",
        "numeric",
        "uuid",
        "bytea",
        "jsonb",
    ]
    ours = run_together([(f"SELECT %s::{kind}", [value]) for value, kind in zip(VALUES, kinds, strict=True)])
    with psycopg.Cursor(connection.connection) as cursor:
        theirs = [
            cursor.execute(f"SELECT %s::{kind}", [value]).fetchall() for value, kind in zip(VALUES, kinds, strict=True)
        ]
    assert ours == theirs
    lists = [
        ("text", ["a,b", "{}", '"', "\\", "", "NULL", None, "ñ"]),
        ("bigint", [1, None, -3]),
        ("date", [date(2026, 3, 1), None]),
    ]
    found = run_together([(f"SELECT %s::{kind}[]", [values]) for kind, values in lists])
    assert [rows[0][0] for rows in found] == [values for _, values in lists]
    assert run_together([("SELECT %(b)s::int - %(a)s::int, '100 %%', %(b)s::int", {"a": 1, "b": 3})]) == [
        [(2, "100 %", 3)]
    ]


def test_a_statement_is_prepared_once_for_a_connection_and_survives_an_error() -> None:
    text = "SELECT 12 / %s::int AS prepared_once"
    assert run_together([(text, [3]), (text, [4])]) == [[(4,)], [(3,)]]
    with pytest.raises(DataError), transaction.atomic():
        run_together([(text, [0])])
    assert run_together([(text, [2])]) == [[(6,)]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT 12 / $1::int%"])
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(("value", "error"), [("a\0b", DataError), (object(), TypeError), ([object()], TypeError)])
def test_what_cannot_be_written_is_refused_before_anything_is_sent(value: object, error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic():
        run_together([("SELECT 1", ()), ("SELECT %s::text", [value])])
    assert run_together([("SELECT 1", ())]) == [[(1,)]]


def test_more_than_a_socket_holds_goes_both_ways() -> None:
    """Large answers come back while large values are still being sent."""
    long = "ñ" * 2_000_000
    found = run_together([("SELECT %s::text", [long])] * 6)
    assert [rows[0][0] == long for rows in found] == [True] * 6


def test_the_server_links_the_same_chain_as_we_do() -> None:
    facts = [
        Fact("record_payment", "ña \"caja\"\\", ("payment", f"u{number}"), {"z": number, "a": "«é»", "on": date(2026, 3, 1), "x": None})
        for number in range(5)
    ]  # fmt: skip
    facts.append(Fact("other", "x", ("payment", str(UUID(int=7))), {}))
    write_audit_many(chain="ours", facts=facts[:2], now=NOW)
    run_together(append_statements("ours", facts[2:], NOW))
    write_audit_many(chain="ours", facts=facts[:1], now=NOW)
    run_together(append_statements("empty", facts, NOW))
    assert (verify_chain("ours").entries, verify_chain("ours").broken) == (7, None)
    assert (verify_chain("empty").entries, verify_chain("empty").broken) == (6, None)
    assert list(
        AuditEntry.objects.filter(chain="empty").order_by("sequence").values_list("subject_uid", flat=True)
    ) == [fact.subject[1] for fact in facts]
