"""The pure rules of promises, as tables."""

from datetime import date
from decimal import Decimal

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import PromiseState
from acuerdo.negotiation.rules.commitment import LABELS, Record, commitment_of, kept_rate_percent_tenths
from acuerdo.negotiation.rules.judging import Standing, judged
from acuerdo.negotiation.rules.states import FINAL, JUDGED, STANDING, TRANSITIONS, next_state
from acuerdo.negotiation.rules.terms import PromiseTerms, terms_on

END = date(2026, 5, 19)


def test_the_table_speaks_of_every_state_of_the_database() -> None:
    assert set(TRANSITIONS) == set(PromiseState.values)
    assert {state for events in TRANSITIONS.values() for state in events.values()} <= set(TRANSITIONS)
    assert frozenset({"broken", "rescheduled", "cancelled"}) == FINAL
    assert not STANDING & JUDGED


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        next_state("broken", "judge_kept")
    assert refused.value.code == "promise-state"
    assert "incumplida" in refused.value.message


@pytest.mark.parametrize(
    ("state", "paid", "counted", "today", "has_successor", "expected"),
    [
        ("open", 0, 0, END, False, "open"),  # the last day is not over
        ("open", 95, 0, END, False, "kept"),  # enough decides at once
        ("open", 94, 0, date(2026, 5, 20), False, "partly_kept"),
        ("open", 0, 0, date(2026, 5, 20), False, "broken"),
        ("verifying", 0, 0, END, False, "verifying"),
        ("verifying", 0, 0, date(2026, 5, 20), False, "broken"),
        ("kept", 100, 100, date(2026, 9, 1), False, "kept"),  # nothing was taken back
        ("kept", 96, 100, date(2026, 9, 1), False, "kept"),  # still enough without it
        ("kept", 0, 100, END, False, "open"),  # reversed while there is time
        ("kept", 0, 100, END, True, "broken"),  # but another promise stands
        ("kept", 40, 100, END, True, "partly_kept"),
        ("kept", 40, 100, date(2026, 9, 1), False, "partly_kept"),
        ("partly_kept", 0, 40, date(2026, 9, 1), False, "broken"),
        ("partly_kept", 100, 40, date(2026, 9, 1), False, "partly_kept"),  # late money does not improve it
    ],
)
def test_judging(state: str, paid: int, counted: int, today: date, has_successor: bool, expected: str) -> None:
    standing = Standing(state, 95, END, paid, counted, has_successor)  # type: ignore[arg-type]
    assert judged(standing, today) == expected


def test_the_terms_in_force() -> None:
    assert terms_on(date(2026, 5, 1), "CO") == PromiseTerms(Decimal("0.95"), 2, 30, 1)
    with pytest.raises(Refusal) as refused:
        terms_on(date(1999, 12, 31), "CO")
    assert refused.value.code == "promise-terms-missing"


@pytest.mark.parametrize(
    ("amount", "least"),
    [(100, 95), (1, 1), (101, 96), (3, 3)],  # never less than 95 %
)
def test_the_least_that_counts(amount: int, least: int) -> None:
    assert terms_on(END, "CO").kept_from_minor(amount) == least


def test_grace_skips_weekend_and_holiday() -> None:
    # Friday 17 July 2026; Monday 20 is Independence Day in Colombia and a working day in Peru.
    terms = terms_on(END, "CO")
    assert terms.ends_on(date(2026, 7, 17), "CO") == date(2026, 7, 22)
    assert terms.ends_on(date(2026, 7, 17), "PE") == date(2026, 7, 21)


@pytest.mark.parametrize(
    ("record", "label"),
    [
        (Record(), "no_history"),
        (Record(kept=1), "keeps"),
        (Record(kept=2, broken=1), "keeps"),  # two of three
        (Record(kept=1, broken=1), "breaks"),
        (Record(broken=1), "breaks"),
        (Record(partly_kept=2), "partly_keeps"),
        (Record(kept=1, partly_kept=1), "partly_keeps"),
        (Record(rescheduled=2, kept=1), "reschedules"),
        (Record(kept=1, rescheduled=1), "keeps"),
        (Record(kept=3, partly_kept=1, broken=2), "mixed"),
    ],
)
def test_the_label_follows_from_facts(record: Record, label: str) -> None:
    assert commitment_of(record) == label
    assert LABELS[commitment_of(record)]


@pytest.mark.parametrize(
    ("record", "tenths"),
    [
        (Record(kept=54, partly_kept=9, broken=27, rescheduled=4), 600),  # the worked example of KPI K31
        (Record(kept=1, broken=2), 333),
        (Record(kept=2, broken=1), 667),
        (Record(rescheduled=3), None),
    ],
)
def test_kept_rate(record: Record, tenths: int | None) -> None:
    assert kept_rate_percent_tenths(record) == tenths
