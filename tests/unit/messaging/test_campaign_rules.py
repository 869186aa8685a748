"""A campaign's states, its two subjects and its moments."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.calendar import is_business_day
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.campaign import (
    CAMPAIGN_TRANSITIONS,
    check_period,
    next_campaign_state,
    slots,
    subject_of,
    working_spans,
)

BOGOTA = ZoneInfo("America/Bogota")
# Friday 17 July 2026 at noon; Monday 20 is a holiday in Colombia.
FRIDAY = datetime(2026, 7, 17, 17, 0, tzinfo=UTC)


def works(day: date) -> bool:
    return is_business_day(day, "CO", has_saturdays=True)


def test_the_life_of_a_campaign() -> None:
    state = "draft"
    for event in ("submit", "send_back", "submit", "approve", "pause", "resume", "finish"):
        state = next_campaign_state(state, event)  # type: ignore[arg-type]
    assert state == "finished"


@pytest.mark.parametrize(
    ("state", "event"),
    [("draft", "approve"), ("submitted", "pause"), ("running", "approve"), ("stopped", "resume"), ("finished", "stop")],
)
def test_what_the_table_lacks_is_refused(state: str, event: str) -> None:
    with pytest.raises(Refusal, match="Recargue") as caught:
        next_campaign_state(state, event)  # type: ignore[arg-type]
    assert caught.value.code == "campaign-state"


def test_every_state_of_the_table_leads_to_one_of_it() -> None:
    assert {after for moves in CAMPAIGN_TRANSITIONS.values() for after in moves.values()} <= set(CAMPAIGN_TRANSITIONS)


def test_the_subjects_divide_people_evenly_and_for_good() -> None:
    drawn = [subject_of("campana", person, 30) for person in range(10_000)]
    assert 2_850 < drawn.count("b") < 3_150
    assert drawn == [subject_of("campana", person, 30) for person in range(10_000)]
    assert drawn != [subject_of("otra", person, 30) for person in range(10_000)]
    assert {subject_of("campana", person, 0) for person in range(100)} == {"a"}


def test_only_working_hours_are_used() -> None:
    spans = working_spans(FRIDAY, FRIDAY + timedelta(days=4), BOGOTA, works)
    local = [
        (begin.astimezone(BOGOTA).strftime("%a %H"), end.astimezone(BOGOTA).strftime("%H")) for begin, end in spans
    ]
    assert local == [("Fri 12", "18"), ("Sat 08", "13"), ("Tue 08", "12")]


@given(count=st.integers(1, 400), days=st.integers(1, 20))
def test_moments_rise_and_lie_within_the_hours(count: int, days: int) -> None:
    spans = working_spans(FRIDAY, FRIDAY + timedelta(days=days), BOGOTA, works)
    found = list(slots(count, spans))
    assert len(found) == count
    assert found == sorted(found)
    assert all(any(begin <= at <= end for begin, end in spans) for at in found)


def test_moments_are_spread_evenly() -> None:
    spans = working_spans(FRIDAY, FRIDAY + timedelta(days=1), BOGOTA, works)
    hours = (spans[0][1] - spans[0][0]).total_seconds() / 3600 + (spans[1][1] - spans[1][0]).total_seconds() / 3600
    found = list(slots(110, spans))
    friday = sum(at < spans[0][1] for at in found)
    assert abs(friday - 110 * 6 / hours) <= 1


def test_no_hour_is_told() -> None:
    with pytest.raises(Refusal, match="horas hábiles"):
        list(slots(3, []))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(days=-2), timedelta(days=-1)),
        (timedelta(0), timedelta(days=61)),
    ],
)
def test_an_odd_period_is_refused(starts: timedelta, ends: timedelta) -> None:
    with pytest.raises(Refusal) as caught:
        check_period(FRIDAY + starts, FRIDAY + ends, FRIDAY)
    assert caught.value.code == "campaign-period"
