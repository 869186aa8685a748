"""From the facts of one person to the values of a template's places.

`values_of` turns one person's facts with one creditor into texts in the person's language. Every value is cleaned: one
line, no control or direction-changing characters, a bounded length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from acuerdo.kernel.money import format_minor
from acuerdo.kernel.text import fold, person_name, squeeze
from acuerdo.messaging.rules.catalogue import FIELDS, OBLIGATION_FIELDS, REPEATED, SAMPLES_EN, TOLD_FIELDS

VALUE_LENGTH_MAX = 200
NAME_LENGTH_MAX = 60
_LENGTHS_MAX = {"consecuencias": 1000, "detalle": 500}

_MONTHS = {
    "es": ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre").split(),
    "en": ("January February March April May June July August September October November December").split(),
}


@dataclass(frozen=True, slots=True)
class ObligationFacts:
    """One obligation as of the date of the message; amounts in minor units of `currency`."""

    product: str
    number: str
    currency: str
    balance_due_minor: int
    balance_minor: int
    instalment_minor: int
    due_on: date | None
    days_past_due: int
    consequences: str = ""

    @property
    def asked_minor(self) -> int:
        """What a reminder speaks of: the overdue balance, or the coming instalment while nothing is overdue."""
        return self.balance_due_minor or self.instalment_minor


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What one message may say. `obligations` of one creditor, the first is the one that leads."""

    name: str
    creditor: str
    as_of: date
    obligations: Sequence[ObligationFacts]
    language: str = "es"
    preferred_name: str = ""
    is_company: bool = False
    creditor_legal_name: str = ""
    creditor_phone: str = ""
    creditor_email: str = ""
    ways_to_pay: Sequence[str] = ()
    writer: str = ""
    link: str = ""
    promise_minor: int | None = None
    promise_due_on: date | None = None
    promise_paid_minor: int = 0
    payment_minor: int | None = None
    payment_on: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def clean(value: str, length_max: int = VALUE_LENGTH_MAX) -> str:
    """One line without control or direction-changing characters, cut at a word with an ellipsis."""
    line = squeeze(value)
    if len(line) <= length_max:
        return line
    return line[: length_max - 3].rsplit(" ", 1)[0].rstrip(" ,;") + "..."


def date_text(day: date, language: str) -> str:
    """`15 de mayo de 2026` or `15 May 2026`."""
    month = _MONTHS.get(language, _MONTHS["es"])[day.month - 1]
    return f"{day.day} {month} {day.year}" if language == "en" else f"{day.day} de {month} de {day.year}"


def money_text(amount_minor: int, currency: str) -> str:
    """As its country writes it, with a common space, which every channel can carry."""
    return format_minor(amount_minor, currency).replace("\u00a0", " ")


def last_four(number: str) -> str:
    """Enough to recognise an obligation and too little to use it."""
    return "".join(char for char in number if char.isalnum())[-4:]


def first_name(full_name: str) -> str:
    """How a person is greeted without having told us: the first word of the name."""
    words = person_name(full_name).split(" ")
    return words[0] if words else ""


def values_of(facts: PersonFacts) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The values of a template's places, and those of each obligation."""
    lead = facts.obligations[0]
    values = {
        **_about_people(facts),
        **_about_money(facts, lead),
        **_about_agreements(facts, lead.currency),
        "producto": lead.product,
        "numero_final": last_four(lead.number),
        "consecuencias": lead.consequences,
        "varias": str(len(facts.obligations)) if len(facts.obligations) > 1 else "",
        "remitente_neutro": facts.creditor_legal_name or facts.creditor,
        **{name: value for name, value in facts.extra.items() if name in TOLD_FIELDS},
    }
    cleaned = {name: clean(value, _LENGTHS_MAX.get(name, VALUE_LENGTH_MAX)) for name, value in values.items()}
    return cleaned, [_obligation_values(item, facts.language) for item in facts.obligations]


def sample_values(language: str = "es") -> tuple[dict[str, str], list[dict[str, str]]]:
    """The worst case of every field and three obligations, for previews and for checking the library."""
    values = {
        name: entry.sample for name, entry in FIELDS.items() if name not in OBLIGATION_FIELDS and name != REPEATED
    }
    item = {name: FIELDS[name].sample for name in OBLIGATION_FIELDS}
    if language == "en":
        values |= SAMPLES_EN
        item |= {name: text for name, text in SAMPLES_EN.items() if name in item}
    return values, [item, item, item]


def _about_people(facts: PersonFacts) -> dict[str, str]:
    name = clean(facts.name if facts.is_company else person_name(facts.name), NAME_LENGTH_MAX)
    short = name if facts.is_company else first_name(facts.name)
    return {
        "nombre": name,
        "nombre_preferido": clean(facts.preferred_name or short, NAME_LENGTH_MAX),
        "acreedor": facts.creditor,
        "acreedor_razon_social": facts.creditor_legal_name or facts.creditor,
        "telefono_acreedor": facts.creditor_phone,
        "correo_acreedor": facts.creditor_email,
        "formas_de_pago": _any_of([clean(way, 60) for way in facts.ways_to_pay], facts.language),
        "quien_escribe": facts.writer,
        "enlace": facts.link,
    }


def _about_money(facts: PersonFacts, lead: ObligationFacts) -> dict[str, str]:
    """Sums over the obligations of the lead's currency; other currencies are named in their own lines only."""
    same = [item for item in facts.obligations if item.currency == lead.currency]
    oldest = max(same, key=lambda item: item.days_past_due)
    return {
        "saldo_vencido": _money_if(sum(item.balance_due_minor for item in same), lead.currency),
        "saldo_total": money_text(sum(item.balance_minor for item in same), lead.currency),
        "cuota": _money_if(sum(item.instalment_minor for item in same), lead.currency),
        "fecha_vencimiento": _date_if(lead.due_on, facts.language),
        "fecha_corte": date_text(facts.as_of, facts.language),
        "dias_mora": str(oldest.days_past_due) if oldest.days_past_due > 0 else "",
    }


def _about_agreements(facts: PersonFacts, currency: str) -> dict[str, str]:
    return {
        "promesa_valor": _money_if(facts.promise_minor or 0, currency),
        "promesa_fecha": _date_if(facts.promise_due_on, facts.language),
        "promesa_pagado": _money_if(facts.promise_paid_minor, currency),
        "pago_valor": _money_if(facts.payment_minor or 0, currency),
        "pago_fecha": _date_if(facts.payment_on, facts.language),
    }


def _obligation_values(item: ObligationFacts, language: str) -> dict[str, str]:
    return {
        "ob_producto": clean(item.product),
        "ob_numero_final": last_four(item.number),
        "ob_saldo": money_text(item.asked_minor, item.currency),
        "ob_fecha": _date_if(item.due_on, language),
        "ob_dias_mora": str(item.days_past_due) if item.days_past_due > 0 else "",
    }


def _any_of(names: list[str], language: str) -> str:
    """`PSE, Efecty u oficinas`: Spanish "o" becomes "u" before its own sound."""
    if len(names) < 2:
        return "".join(names)
    word = "or" if language == "en" else "u" if fold(names[-1]).startswith(("o", "ho")) else "o"
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def _money_if(amount_minor: int, currency: str) -> str:
    return money_text(amount_minor, currency) if amount_minor else ""


def _date_if(day: date | None, language: str) -> str:
    return date_text(day, language) if day else ""
