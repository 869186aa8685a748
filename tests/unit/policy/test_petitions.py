"""Clocks and states of petitions, and reports to a bureau, by the law's own examples."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.calendar import business_days_between, is_business_day
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules.bureau import Default, may_report, retention_end, terms_on
from acuerdo.policy.rules.petitions import KINDS, OPEN, STATES, TRANSITIONS, all_terms, next_state, terms_of

# country, kind, received, due, due when extended
CLOCKS = [
    ("CO", "access", date(2026, 7, 3), date(2026, 7, 21), date(2026, 7, 28)),  # over 13 and 20 July, holidays
    ("CO", "correction", date(2026, 7, 3), date(2026, 7, 28), date(2026, 8, 10)),  # 7 August is one too
    ("CO", "deletion", date(2026, 12, 24), date(2027, 1, 19), date(2027, 1, 29)),  # over 25 Dec, 1 and 11 Jan
    ("PE", "complaint", date(2026, 7, 3), date(2026, 7, 27), date(2026, 7, 27)),  # over 23 July; not extendable
    ("EC", "access", date(2026, 7, 3), date(2026, 7, 18), date(2026, 7, 18)),  # calendar days
    ("CL", "complaint", date(2026, 7, 3), date(2026, 7, 21), date(2026, 7, 21)),
    (
        "MX",
        "access",
        date(2026, 7, 3),
        date(2026, 7, 24),
        date(2026, 7, 24),
    ),  # the product's term, on Mexico's calendar
]


@pytest.mark.parametrize(("country", "kind", "received", "due", "extended"), CLOCKS)
def test_clocks(country: str, kind: str, received: date, due: date, extended: date) -> None:
    terms = terms_of(country, kind)
    assert (terms.due_on(received), terms.due_on(received, is_extended=True)) == (due, extended)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.sampled_from(["CO", "PE"]), st.sampled_from(KINDS))
def test_the_last_day_is_a_business_day_so_many_after(received: date, country: str, kind: str) -> None:
    terms = terms_of(country, kind)
    due = terms.due_on(received)
    assert is_business_day(due, country)
    assert business_days_between(received, due, country) == terms.business_days


def test_steps_of_a_colombian_claim() -> None:
    terms = terms_of("CO", "correction")
    friday = date(2026, 7, 3)
    assert terms.step_on(friday, terms.legend_within) == date(2026, 7, 7)
    assert terms.step_on(friday, terms.complete_within) == date(2026, 7, 10)
    assert terms.abandoned_on(date(2026, 12, 31)) == date(2027, 2, 28)
    assert terms_of("PE", "access").step_on(friday, 0) is None


def test_every_row_names_its_source_and_states_are_a_closed_table() -> None:
    assert all(row.citation and row.confidence for row in all_terms())
    assert all(bool(row.business_days) != bool(row.calendar_days) for row in all_terms())
    assert set(TRANSITIONS) == set(STATES)
    assert {after for row in TRANSITIONS.values() for after in row.values()} <= set(STATES)
    assert {state for state, row in TRANSITIONS.items() if row} == OPEN


def test_a_step_out_of_place_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        next_state("answered", "answer")
    assert refused.value.code == "petition-wrong-state"


SINCE = date(2026, 1, 10)
LARGE, SMALL = Decimal(5_000_000), Decimal("262635.75")  # 15 % of 1,750,905, to the cent
# notices, balance, day asked, other facts, verdict, reasons, from
REPORTS = [
    ((date(2026, 3, 1),), LARGE, date(2026, 3, 20), {}, "deny", ("notice-too-recent",), date(2026, 3, 21)),
    ((date(2026, 3, 1),), LARGE, date(2026, 3, 21), {}, "allow", (), date(2026, 3, 21)),
    ((date(2026, 3, 1),), SMALL, date(2026, 3, 21), {}, "deny", ("second-notice-missing",), None),
    ((date(2026, 3, 1),), SMALL + 1, date(2026, 3, 21), {}, "allow", (), date(2026, 3, 21)),
    ((date(2026, 3, 1), date(2026, 3, 1)), SMALL, date(2026, 3, 21), {}, "deny", ("second-notice-missing",), None),
    ((date(2026, 3, 1), date(2026, 3, 2)), SMALL, date(2026, 3, 22), {}, "allow", (), date(2026, 3, 22)),
    ((), LARGE, date(2026, 3, 21), {}, "deny", ("notice-missing",), None),
    ((date(2026, 3, 1),), LARGE, date(2026, 4, 1), {"is_authorised": False}, "deny", ("not-authorised",), None),
    ((date(2026, 3, 1),), LARGE, date(2026, 4, 1), {"is_disputed": True}, "deny", ("disputed",), None),
    ((date(2026, 3, 1),), Decimal(0), date(2026, 4, 1), {}, "deny", ("not-in-default",), None),
    # eighteen months after the default, both for the notice and for the report; no wage of 2027 is known
    ((date(2026, 3, 1),), LARGE, date(2027, 7, 11), {}, "refuse", ("wage-missing",), None),
    ((date(2026, 3, 1),), LARGE, date(2026, 3, 21), {"country": "PE"}, "refuse", ("terms-missing",), None),
]


@pytest.mark.parametrize(("notices", "balance", "on", "facts", "verdict", "reasons", "from_on"), REPORTS)
def test_reports_to_a_bureau(  # noqa: PLR0917 - a row of the table
    notices: tuple[date, ...], balance: Decimal, on: date, facts: dict[str, object], verdict: str,
    reasons: tuple[str, ...], from_on: date | None,
) -> None:  # fmt: skip
    given = {"country": "CO", "arrears_since": SINCE, "balance": balance, "notices": notices, "is_authorised": True}
    told = may_report(Default(**given | facts), on)  # type: ignore[arg-type]
    assert (told.verdict, told.reasons, told.from_on) == (verdict, reasons, from_on)


def test_too_late_to_report() -> None:
    old = Default("CO", date(2024, 6, 1), LARGE, (date(2025, 11, 1),), is_authorised=True)
    assert may_report(old, date(2025, 12, 1)).verdict == "allow"
    told = may_report(old, date(2025, 12, 2))
    assert (told.verdict, told.reasons, told.from_on, told.until_on) == (
        "deny", ("too-late",), None, date(2025, 12, 1),
    )  # fmt: skip


@given(st.integers(1, 4000))
def test_a_report_never_stands_longer_than_the_law(arrears: int) -> None:
    paid = SINCE + timedelta(days=arrears)
    end = retention_end("CO", SINCE, paid)
    assert end is not None
    assert end <= paid + timedelta(days=2 * arrears)
    assert end <= date(paid.year + 4, paid.month, min(paid.day, 28)) + timedelta(days=3)
    assert end <= date(2034, 1, 10)
    assert retention_end("CO", SINCE, None) == date(2034, 1, 10)


def test_a_country_without_terms() -> None:
    assert retention_end("MX", SINCE, None) is None
    assert terms_on("MX", SINCE) is None
