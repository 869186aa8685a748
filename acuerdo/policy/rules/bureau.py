"""May a default be reported to a credit bureau, from when, and how long may the report stand?

CO (Ley 1266 de 2008, arts. 12 and 13; Ley 2157 de 2021): with the person's authorisation; twenty calendar days after a notice;
for a debt up to 15 % of the month's minimum wage two notices on different days, twenty days after the last; within eighteen
months of the default (applied to notice and report alike, the stricter reading); not while it is paid or disputed. A negative
report stands for twice the arrears and at most four years from the payment, and in no case longer than eight years from the
default.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from acuerdo.kernel.calendar import add_months

TABLE = Path(__file__).resolve().parent.parent / "data" / "bureau_terms.toml"

# Where a default stands on its way to a bureau, in the order of the way.
STATES = ("due", "sent", "waiting", "ready", "blocked", "expired", "reported", "withdrawn")
# What each reason says to a person; the date is added where waiting helps.
WORDS = {
    "not-authorised": "falta la autorización de la persona para reportar",
    "disputed": "la deuda está en disputa",
    "too-late": "pasó el último día posible para reportar esta mora",
    "notice-missing": "falta el aviso previo",
    "second-notice-missing": "falta el segundo aviso, en otro día, porque la deuda es pequeña",
    "notice-too-recent": "el aviso es muy reciente",
    "not-in-default": "no está en mora",
    "terms-missing": "no hay plazos cargados para este país",
    "wage-missing": "falta el salario mínimo de esta fecha",
}


@dataclass(frozen=True, slots=True)
class BureauTerms:
    country: str
    effective_from: date
    notice_days: int
    small_share: Decimal
    small_notices: int
    months_max: int
    retention_multiple: int
    retention_years_max: int
    expiry_years: int
    citation: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Wage:
    """The monthly minimum wage in the country's currency, from `effective_from` to `effective_to`, both included."""

    country: str
    effective_from: date
    effective_to: date
    monthly: Decimal
    citation: str

    def covers(self, on: date) -> bool:
        return self.effective_from <= on <= self.effective_to


@dataclass(frozen=True, slots=True)
class Default:
    """What decides. `balance` in the currency's main unit; `notices` are the days on which one was sent."""

    country: str
    arrears_since: date | None
    balance: Decimal
    notices: tuple[date, ...] = ()
    is_authorised: bool = False
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """`verdict` is allow, deny or refuse (a value is missing). `reasons` are codes, all that hold, in a fixed order;
    `from_on` the first day on which waiting alone would allow it, None when it would not; `until_on` the last possible day;
    `is_out_of_time`: the term of the last notice ends after that day, so that no wait leads there."""

    verdict: str
    reasons: tuple[str, ...]
    from_on: date | None
    until_on: date | None
    notices_needed: int
    citation: str
    is_out_of_time: bool = False


def may_report(default: Default, on: date) -> BureauAnswer:
    """Whether the default may be reported on `on`. A country without terms: refused, whatever else."""
    terms = terms_on(default.country, on)
    if terms is None:
        return BureauAnswer("refuse", ("terms-missing",), None, None, 0, "")
    if default.arrears_since is None or default.balance <= 0:
        return BureauAnswer("deny", ("not-in-default",), None, None, 0, terms.citation)
    until = add_months(default.arrears_since, terms.months_max)
    needed = notices_needed(terms, default.balance, on)
    if needed is None:
        return BureauAnswer("refuse", ("wage-missing",), None, until, 0, terms.citation)
    told = sorted({day for day in default.notices if default.arrears_since <= day <= min(on, until)})
    from_on = told[-1] + timedelta(days=terms.notice_days) if len(told) >= needed else None
    reasons = tuple(_reasons(default, on, told, needed, from_on, until))
    waits = not reasons or reasons == ("notice-too-recent",)
    late = from_on is not None and from_on > until
    return BureauAnswer(
        "deny" if reasons else "allow",
        reasons,
        from_on if waits and not late else None,
        until,
        needed,
        terms.citation,
        late,
    )


