"""The day's phase of promises and plans."""

from dataclasses import asdict
from datetime import date, datetime

from acuerdo.negotiation.public import judge_plans, judge_promises


def evaluate(run_on: date, now: datetime) -> dict[str, int]:
    """Judges promises and plans against payments as of the business date; gives the counts for the phase's report."""
    promises = asdict(judge_promises(run_on, now))
    return promises | {f"plans_{name}": count for name, count in asdict(judge_plans(run_on, now)).items()}
