"""The audit chains: what they hold, and that any tampering shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from acuerdo.base.audit import BrokenLink, ChainReport, Fact, list_chains, verify_chain, write_audit, write_audit_many
from acuerdo.base.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 13, 15, 0, 0, 123456, tzinfo=UTC)


def write(payload: dict[str, Any] | None = None, *, chain: str = "promises", now: datetime = NOW) -> AuditEntry:
    return write_audit(
        chain=chain, action="promise_made", actor="ana", subject=("promise", "p1"), payload=payload or {}, now=now
    )


@contextmanager
def tampering() -> Iterator[None]:
    """As somebody who owns the database could, past the trigger that refuses changes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def write_three() -> None:
    for day in range(3):
        write({"number": day}, now=NOW + timedelta(days=day))


def test_entries_follow_one_another() -> None:
    first, second = write({"amount_minor": 100}), write()
    assert (first.sequence, second.sequence) == (1, 2)
    assert bytes(first.previous_digest) == bytes(32)
    assert bytes(second.previous_digest) == bytes(first.digest)
    assert verify_chain("promises") == ChainReport("promises", 2, None)


def test_the_digest_is_the_documented_one() -> None:
    # Computed apart, with sha256sum over 32 zero bytes and the canonical JSON; it must never change.
    import hashlib

    entry = write({"b": "ñ", "a": 1})
    told = '["promises",1,"2026-07-13T15:00:00.123456+00:00","ana","promise_made","promise","p1",{"a":1,"b":"ñ"}]'
    assert bytes(entry.digest) == hashlib.sha256(bytes(32) + told.encode()).digest()


def test_chains_do_not_mix() -> None:
    write(chain="promises")
    write(chain="accounts")
    assert list_chains() == ["accounts", "promises"]
    assert verify_chain("accounts").entries == 1


def test_values_are_stored_as_they_are_hashed() -> None:
    entry = write({
        "rate": Decimal("0.2452"), "on": date(2026, 7, 1), "uid": UUID(int=5), "list": (1, None, True), "big": 10**18,
        "at": datetime(2026, 7, 1, 10, 0, tzinfo=UTC),
    })  # fmt: skip
    entry.refresh_from_db()
    assert entry.payload == {
        "rate": "0.2452", "on": "2026-07-01", "uid": str(UUID(int=5)), "list": [1, None, True], "big": 10**18,
        "at": "2026-07-01T10:00:00.000000+00:00",
    }  # fmt: skip
    assert verify_chain("promises").broken is None


@pytest.mark.parametrize("value", [0.1, {1, 2}, b"x", object()])
def test_a_value_without_a_canonical_form_is_a_mistake_and_writes_nothing(value: object) -> None:
    with pytest.raises(TypeError):
        write({"value": value})
    assert not AuditEntry.objects.exists()


def test_many_cost_as_many_queries_as_one(django_assert_num_queries: Any) -> None:
    facts = [Fact("placed", "system", ("obligation", str(number)), {"number": number}) for number in range(500)]
    with django_assert_num_queries(3):
        write_audit_many(chain="placements", facts=facts, now=NOW)
    assert verify_chain("placements") == ChainReport("placements", 500, None)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"payload": {"number": 9}}, BrokenLink(2, "digest")),
        ({"actor": "otro"}, BrokenLink(2, "digest")),
        ({"at": NOW}, BrokenLink(2, "digest")),
        ({"subject_uid": "p2"}, BrokenLink(2, "digest")),
        ({"previous_digest": bytes(32)}, BrokenLink(2, "previous")),
        ({"digest": bytes(32)}, BrokenLink(2, "digest")),
    ],
)
def test_a_changed_entry_is_named(change: dict[str, Any], broken: BrokenLink) -> None:
    write_three()
    with tampering():
        AuditEntry.objects.filter(sequence=2).update(**change)
    assert verify_chain("promises") == ChainReport("promises", 1, broken)


def test_the_database_refuses_changes_and_deletions() -> None:
    write_three()
    for change in (lambda rows: rows.update(actor="otro"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            change(AuditEntry.objects.filter(sequence=2))
    assert verify_chain("promises") == ChainReport("promises", 3, None)


def test_a_removed_entry_is_named() -> None:
    write_three()
    with tampering():
        AuditEntry.objects.filter(sequence=2).delete()
    assert verify_chain("promises").broken == BrokenLink(2, "missing")


def test_from_a_date_on_the_link_before_still_counts() -> None:
    write_three()
    since = NOW + timedelta(days=1)
    assert verify_chain("promises", since) == ChainReport("promises", 2, None)
    with tampering():
        AuditEntry.objects.filter(sequence=1).update(digest=bytes(32))
    assert verify_chain("promises", since).broken == BrokenLink(2, "previous")
    assert verify_chain("promises", NOW + timedelta(days=9)) == ChainReport("promises", 0, None)


def test_a_rollback_takes_its_entry_along() -> None:
    write()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    write()
    assert verify_chain("promises") == ChainReport("promises", 2, None)


# What JSON in PostgreSQL can hold: no lone surrogates, no zero character.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


class AnyPayloadTests(TestCase):
    @given(payload=st.dictionaries(st.sampled_from(["a", "b", "ñ"]), json_values))
    def test_what_postgresql_gives_back_has_the_same_digest(self, payload: dict[str, Any]) -> None:
        write(payload)
        assert verify_chain("promises").broken is None
