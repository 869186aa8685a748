"""The day's phases of strategy: decide who is contacted, and hand the messages over."""

from datetime import date, datetime
from typing import Any

from acuerdo.strategy.public import decide_day, dispatch_messages


def decide(run_on: date, now: datetime) -> dict[str, Any]:
    """One row an obligation in the date's worklist; the funnel is the phase's report."""
    return decide_day(run_on, now)


def dispatch(run_on: date, now: datetime) -> dict[str, int]:
    """The date's planned messages to the outbox, permitted now or in their hours; counts by what became of them."""
    return dispatch_messages(run_on, now)
