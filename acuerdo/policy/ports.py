"""What policy asks of the capabilities above it; the settings say who answers."""

from datetime import datetime
from typing import Protocol


class ForgetPerson(Protocol):
    """Removes what a capability keeps of a person in words: texts, addresses, files. Called in the transaction that erases
    them, before their contact points go. Safe to repeat; keys, dates and amounts stay."""

    def __call__(self, debtor_id: int, *, now: datetime) -> int:
        """How many rows lost their text. A refusal stops the whole erasure."""
        ...
