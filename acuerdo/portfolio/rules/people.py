"""Whose document it is: the identity that a row gives, normalised and judged."""

from dataclasses import dataclass

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.national_id import parse_national_id
from acuerdo.kernel.text import fold, person_name, squeeze
from acuerdo.portfolio.rules.words import guess_id_type, id_type_of

# People named in a credit file without a document get a number of their own under this type.
WITHOUT_DOCUMENT = "SIN"


@dataclass(frozen=True, slots=True)
class Identity:
    """`code` is the reject code, empty when the document can be someone's."""

    kind: str
    number: str
    is_company: bool
    code: str = ""


def identity_of(number: str, type_text: str, *, country: str, check_digits: bool) -> Identity:
    """The identity behind a document as written; the type is guessed by its form when the file does not give it."""
    kind = id_type_of(type_text, country) if type_text else guess_id_type(number, country)
    if kind is None:
        return Identity("", number, False, "id-type-unknown")
    try:
        found = parse_national_id(number, kind=kind, country=country)
    except Refusal as refusal:
        damaged = refusal.code == "number-damaged-by-spreadsheet"
        return Identity(kind, number, False, "id-scientific" if damaged else "id-malformed")
    if found.verdict == "malformed":
        return Identity(kind, number, False, "id-malformed")
    if found.verdict == "wrong" and check_digits:
        return Identity(kind, number, False, "id-check-digit")
    return Identity(kind, found.number, found.is_company)


def whole_name(name: str, given: str, family: str, second: str) -> str:
    """One name out of the columns that a file has: "nombre" may be whole or wait for "apellidos"."""
    parts = [part for part in (name or given, family, second) if part]
    if name and family and set(fold(family).split()) <= set(fold(name).split()):
        parts = [name]
    return squeeze(" ".join(parts))


def shown_name(name: str, *, is_company: bool) -> str:
    """A person's shouted name in ordinary letters; a company's as it writes it."""
    return squeeze(name) if is_company else person_name(name)
