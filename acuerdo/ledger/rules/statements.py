"""The statement of one obligation as of a date: what is owed, what of it is due, since when, and what comes next.

`balance` counts all principal, and of interest, insurance and fees what has fallen due; `balance_due` of principal too
only what has fallen due. Days past due count from the oldest due date with contractual amounts open.
"""

from dataclasses import dataclass
from datetime import date

from acuerdo.ledger.rules.book import Book, Line
from acuerdo.ledger.rules.buckets import bucket_of, stage_of
from acuerdo.ledger.rules.components import Amounts, no_amounts


@dataclass(frozen=True, slots=True)
class Statement:
    """Amounts in minor units by component. `due_since` is the oldest unpaid due date before `as_of`, None when current."""

    as_of: date
    balance: Amounts
    balance_due: Amounts
    unallocated_minor: int
    due_since: date | None
    days_past_due: int
    bucket: str
    stage: str
    next_due_on: date | None
    next_due_minor: int
    is_written_off: bool

    @property
    def balance_minor(self) -> int:
        return sum(self.balance.values())

    @property
    def balance_due_minor(self) -> int:
        return sum(self.balance_due.values())


def statement_of(book: Book, as_of: date) -> Statement:
    """Reads the statement off a book whose events through `as_of` have been played."""
    day = as_of.toordinal()
    balance, due = no_amounts(), no_amounts()
    due_since: int | None = None
    following: Line | None = None
    for line in book.lines:
        is_due = line.due <= day
        _add(book, line, day, balance, due, is_due=is_due)
        if not book.is_behind(line):
            continue
        if line.due < day and due_since is None:
            due_since = line.due
        if line.due >= day and following is None:
            following = line
    days_past_due = day - due_since if due_since is not None else 0
    next_due_on = date.fromordinal(following.due) if following else None
    return Statement(
        as_of=as_of,
        balance=balance,
        balance_due=due,
        unallocated_minor=sum(credit.left_minor for credit in book.credits),
        due_since=date.fromordinal(due_since) if due_since is not None else None,
        days_past_due=days_past_due,
        bucket=bucket_of(days_past_due),
        stage=stage_of(days_past_due, next_due_on, as_of, is_written_off=book.written_off is not None),
        next_due_on=next_due_on,
        next_due_minor=sum(following.owed.values()) if following else 0,
        is_written_off=book.written_off is not None,
    )


def _add(book: Book, line: Line, day: int, balance: Amounts, due: Amounts, *, is_due: bool) -> None:
    balance["principal"] += line.owed["principal"]
    fee = line.owed["collection_fee"]
    balance["collection_fee"] += fee
    due["collection_fee"] += fee
    if not is_due:
        return
    due["principal"] += line.owed["principal"]
    late = book.late_owed(line, day)
    for amounts in (balance, due):
        amounts["late_interest"] += late
        amounts["contract_interest"] += line.owed["contract_interest"]
        amounts["insurance"] += line.owed["insurance"]
        amounts["fees"] += line.owed["fees"]
