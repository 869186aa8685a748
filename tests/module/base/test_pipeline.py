"""Statements sent together: in order, in one transaction, with the database's own errors; and the audit links made by the server."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction

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
    connection_threshold = connection.connection.prepare_threshold
    assert connection_threshold is None


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
