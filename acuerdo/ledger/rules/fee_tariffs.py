"""Collection fees: only for a logged activity, only as disclosed, and never above what the law allows.

Two tables speak: the country's law (shipped data with citations) and the lender's own disclosed tariff (dated data of the
installation). Without a disclosed tariff there is no fee, even where the law sets a scale: people pay what they were told
beforehand (Colombia: SFC, FAQ 16; Chile: Ley 19.496 art. 37; Peru: Ley 31143). Amounts of a scale may stand in a unit of
account whose value of the day is itself data; a missing value refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_from_minor, exponent_of
from acuerdo.kernel.rates import CONTEXT

type FeeRule = Literal["forbidden", "disclosed", "scale"]
type UnitValues = Mapping[str, Mapping[date, Decimal]]

FEE_RULES: tuple[FeeRule, ...] = ("forbidden", "disclosed", "scale")
EVERY_KIND = "*"


@dataclass(frozen=True, slots=True)
class FeeBand:
    """Holds for what is overdue over `over` and up to `up_to`, and from `days_from` to `days_to` days past due.

    Exactly one of `percent` (of what is overdue) and `amount` is set; bounds and amount are in the tariff's unit.
    """

    over: Decimal = Decimal(0)
    up_to: Decimal | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    days_from: int = 1
    days_to: int | None = None

    def holds(self, overdue: Decimal, days_past_due: int) -> bool:
        """Whether the band is the one for this much overdue, this long."""
        is_sized = self.over < overdue and (self.up_to is None or overdue <= self.up_to)
        return is_sized and self.days_from <= days_past_due and (self.days_to is None or days_past_due <= self.days_to)


@dataclass(frozen=True, slots=True)
class FeeTariff:
    """A law's or a lender's rule from `from_on` to `to_on`. `unit` names the unit of account, empty for the currency itself.

    `is_sum`: the limit is for all fees of one arrears together, else for each fee. `is_monthly`: one fee a calendar month.
    `free_activity` is (within days, reduction in the unit): without a free activity by then the limit is that much lower.
    """

    key: str
    from_on: date
    rule: FeeRule
    citation: str
    confidence: str = "A"
    to_on: date | None = None
    unit: str = ""
    days_past_due_over: int = 0
    is_sum: bool = False
    is_monthly: bool = False
    bands: tuple[FeeBand, ...] = ()
    free_activity: tuple[int, Decimal] | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a date."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)


@dataclass(frozen=True, slots=True)
class FeeCase:
    """The debt on the day of the fee. `overdue_minor` is what is payable without collection fees.

    `charged_minor` are the fees charged since the arrears began, `charged_on` their days; `free_activity_on` the day of an
    activity that the debtor does not pay for, None when there was none; `due_since` since when there are arrears.
    """

    on: date
    currency: str
    overdue_minor: int
    days_past_due: int
    due_since: date | None = None
    charged_minor: int = 0
    charged_on: tuple[date, ...] = ()
    free_activity_on: date | None = None


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What governs an obligation's fees: the country and kind of credit, and its lender's disclosed tariffs by date."""

    country: str
    kind: str
    disclosed: tuple[FeeTariff, ...] = ()
    unit_values: UnitValues = field(default_factory=dict)


def check_fee(amount_minor: int, case: FeeCase, terms: FeeTerms, laws: Sequence[FeeTariff] | None = None) -> FeeTariff:
    """The disclosed tariff that a fee rests on.

    Refuses `fee-forbidden`, `fee-tariff-missing`, `fee-not-overdue`, `fee-too-early`, `fee-once-a-month`,
    `unit-value-missing` and `fee-above-tariff`; each sentence names the rule.
    """
    law = law_for(terms.country, terms.kind, case.on, laws)
    if law is not None and law.rule == "forbidden":
        raise Refusal("fee-forbidden", f"En este crédito no se cobran gastos de cobranza ({law.citation}).")
    tariff = next((one for one in reversed(terms.disclosed) if one.is_in_force(case.on)), None)
    if tariff is None:
        message = f"No hay una tarifa de gastos de cobranza informada y vigente el {case.on}."
        raise Refusal("fee-tariff-missing", message)
    if case.days_past_due <= 0 or case.overdue_minor <= 0:
        raise Refusal("fee-not-overdue", f"El {case.on} la obligación no tiene atraso: no hay gastos de cobranza.")
    for rule in [tariff] if law is None or law.rule == "disclosed" else [law, tariff]:
        _check_against(rule, amount_minor, case, terms.unit_values)
    return tariff


def fee_limit(rule: FeeTariff, case: FeeCase, unit_values: UnitValues) -> int:
    """The most that one more fee may come to, in minor units, rounded down; zero when no band holds or all is used."""
    unit = _unit_value(rule, case, unit_values)
    with localcontext(CONTEXT):
        overdue = decimal_from_minor(case.overdue_minor, case.currency)
        band = next((one for one in rule.bands if one.holds(overdue / unit, case.days_past_due)), None)
        if band is None:
            message = f"La tarifa no tiene valor para esta deuda y este atraso ({rule.citation})."
            raise Refusal("fee-tariff-missing", message)
        limit = band.amount * unit if band.amount is not None else overdue * (band.percent or Decimal(0)) / 100
        if rule.free_activity and not _had_free_activity(rule.free_activity[0], case):
            limit -= rule.free_activity[1] * unit
        scaled = limit.scaleb(exponent_of(case.currency)).to_integral_value(rounding=ROUND_DOWN)
    return max(int(scaled) - (case.charged_minor if rule.is_sum else 0), 0)


