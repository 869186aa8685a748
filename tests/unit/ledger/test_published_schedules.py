"""Schedules against worked examples that regulators, textbooks and lenders published."""

import csv
import gzip
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.rates import Rate, effective_from_nominal
from acuerdo.ledger.rules.day_counts import DayCount, days_between, year_fraction
from acuerdo.ledger.rules.due_dates import parse_frequency
from acuerdo.ledger.rules.schedules import build_schedule, due_dates, interest_factors, level_payment
from acuerdo.ledger.rules.terms import Instalment, ScheduleTerms
from tests.unit.ledger.published import published, say

START = date(2026, 1, 1)
FREQUENCIES = {"monthly": 12, "biweekly": 26, "weekly": 52, "quarterly": 4, "annual": 1}
COMPOUNDINGS = {"semi_annual": Decimal(2), "annual": Decimal(1)}


@dataclass
class Example:
    name: str
    loan: dict[str, Any]
    expected: dict[str, Any]
    rows: list[dict[str, str]]

    @property
    def refusal(self) -> str:
        """Why our terms cannot express it; empty when they can."""
        if "rate_schedule" in self.loan:
            return "adjustable rate"
        if self.loan.get("payment_frequency", "monthly") not in FREQUENCIES:
            return "frequency outside the contract"
        return ""

    @property
    def checks_rows(self) -> bool:
        """Rows agree to the cent only where the source rounds each balance, as lenders do; others carry hidden decimals."""
        loan = self.loan
        return loan.get("balance_tracking", "round_each") == "round_each" and loan["day_count"] == "30/360"


def examples() -> list[Example]:
    found = []
    for path in sorted(published("amortization_published").glob("*.toml")):
        with path.open("rb") as file:
            document = tomllib.load(file)
        with path.with_suffix(".csv").open() as file:
            rows = list(csv.DictReader(file))
        found.append(Example(path.stem, document["loan"], document["expected"], rows))
    return found


def minor(text: str) -> int:
    return int(Decimal(text) * 100)


def terms_of(loan: dict[str, Any]) -> ScheduleTerms:
    frequency = loan.get("payment_frequency", "monthly")
    periods = FREQUENCIES[frequency]
    annual = Decimal(loan["annual_rate"]) / 100
    compounding = COMPOUNDINGS.get(loan.get("compounding", "monthly"), Decimal(12))
    rate = Rate("nominal_annual", annual)
    if compounding != periods:
        rate = Rate("effective_annual", effective_from_nominal(annual, compounding))
    months = loan.get("amortization_period_months", loan["term_months"])
    step = parse_frequency(frequency)
    return ScheduleTerms(
        currency="USD", principal_minor=minor(loan["principal"]), disbursed_on=START, first_due_on=step.after(START, 1),
        instalments=months * periods // 12, frequency=step, method="french", rate=rate,
        rounding="half_even" if loan["interest_rounding"] == "ROUND_HALF_EVEN" else "half_up",
    )  # fmt: skip


def payment_of(example: Example, terms: ScheduleTerms) -> int:
    expected = minor(example.expected.get("periodic_payment") or example.expected["monthly_payment"])
    if example.loan["payment_rounding"] == "ROUND_UP" or "payment_override" in example.loan:
        return expected
    factors = interest_factors(terms, due_dates(terms.first_due_on, terms.frequency, terms.instalments))
    assert level_payment(terms, factors) == expected, example.name
    return expected


def check_rows(example: Example, schedule: list[Instalment], principal_minor: int) -> int:
    balances = [principal_minor]
    for row in schedule:
        balances.append(balances[-1] - row.principal_minor)
    for row in example.rows:
        ours = schedule[int(row["payment"]) - 1]
        assert ours.principal_minor == minor(row["principal"]), (example.name, row)
        assert ours.contract_interest_minor == minor(row["interest"]), (example.name, row)
        assert balances[ours.number] == minor(row["balance"]), (example.name, row)
    if "balloon_at_term" in example.expected:
        assert balances[
            example.loan["term_months"] * FREQUENCIES[example.loan.get("payment_frequency", "monthly")] // 12
        ] == minor(example.expected["balloon_at_term"]), example.name
    return len(example.rows) + ("balloon_at_term" in example.expected)


def test_payments_and_rows_of_published_examples(capsys: pytest.CaptureFixture[str]) -> None:
    payments = rows = 0
    skipped: list[str] = []
    for example in examples():
        if example.refusal:
            skipped.append(f"{example.name}: {example.refusal}")
            continue
        terms = terms_of(example.loan)
        payment = payment_of(example, terms)
        payments += 1
        if example.checks_rows:
            schedule = build_schedule(replace(terms, payment_minor=payment))
            rows += check_rows(example, schedule, terms.principal_minor)
        else:
            skipped.append(f"{example.name}: rows carry hidden decimals or count actual days")
    say(capsys, f"published schedules: {payments} payments and {rows} rows exact; not comparable: {len(skipped)}")
    assert (payments, rows) >= (20, 12)
    assert len(skipped) <= 8, skipped


