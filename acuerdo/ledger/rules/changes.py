"""What changes a debt beside payments: dues put off, money gone back, credit returned, a debt that passes to a new one.

Each function changes the book of a replay on one day and tells what it did as shares, for the statement and the postings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.allocation import spend_credits
from acuerdo.ledger.rules.book import Book, Line, Share
from acuerdo.ledger.rules.components import COMPONENTS, Component
from acuerdo.ledger.rules.events import ChargebackEvent, Event, ExtensionEvent, RefundEvent, ReplacementEvent
from acuerdo.ledger.rules.prepayment import Closing
from acuerdo.ledger.rules.terms import Instalment


@dataclass(slots=True)
class Effects:
    """What each event did, by its uid; a reversal restores all of it to how it stood before the payment.

    `charged` what was added to the debt (fees; refunds beyond the credit), `waived` what was forgiven, `reopened` what a
    chargeback made owed again, `returned` the unspent credit of each payment that went back, `transferred` what passed to
    another obligation, `settled` the early closings that took effect, `lost_minor` the balance that a write-off gave up.
    """

    charged: dict[str, Share] = field(default_factory=dict)
    waived: dict[str, list[Share]] = field(default_factory=dict)
    reopened: dict[str, list[Share]] = field(default_factory=dict)
    returned: dict[str, dict[str, int]] = field(default_factory=dict)
    transferred: dict[str, list[Share]] = field(default_factory=dict)
    settled: dict[str, Closing] = field(default_factory=dict)
    lost_minor: int = 0

    def copy(self) -> "Effects":
        """A copy that later events do not change; what an event did is never changed after."""
        return Effects(
            dict(self.charged),
            dict(self.waived),
            dict(self.reopened),
            dict(self.returned),
            dict(self.transferred),
            dict(self.settled),
            self.lost_minor,
        )


def check_moves(instalments: Sequence[Instalment], events: Sequence[Event]) -> None:
    """Refuses `unknown-instalment` and `extension-not-later` (a due date is put off, never brought forward)."""
    agreed = {row.number: row.due_on for row in instalments}
    for event in events:
        for move in event.moves if isinstance(event, ExtensionEvent) else ():
            if move.instalment not in agreed:
                raise Refusal("unknown-instalment", f"La prórroga nombra una cuota que no existe: {move.instalment}.")
            if move.due_on < agreed[move.instalment]:
                message = f"La prórroga adelanta la cuota {move.instalment} al {move.due_on}; solo puede aplazarla."
                raise Refusal("extension-not-later", message)


def extra_numbers(instalments: Sequence[Instalment], events: Sequence[Event]) -> dict[str, int]:
    """The numbers of the lines that money gone back may open: after the last instalment's, in the events' own order."""
    back = [event for event in events if isinstance(event, ChargebackEvent | RefundEvent)]
    back.sort(key=lambda event: (event.on, isinstance(event, RefundEvent), event.uid))
    last = max((row.number for row in instalments), default=0)
    return {event.uid: last + place for place, event in enumerate(back, start=1)}


def extend(book: Book, event: ExtensionEvent, day: int) -> None:
    """Puts dues off. Late interest accrued so far stays owed; the next is due after the new date."""
    book.accrue_all(day)
    moved = {move.instalment: move.due_on.toordinal() for move in event.moves}
    for line in book.lines:
        if line.number in moved:
            line.due = moved[line.number]
            line.accrued_through = max(day, line.due)
    book.put_in_order()


def charge_back(
    book: Book, event: ChargebackEvent, covered: Sequence[Share], already_minor: int, number: int, day: int
) -> tuple[list[Share], dict[str, int]]:
    """Takes back the payment's unspent credit first, then what it covered last (`covered`, of which `already_minor` went before).

    Returns what is owed again, on the line `number` due that day, and the credit taken.
    """
    from_credit = _take_credit(book, event.amount_minor, only=event.of)
    left = event.amount_minor - sum(from_credit.values())
    again: dict[Component, int] = {}
    skipped = already_minor
    for share in reversed(covered):
        skips = min(skipped, share.amount_minor)
        skipped -= skips
        amount = min(share.amount_minor - skips, left)
        left -= amount
        if amount:
            again[share.component] = again.get(share.component, 0) + amount
    if again:
        owed: dict[Component, int] = {part: amount for part, amount in again.items() if part != "late_interest"}
        book.open_line(number, day, owed, again.get("late_interest", 0))
    return [Share(number, part, amount, event.on) for part, amount in again.items()], from_credit


def refund(book: Book, event: RefundEvent, number: int, day: int) -> tuple[Share | None, dict[str, int]]:
    """Returns credit, the oldest first. What exceeds it is owed again as a charge that bears no interest."""
    from_credit = _take_credit(book, event.amount_minor)
    excess = event.amount_minor - sum(from_credit.values())
    if not excess:
        return None, from_credit
    book.open_line(number, day, {"fees": excess})
    return Share(number, "fees", excess, event.on), from_credit


def replace_debt(book: Book, event: ReplacementEvent, day: int) -> tuple[dict[str, list[Share]], list[Share]]:
    """Closes the debt: what has not fallen due of interest and charges never will, credit covers what it can, the rest passes on.

    Returns the new shares of each payment whose credit was used, and the shares that pass to the new obligation.
    """
    book.accrue_all(day)
    for line in book.lines:
        if line.due > day:
            line.owed |= {"contract_interest": 0, "insurance": 0, "fees": 0}
            line.due = line.accrued_through = day
    book.put_in_order()
    spent = spend_credits(book, day)
    return spent, [share for line in book.lines for share in _pass_on(book, line, event.on, day)]


def _pass_on(book: Book, line: Line, on: date, day: int) -> list[Share]:
    shares = []
    for component in COMPONENTS:
        amount = book.owed(line, component, day)
        if amount > 0:
            book.settle(line, component, amount, day)
            shares.append(Share(line.number, component, amount, on))
    return shares


def _take_credit(book: Book, amount_minor: int, *, only: str | None = None) -> dict[str, int]:
    taken: dict[str, int] = {}
    for credit in book.credits:
        if only is None or credit.uid == only:
            amount = min(credit.left_minor, amount_minor)
            credit.left_minor -= amount
            amount_minor -= amount
            if amount:
                taken[credit.uid] = amount
    book.credits = [credit for credit in book.credits if credit.left_minor]
    return taken
