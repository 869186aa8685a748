"""Telephone numbers: what a file says, turned into E.164 with what kind of line it is and why it cannot be dialled."""

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

type PhoneKind = Literal["mobile", "fixed", "other"]
type PhoneReason = Literal[
    "", "empty", "not-a-number", "damaged-by-spreadsheet", "too-short", "too-long", "bad-country", "not-assigned"
]

REASONS: dict[str, str] = {
    "": "",
    "empty": "No hay número.",
    "not-a-number": "No es un número de teléfono.",
    "damaged-by-spreadsheet": "Excel convirtió el número a notación científica y perdió cifras.",
    "too-short": "Al número le faltan cifras.",
    "too-long": "Al número le sobran cifras.",
    "bad-country": "El indicativo de país no existe.",
    "not-assigned": "El número no pertenece a ningún plan de numeración.",
}
_SCIENTIFIC = re.compile(r"^\d+([.,]\d+)?[eE]\+?\d+$")
_SPREADSHEET_FLOAT = re.compile(r"^(\d+)\.0$")
# Ranges of the right length that the national plans do not assign (libphonenumber metadata), so that the invented people
# of a demonstration have numbers that can ring nobody. They read as mobile; no carrier can complete a call to them.
FICTIONAL_PREFIXES = ("+57399", "+51899")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LENGTHS: dict[int, PhoneReason] = {
    ValidationResult.TOO_SHORT: "too-short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too-short",
    ValidationResult.TOO_LONG: "too-long",
    ValidationResult.INVALID_COUNTRY_CODE: "bad-country",
    ValidationResult.INVALID_LENGTH: "too-long",
}


@dataclass(frozen=True, slots=True)
class Phone:
    """`e164` is empty when the text could not be read; `reason` is empty when the number is valid."""

    e164: str
    country: str
    kind: PhoneKind
    is_possible: bool
    is_valid: bool
    reason: PhoneReason

    @property
    def message(self) -> str:
        """Why it is not valid, as a Spanish sentence; empty when it is."""
        return REASONS[self.reason]


def parse_phone(text: str, country: str) -> Phone:
    """Reads a number as written in `country` (ISO 3166 two letters) unless it starts with + or 00. Never raises."""
    bare = text.strip()
    if match := _SPREADSHEET_FLOAT.match(bare):
        bare = match.group(1)
    if not re.search(r"\d", bare):
        return _unreadable("not-a-number" if bare else "empty")
    if _SCIENTIFIC.match(bare):
        return _unreadable("damaged-by-spreadsheet")
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", bare), country)
    except NumberParseException as error:
        return _unreadable(_parse_reason(error))
    return _phone_of(_with_country_code_read(number, bare, country))


def display_phone(e164: str) -> str:
    """For screens: "+57 300 1234567"; the text itself when it is no number."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


def _with_country_code_read(number: phonenumbers.PhoneNumber, bare: str, country: str) -> phonenumbers.PhoneNumber:
    """Files often write 573001234567 without the plus: take that reading only when the plain one is not valid."""
    if phonenumbers.is_valid_number(number) or bare.startswith(("+", "00")):
        return number
    code = str(phonenumbers.country_code_for_region(country))
    digits = re.sub(r"\D", "", bare)
    if not digits.startswith(code):
        return number
    try:
        other = phonenumbers.parse(f"+{digits}", None)
    except NumberParseException:
        return number
    return other if phonenumbers.is_valid_number(other) else number


def _phone_of(number: phonenumbers.PhoneNumber) -> Phone:
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    length = phonenumbers.is_possible_number_with_reason(number)
    is_possible = length == ValidationResult.IS_POSSIBLE
    is_fictional = is_possible and e164.startswith(FICTIONAL_PREFIXES)
    is_valid = is_fictional or phonenumbers.is_valid_number(number)
    reason: PhoneReason = "" if is_valid else _LENGTHS.get(length, "not-assigned")
    return Phone(
        e164=e164,
        country=phonenumbers.region_code_for_country_code(number.country_code or 0)
        if is_fictional
        else phonenumbers.region_code_for_number(number) or "",
        kind="mobile" if is_fictional else _kind_of(number),
        is_possible=is_possible,
        is_valid=is_valid,
        reason=reason,
    )


def _kind_of(number: phonenumbers.PhoneNumber) -> PhoneKind:
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE:
        return "mobile"
    return "fixed" if kind == PhoneNumberType.FIXED_LINE else "other"


def _parse_reason(error: NumberParseException) -> PhoneReason:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "bad-country"
    if error.error_type == NumberParseException.TOO_LONG:
        return "too-long"
    short = (NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD)
    return "too-short" if error.error_type in short else "not-a-number"


def _unreadable(reason: PhoneReason) -> Phone:
    return Phone(e164="", country="", kind="other", is_possible=False, is_valid=False, reason=reason)
