"""Repayment schedules: French (level instalment), German (level principal) and bullet (principal at the end).

The interest of a period is balance × factor; the factor is the periodic rate for a regular period under 30/360, and follows
the days otherwise: compounded for an effective rate, proportional for a nominal one. Each interest amount rounds to the
unit; principal sums exactly to the loan and the last instalment takes what rounding left.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext

from acuerdo.kernel import rates
from acuerdo.kernel.calendar import month_end
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import round_to_unit
from acuerdo.ledger.rules.day_counts import DayCount, year_fraction
from acuerdo.ledger.rules.due_dates import due_dates
from acuerdo.ledger.rules.terms import Instalment, ScheduleTerms


def build_schedule(terms: ScheduleTerms) -> list[Instalment]:
    """The instalments of a loan, numbered from 1. Refuses terms that cannot be paid back (`bad-terms`, `payment-below-interest`)."""
    check_terms(terms)
    dates = _dates(terms)
    factors = interest_factors(terms, dates)
    level = level_payment(terms, factors)
    balance, instalments = terms.principal_minor, []
    for index, due_on in enumerate(dates):
        with localcontext(rates.CONTEXT):
            interest = round_to_unit(balance * factors[index], terms.unit_minor, terms.rounding)
        principal = _principal_of(terms, index, balance, interest, level)
        balance -= principal
        instalments.append(
            Instalment(
                number=index + 1,
                due_on=due_on,
                principal_minor=principal,
                contract_interest_minor=interest,
                insurance_minor=terms.insurance_minor,
                fees_minor=terms.fees_minor,
            )
        )
    return instalments


def check_terms(terms: ScheduleTerms) -> None:
    """Refuses `bad-terms` with the sentence that says which term cannot be."""
    checks = [
        (terms.principal_minor > 0, "El capital debe ser mayor que cero."),
        (1 <= terms.instalments <= 1200, "El número de cuotas debe estar entre 1 y 1200."),
        (terms.first_due_on >= terms.disbursed_on, "La primera cuota vence antes del desembolso."),
        (terms.rate.value >= 0, "La tasa no puede ser negativa."),
        (
            0 <= terms.grace_instalments < terms.instalments,
            "El período de gracia debe ser menor que el número de cuotas.",
        ),
        (0 <= terms.balloon_minor <= terms.principal_minor, "La cuota final no puede ser mayor que el capital."),
        (
            terms.payment_minor is None or terms.method == "french",
            "Solo el método francés admite una cuota fija pactada.",
        ),
        (terms.insurance_minor >= 0 and terms.fees_minor >= 0, "El seguro y los cargos no pueden ser negativos."),
    ]
    for is_right, message in checks:
        if not is_right:
            raise Refusal("bad-terms", message)


def interest_factors(terms: ScheduleTerms, dates: Sequence[date]) -> list[Decimal]:
    """The interest of one unit of balance in each period."""
    periods = terms.frequency.periods_per_year
    regular = terms.rate.periodic(periods)
    return [
        regular if is_whole else _factor_by_days(terms, start, end, periods)
        for start, end, is_whole in _periods(terms, dates)
    ]


def level_payment(terms: ScheduleTerms, factors: Sequence[Decimal]) -> int:
    """The level instalment (principal and interest) that pays the loan down to its balloon; zero for other methods."""
    if terms.method != "french":
        return 0
    if terms.payment_minor is not None:
        return terms.payment_minor
    with localcontext(rates.CONTEXT):
        discount, annuity = Decimal(1), Decimal(0)
        for factor in factors[terms.grace_instalments :]:
            discount /= 1 + factor
            annuity += discount
        exact = (terms.principal_minor - terms.balloon_minor * discount) / annuity
    return round_to_unit(exact, terms.unit_minor, terms.rounding)


def effective_rate(
    principal_minor: int, disbursed_on: date, flows: Sequence[tuple[date, int]], day_count: DayCount
) -> Decimal:
    """Effective annual rate of lending `principal_minor` for the dated `flows`, to 10 decimals; years follow `day_count`."""
    return rate_of_flows(
        principal_minor, [(year_fraction(disbursed_on, due_on, day_count), amount) for due_on, amount in flows]
    )


def rate_of_flows(principal_minor: int, flows: Sequence[tuple[Decimal, int]]) -> Decimal:
    """Effective annual rate of lending `principal_minor` for `(years, amount)`, to 10 decimals, by root finding.

    With principal and interest alone it is the TEA; with insurance and fees too, the cost (TCEA). Refuses `no-effective-rate`.
    """
    dated = [(Decimal(0), Decimal(-principal_minor))]
    dated += [(years, Decimal(amount)) for years, amount in flows if amount]
    try:
        found = rates.find_effective_rate(dated)
    except ValueError as error:
        raise Refusal("no-effective-rate", "Con estas cuotas no existe una tasa efectiva.") from error
    return found.quantize(Decimal("1e-10"))


def years_of(terms: ScheduleTerms, dates: Sequence[date]) -> list[Decimal]:
    """Years from the disbursement to each due date, as the interest counts them: a regular 30/360 period is one whole period.

    So the rate found is the one agreed, whatever day a short month clamps a due date to.
    """
    whole = rates.CONTEXT.divide(Decimal(1), terms.frequency.periods_per_year)
    years, found = Decimal(0), []
    for start, end, is_whole in _periods(terms, dates):
        years = rates.CONTEXT.add(years, whole if is_whole else year_fraction(start, end, terms.day_count))
        found.append(years)
    return found


def _periods(terms: ScheduleTerms, dates: Sequence[date]) -> Iterator[tuple[date, date, bool]]:
    """Each period's ends, and whether it counts as one whole period of the rate."""
    is_thirty = terms.day_count.startswith("30/360")
    for index, (start, end) in enumerate(zip([terms.disbursed_on, *dates[:-1]], dates, strict=True)):
        yield start, end, is_thirty and (index > 0 or end == terms.frequency.after(start, 1))


