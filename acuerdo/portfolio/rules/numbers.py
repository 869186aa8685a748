"""How an amount is written: `1.234.567,89` and `1,234,567.89` are the same money in two styles.

The style of a column is decided by evidence over the whole column, never by one cell: a cell with both separators, a
repeated separator, a group that is not of three digits or a leading zero proves one style; `1.234` proves nothing.
A column without proof takes the style proved by the other columns of the file; a file without proof is asked about.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from acuerdo.portfolio.rules.cells import MARK, NUMBER, shown

NumberStyle = Literal["comma", "dot"]

# The only-shape regular expressions; shared with the vectorised reader so that both see the same.
COMMA_PROOFS = (
    r"^-?\d{1,3}(\.\d{3})+,\d+$",  # 1.234,5
    r"^-?\d{1,3}(\.\d{3}){2,}$",  # 1.234.567
    r"^-?\d+,(\d{1,2}|\d{4,})$",  # 1234,5  12,3456
    r"^-?0\d*,\d+$",  # 0,235
    r"^-?\d{4,},\d+$",  # 1234,567
    r"^-?,\d+$",  # ,5
)
DOT_PROOFS = tuple(
    pattern.replace(r"\.", "DOT").replace(",\\d", r"\.\d").replace(r",(\d", r"\.(\d").replace("DOT", ",")
    for pattern in COMMA_PROOFS
)
COMMA_PROOF = "|".join(COMMA_PROOFS)
DOT_PROOF = "|".join(DOT_PROOFS)
AMBIGUOUS = r"^-?[1-9]\d{0,2}[.,]\d{3}$"
WELL_FORMED: dict[NumberStyle, str] = {
    "comma": r"^-?(\d{1,3}(\.\d{3})+|\d*)(,\d+)?$",
    "dot": r"^-?(\d{1,3}(,\d{3})+|\d*)(\.\d+)?$",
}
PLAIN = r"^-?\d+$"

# Currency words and signs, spaces (also no-break) and the apostrophe some systems use between thousands.
ORNAMENTS = r"(?i)^\s*(COP|PEN|USD|NGN|S/\.?|US\$|\$|₦|€)|[\s\u00a0\u202f']|(COP|PEN|USD|NGN|\$|₦|€)\s*$"
TRAILING_MINUS = r"^([\d.,]+)-$"
PARENTHESES = r"^\(([\d.,]+)\)$"
# As spreadsheets write it; "12E5" without sign is someone's contract number.
SCIENTIFIC = r"^-?\d+([.,]\d+)?[eE]\+\d+$"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many cells of a column prove each style, and how many could be either; `example` is one of the last."""

    comma: int = 0
    dot: int = 0
    ambiguous: int = 0
    example: str = ""


def strip_ornaments(text: str) -> str:
    """`$ 1.234-`, `(1.234)` and `S/ 1.234` without sign words; a minus goes first."""
    bare = re.sub(ORNAMENTS, "", re.sub(ORNAMENTS, "", text))
    bare = re.sub(TRAILING_MINUS, r"-\1", bare)
    return re.sub(PARENTHESES, r"-\1", bare)


def weigh(texts: list[str]) -> Evidence:
    """The evidence in a column's cells; typed numbers prove nothing because they need no style."""
    comma = dot = ambiguous = 0
    example = ""
    for text in texts:
        if text.startswith(MARK):
            continue
        bare = strip_ornaments(text)
        if re.match(COMMA_PROOF, bare):
            comma += 1
        elif re.match(DOT_PROOF, bare):
            dot += 1
        elif re.match(AMBIGUOUS, bare):
            ambiguous += 1
            example = example or text
    return Evidence(comma, dot, ambiguous, example)


@dataclass(frozen=True, slots=True)
class ColumnStyle:
    """`style` None means mixed (each cell must prove itself) when `mixed`, and asked for when `unknown`."""

    style: NumberStyle | None
    mixed: bool = False
    unknown: bool = False
    example: str = ""


def decide_styles(evidence: dict[str, Evidence], *, given: NumberStyle | None = None) -> dict[str, ColumnStyle]:
    """The style of each column from its own evidence, else from the file's; `given` is what the profile says and rules.

    A column with proofs of both is `mixed`. One with only ambiguous cells in a file without any proof is `unknown`.
    """
    comma = sum(1 for seen in evidence.values() if seen.comma and not seen.dot)
    dot = sum(1 for seen in evidence.values() if seen.dot and not seen.comma)
    whole: NumberStyle | None = "comma" if comma and not dot else "dot" if dot and not comma else None
    return {name: _column_style(seen, whole, given) for name, seen in evidence.items()}


def _column_style(seen: Evidence, whole: NumberStyle | None, given: NumberStyle | None) -> ColumnStyle:
    if given:
        return ColumnStyle(given)
    if seen.comma and seen.dot:
        return ColumnStyle(None, mixed=True)
    if seen.comma or seen.dot:
        return ColumnStyle("comma" if seen.comma else "dot")
    if not seen.ambiguous:
        return ColumnStyle(whole or "dot")
    return ColumnStyle(whole, unknown=whole is None, example=seen.example)


class NumberTrouble(ValueError):
    """Why a cell is not a number: its message is the reject code."""


def parse_number(text: str, style: NumberStyle | None) -> Decimal:
    """The exact number in a cell. `style` None: the cell must prove its own style.

    Raises NumberTrouble with the code `number-ambiguous`, `number-scientific` or `number-malformed`.
    """
    if text.startswith(NUMBER):
        return Decimal(text[2:])
    bare = strip_ornaments(shown(text))
    if re.match(PLAIN, bare):
        return Decimal(bare)
    if re.match(SCIENTIFIC, bare):
        raise NumberTrouble("number-scientific")
    own = "comma" if re.match(COMMA_PROOF, bare) else "dot" if re.match(DOT_PROOF, bare) else None
    if style is None:
        if own is None:
            raise NumberTrouble("number-ambiguous" if re.match(AMBIGUOUS, bare) else "number-malformed")
        style = "comma" if own == "comma" else "dot"
    if bare in ("", "-") or not re.match(WELL_FORMED[style], bare):
        raise NumberTrouble("number-other-style" if own and own != style else "number-malformed")
    if style == "comma":
        return Decimal(bare.replace(".", "").replace(",", "."))
    return Decimal(bare.replace(",", ""))


def to_minor(amount: Decimal, exponent: int = 2) -> int:
    """Minor units of `amount`, rounded half up: lenders' systems export more decimals than money has."""
    return int(amount.scaleb(exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))
