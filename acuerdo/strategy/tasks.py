"""The day's phase of strategy."""

from datetime import date, datetime
from typing import Any

from acuerdo.strategy.public import decide_day


def decide(run_on: date, now: datetime) -> dict[str, Any]:
    """One row an obligation in the date's worklist; the funnel is the phase's report."""
    return decide_day(run_on, now)
