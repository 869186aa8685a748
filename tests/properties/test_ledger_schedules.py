"""What must hold for every schedule."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.day_counts import DAY_COUNTS, days_between, year_fraction
from acuerdo.ledger.rules.due_dates import parse_frequency
from acuerdo.ledger.rules.schedules import build_schedule, effective_rate
from acuerdo.ledger.rules.terms import ScheduleTerms


@st.composite
def schedule_terms(draw: st.DrawFn) -> ScheduleTerms:
    disbursed_on = draw(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
    count = draw(st.integers(1, 60))
    principal = draw(st.integers(10_000, 10**12))
    return ScheduleTerms(
        currency="COP", principal_minor=principal, disbursed_on=disbursed_on, instalments=count,
        first_due_on=disbursed_on + timedelta(days=draw(st.integers(0, 90))),
        frequency=parse_frequency(draw(st.sampled_from(["monthly", "weekly", "biweekly", "days:30", "days:13", "quarterly"]))),
        method=draw(st.sampled_from(["french", "german", "bullet"])),
        rate=Rate(draw(st.sampled_from(["effective_annual", "nominal_annual", "periodic"])), draw(st.decimals(0, "0.9", places=4))),
        day_count=draw(st.sampled_from(DAY_COUNTS)), rounding=draw(st.sampled_from(["half_up", "half_even"])),
        unit_minor=draw(st.sampled_from([1, 100])), grace_instalments=draw(st.integers(0, count - 1)),
        balloon_minor=draw(st.integers(0, principal)),
    )  # fmt: skip


ODD_BALLOON = ScheduleTerms(
    currency="COP", principal_minor=10_000, disbursed_on=date(2020, 1, 1), first_due_on=date(2020, 1, 1), instalments=42,
    frequency=parse_frequency("monthly"), method="german", rate=Rate("effective_annual", Decimal(0)), unit_minor=100,
    balloon_minor=1_801,
)  # fmt: skip


@given(schedule_terms())
@example(ODD_BALLOON)
def test_principal_sums_exactly_and_nothing_is_negative(terms: ScheduleTerms) -> None:
    rows = build_schedule(terms)
    assert sum(row.principal_minor for row in rows) == terms.principal_minor
    assert min(min(row.principal_minor, row.contract_interest_minor) for row in rows) >= 0
    assert [row.number for row in rows] == list(range(1, terms.instalments + 1))
    assert all(before.due_on < after.due_on for before, after in pairwise(rows))
    assert all(row.principal_minor % terms.unit_minor == 0 for row in rows[:-1])


@given(schedule_terms())
def test_level_instalments_differ_only_at_the_ends(terms: ScheduleTerms) -> None:
    rows = build_schedule(terms)
    paying = rows[terms.grace_instalments : -1]
    if terms.method != "french" or any(row.principal_minor == 0 for row in paying):
        return
    balance_is_left = [row.total_minor for row in paying]
    assert len(set(balance_is_left)) <= 1


@given(st.integers(10**7, 10**11), st.decimals("0.01", "0.8", places=4), st.integers(2, 36))
def test_the_effective_rate_comes_back_from_the_cash_flows(principal: int, annual: Decimal, count: int) -> None:
    start = date(2026, 1, 15)
    terms = ScheduleTerms(
        currency="COP", principal_minor=principal, disbursed_on=start, first_due_on=date(2026, 2, 15), instalments=count,
        frequency=parse_frequency("monthly"), method="french", rate=Rate("effective_annual", annual),
    )  # fmt: skip
    flows = [(row.due_on, row.total_minor) for row in build_schedule(terms)]
    assert abs(effective_rate(principal, start, flows, "30/360") - annual) < Decimal("0.0001")


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 4000), st.integers(0, 4000))
def test_days_and_years_add_up(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    for day_count in ("30/360", "actual/360", "actual/365", "actual/actual"):
        whole = year_fraction(start, end, day_count)
        parts = year_fraction(start, middle, day_count) + year_fraction(middle, end, day_count)
        assert abs(whole - parts) < Decimal("1e-25")
    assert days_between(start, end, "actual/365") == first + second
