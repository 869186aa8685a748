"""Due dates: weekly, every two weeks, by months with the month's end respected, or every N days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from acuerdo.kernel.calendar import add_months
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.rates import CONTEXT

_MONTHS = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "semiannual": 6, "annual": 12}
_DAYS = {"weekly": 7, "biweekly": 14}


@dataclass(frozen=True, slots=True)
class Frequency:
    """A step of whole months or of whole days; exactly one of both is not zero."""

    name: str
    months: int = 0
    days: int = 0

    @property
    def periods_per_year(self) -> Decimal:
        """52 weeks, 26 fortnights, 12 months; days:N counts 360/N when N divides a 30-day month, else 365/N."""
        if self.months:
            return CONTEXT.divide(Decimal(12), Decimal(self.months))
        if self.name in _DAYS:
            return Decimal(364 // self.days)
        year = 360 if 360 % self.days == 0 else 365
        return CONTEXT.divide(Decimal(year), Decimal(self.days))

    def after(self, start: date, steps: int, anchor_day: int | None = None) -> date:
        """`steps` periods after `start`; `anchor_day` 31 returns to the month's end after a shorter month."""
        if self.months:
            return add_months(start, self.months * steps, anchor_day=anchor_day)
        return start + timedelta(days=self.days * steps)


def parse_frequency(text: str) -> Frequency:
    """Reads `monthly`, `weekly`, `biweekly`, `days:30` and the longer months; refuses `bad-frequency`."""
    if text in _MONTHS:
        return Frequency(text, months=_MONTHS[text])
    if text in _DAYS:
        return Frequency(text, days=_DAYS[text])
    match = re.fullmatch(r"days:([1-9]\d{0,3})", text)
    if not match:
        raise Refusal(
            "bad-frequency", f"No conocemos la periodicidad «{text}». Use monthly, biweekly, weekly o days:30."
        )
    return Frequency(text, days=int(match.group(1)))


def due_dates(first_due_on: date, frequency: Frequency, count: int, *, anchor_day: int | None = None) -> list[date]:
    """`count` due dates from the first one on."""
    return [first_due_on, *(frequency.after(first_due_on, step, anchor_day) for step in range(1, count))]
