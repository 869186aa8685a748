"""The terms under which a promise is taken: dated data, by country, with one row for all others.

A promise keeps what followed from the terms of its own day (`ends_on`, `kept_from_minor`), so later rows never re-judge it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from acuerdo.kernel.calendar import add_business_days
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import format_minor


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """`kept_share` is a fraction of the amount, `grace_days` business days, `days_ahead` calendar days."""

    kept_share: Decimal
    grace_days: int
    days_ahead: int
    reschedules: int

    def kept_from_minor(self, amount_minor: int) -> int:
        """The least payment that counts as keeping a promise of `amount_minor`."""
        return int((amount_minor * self.kept_share).to_integral_value(ROUND_CEILING))

    def ends_on(self, due_on: date, country: str) -> date:
        """The last day whose payments count."""
        return add_business_days(due_on, self.grace_days, country)


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, Any]]:
    text = files("acuerdo.negotiation.data").joinpath("promise_terms.yaml").read_text(encoding="utf-8")
    return sorted(yaml.safe_load(text), key=lambda row: (row["country"], row["from"]))


def terms_on(day: date, country: str) -> PromiseTerms:
    """The country's newest row in force on `day`, else the general one; refuses `promise-terms-missing`."""
    found = [row for row in _rows() if row["country"] in ("", country) and row["from"] <= day]
    if not found:
        raise Refusal("promise-terms-missing", f"No hay condiciones de promesa vigentes el {day:%d/%m/%Y}.")
    row = max(found, key=lambda row: (row["country"], row["from"]))
    return PromiseTerms(Decimal(row["kept_share"]), row["grace_days"], row["days_ahead"], row["reschedules"])


def require_promisable(
    terms: PromiseTerms, *, amount_minor: int, owed_minor: int, currency: str, due_on: date, today: date
) -> None:
    """Refuses `promise-amount`, `promise-amount-above-balance`, `promise-date-past` and `promise-date-far`."""
    if amount_minor <= 0:
        raise Refusal("promise-amount", "Escriba un valor mayor que cero.")
    if amount_minor > owed_minor:
        most = format_minor(owed_minor, currency)
        raise Refusal(
            "promise-amount-above-balance", f"El valor supera lo que se debe: la promesa puede ser de hasta {most}."
        )
    if due_on < today:
        raise Refusal("promise-date-past", "La fecha ya pasó: elija hoy o un día que venga.")
    last = today + timedelta(days=terms.days_ahead)
    if due_on > last:
        raise Refusal("promise-date-far", f"La fecha queda muy lejos: elija a más tardar el {last:%d/%m/%Y}.")


def require_reschedulable(
    terms: PromiseTerms, *, times_rescheduled: int, due_on: date, new_due_on: date, ends_on: date, today: date
) -> None:
    """Refuses `promise-reschedule-late` after the grace, `promise-reschedule-limit`, and `promise-reschedule-same-date`."""
    if today > ends_on:
        raise Refusal("promise-reschedule-late", "El plazo de esta promesa ya terminó: registre una nueva.")
    if times_rescheduled >= terms.reschedules:
        raise Refusal(
            "promise-reschedule-limit", "Esta promesa ya se reprogramó: ofrezca un plan o pida ayuda a su supervisor."
        )
    if new_due_on == due_on:
        raise Refusal("promise-reschedule-same-date", "La fecha nueva es igual a la que ya tenía.")