def _dates(terms: ScheduleTerms) -> list[date]:
    try:
        return due_dates(terms.first_due_on, terms.frequency, terms.instalments, anchor_day=_anchor_day(terms))
    except (OverflowError, ValueError) as error:
        raise Refusal("bad-terms", "La última cuota vencería después del año 9999.") from error


def _anchor_day(terms: ScheduleTerms) -> int:
    """A loan of the 31st whose first instalment fell on a short month's last day keeps to the month's end."""
    is_clamped = terms.first_due_on == month_end(terms.first_due_on) and terms.disbursed_on.day > terms.first_due_on.day
    return terms.disbursed_on.day if is_clamped else terms.first_due_on.day


def _factor_by_days(terms: ScheduleTerms, start: date, end: date, periods_per_year: Decimal) -> Decimal:
    years = year_fraction(start, end, terms.day_count)
    with localcontext(rates.CONTEXT):
        if terms.rate.kind == "effective_annual":
            return rates.power(1 + terms.rate.value, years) - 1
        return terms.rate.nominal_annual(periods_per_year) * years


def _principal_of(terms: ScheduleTerms, index: int, balance: int, interest: int, level: int) -> int:
    if index == terms.instalments - 1:
        return balance
    if terms.method == "bullet" or index < terms.grace_instalments:
        return 0
    if terms.method == "german":
        share = Decimal(terms.principal_minor - terms.balloon_minor) / (terms.instalments - terms.grace_instalments)
        return min(
            round_to_unit(share, terms.unit_minor, terms.rounding),
            _whole(balance - terms.balloon_minor, terms.unit_minor),
        )
    if level < interest and terms.payment_minor is not None:
        raise Refusal("payment-below-interest", f"La cuota {index + 1} no alcanza a cubrir sus intereses.")
    # A long loan counted by days can owe more interest in a 31-day month than the level instalment: it pays that interest.
    return min(max(level - interest, 0), _whole(balance, terms.unit_minor))


def _whole(amount_minor: int, unit_minor: int) -> int:
    """What of an amount is whole units: the odd rest waits for the last instalment."""
    return amount_minor - amount_minor % unit_minor
