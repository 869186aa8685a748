"""What the ledger asks of the rest of the house; config/wiring.py and the settings say who answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol


class AfterPayments(Protocol):
    """Settles what payments or reversals bring about on their day (promises, contacts planned, messages waiting).

    Called in the transaction that posts them. Safe to repeat; a fixed number of queries however many accounts.
    """

    def __call__(self, account_ids: Sequence[int], *, today: date, now: datetime) -> object:
        """`account_ids`: the accounts that a payment or a reversal has just changed, each once."""
        ...
