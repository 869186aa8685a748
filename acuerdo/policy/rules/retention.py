"""May a person be erased, and if not, until when must what is known of them be kept?

The data law gives no erasure while a duty, legal or of the contract, holds (CO: Ley 1581 de 2012, art. 15; Decreto 1377 de 2013,
art. 9). A debt that is still open has no date; an ended one is kept for the years that the country's books must be.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from acuerdo.kernel.calendar import add_months

TABLE = Path(__file__).resolve().parent.parent / "data" / "retention_terms.toml"


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    country: str
    debt_years: int
    contact_years: int
    citation: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt of the person, or one they answer for, in its creditor's `country`; `ended_on` None while it is open."""

    country: str
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """The last contact for a creditor of `country`."""

    country: str
    on: date


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a person must stay: `code` is open-debt, debt-record or contact-record; `until` the last day, None without a date."""

    code: str
    until: date | None
    citation: str


def reasons_to_keep(debts: Iterable[Debt], contacts: Iterable[Contact], on: date) -> tuple[Kept, ...]:
    """Everything that forbids erasure on `on`, what has no date first, then the longest; empty when nothing does."""
    found = [kept for kept in map(_of_debt, debts) if kept.until is None or kept.until >= on]
    for contact in contacts:
        terms = retention_terms(contact.country)
        until = add_months(contact.on, 12 * terms.contact_years)
        if until >= on:
            found.append(Kept("contact-record", until, terms.citation))
    return tuple(sorted(set(found), key=lambda one: (one.until is not None, -(one.until or date.max).toordinal())))


def _of_debt(debt: Debt) -> Kept:
    terms = retention_terms(debt.country)
    if debt.ended_on is None:
        return Kept("open-debt", None, terms.citation)
    return Kept("debt-record", add_months(debt.ended_on, 12 * terms.debt_years), terms.citation)


def retention_terms(country: str) -> RetentionTerms:
    """The country's own terms, else the product's."""
    rows = _table()
    return rows.get(country, rows["**"])


@lru_cache(maxsize=1)
def _table() -> dict[str, RetentionTerms]:
    read: dict[str, list[dict[str, Any]]] = tomllib.loads(TABLE.read_text("utf-8"))
    return {row["country"]: RetentionTerms(**row) for row in read["terms"]}
