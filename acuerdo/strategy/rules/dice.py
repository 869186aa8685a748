"""A stable draw for a person: the same person falls in the same group for the same salt, on every engine.

Each person carries `dice`, 32 bits of the MD5 of the opaque identifier (taken when the snapshot is made). Six rounds of a
Feistel network whose keys come from the salt mix them again, so two experiments split people independently. Only sums,
products below 2^53, and divisions of non-negative numbers are used: equal results in Python, Polars, DuckDB and Spark.
"""

import hashlib
from uuid import UUID

HALF = 2**16
SHIFT = 2**8
ROUNDS = 6
PARTS = 10_000  # a draw is 0 … 9 999: hundredths of a percent


def dice_of(uid: UUID) -> int:
    """The first 32 bits of MD5 over the identifier's canonical text, as `portfolio`'s extract computes them in SQL."""
    return int(hashlib.md5(str(uid).encode(), usedforsecurity=False).hexdigest()[:8], 16)


def round_keys(salt: str) -> list[tuple[int, int]]:
    """Two numbers below 2^16 for each round."""
    digest = hashlib.sha256(salt.encode()).digest()
    numbers = [int.from_bytes(digest[2 * n : 2 * n + 2], "big") for n in range(2 * ROUNDS)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def draw(dice: int, salt: str) -> int:
    """0 … 9 999 for one person and one salt (plain reference for the engines)."""
    high, low = dice // HALF, dice % HALF
    for factor, added in round_keys(salt):
        high, low = low, (high + low * (low + factor) // SHIFT + added) % HALF
    return low * PARTS // HALF
