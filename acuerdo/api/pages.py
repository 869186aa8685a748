"""Cursor pages: the cursor is the place of the last item, opaque to the caller; a page is found by index, however deep."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from acuerdo.api.schemas import ListFilters
from acuerdo.kernel.errors import Refusal

LIMIT_MAX = 500


def cursor_after(place: object) -> str:
    """The cursor of the page that follows `place` (a uid or a number)."""
    return urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def uid_in(cursor: str) -> UUID | None:
    """The uid that a cursor names, None at the beginning. Refuses `bad-cursor`."""
    try:
        return UUID(_decoded(cursor)) if cursor else None
    except ValueError:
        raise _bad() from None


def number_in(cursor: str) -> int:
    """The number that a cursor names, 0 at the beginning. Refuses `bad-cursor`."""
    text = _decoded(cursor) if cursor else "0"
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _bad()
    return int(text)


def instant_in(cursor: str) -> datetime | None:
    """The aware instant that a cursor names, None at the beginning. Refuses `bad-cursor`."""
    try:
        at = datetime.fromisoformat(_decoded(cursor)) if cursor else None
    except ValueError:
        raise _bad() from None
    if at is not None and at.tzinfo is None:
        raise _bad()
    return at


def page_of(found: QuerySet[Any], filters: ListFilters) -> tuple[list[Any], str | None]:
    """One page in the order of uids, and the cursor of the next."""
    found = found.order_by("uid")
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    return page, cursor_after(page[-1].uid) if len(rows) > filters.limit else None


def _decoded(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (NotBase64, UnicodeError, ValueError):
        raise _bad() from None


def _bad() -> Refusal:
    return Refusal("bad-cursor", "El cursor no es de los que entregó esta lista.")
