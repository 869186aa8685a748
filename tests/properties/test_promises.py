"""What must hold for every promise, whatever is paid and whenever it is judged."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from acuerdo.negotiation.rules.commitment import LABELS, Record, commitment_of, kept_rate_percent_tenths
from acuerdo.negotiation.rules.judging import Standing, judged
from acuerdo.negotiation.rules.states import FINAL, STANDING, TRANSITIONS
from acuerdo.negotiation.rules.terms import terms_on

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
amounts = st.integers(1, 10**13)
counts = st.integers(0, 50)


@given(amounts)
@example(1)
@example(19)
def test_the_least_that_counts_lies_between_95_percent_and_all(amount: int) -> None:
    least = terms_on(date(2026, 1, 1), "CO").kept_from_minor(amount)
    assert 95 * amount <= 100 * least < 95 * amount + 100
    assert 1 <= least <= amount


@given(days, st.sampled_from(["CO", "PE", "MX"]))
def test_grace_never_shortens_and_never_lasts_a_fortnight(due_on: date, country: str) -> None:
    ends_on = terms_on(due_on, country).ends_on(due_on, country)
    assert due_on + timedelta(days=2) <= ends_on <= due_on + timedelta(days=14)


@given(st.sampled_from(sorted(STANDING)), amounts, st.integers(0, 2 * 10**13), days, days)
def test_a_standing_promise_is_decided_exactly_when_it_can_be(
    state: str, least: int, paid: int, ends_on: date, today: date
) -> None:
    after = judged(Standing(state, least, ends_on, paid), today)  # type: ignore[arg-type]
    if paid >= least:
        assert after == "kept"
    elif today <= ends_on:
        assert after == state
    else:
        assert after == ("partly_kept" if paid else "broken")


@given(st.sampled_from(["kept", "partly_kept"]), amounts, amounts, amounts, days, days, st.booleans())
def test_judging_again_settles(  # noqa: PLR0917 - drawn by Hypothesis
    state: str, least: int, paid: int, counted: int, ends_on: date, today: date, has_successor: bool
) -> None:
    """Judged twice with the same facts, a promise stays where it is."""
    once = judged(Standing(state, least, ends_on, paid, counted, has_successor), today)  # type: ignore[arg-type]
    twice = judged(Standing(once, least, ends_on, paid, paid, has_successor), today) if once not in FINAL else once
    assert once == twice


@given(st.sampled_from(sorted(TRANSITIONS)))
def test_a_final_state_has_no_way_out(state: str) -> None:
    assert (state in FINAL) == (TRANSITIONS[state] == {})  # type: ignore[index]


@given(counts, counts, counts, counts)
def test_every_record_has_one_label_and_a_rate_within_bounds(kept: int, partly: int, broken: int, moved: int) -> None:
    record = Record(kept, partly, broken, moved)
    assert commitment_of(record) in LABELS
    rate = kept_rate_percent_tenths(record)
    assert (rate is None) == (kept + partly + broken == 0)
    assert rate is None or 0 <= rate <= 1000
