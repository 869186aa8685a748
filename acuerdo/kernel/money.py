"""Money as integers of minor units, and the texts that people and files write it in.

An amount is an `int` of the currency's minor unit (centavo, céntimo); binary floats never carry money. Parsing is exact
and refuses what it cannot read for certain: "1.500" may be fifteen hundred or one and a half, so it takes the mark that
the column uses (`decimal_mark_of`) or says so. Formatting follows each currency's own country.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from acuerdo.kernel.errors import Refusal

type DecimalMark = Literal[".", ","]
type Rounding = Literal["half_up", "half_even"]

# ISO 4217 exponents of the currencies that lenders of the region keep books in, and of statements from abroad.
EXPONENTS: dict[str, int] = {
    "CAD": 2, "CHF": 2, "CZK": 2, "DKK": 2, "GBP": 2, "HUF": 2, "JPY": 0, "NOK": 2, "PLN": 2, "SEK": 2,
    "ARS": 2, "BOB": 2, "BRL": 2, "CLF": 4, "CLP": 0, "COP": 2, "CRC": 2, "DOP": 2, "EUR": 2, "GTQ": 2, "HNL": 2, "MXN": 2,
    "NGN": 2, "NIO": 2, "PAB": 2, "PEN": 2, "PYG": 0, "USD": 2, "UYU": 2, "VES": 2,
}  # fmt: skip
SYMBOLS: dict[str, str] = {
    "ARS": "$", "BOB": "Bs", "BRL": "R$", "CLF": "UF", "CLP": "$", "COP": "$", "CRC": "₡", "DOP": "RD$", "EUR": "€", "GTQ": "Q",
    "HNL": "L", "MXN": "$", "NGN": "₦", "NIO": "C$", "PAB": "B/.", "PEN": "S/", "PYG": "₲", "USD": "US$", "UYU": "$U", "VES": "Bs.",
}  # fmt: skip
# Countries that write 1,234.56; all others of the list write 1.234,56.
_POINT_DECIMALS = {"DOP", "GTQ", "HNL", "MXN", "NGN", "NIO", "PAB", "PEN", "USD"}
# Nobody quotes centavos in these, so a whole amount is written without decimals.
_HIDES_ZERO_DECIMALS = {"COP", "ARS", "CRC"}

ROUNDINGS: dict[str, str] = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
_SCIENTIFIC = re.compile(r"^[+-]?\d+([.,]\d+)?[eE][+-]?\d+$")
_PLAIN = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_NUMERIC = re.compile(r"^\d[\d.,]*$|^[.,]\d+$")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount with its currency; adding two currencies is a bug and raises ValueError."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent_of(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __str__(self) -> str:
        return format_minor(self.amount_minor, self.currency)

    def _require_same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")


def exponent_of(currency: str) -> int:
    """Number of decimals of an ISO 4217 code; refuses `unknown-currency`."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise Refusal(
            "unknown-currency", f"No conocemos la moneda «{currency}». Use un código ISO como COP o PEN."
        ) from None


def decimal_mark_in(currency: str) -> DecimalMark:
    """The mark before the decimals as the currency's country writes it."""
    return "." if currency in _POINT_DECIMALS else ","


def minor_from_decimal(value: Decimal, currency: str) -> int:
    """Exact minor units of a decimal amount; refuses `too-many-decimals` rather than round."""
    scaled = value.scaleb(exponent_of(currency))
    whole = scaled.to_integral_value()
    if scaled != whole:
        raise Refusal("too-many-decimals", f"El valor «{value}» tiene más decimales de los que admite {currency}.")
    return int(whole)


def decimal_from_minor(amount_minor: int, currency: str) -> Decimal:
    """The amount in whole units as an exact decimal: 150 PEN céntimos are Decimal("1.50")."""
    return Decimal(amount_minor).scaleb(-exponent_of(currency))


def plain_text(amount_minor: int, currency: str) -> str:
    """Machine form with a point and all decimals of the currency: "-1234.50"."""
    return f"{decimal_from_minor(amount_minor, currency):f}"


def minor_from_plain_text(text: str, currency: str) -> int:
    """Reads the machine form ("1234.50", "12", "-3"); refuses `bad-amount` for anything else and for more than 18 digits."""
    if not _PLAIN.fullmatch(text):
        raise _bad_amount(text)
    return minor_from_decimal(Decimal(text), currency)


def minor_from_spreadsheet_number(value: float | Decimal, currency: str) -> int:
    """Minor units of a spreadsheet's number cell, forgiving only the noise of its binary arithmetic (a millionth of a unit).

    Refuses `too-many-decimals` for real extra decimals and `bad-amount` for infinities, NaN and numbers past 15 exact digits.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite() or (isinstance(value, float) and abs(value) >= 10**15):
        raise _bad_amount(str(value))
    scaled = exact.scaleb(exponent_of(currency))
    whole = scaled.to_integral_value(rounding=ROUND_HALF_UP)
    if abs(scaled - whole) > Decimal("0.0001"):
        raise Refusal("too-many-decimals", f"El valor «{value}» tiene más decimales de los que admite {currency}.")
    return int(whole)


def parse_minor(text: str, currency: str, decimal_mark: DecimalMark | None = None) -> int:
    """Exact minor units of what a person or a file wrote: "$ 1.234.567,89", "1,234,567.89", "(500)", "1234567.89".

    Without `decimal_mark` the text itself must decide. Refuses `bad-amount`, `ambiguous-amount`, `too-many-decimals` and
    `number-damaged-by-spreadsheet`.
    """
    digits, is_negative = _bare_number(text)
    if _SCIENTIFIC.match(digits):
        message = f"El valor «{text.strip()}» viene en notación científica: Excel perdió cifras. Dé formato de número a la columna."
        raise Refusal("number-damaged-by-spreadsheet", message)
    if not _NUMERIC.match(digits):
        raise _bad_amount(text)
    mark = decimal_mark or _mark_of(digits, exponent_of(currency))
    if mark == "?" and not _is_readable(digits):
        raise _bad_amount(text)
    if mark == "?":
        message = f"El valor «{text.strip()}» puede leerse de dos maneras. Indique si el decimal es punto o coma."
        raise Refusal("ambiguous-amount", message)
    value = _value_of(digits, mark)
    if value is None:
        raise _bad_amount(text)
    amount = minor_from_decimal(value, currency)
    return -amount if is_negative else amount


def decimal_mark_of(texts: Iterable[str]) -> DecimalMark | None:
    """The decimal mark that a column's texts prove, or None if none proves one; refuses `mixed-decimal-marks`."""
    marks: set[DecimalMark] = set()
    for text in texts:
        digits, _ = _bare_number(text)
        mark = _proven_mark(digits) if _NUMERIC.match(digits) else None
        if mark:
            marks.add(mark)
    if len(marks) > 1:
        raise Refusal("mixed-decimal-marks", "La columna mezcla valores con punto decimal y con coma decimal.")
    return marks.pop() if marks else None


