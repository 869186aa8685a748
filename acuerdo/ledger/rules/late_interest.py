"""Late interest: simple daily amounts at the lower of the agreed rate and the cap in force that day.

A day's rate is an integer of 10⁻²⁰, so sums over days are exact: accrual over [a, c] is accrual over [a, b] plus [b, c]
wherever it is split. The first day that bears interest is the one after the due date. Interest bears no interest
(C.C. art. 1617 r. 3). A prefix sum of the daily rates makes any span one subtraction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from acuerdo.kernel import rates
from acuerdo.kernel.money import Rounding
from acuerdo.ledger.rules.rate_caps import CapTable, missing_cap
from acuerdo.ledger.rules.terms import LateInterestTerms

SCALE_DIGITS = 20
SCALE: int = 10**SCALE_DIGITS
MONTHS_PER_YEAR = Decimal(12)


@dataclass(frozen=True, slots=True)
class DailyRates:
    """Scaled daily rates from one day on, as prefix sums. Days without certified cap count in `missing`."""

    first_on: date
    cumulative: list[int]
    missing: list[int]
    cap: str

    def over(self, after: int, through: int) -> int:
        """Σ scaled rate of the days `after`+1 … `through` (ordinals); refuses `rate-cap-missing` when one has no cap."""
        if through <= after:
            return 0
        start, end = after - self.first_on.toordinal() + 1, through - self.first_on.toordinal() + 1
        if self.missing[end] != self.missing[start]:
            self._refuse(start, end)
        return self.cumulative[end] - self.cumulative[start]

    def _refuse(self, start: int, end: int) -> None:
        index = next(index for index in range(start, end) if self.missing[index + 1] > self.missing[index])
        raise missing_cap(self.cap, date.fromordinal(self.first_on.toordinal() + index))


@dataclass(frozen=True, slots=True)
class Pauses:
    """Spans of days, both ends included, that bear no late interest (dispute, insolvency, agreement); merged and ordered."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[date, date]]) -> "Pauses":
        """Merges overlapping and touching spans."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted((first.toordinal(), last.toordinal()) for first, last in spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    def running(self, after: int, through: int) -> list[tuple[int, int]]:
        """The parts of (after, through] that are not paused, each as (after, through]."""
        parts = []
        for first, last in self.spans:
            if last <= after or first > through:
                continue
            if first - 1 > after:
                parts.append((after, first - 1))
            after = max(after, last)
        if after < through:
            parts.append((after, through))
        return parts


@lru_cache(maxsize=256)
def daily_rates(terms: LateInterestTerms, caps: CapTable | None, first_on: date, last_on: date) -> DailyRates:
    """The rate of each day in [first_on, last_on]: min(agreed, cap of the day), rounded down so that it never exceeds the cap."""
    agreed = scaled_daily(terms)
    cumulative, missing = [0], [0]
    for start, end, row in [(first_on, last_on, None)] if caps is None else caps.spans(first_on, last_on):
        is_missing = caps is not None and row is None
        rate = 0 if is_missing else agreed if row is None else min(agreed, scaled_cap(row.annual))
        total, count = cumulative[-1], missing[-1]
        days = (end - start).days + 1
        cumulative += [total + rate * day for day in range(1, days + 1)]
        missing += [count + day * is_missing for day in range(1, days + 1)]
    return DailyRates(first_on, cumulative, missing, caps.key if caps else "")


def scaled_daily(terms: LateInterestTerms) -> int:
    """The agreed rate of one day in units of 10⁻²⁰. A nominal rate divides by the year; a periodic one is monthly."""
    rate = terms.rate
    if rate.kind == "nominal_annual":
        return _scaled(rates.CONTEXT.divide(rate.value, Decimal(terms.days_per_year)))
    return _scaled(rates.daily_from_effective(rate.effective_annual(MONTHS_PER_YEAR), terms.days_per_year))


@lru_cache(maxsize=1024)
def scaled_cap(cap_annual: Decimal) -> int:
    """The cap's rate of one day: (1 + cap)^(1/365) − 1, whatever year the contract counts."""
    return _scaled(rates.daily_from_effective(cap_annual))


def accrue_late_interest(base_minor: int, line: DailyRates, pauses: Pauses, after: int, through: int) -> int:
    """Exact late interest, in 10⁻²⁰ of a minor unit, of `base_minor` over the days in (after, through] (ordinals)."""
    if base_minor <= 0 or through <= after:
        return 0
    if not pauses.spans:
        return base_minor * line.over(after, through)
    return base_minor * sum(line.over(start, end) for start, end in pauses.running(after, through))


def whole_units(exact: int, unit_minor: int, rounding: Rounding) -> int:
    """Rounds an exact scaled amount to a multiple of `unit_minor` minor units."""
    step = SCALE * unit_minor
    whole, rest = divmod(exact, step)
    if rest * 2 > step or (rest * 2 == step and (rounding == "half_up" or whole % 2 == 1)):
        whole += 1
    return whole * unit_minor


def _scaled(rate_daily: Decimal) -> int:
    return int(rate_daily.scaleb(SCALE_DIGITS).to_integral_value(rounding=ROUND_DOWN))