def _reasons(
    default: Default, on: date, told: list[date], needed: int, from_on: date | None, until: date
) -> Iterable[str]:
    if not default.is_authorised:
        yield "not-authorised"
    if default.is_disputed:
        yield "disputed"
    if on > until:
        yield "too-late"
    if len(told) < needed:
        yield "second-notice-missing" if told else "notice-missing"
    elif from_on is not None and on < from_on:
        yield "notice-too-recent"


def state_of(answer: BureauAnswer, *, is_reported: bool = False, is_withdrawn: bool = False) -> str:
    """One of STATES for a default with this answer. `is_withdrawn`: a report was withdrawn and no notice sent since."""
    if is_reported or is_withdrawn:
        return "reported" if is_reported else "withdrawn"
    if answer.verdict == "allow":
        return "ready"
    reasons = set(answer.reasons)
    if answer.verdict == "refuse" or "not-in-default" in reasons:
        return "blocked"
    if "too-late" in reasons or answer.is_out_of_time:
        return "expired"
    for reason, state in (
        ("notice-missing", "due"),
        ("second-notice-missing", "sent"),
        ("notice-too-recent", "waiting"),
    ):
        if reason in reasons:
            return state
    return "blocked"


def say_refusal(answer: BureauAnswer) -> str:
    """Why it may not be reported, and from when it may where waiting helps, as one Spanish sentence."""
    said = f"Todavía no se puede reportar: {'; '.join(WORDS[code] for code in answer.reasons)}."
    return f"{said} Se podrá desde el {answer.from_on:%d/%m/%Y}." if answer.from_on else said


def small_limit(terms: BureauTerms, on: date) -> Decimal | None:
    """The largest balance, in the main unit, that is a small debt on that date; None without a minimum wage."""
    wage = next((one for one in wages() if one.country == terms.country and one.covers(on)), None)
    return None if wage is None else terms.small_share * wage.monthly


def notices_needed(terms: BureauTerms, balance: Decimal, on: date) -> int | None:
    """One, or more for a small debt; None where the minimum wage of that date is not in the table."""
    limit = small_limit(terms, on)
    if limit is None:
        return None
    return terms.small_notices if balance <= limit else 1


def retention_end(country: str, arrears_since: date, paid_on: date | None) -> date | None:
    """The last day on which a negative report may stand; None without terms for the country.

    min(paid + min(2 × arrears, 4 years), start + 8 years); unpaid, eight years from the start.
    """
    terms = terms_on(country, paid_on or arrears_since)
    if terms is None:
        return None
    expiry = add_months(arrears_since, 12 * terms.expiry_years)
    if paid_on is None:
        return expiry
    doubled = paid_on + terms.retention_multiple * (paid_on - arrears_since)
    return min(doubled, add_months(paid_on, 12 * terms.retention_years_max), expiry)


def terms_on(country: str, on: date) -> BureauTerms | None:
    """The terms in force; those that began before the table does hold for earlier dates too."""
    rows = [row for row in _table()[0] if row.country == country]
    found = [row for row in rows if row.effective_from <= on]
    return max(found or rows, key=lambda row: row.effective_from, default=None)


def reporting_countries() -> tuple[str, ...]:
    """The countries whose terms are known, in order."""
    return tuple(sorted({row.country for row in _table()[0]}))


def wages() -> tuple[Wage, ...]:
    return _table()[1]


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[BureauTerms, ...], tuple[Wage, ...]]:
    read: dict[str, list[dict[str, Any]]] = tomllib.loads(TABLE.read_text("utf-8"))
    terms = tuple(BureauTerms(**{**row, "small_share": Decimal(row["small_share"])}) for row in read["terms"])
    return terms, tuple(Wage(**{**row, "monthly": Decimal(row["monthly"])}) for row in read["wages"])
