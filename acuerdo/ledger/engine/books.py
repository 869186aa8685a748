"""The books of all accounts as frames, and how they come to an engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

type Frame = nw.LazyFrame[Any]
FIGURES = (
    "balance_minor", "balance_due_minor", "late_interest_minor", "days_past_due", "next_due_day", "next_due_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Books:
    """The frames of `acuerdo.ledger.snapshot.BOOK_EXTRACTS`, of one engine. `lend` makes a small table a frame of that engine."""

    books: Frame
    open_instalments: Frame
    instalments: Frame
    payments: Frame
    account_events: Frame
    lend: Callable[[pl.DataFrame, str], Frame]
