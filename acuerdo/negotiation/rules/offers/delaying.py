"""Putting off what has fallen due: which instalment of which obligation gets which new date."""

from datetime import date

from acuerdo.ledger.rules.due_dates import due_dates, parse_frequency
from acuerdo.negotiation.rules.offers.figures import Case


def new_dates(case: Case, first_on: date) -> list[date]:
    """One date a month, for as many as the obligation with most overdue instalments needs."""
    count = max(len(debt.overdue) for debt in case.debts)
    return due_dates(first_on, parse_frequency("monthly"), count, anchor_day=first_on.day)


def put_off(case: Case, first_on: date) -> list[tuple[date, int]]:
    """(new date, amount in minor units): the first overdue instalments on the first date, and so on; all sum to what is due.

    What belongs to no overdue instalment (a collection fee on a later one) is paid first.
    """
    days = new_dates(case, first_on)
    amounts = [0] * len(days)
    for debt in case.debts:
        for place, overdue in enumerate(debt.overdue):
            amounts[place] += overdue.amount_minor
        amounts[0] += debt.due_minor - sum(overdue.amount_minor for overdue in debt.overdue)
    return list(zip(days, amounts, strict=True))


def moves(case: Case, first_on: date) -> dict[int, dict[int, date]]:
    """By obligation, the new due date of each instalment that is put off."""
    days = new_dates(case, first_on)
    return {
        debt.obligation_id: {overdue.number: days[place] for place, overdue in enumerate(debt.overdue)}
        for debt in case.debts
        if debt.overdue
    }
