"""Opaque identifiers for whatever leaves the system: UUID version 7, ordered by time (RFC 9562, section 5.7)."""

import os
import uuid
from datetime import datetime


def new_uid(at: datetime, random_bytes: bytes | None = None) -> uuid.UUID:
    """A UUIDv7 for the aware instant `at`; `random_bytes` (10 bytes) fixes the rest, for seeded worlds and tests.

    Raises ValueError for a naive instant, one before 1970, or other than 10 bytes.
    """
    if at.tzinfo is None:
        raise ValueError("an identifier needs an aware instant")
    milliseconds = int(at.timestamp() * 1000)
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("the instant lies outside what UUIDv7 can hold")
    tail = os.urandom(10) if random_bytes is None else random_bytes
    if len(tail) != 10:
        raise ValueError("UUIDv7 takes exactly 10 random bytes")
    value = milliseconds << 80 | int.from_bytes(tail, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
