"""One-time codes that nothing keeps: a code follows from a random seed and the installation's key.

Whoever has to send a code later keeps its seed until then; whoever has to check it keeps `digest_of`, which without the
installation's key says nothing about a million possible codes.
"""

import hmac
import secrets

from django.conf import settings

CODE_DIGITS = 6


def new_seed() -> str:
    """32 hex digits that nobody can guess."""
    return secrets.token_hex(16)


def code_of(seed: str) -> str:
    """The six digits that follow from a seed in this installation."""
    number = int.from_bytes(_mac("code", seed), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def digest_of(subject: str, code: str) -> str:
    """What is kept to compare a code with later: 64 hex digits, of this subject and installation alone."""
    return _mac("digest", f"{subject}\x00{code}").hex()


def is_code(subject: str, code: str, digest: str) -> bool:
    """Whether `digest` was made of this code, in a time that says nothing of it."""
    return hmac.compare_digest(digest_of(subject, code), digest)


def _mac(purpose: str, text: str) -> bytes:
    return hmac.digest(f"one-time:{purpose}:{settings.SECRET_KEY}".encode(), text.encode(), "sha256")
