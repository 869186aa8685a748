"""Many rows in one statement: same rows as the mapper writes one by one, keys in order, and what it refuses."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db.utils import IntegrityError

from acuerdo.base.bulk import insert_rows
from acuerdo.base.models import AuditEntry
from acuerdo.ledger.models import CertifiedCap
from acuerdo.messaging.models import SandboxDelivery, Template

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 15, 10, 30, 0, 123456, tzinfo=UTC)
NASTY = "comillas \" y ' y \\ y {llaves} y 100 % y ñandú 🙂"


def _template(code: str, **changed: object) -> Template:
    return Template(code=code, channel="sms", body=NASTY, **changed)


def test_rows_come_back_as_they_went(django_assert_num_queries):
    rows = [_template(f"t{number}", version=number) for number in range(1, 51)]
    with django_assert_num_queries(1):
        insert_rows(rows)
    stored = {row.pk: row for row in Template.objects.filter(code__startswith="t", channel="sms", body=NASTY)}
    assert [stored[row.pk].code for row in rows] == [f"t{number}" for number in range(1, 51)]
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    assert {(row.status, row.language, row.version) for row in list(stored.values())[:1]} == {("published", "es", 1)}
    assert all(isinstance(row.uid, UUID) for row in stored.values())  # the database made them


def test_a_row_that_was_added_is_saved_as_a_change():
    row = insert_rows([_template("una")])[0]
    row.body = "otro"
    row.save(update_fields=["body"])
    assert Template.objects.get(code="una").body == "otro"


def test_instants_uids_and_nulls_keep_their_value():
    uid = UUID("01981111-0000-7000-8000-000000000001")
    insert_rows([SandboxDelivery(message_uid=uid, channel="sms", sender="A", receiver="B", body="C", received_at=AT)])
    stored = SandboxDelivery.objects.get()
    assert (stored.message_uid, stored.received_at, stored.opened_at) == (uid, AT, None)


def test_documents_and_decimals_keep_their_value():
    insert_rows(
        [
            CertifiedCap(
                key="co/x",
                from_on=AT.date(),
                to_on=AT.date(),
                annual=Decimal("0.2523"),
                citation="c",
                recorded_at=AT,
                recorded_by="prueba",
            )
        ]
    )
    assert CertifiedCap.objects.get().annual == Decimal("0.2523")


def test_what_is_known_is_left_out():
    insert_rows([_template("una")])
    again = insert_rows([_template("una"), _template("otra")], skips_known=True)
    assert [row.pk for row in again] == [None, None]
    assert sorted(Template.objects.filter(body=NASTY).values_list("code", flat=True)) == ["otra", "una"]


def test_without_skipping_the_known_one_breaks():
    insert_rows([_template("una")])
    with pytest.raises(IntegrityError):
        insert_rows([_template("una")])


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_rows([]) == []


def test_rows_must_agree_about_what_the_database_fills():
    uid = UUID("01981111-0000-7000-8000-000000000002")
    with pytest.raises(ValueError, match="uid"):
        insert_rows([_template("una"), _template("otra", uid=uid)])


def test_bytes_are_refused():
    entry = AuditEntry(
        chain="c", sequence=1, at=AT, actor="a", action="x", subject_type="s", subject_uid="u", payload={},
        previous_digest=b"0", digest=b"1",
    )  # fmt: skip
    with pytest.raises(TypeError, match="bytes"):
        insert_rows([entry])
