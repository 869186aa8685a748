"""The day's phase of strategy, and its jobs."""

from datetime import date, datetime
from typing import Any

from acuerdo.base import clock, jobs
from acuerdo.strategy.public import decide_day, run_rehearsal


def decide(run_on: date, now: datetime) -> dict[str, Any]:
    """One row an obligation in the date's worklist; the funnel is the phase's report."""
    return decide_day(run_on, now)


@jobs.app.task(name="strategy:rehearse", pass_context=False)
def rehearse_job(rehearsal_id: int) -> None:
    """Work a rehearsal that was asked for; one that is done is left as it is."""
    run_rehearsal(rehearsal_id, clock.now)
