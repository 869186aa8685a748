"""Interest rates and every conversion between them, as decimal fractions (0.2452 is 24.52 %).

Effective annual is the common form: all others convert through it. Powers are taken in decimal arithmetic with 50 digits
because binary floats lose the last ones of a daily rate. An effective annual rate never divides by 12 or 365.
"""

from collections.abc import Sequence
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
    return CONTEXT.subtract(
        power(CONTEXT.add(rate_annual, 1), CONTEXT.divide(Decimal(1), periods_per_year)), Decimal(1)
    )


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
    return CONTEXT.subtract(
        power(CONTEXT.add(rate_annual, 1), CONTEXT.divide(Decimal(days), Decimal(days_per_year))), Decimal(1)
    )


def usury_from_ibc(ibc_percent: Decimal) -> Decimal:
    """Colombia's cap from the current bank interest, both in percent: 1.5 × IBC to two decimals, half up (C.Co. art. 884).

    Only for months where no certified cap exists on record; the certified value always wins.
    """
    return (ibc_percent * Decimal("1.5")).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def find_effective_rate(flows: Sequence[tuple[Decimal, Decimal]], *, guess: Decimal = Decimal("0.2")) -> Decimal:
    """The effective annual rate at which dated flows `(years, amount)` are worth zero, to 15 decimals (secant method).

    Raises ValueError when the flows have no sign change or the search does not settle on a rate above −100 %.
    """
    if not any(amount > 0 for _, amount in flows) or not any(amount < 0 for _, amount in flows):
        raise ValueError("the flows need money both ways to have a rate")
    with localcontext(Context(prec=34)):
        before, rate = guess, guess + Decimal("0.01")
        value_before = present_value(flows, before)
        for _ in range(60):
            value = present_value(flows, rate)
            if value == value_before:
                return rate
            following = rate - value * (rate - before) / (value - value_before)
            before, value_before, rate = rate, value, max(following, (rate - 1) / 2)
            if abs(rate - before) < Decimal("1e-16"):
                return rate
    raise ValueError("the search for the rate did not settle")


def present_value(flows: Sequence[tuple[Decimal, Decimal]], rate_annual: Decimal) -> Decimal:
    """Σ amount · (1 + EA)^−years."""
    log = (1 + rate_annual).ln()
    return sum((amount * (-years * log).exp() for years, amount in flows), Decimal(0))
