"""The questions of `acuerdo ledger schedule` and `acuerdo ledger replay`, read from JSON into terms and events."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import Rounding, decimal_from_minor, exponent_of
from acuerdo.kernel.rates import Rate, RateKind
from acuerdo.ledger.rules import events as happened
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL, ORDERS, complete_waterfall
from acuerdo.ledger.rules.day_counts import DAY_COUNTS
from acuerdo.ledger.rules.due_dates import Frequency, parse_frequency
from acuerdo.ledger.rules.event_documents import read_event
from acuerdo.ledger.rules.fee_tariffs import FeeTerms, read_tariff
from acuerdo.ledger.rules.fields import Fields, refused
from acuerdo.ledger.rules.kinds import kind_key
from acuerdo.ledger.rules.rate_caps import CapTable, RateCap, cap_table, shipped_caps
from acuerdo.ledger.rules.schedules import build_schedule
from acuerdo.ledger.rules.terms import (
    LATE_BASES,
    METHODS,
    Instalment,
    LateInterestTerms,
    ObligationTerms,
    PrepaymentTerms,
    ScheduleTerms,
)

RATE_KINDS: tuple[RateKind, ...] = ("effective_annual", "nominal_annual", "periodic")
# 24 for 24 % would be 2400 %: no lender's rate, and a common slip.
RATE_END = 10
ROUNDINGS: tuple[Rounding, ...] = ("half_up", "half_even")
# Late interest needs whole days that count once; 30/360 would count three days on 1 March and pass the cap that day.
LATE_DAY_COUNTS = {"actual/365": 365, "actual/360": 360}


@dataclass(frozen=True, slots=True)
class ReplayQuestion:
    """All that `replay` needs, with the schedule's own terms when it was computed rather than given."""

    currency: str
    terms: ObligationTerms
    instalments: list[Instalment]
    events: list[happened.Event]
    as_of: list[date]
    caps: dict[str, CapTable]


def read_schedule_terms(document: Any, *, currency: str | None = None, path: str = "") -> ScheduleTerms:
    """The input of `acuerdo ledger schedule`. Refuses `missing-field`, `bad-field`, `bad-date`, `bad-amount` with the field's path."""
    fields = Fields.of(document, path)
    currency = currency or fields.text("currency")
    disbursed_on = fields.date("disbursed_on")
    frequency = _frequency(fields)
    first_due_on = fields.date("first_due_on") if fields.has("first_due_on") else frequency.after(disbursed_on, 1)
    return ScheduleTerms(
        currency=currency,
        principal_minor=fields.amount("principal", currency),
        disbursed_on=disbursed_on,
        first_due_on=first_due_on,
        instalments=fields.integer("instalments"),
        frequency=frequency,
        method=fields.choice("method", METHODS),
        rate=_rate(fields.object("rate")),
        day_count=fields.choice("day_count", DAY_COUNTS, "30/360"),
        rounding=fields.choice("rounding", ROUNDINGS, "half_up"),
        unit_minor=_unit(fields, currency),
        grace_instalments=fields.integer("grace_instalments", 0),
        balloon_minor=fields.amount("balloon", currency, 0),
        payment_minor=fields.amount("payment", currency) if fields.has("payment") else None,
        insurance_minor=fields.amount("insurance", currency, 0),
        fees_minor=fields.amount("fees", currency, 0),
    )


def read_replay_question(document: Any) -> ReplayQuestion:
    """The input of `acuerdo ledger replay`."""
    fields = Fields.of(document)
    currency = fields.text("currency")
    exponent_of(currency)
    obligation = fields.object("obligation")
    schedule = obligation.object("schedule")
    terms = read_obligation_terms(obligation.values, currency, path=obligation.path)
    if obligation.has("collection_fees"):
        terms = replace(terms, fees=_fee_terms(obligation.object("collection_fees"), fields))
    return ReplayQuestion(
        currency=currency,
        terms=terms,
        instalments=_instalments(obligation, schedule, currency),
        events=[read_event(event, currency) for event in fields.objects("events")],
        as_of=[_as_of(value) for value in fields.list("as_of")],
        caps=_caps(fields),
    )


def read_obligation_terms(document: Any, currency: str, *, path: str = "") -> ObligationTerms:
    """Late interest, waterfall, order and rounding; also the shape of an account's stored terms."""
    fields = Fields.of(document, path)
    schedule = Fields.of(document.get("schedule") or {}, fields.at("schedule"))
    named = tuple(str(component) for component in fields.list("waterfall"))
    late = _late_interest(fields.object("late_interest")) if fields.has("late_interest") else None
    rounded_by = fields if fields.has("rounding") or fields.has("unit") else schedule
    return ObligationTerms(
        currency=currency,
        late_interest=late,
        waterfall=complete_waterfall(named) if named else DEFAULT_WATERFALL,
        order=fields.choice("order", ORDERS, "oldest_instalment_first"),
        rounding=rounded_by.choice("rounding", ROUNDINGS, "half_up"),
        unit_minor=_unit(rounded_by, currency),
        disbursed_on=_disbursed_on(fields, schedule),
        prepayment=_prepayment(fields.object("prepayment"), currency) if fields.has("prepayment") else None,
    )


