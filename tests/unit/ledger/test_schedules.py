"""Schedules and due dates: what the terms say, to the minor unit, and the terms that cannot be."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.answers import answer_schedule
from acuerdo.ledger.rules.due_dates import due_dates, parse_frequency
from acuerdo.ledger.rules.schedules import build_schedule, effective_rate
from acuerdo.ledger.rules.terms import Instalment, ScheduleTerms

TERMS = ScheduleTerms(
    currency="COP", principal_minor=1_000_000_00, disbursed_on=date(2026, 1, 5), first_due_on=date(2026, 2, 5), instalments=3,
    frequency=parse_frequency("monthly"), method="french", rate=Rate("periodic", Decimal("0.02")),
)  # fmt: skip


def parts(terms: ScheduleTerms) -> list[tuple[int, int]]:
    return [(row.principal_minor, row.contract_interest_minor) for row in build_schedule(terms)]


def test_the_french_method_levels_the_instalment_and_the_last_takes_the_remainder() -> None:
    # 1,000,000 × 0.02 / (1 − 1.02⁻³) = 346,754.67
    assert parts(TERMS) == [(32675467, 2000000), (33328976, 1346491), (33995557, 679911)]


def test_the_german_method_levels_the_principal() -> None:
    assert parts(replace(TERMS, method="german")) == [(33333333, 2000000), (33333333, 1333333), (33333334, 666667)]


def test_bullet_pays_interest_and_at_the_end_the_principal() -> None:
    assert parts(replace(TERMS, method="bullet")) == [(0, 2000000), (0, 2000000), (100000000, 2000000)]


def test_a_balloon_waits_for_the_last_instalment() -> None:
    rows = build_schedule(replace(TERMS, balloon_minor=500_000_00))
    # half the loan levels, the other half bears interest until the end
    assert [row.total_minor for row in rows[:2]] == [18337734, 18337734]
    assert rows[-1].principal_minor == 50_000_000 + 16997777
    assert [row.principal_minor for row in build_schedule(replace(TERMS, method="german", balloon_minor=40_000_000))] == [
        20_000_000, 20_000_000, 60_000_000,
    ]  # fmt: skip


def test_grace_pays_interest_alone() -> None:
    rows = build_schedule(replace(TERMS, instalments=4, grace_instalments=1))
    assert (rows[0].principal_minor, rows[0].contract_interest_minor) == (0, 2000000)
    assert [row.principal_minor for row in rows[1:]] == [32675467, 33328976, 33995557]


def test_an_agreed_payment_leaves_the_difference_to_the_last_one() -> None:
    assert parts(replace(TERMS, payment_minor=350_000_00)) == [
        (33000000, 2000000),
        (33660000, 1340000),
        (33340000, 666800),
    ]
    with pytest.raises(Refusal) as refusal:
        build_schedule(replace(TERMS, payment_minor=1_999_999))
    assert refusal.value.code == "payment-below-interest"


def test_rounds_to_the_unit_agreed() -> None:
    rows = build_schedule(replace(TERMS, unit_minor=100))
    assert [row.total_minor for row in rows] == [34675500, 34675500, 34675500 - 100]
    assert sum(row.principal_minor for row in rows) == TERMS.principal_minor


def test_half_even_and_half_up_differ_on_the_half() -> None:
    base = replace(TERMS, principal_minor=25, rate=Rate("periodic", Decimal("0.1")), method="bullet", instalments=1)
    assert parts(replace(base, rounding="half_up")) == [(25, 3)]
    assert parts(replace(base, rounding="half_even")) == [(25, 2)]


@pytest.mark.parametrize(
    ("day_count", "first_due_on", "kind", "interest"),
    [
        ("30/360", date(2026, 2, 5), "periodic", "20000.00"),  # a regular month bears the periodic rate
        ("30/360", date(2026, 2, 20), "periodic", "30000.00"),  # 45 days, proportional: 0.24 × 45 / 360
        ("actual/360", date(2026, 2, 5), "periodic", "20666.67"),  # 31 days
        ("actual/365", date(2026, 2, 5), "periodic", "20383.56"),
        ("actual/actual", date(2026, 2, 5), "periodic", "20383.56"),
        ("actual/365", date(2026, 2, 5), "effective_annual", "18437.65"),  # 1.24^(31/365) − 1, compounded
    ],
)
def test_irregular_periods_follow_the_days(day_count: Any, first_due_on: date, kind: Any, interest: str) -> None:
    rate = Rate(kind, Decimal("0.24") if kind == "effective_annual" else Decimal("0.02"))
    terms = replace(TERMS, method="bullet", instalments=1, first_due_on=first_due_on, day_count=day_count, rate=rate)
    assert build_schedule(terms)[0].contract_interest_minor == int(Decimal(interest) * 100)


def test_a_long_loan_counted_by_days_never_pays_principal_back_to_the_lender() -> None:
    rate = Rate("effective_annual", Decimal("0.24"))
    rows = build_schedule(replace(TERMS, instalments=360, day_count="actual/365", rate=rate))
    assert min(row.principal_minor for row in rows) == 0
    assert sum(row.principal_minor for row in rows) == TERMS.principal_minor


def test_zero_rate_and_single_instalment() -> None:
    assert parts(replace(TERMS, rate=Rate("periodic", Decimal(0)))) == [(33333333, 0), (33333333, 0), (33333334, 0)]
    assert parts(replace(TERMS, instalments=1)) == [(100000000, 2000000)]


@pytest.mark.parametrize(
    "change",
    [
        {"principal_minor": 0}, {"instalments": 0}, {"instalments": 1201}, {"first_due_on": date(2026, 1, 4)},
        {"rate": Rate("periodic", Decimal("-0.01"))}, {"grace_instalments": 3}, {"balloon_minor": 100_000_001},
        {"payment_minor": 1, "method": "german"}, {"insurance_minor": -1},
        {"frequency": parse_frequency("days:9999"), "instalments": 1200}, {"first_due_on": date(9999, 12, 31)},
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        build_schedule(replace(TERMS, **change))
    assert refusal.value.code == "bad-terms"


@pytest.mark.parametrize(
    ("frequency", "first", "anchor", "expected"),
    [
        ("monthly", date(2026, 1, 31), 31, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("monthly", date(2028, 1, 30), None, ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("biweekly", date(2026, 1, 1), None, ["2026-01-01", "2026-01-15", "2026-01-29", "2026-02-12"]),
        ("weekly", date(2026, 2, 26), None, ["2026-02-26", "2026-03-05", "2026-03-12", "2026-03-19"]),
        ("days:30", date(2026, 1, 31), None, ["2026-01-31", "2026-03-02", "2026-04-01", "2026-05-01"]),
        ("quarterly", date(2026, 11, 30), None, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
    ],
)
def test_due_dates(frequency: str, first: date, anchor: int | None, expected: list[str]) -> None:
    found = due_dates(first, parse_frequency(frequency), 4, anchor_day=anchor)
    assert [day.isoformat() for day in found] == expected


def test_a_loan_of_the_31st_keeps_to_the_months_end() -> None:
    rows = build_schedule(replace(TERMS, disbursed_on=date(2026, 1, 31), first_due_on=date(2026, 2, 28)))
    assert [row.due_on for row in rows] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@pytest.mark.parametrize("text", ["daily", "days:0", "days:", "days:99999", ""])
def test_unknown_frequencies_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_frequency(text)
    assert refusal.value.code == "bad-frequency"


def test_the_effective_rate_is_the_one_agreed_and_the_cost_adds_insurance() -> None:
    terms = replace(TERMS, instalments=12, rate=Rate("effective_annual", Decimal("0.24")), insurance_minor=500_00)
    rows = build_schedule(terms)

    def rate(amounts: list[tuple[date, int]]) -> Decimal:
        return effective_rate(terms.principal_minor, terms.disbursed_on, amounts, terms.day_count)

    plain = rate([(row.due_on, row.principal_minor + row.contract_interest_minor) for row in rows])
    assert abs(plain - Decimal("0.24")) < Decimal("1e-7")
    assert rate([(row.due_on, row.total_minor) for row in rows]) > plain + Decimal("0.01")
    with pytest.raises(Refusal) as refusal:
        rate([(rows[0].due_on, 0)])
    assert refusal.value.code == "no-effective-rate"


def test_an_instalment_totals_its_parts() -> None:
    assert Instalment(1, date(2026, 1, 1), 1, 20, 300, 4000).total_minor == 4321


def test_months_end_keeps_the_agreed_effective_rate() -> None:
    """From 31 January the due dates are 28 February, 31 March…: each period is a month, whatever its days."""
    question = {
        "currency": "PEN", "principal": "100000.00", "disbursed_on": "2026-01-31", "first_due_on": "2026-02-28",
        "instalments": 12, "frequency": "monthly", "method": "french", "rate": {"kind": "effective_annual", "value": "0.45"},
    }  # fmt: skip
    assert abs(Decimal(answer_schedule(question)["effective_annual_rate"]) - Decimal("0.45")) < Decimal("1e-6")
    with pytest.raises(Refusal) as refusal:
        answer_schedule(question | {"rate": {"kind": "effective_annual", "value": "45"}})
    assert refusal.value.code == "bad-rate"
