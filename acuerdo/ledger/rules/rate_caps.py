"""Certified caps of interest: dated rows by country and modality, each with its citation and how sure we are of it.

A day without a certified cap refuses: neither last month's value nor a recomputed one stands in (reference: C.Co. art. 884;
Superintendencia Financiera certifies each month). Rows marked C ship inactive and count only once a lender confirms them.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from acuerdo.kernel.errors import Refusal

type Confidence = Literal["A", "Bq", "Bm", "Bs", "C"]


@dataclass(frozen=True, slots=True)
class RateCap:
    """The cap, as an effective annual fraction, of every day from `from_on` to `to_on`, both included."""

    from_on: date
    to_on: date
    annual: Decimal
    citation: str = ""
    confidence: Confidence = "A"


@dataclass(frozen=True, slots=True)
class CapTable:
    """The caps of one modality (`co/consumo_y_ordinario`), ordered by date, without overlaps."""

    key: str
    rows: tuple[RateCap, ...]

    def on(self, day: date) -> RateCap | None:
        """The row in force that day, or None."""
        index = bisect_right([row.from_on for row in self.rows], day) - 1
        return self.rows[index] if index >= 0 and self.rows[index].to_on >= day else None

    def require(self, day: date) -> RateCap:
        """The row in force that day; refuses `rate-cap-missing` and names the month."""
        found = self.on(day)
        if found is None:
            raise missing_cap(self.key, day)
        return found

    def spans(self, first: date, last: date) -> list[tuple[date, date, RateCap | None]]:
        """Splits [first, last] into spans with one row each; None where no cap is certified."""
        spans: list[tuple[date, date, RateCap | None]] = []
        for row in self.rows:
            if row.to_on < first or row.from_on > last:
                continue
            start, end = max(row.from_on, first), min(row.to_on, last)
            if start > first:
                spans.append((first, start - timedelta(days=1), None))
            spans.append((start, end, row))
            first = end + timedelta(days=1)
        if first <= last:
            spans.append((first, last, None))
        return spans


type CapTables = Mapping[str, CapTable]


def missing_cap(key: str, day: date) -> Refusal:
    """The refusal of a day without certified cap; its message names the month."""
    message = (
        f"Falta la tasa máxima certificada de {day:%Y-%m} para {key}. Cárguela antes de liquidar intereses de mora."
    )
    return Refusal("rate-cap-missing", message)


def cap_table(key: str, rows: Iterable[RateCap]) -> CapTable:
    """Orders the rows; refuses `bad-rate-cap` for reversed dates, overlaps and rates that are no fraction."""
    ordered = tuple(sorted(rows, key=lambda row: row.from_on))
    for row in ordered:
        if row.to_on < row.from_on or not 0 < row.annual < 10:
            raise Refusal("bad-rate-cap", f"La tasa máxima de {row.from_on:%Y-%m} para {key} no es válida.")
    for before, after in pairwise(ordered):
        if after.from_on <= before.to_on:
            raise Refusal("bad-rate-cap", f"Dos tasas máximas de {key} cubren el {after.from_on}.")
    return CapTable(key, ordered)


def read_caps(lines: Iterable[str], *, include_unconfirmed: bool = False) -> dict[str, CapTable]:
    """Tables from CSV lines: key, from, to, annual_percent, ibc_percent, confidence, citation. C rows stay out unless asked for."""
    rows: dict[str, list[RateCap]] = {}
    for record in csv.DictReader(line for line in lines if not line.startswith("#")):
        confidence = record["confidence"]
        if confidence == "C" and not include_unconfirmed:
            continue
        cap = RateCap(
            from_on=date.fromisoformat(record["from"]),
            to_on=date.fromisoformat(record["to"]),
            annual=Decimal(record["annual_percent"]) / 100,
            citation=record["citation"],
            confidence=confidence,  # type: ignore[arg-type]  # the shipped file holds only the marks of the type
        )
        rows.setdefault(record["key"], []).append(cap)
    return {key: cap_table(key, caps) for key, caps in rows.items()}


@lru_cache(maxsize=2)
def shipped_caps(*, include_unconfirmed: bool = False) -> dict[str, CapTable]:
    """The tables that ship with the product, all countries."""
    tables: dict[str, CapTable] = {}
    folder = resources.files("acuerdo.ledger").joinpath("data", "rate_caps")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".csv"):
            tables |= read_caps(file.read_text(encoding="utf-8").splitlines(), include_unconfirmed=include_unconfirmed)
    return tables
