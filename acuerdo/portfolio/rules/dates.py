"""How a date is written: day first or month first is decided by evidence over the column, then the file, never guessed.

A part above 12 proves which part is the day. ISO dates, month names, workbook dates and serials need no proof.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from acuerdo.portfolio.rules.cells import DATE, MARK, NUMBER, shown

DateOrder = Literal["dmy", "mdy"]

SLASHED = r"^(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4}|\d{2})(?:[ T,].*)?$"
ISO = r"^(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})(?:[ T].*)?$"
COMPACT = r"^(19|20)(\d{2})(\d{2})(\d{2})$"
NAMED = r"^(\d{1,2})[/\-. ]+(?:de )?([a-záéíóú]{3,10})\.?[/\-. ]+(?:de )?(\d{4}|\d{2})(?:[ T].*)?$"
MONTH_YEAR = r"^([a-záéíóú]{3,10})\.?[/\-. ]+(\d{4})$"
SERIAL = r"^\d{5}(\.\d+)?$"
EMPTY_DATES = frozenset(
    {"0", "00000000", "00/00/0000", "0000-00-00", "0/0/0000", "00/01/1900", "1900-01-00", "01/01/0001", "0001-01-01"}
)

_MONTHS = {
    name[:3]: number
    for number, names in enumerate(
        [
            ("ene", "jan"),
            ("feb",),
            ("mar",),
            ("abr", "apr"),
            ("may",),
            ("jun",),
            ("jul",),
            ("ago", "aug"),
            ("sep", "set"),
            ("oct",),
            ("nov",),
            ("dic", "dec"),
        ],
        start=1,
    )
    for name in names
}
# Excel's day 1 is 1900-01-01 and it believes in a 29 February 1900; counting from here is right after that day.
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # 1954 to 2119: anything else is an amount or a year, not a date


@dataclass(frozen=True, slots=True)
class Evidence:
    """Cells that prove day first, cells that prove month first, and cells that could be either."""

    dmy: int = 0
    mdy: int = 0
    ambiguous: int = 0
    example: str = ""


def weigh(texts: list[str]) -> Evidence:
    """The evidence in the cells of one column."""
    dmy = mdy = ambiguous = 0
    example = ""
    for text in texts:
        found = re.match(SLASHED, text)
        if not found:
            continue
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            dmy += 1
        elif second > 12 >= first:
            mdy += 1
        elif first != second and first <= 12:
            ambiguous += 1
            example = example or text
    return Evidence(dmy, mdy, ambiguous, example)


@dataclass(frozen=True, slots=True)
class ColumnOrder:
    """`order` None with `mixed`: each cell must prove itself; with `unknown`: the person is asked."""

    order: DateOrder | None
    mixed: bool = False
    unknown: bool = False
    example: str = ""


def decide_orders(evidence: dict[str, Evidence], *, given: DateOrder | None = None) -> dict[str, ColumnOrder]:
    """The order of each date column by its own evidence, else the file's; `given` (the profile's) rules over both."""
    dmy = sum(1 for seen in evidence.values() if seen.dmy and not seen.mdy)
    mdy = sum(1 for seen in evidence.values() if seen.mdy and not seen.dmy)
    whole: DateOrder | None = "dmy" if dmy and not mdy else "mdy" if mdy and not dmy else None
    return {name: _column_order(seen, whole, given) for name, seen in evidence.items()}


def _column_order(seen: Evidence, whole: DateOrder | None, given: DateOrder | None) -> ColumnOrder:
    if given:
        return ColumnOrder(given)
    if seen.dmy and seen.mdy:
        return ColumnOrder(None, mixed=True)
    if seen.dmy or seen.mdy:
        return ColumnOrder("dmy" if seen.dmy else "mdy")
    if not seen.ambiguous:
        return ColumnOrder(whole or "dmy")
    return ColumnOrder(whole, unknown=whole is None, example=seen.example)


class DateTrouble(ValueError):
    """Why a cell is not a date: its message is the reject code."""


def parse_date(text: str, order: DateOrder | None, *, today: date) -> date | None:
    """The date in a cell, None for the usual empty dates (00/00/0000). Two-digit years end 20 years after `today`.

    Raises DateTrouble with `date-impossible` (31 February), `date-ambiguous` or `date-malformed`.
    """
    bare = shown(text).strip().casefold()
    if bare in EMPTY_DATES:
        return None
    if text.startswith(NUMBER) or re.match(SERIAL, bare):
        return _compact(bare) if re.match(COMPACT, bare) else _serial(bare)
    for pattern, reader in ((ISO, _iso), (COMPACT, _compact_match)):
        if found := re.match(pattern, bare):
            return reader(found)
    if found := re.match(NAMED, bare):
        return _made(_year(found[3], today), _month(found[2]), int(found[1]))
    if found := re.match(MONTH_YEAR, bare):
        return _made(int(found[2]), _month(found[1]), 1)
    if found := re.match(SLASHED, bare):
        return _slashed(found, order, today)
    if text.startswith(MARK + DATE[1:]):
        return date.fromisoformat(bare[:10])
    raise DateTrouble("date-malformed")


def _iso(found: re.Match[str]) -> date:
    return _made(int(found[1]), int(found[2]), int(found[3]))


def _compact_match(found: re.Match[str]) -> date:
    return _made(int(found[1] + found[2]), int(found[3]), int(found[4]))


def _compact(bare: str) -> date:
    return _made(int(bare[:4]), int(bare[4:6]), int(bare[6:8]))


def _slashed(found: re.Match[str], order: DateOrder | None, today: date) -> date:
    first, second, year = int(found[1]), int(found[2]), _year(found[3], today)
    if order is None:
        if first <= 12 and second <= 12 and first != second:
            raise DateTrouble("date-ambiguous")
        order = "mdy" if second > 12 else "dmy"
    day, month = (first, second) if order == "dmy" else (second, first)
    if month > 12 and day <= 12:
        raise DateTrouble("date-other-order")
    return _made(year, month, day)


def _serial(bare: str) -> date:
    days = int(float(bare))
    if days not in _SERIALS:
        raise DateTrouble("date-malformed")
    return _SERIAL_ZERO + timedelta(days=days)


def _month(name: str) -> int:
    try:
        return _MONTHS[name[:3]]
    except KeyError:
        raise DateTrouble("date-malformed") from None


def _year(text: str, today: date) -> int:
    if len(text) == 4:
        return int(text)
    century = today.year - today.year % 100
    year = century + int(text)
    return year if year <= today.year + 20 else year - 100


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateTrouble("date-impossible") from None