def format_minor(amount_minor: int, currency: str, *, has_symbol: bool = True) -> str:
    """As its country writes it: `$ 1.234.567`, `S/ 1,234.50`, `-$ 20,55`. The space does not break."""
    exponent = exponent_of(currency)
    whole, fraction = divmod(abs(amount_minor), 10**exponent)
    group, point = (",", ".") if currency in _POINT_DECIMALS else (".", ",")
    text = f"{whole:,}".replace(",", group)
    if exponent and (fraction or currency not in _HIDES_ZERO_DECIMALS):
        text += f"{point}{fraction:0{exponent}d}"
    if has_symbol:
        text = f"{SYMBOLS.get(currency, currency)}\u00a0{text}"
    return f"-{text}" if amount_minor < 0 else text


def round_to_unit(value_minor: Decimal, unit_minor: int, rounding: Rounding) -> int:
    """Rounds a decimal of minor units to a multiple of `unit_minor` (100 rounds COP to the peso)."""
    multiple = (value_minor / unit_minor).to_integral_value(rounding=ROUNDINGS[rounding])
    return int(multiple) * unit_minor


def split_evenly(amount_minor: int, parts: int) -> list[int]:
    """`parts` amounts that sum exactly and differ by at most one minor unit, the larger ones first."""
    if parts < 1:
        raise ValueError("an amount splits into one part or more")
    base, extra = divmod(amount_minor, parts)
    return [base + (1 if index < extra else 0) for index in range(parts)]


def split_by_weights(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Amounts in proportion to non-negative `weights` that sum exactly (largest remainder, ties to the earlier part)."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are non-negative and not all zero")
    shares = [amount_minor * weight // total for weight in weights]
    remainders = [amount_minor * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in by_remainder[: amount_minor - sum(shares)]:
        shares[index] += 1
    return shares


def _bad_amount(text: str) -> Refusal:
    return Refusal("bad-amount", f"No podemos leer «{text.strip()}» como un valor en dinero.")


def _bare_number(text: str) -> tuple[str, bool]:
    """The text without currency marks, spaces and sign, and whether it was negative."""
    bare = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("\u2212", "-")
    is_negative = (bare.startswith("(") and bare.endswith(")")) or bare.startswith("-") or bare.endswith("-")
    bare = re.sub(r"^[()+-]+|[()+-]+$", "", bare)
    bare = re.sub(r"^(?:[A-Z]{3}|US\$|R\$|RD\$|C\$|S/\.?|Bs\.?|B/\.|[$€₡₦₲QL])+", "", bare)
    bare = re.sub(r"(?:[A-Z]{3}|[$€])$", "", bare)
    is_negative = is_negative or bare.startswith("-")
    return bare.lstrip("+-"), is_negative


def _proven_mark(digits: str) -> DecimalMark | None:
    """The decimal mark that one text proves by itself, None when it has none or could be read both ways."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    mark: DecimalMark = "." if digits[last] == "." else ","
    other: DecimalMark = "," if mark == "." else "."
    if other in digits:
        return mark if digits.count(mark) == 1 and other not in digits[last:] else None
    if digits.count(mark) > 1:
        return other
    head, tail = digits[:last], digits[last + 1 :]
    if len(tail) != 3 or head in ("", "0") or head.startswith("0") or len(head) > 3:
        return mark
    return None


def _mark_of(digits: str, exponent: int) -> DecimalMark | Literal["?"]:
    """The mark to read one text with; "?" when it has a lone separator before three digits and the currency has decimals."""
    mark = _proven_mark(digits)
    if mark:
        return mark
    if "." not in digits and "," not in digits:
        return "."
    if exponent == 0:
        return "," if "." in digits else "."
    return "?"


def _is_readable(digits: str) -> bool:
    """Whether at least one decimal mark gives the text a value."""
    return any(_value_of(digits, mark) is not None for mark in (".", ","))


def _value_of(digits: str, mark: str) -> Decimal | None:
    """The decimal value, or None when the groups are not of three digits."""
    head, found, tail = digits.partition(mark)
    group = "," if mark == "." else "."
    if (found and not tail and not head) or group in tail or mark in tail:
        return None
    if group in head:
        first, *rest = head.split(group)
        if not 1 <= len(first) <= 3 or any(len(part) != 3 for part in rest):
            return None
        head = head.replace(group, "")
    return Decimal(f"{head or '0'}.{tail or '0'}")
