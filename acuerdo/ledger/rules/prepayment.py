"""Paying a loan off before its term (pago total anticipado): what closes it on a day, and the closing itself.

Owed that day are all principal, whatever has fallen due, and the contract interest of the days that ran: of an instalment
still to come, its interest in proportion to the days of its period gone by. No interest of later days, no insurance and no
charges of later instalments. Colombia: Ley 1328 de 2009, art. 5 g) (added by Ley 1555 de 2012): prepaying at any time, with
interest settled through the day of payment and no penalty up to 880 minimum wages; above, the charge that was agreed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from acuerdo.kernel.money import round_to_unit
from acuerdo.ledger.rules.allocation import spend_credits
from acuerdo.ledger.rules.book import Book, Line, Share
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.events import SettlementEvent
from acuerdo.ledger.rules.periods import Period, periods_of


@dataclass(frozen=True, slots=True)
class Closing:
    """What an early closing came to: what it cost in all, and the contract interest that will now never be charged."""

    total_minor: int
    spared_minor: int


def payoff(book: Book, day: int) -> Amounts:
    """What closes the debt on `day` (ordinal), by component, in minor units; credit that waits is not taken off."""
    amounts = no_amounts()
    periods = _periods(book)
    ahead = 0
    for line in book.lines:
        for component in COMPONENTS:
            if line.due <= day or component in ("principal", "collection_fee", "late_interest"):
                amounts[component] += book.owed(line, component, day)
        if line.due > day:
            amounts["contract_interest"] += _interest_owed(book, line, periods, day)
            ahead += line.owed["principal"]
    amounts["fees"] += charge_of(book, ahead)
    return amounts


def charge_of(book: Book, ahead_minor: int) -> int:
    """The agreed charge for prepaying `ahead_minor` of principal; none where no charge was agreed or the law forbids one."""
    terms, agreed = book.terms, book.terms.prepayment
    lent = sum(row.principal_minor for row in book.agreed)
    if agreed is None or lent <= agreed.free_up_to_minor:
        return 0
    return round_to_unit(ahead_minor * agreed.charge, terms.unit_minor, terms.rounding)


def settle_in_full(
    book: Book, event: SettlementEvent, day: int
) -> tuple[Closing, Share | None, dict[str, list[Share]]] | None:
    """Closes the debt with the credit that waits, or does nothing (None) where that does not cover it.

    Returns what the closing came to, the charge for prepaying where one was agreed, and each payment's new shares.
    """
    total = sum(payoff(book, day).values())
    if total > sum(credit.left_minor for credit in book.credits):
        return None
    book.accrue_all(day)
    ahead = [line for line in book.lines if line.due > day]
    charge = charge_of(book, sum(line.owed["principal"] for line in ahead))
    periods = _periods(book)
    spared = 0
    for line in ahead:
        interest = _interest_owed(book, line, periods, day)
        spared += line.owed["contract_interest"] - interest
        line.owed |= {"contract_interest": interest, "insurance": 0, "fees": 0}
        line.due = line.accrued_through = day
    charged = None
    if charge:
        ahead[0].owed["fees"] += charge
        charged = Share(ahead[0].number, "fees", charge, event.on)
    book.put_in_order()
    return Closing(total, spared), charged, spend_credits(book, day)


def _periods(book: Book) -> dict[int, Period]:
    return periods_of(book.agreed, book.terms.disbursed_on)


def _interest_owed(book: Book, line: Line, periods: Mapping[int, Period], day: int) -> int:
    """Accrued contract interest of a line still to come, less what was forgiven or paid of it."""
    owed = line.owed["contract_interest"]
    period = periods.get(line.number)
    if period is None:
        return owed
    accrued = period.accrued(day, book.terms.unit_minor, book.terms.rounding)
    return min(max(accrued - (period.interest_minor - owed), 0), owed)
