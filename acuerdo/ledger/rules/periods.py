"""The days over which each instalment's contract interest accrues: in equal parts, from one due date to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from acuerdo.kernel.money import Rounding
from acuerdo.ledger.rules.terms import Instalment

UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Period:
    """The days (ordinals) over which an instalment's interest accrues, after `start` through `end`."""

    start: int
    end: int
    interest_minor: int

    def accrued(self, day: int, unit_minor: int, rounding: Rounding) -> int:
        """The interest of the days gone by, in minor units, rounded to the unit and never more than all of it."""
        if day >= self.end or self.start == UNKNOWN:
            return self.interest_minor
        if day <= self.start:
            return 0
        exact = self.interest_minor * (day - self.start)
        return min(_rounded(exact, self.end - self.start, unit_minor, rounding), self.interest_minor)


def periods_of(instalments: Sequence[Instalment], disbursed_on: date | None) -> dict[int, Period]:
    """Each instalment's period by its number: from the due date before, the first from the day the money was lent.

    Where that day is not known (or is after the first due date) the first period is as long as the second; a single
    instalment's interest then counts whole.
    """
    rows = sorted(instalments, key=lambda row: (row.due_on, row.number))
    found: dict[int, Period] = {}
    start = _first_start(rows, disbursed_on)
    previous = start
    for row in rows:
        end = row.due_on.toordinal()
        if end > previous:
            start, previous = previous, end
        # Instalments due on one day share its period.
        found[row.number] = Period(start, end, row.contract_interest_minor)
    return found


def _first_start(rows: Sequence[Instalment], disbursed_on: date | None) -> int:
    first = rows[0].due_on.toordinal() if rows else 0
    if disbursed_on is not None and disbursed_on.toordinal() < first:
        return disbursed_on.toordinal()
    second = next((row.due_on.toordinal() for row in rows if row.due_on.toordinal() > first), None)
    return first - (second - first) if second is not None else UNKNOWN


def _rounded(amount: int, parts: int, unit_minor: int, rounding: Rounding) -> int:
    """amount ÷ parts rounded to a multiple of the unit, exactly."""
    step = parts * unit_minor
    whole, rest = divmod(amount, step)
    if rest * 2 > step or (rest * 2 == step and (rounding == "half_up" or whole % 2 == 1)):
        whole += 1
    return whole * unit_minor