def _disbursed_on(fields: Fields, schedule: Fields) -> date | None:
    named = next((part for part in (fields, schedule) if part.has("disbursed_on")), None)
    return named.date("disbursed_on") if named else None


def _prepayment(fields: Fields, currency: str) -> PrepaymentTerms:
    """The charge is a fraction of what is prepaid; what the law frees must be stated, and 0 says that nothing is."""
    charge = fields.decimal("charge")
    if not 0 <= charge < 1:
        raise refused("bad-rate", "El cargo por prepago se escribe como fracción: 0.02 es 2 %.", fields.at("charge"))
    return PrepaymentTerms(charge, fields.amount("free_up_to", currency))


def _frequency(fields: Fields) -> Frequency:
    try:
        return parse_frequency(fields.text("frequency"))
    except Refusal as refusal:
        raise refused(refusal.code, refusal.message, fields.at("frequency")) from None


def _rate(fields: Fields) -> Rate:
    value = fields.decimal("value")
    if not 0 <= value < RATE_END:
        raise refused("bad-rate", "La tasa se escribe como fracción: 0.24 es 24 %.", fields.at("value"))
    return Rate(fields.choice("kind", RATE_KINDS), value)


def _unit(fields: Fields, currency: str) -> int:
    unit = fields.amount("unit", currency) if fields.has("unit") else 1
    if unit < 1:
        smallest = decimal_from_minor(1, currency)
        raise refused("bad-field", f"La unidad de redondeo debe ser al menos {smallest}.", fields.at("unit"))
    return unit


def _late_interest(fields: Fields) -> LateInterestTerms:
    fields.choice("method", ("simple_daily",), "simple_daily")
    day_count = fields.choice("day_count", tuple(LATE_DAY_COUNTS), "actual/365")
    return LateInterestTerms(
        rate=_rate(fields.object("rate")),
        cap=fields.text("cap") if fields.has("cap") else None,
        base=fields.choice("base", LATE_BASES, "overdue_principal"),
        days_per_year=LATE_DAY_COUNTS[day_count],
    )


def _instalments(obligation: Fields, schedule: Fields, currency: str) -> list[Instalment]:
    if not schedule.has("given"):
        merged = {"disbursed_on": obligation.values.get("disbursed_on"), **schedule.values}
        return build_schedule(read_schedule_terms(merged, currency=currency, path=schedule.path))
    given = [_given(row, number, currency) for number, row in enumerate(schedule.objects("given"), start=1)]
    if not given:
        raise refused("bad-field", "El cronograma no tiene cuotas.", schedule.at("given"))
    if [row.due_on for row in given] != sorted(row.due_on for row in given):
        raise refused("bad-field", "Las cuotas deben ir en orden de vencimiento.", schedule.at("given"))
    if len({row.number for row in given}) < len(given):
        raise refused("bad-field", "Dos cuotas tienen el mismo número.", schedule.at("given"))
    return given


def _given(row: Fields, number: int, currency: str) -> Instalment:
    instalment = Instalment(
        number=row.integer("number", number),
        due_on=row.date("due_on"),
        principal_minor=row.amount("principal", currency),
        contract_interest_minor=row.amount("contract_interest", currency, 0),
        insurance_minor=row.amount("insurance", currency, 0),
        fees_minor=row.amount("fees", currency, 0),
    )
    amounts = (
        instalment.principal_minor,
        instalment.contract_interest_minor,
        instalment.insurance_minor,
        instalment.fees_minor,
    )
    if min(amounts) < 0:
        raise refused("bad-amount", "Una cuota no puede tener valores negativos.", row.path)
    return instalment


def _fee_terms(fees: Fields, question: Fields) -> FeeTerms:
    """Country and kind of credit, the lender's disclosed tariff by date, and the values of units of account by day."""
    tariffs = [read_tariff("tariff", row.values) for row in fees.objects("tariff")]
    units = Fields.of(question.values.get("unit_values") or {}, question.at("unit_values"))
    values = {key: {row.date("on"): row.decimal("value") for row in units.objects(key)} for key in units.values}
    disclosed = tuple(sorted(tariffs, key=lambda tariff: tariff.from_on))
    return FeeTerms(fees.text("country"), kind_key(fees.text("kind", "")), disclosed, values)


def _as_of(value: Any) -> date:
    return Fields({"as_of": value}).date("as_of")


def _caps(fields: Fields) -> dict[str, CapTable]:
    """The question's own tables over the shipped ones; a key named in the question holds only the question's rows."""
    tables = dict(shipped_caps())
    given = Fields.of(fields.values.get("rate_caps") or {}, fields.at("rate_caps"))
    for key in given.values:
        rows = [_cap(row) for row in given.objects(key)]
        tables[key] = cap_table(key, rows)
    return tables


def _cap(row: Fields) -> RateCap:
    annual = row.decimal("annual")
    if not Decimal(0) < annual < 10:
        raise refused("bad-rate", "La tasa máxima se escribe como fracción: 0.2523 es 25,23 %.", row.at("annual"))
    return RateCap(row.date("from"), row.date("to"), annual, row.text("citation", ""))
