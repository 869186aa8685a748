"""A total in instalments that a person can remember: equal, rounded up to the currency's unit, the last one takes what is left."""

from collections.abc import Sequence
from datetime import date

from acuerdo.kernel.money import split_evenly
from acuerdo.negotiation.rules.offers.figures import OfferInstalment


def divide_evenly(total_minor: int, days: Sequence[date], unit_minor: int) -> tuple[OfferInstalment, ...]:
    """`total_minor` over the dates. Every instalment but the last is the same multiple of the unit, unless that would leave the
    last without anything: then they differ by at most one minor unit. Always sums exactly."""
    count = len(days)
    level = -(-total_minor // (count * unit_minor)) * unit_minor
    last = total_minor - level * (count - 1)
    amounts = [level] * (count - 1) + [last] if last > 0 else split_evenly(total_minor, count)
    return tuple(
        OfferInstalment(number, day, amount)
        for number, (day, amount) in enumerate(zip(days, amounts, strict=True), start=1)
    )


def with_down_payment(
    total_minor: int, down_payment_minor: int, paid_on: date, days: Sequence[date], unit_minor: int
) -> tuple[OfferInstalment, ...]:
    """The down payment on its own day, then the rest over the dates."""
    rest = divide_evenly(total_minor - down_payment_minor, days, unit_minor)
    later = (OfferInstalment(one.number + 1, one.due_on, one.amount_minor) for one in rest)
    return (OfferInstalment(1, paid_on, down_payment_minor), *later)
