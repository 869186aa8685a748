"""Interest rates and every conversion between them, as decimal fractions (0.2452 is 24.52 %).

Effective annual is the common form: all others convert through it. Powers are taken in decimal arithmetic with 50 digits
because binary floats lose the last ones of a daily rate. An effective annual rate never divides by 12 or 365.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import Literal

type RateKind = Literal["effective_annual", "nominal_annual", "periodic"]

PRECISION_DIGITS = 50
CONTEXT = Context(prec=PRECISION_DIGITS)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as agreed: `nominal_annual` and `periodic` speak of the payment period of their own contract."""

    kind: RateKind
    value: Decimal

    def effective_annual(self, periods_per_year: Decimal) -> Decimal:
        """As effective annual, for a contract that pays `periods_per_year` times a year."""
        if self.kind == "effective_annual":
            return self.value
        if self.kind == "nominal_annual":
            return effective_from_nominal(self.value, periods_per_year)
        return effective_from_periodic(self.value, periods_per_year)

    def periodic(self, periods_per_year: Decimal) -> Decimal:
        """As the rate of one payment period."""
        if self.kind == "effective_annual":
            return periodic_from_effective(self.value, periods_per_year)
        if self.kind == "nominal_annual":
            return CONTEXT.divide(self.value, periods_per_year)
        return self.value

    def nominal_annual(self, periods_per_year: Decimal) -> Decimal:
        """As the nominal annual rate that compounds once a payment period."""
        if self.kind == "nominal_annual":
            return self.value
        return CONTEXT.multiply(self.periodic(periods_per_year), periods_per_year)


@lru_cache(maxsize=4096)
def power(base: Decimal, exponent: Decimal) -> Decimal:
    """base ** exponent with 50 digits."""
    return CONTEXT.power(base, exponent)


def periodic_from_effective(rate_annual: Decimal, periods_per_year: Decimal) -> Decimal:
    """(1 + EA)^(1/n) − 1."""
    return CONTEXT.subtract(power(CONTEXT.add(rate_annual, 1), CONTEXT.divide(Decimal(1), periods_per_year)), Decimal(1))


def effective_from_periodic(rate_period: Decimal, periods_per_year: Decimal) -> Decimal:
    """(1 + i)^n − 1."""
    return CONTEXT.subtract(power(CONTEXT.add(rate_period, 1), periods_per_year), Decimal(1))


def effective_from_nominal(rate_nominal: Decimal, periods_per_year: Decimal) -> Decimal:
    """(1 + N/n)^n − 1."""
    return effective_from_periodic(CONTEXT.divide(rate_nominal, periods_per_year), periods_per_year)


def nominal_from_effective(rate_annual: Decimal, periods_per_year: Decimal) -> Decimal:
    """n · ((1 + EA)^(1/n) − 1)."""
    return CONTEXT.multiply(periodic_from_effective(rate_annual, periods_per_year), periods_per_year)


def daily_from_effective(rate_annual: Decimal, days_per_year: int = 365) -> Decimal:
    """(1 + EA)^(1/365) − 1: the rate of one day, as Colombian practice accrues late interest."""
    return periodic_from_effective(rate_annual, Decimal(days_per_year))


def effective_from_daily(rate_daily: Decimal, days_per_year: int = 365) -> Decimal:
    """(1 + d)^365 − 1."""
    return effective_from_periodic(rate_daily, Decimal(days_per_year))


def over_days(rate_annual: Decimal, days: int, days_per_year: int = 365) -> Decimal:
    """(1 + EA)^(days/365) − 1: compounded over a span of days."""
    return CONTEXT.subtract(power(CONTEXT.add(rate_annual, 1), CONTEXT.divide(Decimal(days), Decimal(days_per_year))), Decimal(1))


def usury_from_ibc(ibc_percent: Decimal) -> Decimal:
    """Colombia's cap from the current bank interest, both in percent: 1.5 × IBC to two decimals, half up (C.Co. art. 884).

    Only for months where no certified cap exists on record; the certified value always wins.
    """
    return (ibc_percent * Decimal("1.5")).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def find_rate(values: list[tuple[int, Decimal]], *, low: Decimal, high: Decimal, tolerance: Decimal) -> Decimal:
    """The daily discount rate at which dated flows `(days, amount)` are worth zero, by bisection between `low` and `high`.

    Raises ValueError when the present value has the same sign at both ends.
    """
    with localcontext(CONTEXT):
        value_low, value_high = present_value(values, low), present_value(values, high)
        if value_low == 0:
            return low
        if (value_low > 0) == (value_high > 0):
            raise ValueError("the flows have no single rate between the limits")
        while high - low > tolerance:
            middle = (low + high) / 2
            if (present_value(values, middle) > 0) == (value_low > 0):
                low = middle
            else:
                high = middle
        return (low + high) / 2


def present_value(values: list[tuple[int, Decimal]], rate_daily: Decimal) -> Decimal:
    """Σ amount · (1 + d)^−days."""
    with localcontext(CONTEXT):
        return sum((amount / (1 + rate_daily) ** days for days, amount in values), Decimal(0))
