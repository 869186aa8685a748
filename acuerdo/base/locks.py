"""Advisory locks by name, held until the current transaction ends (PostgreSQL frees them on commit, rollback and death).

A lock's key is the first 64 bits of a hash of its name, so two names that collide wait for each other needlessly, never wrongly.
Several locks of one kind are taken in the order of their keys, which is what keeps two transactions from waiting in a ring.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from acuerdo.base.pipeline import Sql
from acuerdo.kernel.errors import Refusal

# The server keeps max_locks_per_transaction × max_connections locks in all (64 × 100 as shipped).
PERSONS_MAX = 1000


def lock_name(name: str, key: object = "") -> None:
    """Wait for the lock `name`/`key`. Raises TransactionManagementError outside a transaction."""
    _in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name, key)])


def lock_statement(name: str, key: object = "") -> Sql:
    """The statement of `lock_name`, for whoever sends several together."""
    return "SELECT pg_advisory_xact_lock(%s)", [_key(name, key)]


def lock_person(debtor_id: int) -> None:
    """One at a time for each person: whoever counts contacts, or writes one, holds this lock."""
    lock_name("person", debtor_id)


def lock_person_many(debtor_ids: Iterable[int]) -> None:
    """`lock_person` for up to 1,000 people in one statement. Raises ValueError for more: commit in batches."""
    _in_transaction()
    keys = person_keys(debtor_ids)
    with connection.cursor() as cursor:
        # unnest keeps the array's order, so the locks are taken in it.
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
        cursor.fetchall()


def person_keys(debtor_ids: Iterable[int]) -> list[int]:
    """The keys of these people's locks, in the order in which everybody takes them; ValueError above 1,000."""
    keys = sorted({_key("person", debtor_id) for debtor_id in debtor_ids})
    if len(keys) > PERSONS_MAX:
        raise ValueError(f"at most {PERSONS_MAX} people are locked in one transaction, not {len(keys)}")
    return keys


def try_lock_name(name: str, key: object = "") -> bool:
    """Take the lock if it is free; whether it was."""
    _in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name, key)])
        return bool(cursor.fetchone()[0])


@contextmanager
def only_one(name: str, *, code: str, message: str) -> Iterator[None]:
    """Hold the lock over several transactions of this connection. Raises Refusal(code, message) when somebody else holds it."""
    key = _key(name, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise Refusal(code, message)
    holder = connection.connection
    try:
        yield
    finally:
        # A lost connection took the lock along; a new one does not hold it.
        if connection.connection is holder and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _key(name: str, key: object) -> int:
    return int.from_bytes(hashlib.sha256(f"{name}\x00{key}".encode()).digest()[:8], "big", signed=True)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an advisory lock lasts as long as its transaction; open one with transaction.atomic()"
        )
