"""A registry of excluded numbers as its keeper hands it out: CSV with a number or address a row, and the date it was registered.

The columns are found by name, in any order; a file without a heading is read as number, date. Dates YYYY-MM-DD or DD/MM/YYYY.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.phone import parse_phone
from acuerdo.kernel.text import search_key

VALUE_WORDS = ("NUMERO", "TELEFONO", "CELULAR", "LINEA", "NUMBER", "PHONE", "CORREO", "EMAIL")
DATE_WORDS = ("FECHA", "REGISTRO", "DATE")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Registration:
    """`value` is E.164 or a lower-case address."""

    value: str
    registered_on: date


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """What the file says, each value once, and the rows that cannot be read: (row, code)."""

    registrations: tuple[Registration, ...]
    rejected: tuple[tuple[int, str], ...]


def read_registry(text: str, *, country: str, today: date, file: str) -> RegistryFile:
    """A row without a date counts as registered `today`: it binds later than it may, never earlier than it must, so load often.

    Refuses `registry-empty`; a row that cannot be read never stops the others.
    """
    rows = [
        row for row in csv.reader(io.StringIO(text), delimiter=_separator(text)) if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise Refusal("registry-empty", "El archivo del registro no trae números.", Place(file))
    value_at, date_at, has_heading = _columns(rows[0])
    found: dict[str, date] = {}
    rejected: list[tuple[int, str]] = []
    for number, row in enumerate(rows[1:] if has_heading else rows, start=2 if has_heading else 1):
        value = _value(row[value_at] if value_at < len(row) else "", country)
        registered_on = _date(row[date_at] if date_at is not None and date_at < len(row) else "", today)
        if value is None or registered_on is None:
            rejected.append((number, "registry-number" if value is None else "registry-date"))
        else:
            found[value] = min(found.get(value, registered_on), registered_on)
    return RegistryFile(tuple(Registration(value, on) for value, on in found.items()), tuple(rejected))


def _separator(text: str) -> str:
    first = next(iter(text.splitlines()), "")
    return max(";\t|,", key=first.count)


def _columns(row: list[str]) -> tuple[int, int | None, bool]:
    names = [search_key(cell) for cell in row]
    values, dates = list(_named(names, VALUE_WORDS)), list(_named(names, DATE_WORDS))
    if values:
        return values[0], next((place for place in dates if place != values[0]), None), True
    return 0, 1 if len(row) > 1 else None, False


def _named(names: list[str], words: tuple[str, ...]) -> Iterator[int]:
    yield from (place for place, name in enumerate(names) if any(word in name for word in words))


def _value(cell: str, country: str) -> str | None:
    text = cell.strip()
    if EMAIL.fullmatch(text):
        return text.lower()
    return parse_phone(text, country).e164 or None


def _date(cell: str, today: date) -> date | None:
    """None for what is no date, or lies in the future."""
    text = cell.strip()[:10]
    if not text:
        return today
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        return found if found <= today else None
    return None
