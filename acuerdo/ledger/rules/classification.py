"""Regulators' classes of an obligation by its days past due, read from data with citations.

A table belongs to a country and a kind of credit and holds from a date on. Tables marked C (unconfirmed) are inactive until
the installation confirms them; then `confirmed` names them. An unknown kind has no class: none is ever guessed. The days
give the best class possible: a lender may classify worse on other grounds, never better.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.kinds import kind_key

UNCONFIRMED = "C"
CONFIDENCES = ("A", "Bq", "Bm", "Bs", UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class ClassTable:
    """One regulator's table. `classes` are (code, first day past due), from the best on; `key` is `co/consumo/1995-01-01`."""

    country: str
    kind: str
    from_on: date
    citation: str
    confidence: str
    classes: tuple[tuple[str, int], ...]

    @property
    def key(self) -> str:
        return f"{self.country}/{self.kind}/{self.from_on}"

    def class_of(self, days_past_due: int) -> str:
        """The class of a number of days past due (0 when current)."""
        return next(code for code, first in reversed(self.classes) if first <= max(days_past_due, 0))


@dataclass(frozen=True, slots=True)
class RegulatoryClass:
    """A class with the table it was read from."""

    code: str
    table: ClassTable


def class_of(
    country: str,
    kind: str,
    days_past_due: int,
    on: date,
    *,
    tables: Sequence[ClassTable] | None = None,
    confirmed: Collection[str] = (),
) -> RegulatoryClass | None:
    """The class in force on a date, None where no active table covers the kind of credit.

    `country` is the ISO code in any case, `kind` as a lender writes it («Crédito de consumo»), `confirmed` the keys of
    unconfirmed tables that this installation has confirmed.
    """
    table = table_for(country, kind, on, tables=tables)
    if table is None or (table.confidence == UNCONFIRMED and table.key not in confirmed):
        return None
    return RegulatoryClass(table.class_of(days_past_due), table)


def table_for(country: str, kind: str, on: date, *, tables: Sequence[ClassTable] | None = None) -> ClassTable | None:
    """The newest table of the kind that is in force on the date, active or not."""
    wanted = kind_key(kind)
    found = [
        table
        for table in (shipped_tables() if tables is None else tables)
        if table.country == country.lower() and table.kind == wanted and table.from_on <= on
    ]
    return max(found, key=lambda table: table.from_on, default=None)


def read_tables(document: Mapping[str, Any]) -> list[ClassTable]:
    """Tables of one country's document; refuses `bad-classification` for wrong marks, gaps at zero and classes out of order."""
    country = str(document["country"])
    return [_table(country, row) for row in document["tables"]]


@lru_cache(maxsize=1)
def shipped_tables() -> tuple[ClassTable, ...]:
    """Every table that ships with the product, active or not."""
    return tuple(table for name in ("co.yaml", "pe.yaml") for table in read_tables(_document(name)))


def _table(country: str, row: Mapping[str, Any]) -> ClassTable:
    classes = tuple((str(one["code"]), int(one["from_days"])) for one in row["classes"])
    rises = all(before[1] < after[1] for before, after in pairwise(classes))
    if row["confidence"] not in CONFIDENCES or not row["citation"] or not classes or classes[0][1] != 0 or not rises:
        raise Refusal("bad-classification", f"La tabla de clasificación {country}/{row['kind']} no es válida.")
    return ClassTable(country, str(row["kind"]), row["from"], str(row["citation"]), str(row["confidence"]), classes)


def _document(name: str) -> Any:
    text = resources.files("acuerdo.ledger").joinpath("data", "classification", name).read_text(encoding="utf-8")
    return yaml.safe_load(text)
