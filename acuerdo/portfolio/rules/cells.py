"""What one cell of a file is, once every reader has turned it into text.

A workbook knows that a cell is a number or a date; a CSV does not. Readers keep that knowledge in the text itself with
a mark that cannot be typed: UNIT SEPARATOR and one letter. `n` a number written with a decimal point, `d` an ISO date,
`f` a formula without a stored result, `e` an error such as #N/A, `t` a text typed as text. Text without mark is text.
"""

import math
from datetime import date, datetime, time
from decimal import Decimal

MARK = "\x1f"
NUMBER, DATE, FORMULA, ERROR = MARK + "n", MARK + "d", MARK + "f", MARK + "e"

NULL_TEXTS = frozenset(
    {
        "",
        "-",
        "--",
        "n/a",
        "na",
        "n.a.",
        "nd",
        "n/d",
        "null",
        "none",
        "nan",
        "nulo",
        "sin dato",
        "sin datos",
        "no aplica",
        "no registra",
        "s/d",
        "#n/d",
    }
)
ERROR_TEXTS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#¡REF!", "#¡VALOR!", "#¡DIV/0!", "#¿NOMBRE?"}
)


def to_text(value: object) -> str:
    """The marked text of a typed cell of a workbook or a Parquet column; "" for nothing."""
    match value:
        case None:
            return ""
        case str():
            return ERROR + value if value in ERROR_TEXTS else value.strip()
        case bool():
            return "1" if value else "0"
        case int():
            return f"{NUMBER}{value}"
        case float():
            return _float_text(value)
        case Decimal():
            return f"{NUMBER}{value:f}"
        case date():
            return DATE + _date_text(value)
        case _:
            return str(value)


def _date_text(value: date) -> str:
    if isinstance(value, datetime) and value.time() != time():
        return f"{value.date().isoformat()} {value.time().isoformat()}"
    return value.isoformat()[:10]


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < 1e16:
        return f"{NUMBER}{int(value)}"
    # repr is the shortest text that gives the same float back, so 71.4 stays 71.4 and not 71.400000000000006.
    return f"{NUMBER}{Decimal(repr(value)):f}"


def shown(text: str) -> str:
    """The cell as a person would see it, for messages and for the rejects file."""
    return text[2:] if text.startswith(MARK) else text


def is_null(text: str) -> bool:
    """Whether the cell says nothing: empty or one of the usual words for nothing."""
    return text.casefold() in NULL_TEXTS
