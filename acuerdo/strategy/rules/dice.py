"""A stable draw for a person: the same person falls in the same group for the same salt, on every engine.

Each person carries `dice`, 32 bits of the MD5 of the opaque identifier (taken when the snapshot is made). A salt mixes
them again, so two experiments split people independently. Only sums, products below 2^53, and divisions of non-negative
numbers are used: those give equal results in Python, Polars, DuckDB and Spark.
"""

import hashlib
from uuid import UUID

MODULUS = 2**32
PARTS = 10_000  # a draw is 0 … 9 999: hundredths of a percent
MODULUS_HALF = 2**16
FACTORS = (48_271, 69_621, 40_692)


def dice_of(uid: UUID) -> int:
    """The first 32 bits of MD5 over the identifier's canonical text, as `portfolio`'s extract computes them in SQL."""
    return int(hashlib.md5(str(uid).encode(), usedforsecurity=False).hexdigest()[:8], 16)


def salt_numbers(salt: str) -> tuple[int, int]:
    """Two numbers below 2^32 that the mixing adds."""
    digest = hashlib.sha256(salt.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")


def draw(dice: int, salt: str) -> int:
    """0 … 9 999 for one person and one salt (plain reference for the engines)."""
    first, second = salt_numbers(salt)
    mixed = dice
    for added in (first, second):
        mixed = ((mixed % MODULUS_HALF) * FACTORS[0] * 8 + (mixed // MODULUS_HALF) * FACTORS[1] + added) % MODULUS
    swapped = (mixed % MODULUS_HALF) * MODULUS_HALF + mixed // MODULUS_HALF
    folded = ((swapped // MODULUS_HALF) * FACTORS[2] * 4 + (swapped % MODULUS_HALF) * FACTORS[0] + second) % MODULUS
    return folded // MODULUS_HALF * PARTS // MODULUS_HALF
