"""Allocation (imputación): how money is spread over what is due, in the agreed order.

Money covers only what has fallen due; what is left waits as credit and is used on the next due date. Oldest instalment
first goes through the components of one instalment before the next; component first covers one component of all of them.
"""

from collections.abc import Iterator
from datetime import date

from acuerdo.ledger.rules.book import Book, Line, Share
from acuerdo.ledger.rules.components import Component


def spend_credits(book: Book, day: int) -> dict[str, list[Share]]:
    """Uses the credits, oldest first, on what is due on `day`; returns each payment's new shares. Changes the book."""
    spent: dict[str, list[Share]] = {}
    if not book.credits:
        return spent
    on = date.fromordinal(day)
    for line, component, claim in _claims(book, day):
        left = claim
        while left and book.credits:
            credit = book.credits[0]
            amount = min(left, credit.left_minor)
            book.settle(line, component, amount, day)
            spent.setdefault(credit.uid, []).append(Share(line.number, component, amount, on))
            left -= amount
            credit.left_minor -= amount
            if not credit.left_minor:
                book.credits.pop(0)
        if not book.credits:
            break
    return spent


def waive(book: Book, component: Component, amount_minor: int, day: int) -> list[Share]:
    """Forgives up to `amount_minor` of a component, oldest instalment first, due or not; returns what was forgiven."""
    shares = []
    on = date.fromordinal(day)
    for line in book.lines:
        if not amount_minor:
            break
        amount = min(book.owed(line, component, day), amount_minor)
        if amount > 0:
            book.settle(line, component, amount, day)
            shares.append(Share(line.number, component, amount, on))
            amount_minor -= amount
    return shares


def _claims(book: Book, day: int) -> Iterator[tuple[Line, Component, int]]:
    """What is owed on `day`, one component of one instalment at a time, in the agreed order."""
    waterfall = book.terms.waterfall
    if book.terms.order == "oldest_instalment_first":
        pairs = ((line, component) for line in book.due_lines(day) for component in waterfall)
    else:
        lines = list(book.due_lines(day))
        pairs = ((line, component) for component in waterfall for line in lines)
    for line, component in pairs:
        owed = book.owed(line, component, day)
        if owed > 0:
            yield line, component, owed
