"""National identity and tax numbers: one normal form each, and what their check digit says.

The normal form is what identifies a debtor, so it drops everything that files write differently (dots, dashes, the NIT's
verification digit). A number that Excel turned into 1.23E+09 has lost digits for ever and is refused, never repaired.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from acuerdo.kernel.errors import Refusal

# verified: the check digit agrees; wrong: it does not; none: this number has no check digit (or the file left it out);
# malformed: length or characters cannot be right.
type CheckVerdict = Literal["verified", "wrong", "none", "malformed"]

_SCIENTIFIC = re.compile(r"^\d+([.,]\d+)?[eE]\+?\d+$")
_SPREADSHEET_FLOAT = re.compile(r"^(\d+)\.0+$")
NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)


@dataclass(frozen=True, slots=True)
class NationalId:
    """`number` is the normal form; `check_digit` is kept apart where the country writes it apart (CO NIT)."""

    country: str
    kind: str
    number: str
    verdict: CheckVerdict
    check_digit: str = ""

    @property
    def is_acceptable(self) -> bool:
        """False when it cannot be anyone's number."""
        return self.verdict in ("verified", "none")

    @property
    def is_company(self) -> bool:
        """True for kinds and prefixes that only companies hold."""
        if (self.country, self.kind) == ("CO", "NIT"):
            return len(self.number) == 9 and self.number[0] in "89"
        if (self.country, self.kind) == ("PE", "RUC"):
            return self.number.startswith("20")
        return (self.country, self.kind) == ("BR", "CNPJ")


type Reader = Callable[[str], tuple[str, CheckVerdict, str]]


def _digits(lengths: range | tuple[int, ...]) -> Reader:
    def read(text: str) -> tuple[str, CheckVerdict, str]:
        number = re.sub(r"[\s.,\-']", "", text).lstrip("0") or "0"
        is_right = number.isdigit() and len(number) in lengths
        return number, "none" if is_right else "malformed", ""

    return read


def _padded_digits(length: int) -> Reader:
    """Spreadsheets eat leading zeros, so a shorter number is padded back (DNI 08765432)."""

    def read(text: str) -> tuple[str, CheckVerdict, str]:
        number = re.sub(r"[\s.,\-]", "", text)
        if not number.isdigit() or not length - 3 <= len(number) <= length:
            return number, "malformed", ""
        return number.zfill(length), "none", ""

    return read


def _alphanumeric(shortest: int, longest: int) -> Reader:
    def read(text: str) -> tuple[str, CheckVerdict, str]:
        number = re.sub(r"[\s.\-/]", "", text).upper()
        is_right = re.fullmatch(r"[A-Z0-9]+", number) is not None and shortest <= len(number) <= longest
        return number, "none" if is_right else "malformed", ""

    return read


def _standard(country: str, module: str, lengths: tuple[int, ...], *, pad_to: int = 0) -> Reader:
    """Numbers whose check digit python-stdnum knows."""

    def read(text: str) -> tuple[str, CheckVerdict, str]:
        number = re.sub(r"[\s.\-/]", "", text).upper()
        if pad_to and number.isdigit():
            number = number.zfill(pad_to)
        if len(number) not in lengths or not number.isalnum():
            return number, "malformed", ""
        try:
            return str(_module(country, module).validate(number)), "verified", ""
        except ValidationError as error:
            is_digit = type(error).__name__ == "InvalidChecksum"
            return number, "wrong" if is_digit else "malformed", ""

    return read


def _module(country: str, name: str):  # type: ignore[no-untyped-def]  # python-stdnum modules share a duck type
    return get_cc_module(country, name)


def nit_check_digit(number: str) -> str:
    """The verification digit of a Colombian NIT without it (DIAN, Orden Administrativa 4 de 1989)."""
    total = sum(weight * int(digit) for weight, digit in zip(NIT_WEIGHTS, reversed(number), strict=False))
    return str("01987654321"[total % 11])


