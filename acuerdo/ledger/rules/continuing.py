"""Going on from where the last replay stood: new payments on the lines that still owe, without playing the whole history.

It may be done for payments after which nothing has happened yet, on a debt with no credit waiting: then a replay of
everything would play the new ones last, on the very book that the open lines are. Late interest that has already run past
the payment's date is first taken off again, which is exact because what bore it did not change meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from acuerdo.ledger.rules.book import Book, Line
from acuerdo.ledger.rules.events import PaymentEvent
from acuerdo.ledger.rules.late_interest import DailyRates, Pauses, accrue_late_interest
from acuerdo.ledger.rules.rate_caps import CapTables
from acuerdo.ledger.rules.replay import Replayed, late_rates, play_on
from acuerdo.ledger.rules.terms import ObligationTerms


class OpenLine(NamedTuple):
    """What one instalment still owes, as the last replay left it. `late_exact` (10⁻²⁰ minor units) runs through `accrued_through`."""

    number: int
    due_on: date
    principal_minor: int
    contract_interest_minor: int
    insurance_minor: int
    fees_minor: int
    collection_fee_minor: int
    late_exact: int
    late_settled_minor: int
    accrued_through: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What has happened to an account so far, as dates. `state_as_of`: None when it was never played.

    `last_payment_on` and `last_event_on` (fees, waivers, write-offs, reversals) are the latest of their kind;
    `is_spent_later` says that a credit was used after the first new payment's date.
    """

    state_as_of: date | None
    unallocated_minor: int
    last_payment_on: date | None
    last_event_on: date | None
    is_spent_later: bool


def may_continue(standing: Standing, terms: ObligationTerms, first: date, as_of: date) -> bool:
    """Whether payments dated from `first` on, through `as_of`, give by continuing what a replay of everything would."""
    state = standing.state_as_of
    if state is None or state > as_of or standing.unallocated_minor or standing.is_spent_later:
        return False
    late = terms.late_interest
    if late is not None and late.base != "overdue_principal":
        return False  # a settled line changes what the others' interest runs on
    paid, happened = standing.last_payment_on, standing.last_event_on
    is_after_payments = paid is None or (paid <= first and paid <= state)
    return is_after_payments and (happened is None or (happened < first and happened <= state))


def continue_from(
    lines: Sequence[OpenLine],
    terms: ObligationTerms,
    payments: Sequence[PaymentEvent],
    pauses: Pauses,
    as_of: date,
    caps: CapTables,
    *,
    written_off_on: date | None = None,
) -> Replayed:
    """Plays `payments` on the open lines and writes the statement of `as_of`. Ask `may_continue` first.

    Refuses `rate-cap-missing` when a day still to accrue has no certified cap.
    """
    rates = _rates(lines, terms, payments, as_of, caps)
    first = min(payment.on for payment in payments).toordinal()
    ordered = sorted(lines, key=lambda line: (line.due_on, line.number))
    book = Book.of_lines([_line_on(line, first, rates, pauses) for line in ordered], terms, rates, pauses)
    book.written_off = written_off_on.toordinal() if written_off_on and written_off_on <= as_of else None
    return play_on(book, payments, [as_of])


def _rates(
    lines: Sequence[OpenLine], terms: ObligationTerms, payments: Sequence[PaymentEvent], as_of: date, caps: CapTables
) -> DailyRates | None:
    if terms.late_interest is None or not lines:
        return None
    days = [line.due_on for line in lines]
    return late_rates(terms.late_interest, min(days), max(*days, as_of, *(payment.on for payment in payments)), caps)


def _line_on(row: OpenLine, day: int, rates: DailyRates | None, pauses: Pauses) -> Line:
    """The line as it stood on `day`, or on its due date when that is later."""
    line = Line(
        row.number,
        row.due_on.toordinal(),
        {
            "principal": row.principal_minor,
            "contract_interest": row.contract_interest_minor,
            "insurance": row.insurance_minor,
            "fees": row.fees_minor,
            "collection_fee": row.collection_fee_minor,
        },
    )
    line.late_exact, line.late_settled = row.late_exact, row.late_settled_minor
    line.accrued_through = accrued = row.accrued_through.toordinal()
    start = max(day, line.due)
    if accrued > start and rates is not None:
        line.late_exact -= accrue_late_interest(row.principal_minor, rates, pauses, start, accrued)
        line.accrued_through = start
    return line