def test_instalments_of_real_loans(capsys: pytest.CaptureFixture[str]) -> None:
    """Lending Club's instalment is the French one, within a cent but for two loans that the data set calls noise."""
    path = published("lending_club_openintro") / "loans_dev.csv.gz"
    exact = near = 0
    far: list[str] = []
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            loan = {
                "principal": row["loan_amount"], "annual_rate": row["interest_rate"], "term_months": int(float(row["term"])),
                "interest_rounding": "ROUND_HALF_UP",
            }  # fmt: skip
            terms = terms_of(loan)
            factors = interest_factors(terms, due_dates(terms.first_due_on, terms.frequency, terms.instalments))
            difference = abs(level_payment(terms, factors) - minor(row["installment"]))
            exact += difference == 0
            near += difference == 1
            far += [row["row_id"]] if difference > 1 else []
    say(capsys, f"real loans: {exact} instalments exact, {near} within one cent, {len(far)} off")
    assert exact + near + len(far) == 6651
    assert len(far) <= 2


FINERACT_COUNTS: dict[tuple[str, str], DayCount] = {
    ("DAYS_365", "ACTUAL"): "actual/365",
    ("DAYS_360", "DAYS_30"): "30/360",
    ("ACTUAL", "ACTUAL"): "actual/actual",
    ("DAYS_360", "INVALID"): "actual/360",
    # A year of 364 days is 52 weeks: a regular week bears a 52nd of the nominal rate.
    ("DAYS_364", "ACTUAL"): "30/360",
}
STEPS = {"MONTHS": {"1": "monthly"}, "WEEKS": {"1": "weekly", "2": "biweekly"}, "DAYS": {"15": "days:15"}}


def test_level_instalments_of_a_core_banking_system(capsys: pytest.CaptureFixture[str]) -> None:
    """Fineract's expectations: interest, principal and instalment of every period, to the cent."""
    path = published("fineract_loan_scenarios") / "emi_schedules_dev.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))
    by_test: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_test.setdefault(row["test"], []).append(row)
    checked, skipped = 0, []
    for name, periods in by_test.items():
        first = periods[0]
        day_count = FINERACT_COUNTS.get((first["days_in_year"], first["days_in_month"]))
        step = STEPS.get(first["frequency"], {}).get(first["every"])
        # Two of theirs follow rules of their own: a due date moved by hand, and a level instalment taken down a cent
        # afterwards so that the last one differs less.
        if day_count is None or step is None or "reschedule" in name or "repayEvery2Week" in name:
            skipped.append(f"{name}: {first['days_in_year']} {first['days_in_month']}")
            continue
        terms = ScheduleTerms(
            currency="USD", principal_minor=minor(first["principal"]), disbursed_on=date.fromisoformat(first["disbursed_on"]),
            first_due_on=date.fromisoformat(first["due"]), instalments=len(periods), frequency=parse_frequency(step), method="french",
            rate=Rate("nominal_annual", Decimal(first["annual_rate_pct"]) / 100), day_count=day_count,
        )  # fmt: skip
        schedule = build_schedule(terms)
        for ours, theirs in zip(schedule, periods, strict=True):
            assert ours.due_on.isoformat() == theirs["due"], name
            amounts = (ours.principal_minor, ours.contract_interest_minor, ours.total_minor)
            assert amounts == (minor(theirs["principal_due"]), minor(theirs["interest"]), minor(theirs["emi"])), theirs
            checked += 1
    say(capsys, f"Fineract instalments: {checked} equal of {len(rows)}; loans with rules of their own: {len(skipped)}")
    assert (checked, len(skipped)) == (24, 2)


DAY_COUNTS: dict[str, DayCount] = {
    "Thirty360(Thirty360::ISDA)": "30/360isda",
    "Thirty360(Thirty360::EurobondBasis)": "30/360",
    "Thirty360(Thirty360::BondBasis)": "30/360bond",
    "Thirty360(Thirty360::USA)": "30/360us",
    "ActualActual::ISDA": "actual/actual",
}


def test_day_counts_of_isda_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """QuantLib's expectations for every convention that the contract names."""
    path = published("daycount_interest_conventions") / "quantlib_daycount_dev.csv"
    days = fractions = other = 0
    with path.open() as file:
        for row in csv.DictReader(file):
            day_count = DAY_COUNTS.get(row["convention"])
            if day_count is None:
                other += 1
                continue
            start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
            termination = date.fromisoformat(row["termination_date"]) if row["termination_date"] else None
            if row["unit"] == "days":
                assert days_between(start, end, day_count, termination=termination) == int(row["expected"]), row
                days += 1
            else:
                ours = year_fraction(start, end, day_count)
                assert abs(ours - Decimal(row["expected"])) < Decimal("1e-11"), row
                fractions += 1
    say(
        capsys,
        f"day counts: {days} days and {fractions} year fractions exact; {other} of conventions that we do not offer",
    )
    assert (days, fractions) == (79, 5)


def test_rate_equivalences(capsys: pytest.CaptureFixture[str]) -> None:
    """QuantLib's equivalences between compounded annual rates of different frequency."""
    per_year = {"Annual": 1, "Semiannual": 2, "EveryFourthMonth": 3, "Quarterly": 4, "Bimonthly": 6, "Monthly": 12}
    path = published("daycount_interest_conventions") / "quantlib_rate_equivalence.csv"
    checked = 0
    with path.open() as file:
        for row in csv.DictReader(file):
            if row["compounding"] != "Compounded" or row["to_compounding"] != "Compounded":
                continue
            if row["frequency"] not in per_year or row["to_frequency"] not in per_year:
                continue
            annual = effective_from_nominal(Decimal(row["rate"]), Decimal(per_year[row["frequency"]]))
            ours = Rate("effective_annual", annual).nominal_annual(Decimal(per_year[row["to_frequency"]]))
            assert round(ours, int(row["precision"])) == Decimal(row["expected_rate"]), row
            checked += 1
    say(capsys, f"rate equivalences: {checked} exact")
    assert checked >= 2
