"""Whether the worker that took a message still lives: it holds a lock of the database's session for as long as it does.

The session ends with its process, killed or not, and the lock with it, so nobody has to guess from how long ago it spoke.
"""

import secrets
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from django.db import connection


@contextmanager
def claimed() -> Iterator[int]:
    """Holds a new lock; its number is written into the rows that the worker takes."""
    claim = secrets.randbits(62)
    _say("SELECT pg_advisory_lock(%s)", claim)
    holder = connection.connection
    try:
        yield claim
    finally:
        _free(claim, holder)


@contextmanager
def abandoned(claims: AbstractSet[int | None]) -> Iterator[list[int]]:
    """Those of the claims whose worker is gone, held meanwhile so that nobody else settles the same."""
    free = [
        claim
        for claim in sorted(one for one in claims if one is not None)
        if _say("SELECT pg_try_advisory_lock(%s)", claim)
    ]
    holder = connection.connection
    try:
        yield free
    finally:
        for claim in free:
            _free(claim, holder)


def _say(statement: str, claim: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [claim])
        return bool(cursor.fetchone()[0])


def _free(claim: int, holder: object) -> None:
    """A lost connection took the lock along; a new one does not hold it."""
    if connection.connection is holder and connection.is_usable():
        _say("SELECT pg_advisory_unlock(%s)", claim)
