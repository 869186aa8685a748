"""What an address that leaves with a message says about it, and that nobody else can make up.

A token is the uid of a message, of the agreement that it speaks of, or of the case for an address that compliance gives, and eight
bytes of an HMAC with the installation's key, in lower-case base32: the part of a mail address before the @ may change its case
on the way, and a link survives being copied by hand.
"""

import base64
import binascii
import hmac
from uuid import UUID

from django.conf import settings

_MAC_BYTES = 8
PURPOSES = frozenset({"agreement", "bounce", "contacts", "unsubscribe"})


def token_of(uid: UUID, purpose: str) -> str:
    """39 letters and digits."""
    assert purpose in PURPOSES
    return base64.b32encode(uid.bytes + _mac(uid, purpose)).decode().lower().rstrip("=")


def uid_of_token(token: str, purpose: str) -> UUID | None:
    """The uid that a token of ours names; None for any other text."""
    padded = token.strip().upper() + "=" * (-len(token.strip()) % 8)
    try:
        raw = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 16 + _MAC_BYTES:
        return None
    uid = UUID(bytes=raw[:16])
    # The last letter has a bit to spare: two spellings of one token would be two.
    if base64.b32encode(raw).decode() != padded:
        return None
    return uid if hmac.compare_digest(raw[16:], _mac(uid, purpose)) else None


def _mac(uid: UUID, purpose: str) -> bytes:
    key = f"messaging:{purpose}:{settings.SECRET_KEY}".encode()
    return hmac.digest(key, uid.bytes, "sha256")[:_MAC_BYTES]
