"""The day's phase of promises."""

from dataclasses import asdict
from datetime import date, datetime

from acuerdo.negotiation.public import judge_promises


def evaluate(run_on: date, now: datetime) -> dict[str, int]:
    """Judges promises against payments as of the business date; gives the counts for the phase's report."""
    return asdict(judge_promises(run_on, now))
