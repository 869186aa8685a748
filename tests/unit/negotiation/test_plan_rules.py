"""The pure rules of plans, as tables."""

from datetime import date

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.rules.plan_judging import PlanStanding, judge_plan, paid_instalments
from acuerdo.negotiation.rules.plan_states import ENDED, IN_FORCE, OPEN, TRANSITIONS, PlanState, next_plan_state
from acuerdo.negotiation.rules.plan_terms import plan_terms_on

TERMS = plan_terms_on(date(2026, 3, 1), "CO")
DATES = ((date(2026, 3, 16), 100), (date(2026, 4, 16), 100), (date(2026, 5, 16), 50))


def test_every_state_is_open_or_ended_and_every_target_is_a_state() -> None:
    assert set(TRANSITIONS) == OPEN | ENDED
    assert not OPEN & ENDED
    assert IN_FORCE < OPEN
    assert {state for events in TRANSITIONS.values() for state in events.values()} <= set(TRANSITIONS)


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        next_plan_state("broken", "catch_up")
    assert refused.value.code == "plan-state"


@pytest.mark.parametrize(("paid", "whole"), [(0, 0), (99, 0), (100, 1), (249, 2), (250, 3), (400, 3)])
def test_money_covers_the_oldest_instalment_first(paid: int, whole: int) -> None:
    assert paid_instalments(DATES, paid) == whole


@pytest.mark.parametrize(
    ("state", "paid", "notice_on", "today", "expected", "notice"),
    [
        ("accepted", 0, None, date(2026, 3, 16), "accepted", None),  # the first date has come
        ("accepted", 100, None, date(2026, 3, 16), "active", None),
        ("accepted", 99, None, date(2026, 3, 22), "expired", None),  # five days and not one whole instalment
        ("accepted", 250, None, date(2026, 3, 16), "completed", None),
        ("active", 100, None, date(2026, 4, 20), "active", None),  # the 16th is a Thursday: grace ends on Monday
        ("active", 100, None, date(2026, 4, 21), "late", None),
        ("late", 100, None, date(2026, 5, 20), "late", None),  # one behind; the second has its grace
        ("late", 100, None, date(2026, 5, 21), "late", date(2026, 5, 21)),  # two behind: told today
        ("late", 100, date(2026, 5, 21), date(2026, 5, 25), "late", date(2026, 5, 21)),
        ("late", 100, date(2026, 5, 21), date(2026, 5, 26), "broken", date(2026, 5, 21)),
        ("late", 200, date(2026, 5, 21), date(2026, 5, 22), "late", None),  # one paid: the warning is taken back
        ("late", 250, date(2026, 5, 21), date(2026, 5, 26), "completed", None),
        ("completed", 200, None, date(2026, 5, 17), "active", None),  # a payment was reversed
        ("offered", 0, None, date(2027, 1, 1), "offered", None),
        ("broken", 250, None, date(2027, 1, 1), "broken", None),  # history does not improve
    ],
)
def test_how_a_plan_is_judged(
    state: PlanState, paid: int, notice_on: date | None, today: date, expected: PlanState, notice: date | None
) -> None:
    found = judge_plan(PlanStanding(state, DATES, paid, notice_on=notice_on), TERMS, today, "CO")
    assert (found.state, found.notice_on) == (expected, notice)
    assert found.is_at_risk == (expected == "late" and notice is not None)


def test_a_pause_ends_on_its_review_day() -> None:
    paused = PlanStanding("paused", (), 0, review_on=date(2026, 6, 1))
    assert judge_plan(paused, TERMS, date(2026, 5, 31), "CO").state == "paused"
    assert judge_plan(paused, TERMS, date(2026, 6, 1), "CO").state == "completed"
    assert (
        judge_plan(PlanStanding("paused", DATES, 100, date(2026, 6, 1)), TERMS, date(2026, 6, 1), "CO").state
        == "active"
    )
