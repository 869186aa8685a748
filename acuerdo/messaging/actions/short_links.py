"""Short addresses on our own domain: an SMS has room for few letters, and no stranger's service learns who pays what.

A code is eight letters of 54, about 46 bits: with a million live links a guess finds one in seventy million.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import ShortLink

# No 0/O nor 1/l/I: a code is also typed by hand.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
LIVES = timedelta(days=60)
URL_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class LongLink:
    """One address of ours to shorten, for one message or none."""

    url: str
    message_id: int | None = None


@transaction.atomic
def shorten_links(links: Sequence[LongLink], *, now: datetime, lives: timedelta = LIVES) -> list[str]:
    """A code for each, in order; one statement. Refuses `link-odd` for what is no https address of up to 500 letters."""
    for link in links:
        if not link.url.startswith("https://") or len(link.url) > URL_LENGTH_MAX or any(c.isspace() for c in link.url):
            raise Refusal("link-odd", "Solo se acortan enlaces https propios, de hasta 500 caracteres.")
    rows = [
        ShortLink(code=new_code(), url=link.url, message_id=link.message_id, created_at=now, expires_at=now + lives)
        for link in links
    ]
    ShortLink.objects.bulk_create(rows)
    return [row.code for row in rows]


def open_short_link(code: str, *, now: datetime, counts: bool = True) -> str | None:
    """Where a code leads; None for a code that does not exist or has expired. `counts` False: looked at, not opened."""
    found = ShortLink.objects.filter(code=code, expires_at__gt=now)
    if counts:
        found.update(opened_count=F("opened_count") + 1, opened_at=now)
    return found.values_list("url", flat=True).first()


def new_code() -> str:
    """Unguessable: whoever has it sees what the link shows."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))