def _nit(text: str) -> tuple[str, CheckVerdict, str]:
    """With a dash the digit is explicit; without, ten digits hold one only if it agrees (a cédula may have ten too)."""
    bare = re.sub(r"[\s.,']", "", text)
    dashed = re.fullmatch(r"(\d{5,11})-(\d)", bare)
    if dashed:
        number, digit = dashed.group(1).lstrip("0"), dashed.group(2)
        return number, "verified" if nit_check_digit(number) == digit else "wrong", digit
    number = bare.replace("-", "").lstrip("0")
    if not number.isdigit() or not 5 <= len(number) <= 11:
        return number, "malformed", ""
    if len(number) >= 10 and nit_check_digit(number[:-1]) == number[-1]:
        return number[:-1], "verified", number[-1]
    if len(number) == 11 or (len(number) == 10 and number[0] in "89"):
        return number[:-1], "wrong", number[-1]
    return number, "none", nit_check_digit(number)


def _dni_peru(text: str) -> tuple[str, CheckVerdict, str]:
    """Eight digits; the ninth sign that the card prints is a check sign and not part of the number."""
    bare = re.sub(r"[\s.,\-]", "", text).upper()
    if len(bare) == 9 and bare[:8].isdigit():
        possible = _module("pe", "cui").calc_check_digits(bare)
        return bare[:8], "verified" if bare[8] in possible else "wrong", bare[8]
    return _padded_digits(8)(text)


READERS: dict[tuple[str, str], Reader] = {
    ("CO", "CC"): _digits(range(3, 11)),
    ("CO", "CE"): _digits(range(3, 11)),
    ("CO", "NIT"): _nit,
    ("CO", "TI"): _digits((10, 11)),
    ("CO", "PPT"): _digits(range(5, 11)),
    ("PE", "DNI"): _dni_peru,
    ("PE", "CE"): _padded_digits(9),
    ("PE", "RUC"): _standard("pe", "ruc", (11,)),
    ("CL", "RUT"): _standard("cl", "rut", (8, 9)),
    ("MX", "CURP"): _standard("mx", "curp", (18,)),
    ("MX", "RFC"): _standard("mx", "rfc", (12, 13)),
    ("AR", "DNI"): _digits((7, 8)),
    ("AR", "CUIT"): _standard("ar", "cuit", (11,)),
    ("EC", "CI"): _standard("ec", "ci", (10,), pad_to=10),
    ("EC", "RUC"): _standard("ec", "ruc", (13,), pad_to=13),
    ("BR", "CPF"): _standard("br", "cpf", (11,), pad_to=11),
    ("BR", "CNPJ"): _standard("br", "cnpj", (14,), pad_to=14),
}
_EVERYWHERE: dict[str, Reader] = {"PAS": _alphanumeric(4, 20), "OTHER": _alphanumeric(1, 32)}
DEFAULT_KINDS = {"CO": "CC", "PE": "DNI", "CL": "RUT", "MX": "CURP", "AR": "DNI", "EC": "CI", "BR": "CPF"}


def kinds_of(country: str) -> list[str]:
    """Kinds of document a country knows, passport and other last."""
    return [kind for place, kind in READERS if place == country] + list(_EVERYWHERE)


def parse_national_id(text: str, *, kind: str, country: str) -> NationalId:
    """Normalises a document number and judges its check digit.

    Refuses `number-damaged-by-spreadsheet` (1.23E+09), `empty-national-id` and `unknown-national-id-kind`. A number that
    reads but fails comes back with verdict `wrong` or `malformed`, so the caller decides.
    """
    bare = text.strip()
    if _SCIENTIFIC.match(bare):
        message = f"El documento «{bare}» viene en notación científica: Excel perdió cifras. Dé formato de texto a la columna."
        raise Refusal("number-damaged-by-spreadsheet", message)
    if match := _SPREADSHEET_FLOAT.match(bare):
        bare = match.group(1)
    if not bare:
        raise Refusal("empty-national-id", "Falta el número de documento.")
    reader = READERS.get((country, kind)) or _EVERYWHERE.get(kind)
    if reader is None:
        raise Refusal("unknown-national-id-kind", f"No conocemos el tipo de documento «{kind}» de {country}.")
    number, verdict, check_digit = reader(bare)
    return NationalId(country, kind, number, verdict, check_digit)