def law_for(country: str, kind: str, on: date, laws: Sequence[FeeTariff] | None = None) -> FeeTariff | None:
    """The law in force for a country and kind of credit; the country's general row where the kind has none."""
    active = [
        law for law in (shipped_laws() if laws is None else laws) if law.confidence != "C" and law.is_in_force(on)
    ]
    for wanted in (f"{country.lower()}/{kind}", f"{country.lower()}/{EVERY_KIND}"):
        found = [law for law in active if law.key == wanted]
        if found:
            return max(found, key=lambda law: law.from_on)
    return None


def read_tariff(key: str, row: Mapping[str, Any]) -> FeeTariff:
    """A rule from a document's row; refuses `bad-fee-tariff` and says what is wrong with it."""
    try:
        bands = tuple(_band(band) for band in row.get("bands") or ())
        free = row.get("free_activity")
        tariff = FeeTariff(
            key=key,
            from_on=_day(row["from"]),
            to_on=_day(row["to"]) if row.get("to") else None,
            rule=row.get("rule", "scale"),
            citation=str(row["citation"]).strip(),
            confidence=str(row.get("confidence", "A")),
            unit=str(row.get("unit", "")),
            days_past_due_over=int(row.get("days_past_due_over", 0)),
            is_sum=bool(row.get("is_sum", False)),
            is_monthly=bool(row.get("is_monthly", False)),
            bands=bands,
            free_activity=(int(free["within_days"]), Decimal(str(free["reduction"]))) if free else None,
        )
    except (KeyError, ValueError, TypeError, ArithmeticError, AttributeError) as error:
        message = f"La tarifa de gastos «{key}» no se puede leer: necesita from, citation y bands."
        raise Refusal("bad-fee-tariff", message) from error
    if tariff.rule not in FEE_RULES or not tariff.citation or (tariff.rule == "scale" and not bands):
        raise Refusal("bad-fee-tariff", f"La tarifa de gastos «{key}» necesita una regla, una cita y sus tramos.")
    return tariff


@lru_cache(maxsize=1)
def shipped_laws() -> tuple[FeeTariff, ...]:
    """The laws that ship with the product."""
    import yaml  # noqa: PLC0415 - only who asks for a law pays for reading YAML

    text = resources.files("acuerdo.ledger").joinpath("data", "fee_tariffs", "laws.yaml").read_text(encoding="utf-8")
    return tuple(read_tariff(f"{row['country']}/{row['kind']}", row) for row in yaml.safe_load(text)["laws"])


def _check_against(rule: FeeTariff, amount_minor: int, case: FeeCase, unit_values: UnitValues) -> None:
    if case.days_past_due <= rule.days_past_due_over:
        message = (
            f"Los gastos de cobranza se cobran después de {rule.days_past_due_over} días de atraso ({rule.citation})."
        )
        raise Refusal("fee-too-early", message)
    if rule.is_monthly and any((day.year, day.month) == (case.on.year, case.on.month) for day in case.charged_on):
        raise Refusal("fee-once-a-month", f"Ya se cobró un gasto de cobranza este mes ({rule.citation}).")
    limit = fee_limit(rule, case, unit_values)
    if amount_minor > limit:
        allowed = decimal_from_minor(limit, case.currency)
        message = f"El gasto de cobranza pasa de lo permitido, {allowed} {case.currency} ({rule.citation})."
        raise Refusal("fee-above-tariff", message)


def _had_free_activity(within_days: int, case: FeeCase) -> bool:
    if case.free_activity_on is None or case.due_since is None:
        return False
    return 0 <= (case.free_activity_on - case.due_since).days <= within_days


def _unit_value(rule: FeeTariff, case: FeeCase, unit_values: UnitValues) -> Decimal:
    if not rule.unit:
        return Decimal(1)
    value = unit_values.get(rule.unit, {}).get(case.on)
    if value is None:
        raise Refusal(
            "unit-value-missing", f"Falta el valor de {rule.unit} del {case.on}. Cárguelo antes de cobrar gastos."
        )
    return value


def _band(row: Mapping[str, Any]) -> FeeBand:
    band = FeeBand(
        over=Decimal(str(row.get("over", 0))),
        up_to=_decimal(row.get("up_to")),
        percent=_decimal(row.get("percent")),
        amount=_decimal(row.get("amount")),
        days_from=int(row.get("days_from", 1)),
        days_to=int(row["days_to"]) if row.get("days_to") is not None else None,
    )
    value = band.percent if band.amount is None else band.amount
    if (band.percent is None) == (band.amount is None) or value is None or not value >= 0:
        raise ValueError("a band has either a percentage or an amount")
    return band


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
