"""Shifts, absences and the states of an appointment as tables."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from acuerdo.agenda.rules.appointments import next_state, reminds_at, require_time
from acuerdo.agenda.rules.hours import Span, minutes_on, require_spans
from acuerdo.kernel.errors import Refusal

MORNING, AFTERNOON = Span(2, time(8), time(12)), Span(2, time(13), time(17, 30))
WEDNESDAY = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spans", "is_absent", "minutes"),
    [
        ([MORNING, AFTERNOON], False, 510),
        ([MORNING], True, 0),  # absent although on shift
        ([Span(0, time(8), time(12))], False, 0),  # another weekday's shift
        ([], False, None),  # without shifts: always there
        ([], True, 0),
    ],
)
def test_minutes_of_a_date(spans: list[Span], is_absent: bool, minutes: int | None) -> None:
    assert minutes_on(WEDNESDAY, spans, is_absent=is_absent) == minutes


@pytest.mark.parametrize(
    ("spans", "code"),
    [
        ([Span(1, time(12), time(8))], "shift-order"),
        ([Span(1, time(8), time(12)), Span(1, time(11), time(13))], "shift-overlap"),
    ],
)
def test_spans_that_cannot_be(spans: list[Span], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        require_spans(spans)
    assert refused.value.code == code


def test_spans_may_touch() -> None:
    require_spans([Span(1, time(8), time(12)), Span(1, time(12), time(13)), Span(2, time(8), time(9))])


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        ("booked", "hold", "held"),
        ("booked", "absent", "no_show"),
        ("booked", "miss", "missed"),
        ("missed", "hold", "held"),  # made late, but made
        ("no_show", "move", "booked"),
        ("held", "reopen", "booked"),
        ("cancelled", "move", None),
        ("held", "cancel", None),
    ],
)
def test_states(state: str, event: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(Refusal, match="ya terminó"):
            next_state(state, event)  # type: ignore[arg-type]
    else:
        assert next_state(state, event) == after  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ahead", "minutes", "code"),
    [
        (timedelta(0), 30, "appointment-past"),
        (timedelta(days=61), 30, "appointment-far"),
        (timedelta(hours=1), 300, "appointment-minutes"),
    ],
)
def test_hours_that_cannot_be(ahead: timedelta, minutes: int, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        require_time(NOW + ahead, minutes, NOW)
    assert refused.value.code == code


def test_a_fresh_confirmation_is_reminder_enough() -> None:
    assert reminds_at(NOW + timedelta(hours=26), NOW) is None
    assert reminds_at(NOW + timedelta(days=3), NOW) == NOW + timedelta(days=2)
