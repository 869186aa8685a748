"""When to try again after a temporary failure: 1, 5, 20 and 60 minutes later, and never past the day that the plan was for."""

from datetime import datetime, timedelta

WAITS_MINUTES = (1, 5, 20, 60)
TRIES_MAX = len(WAITS_MINUTES) + 1


def next_try_at(now: datetime, tries: int) -> datetime | None:
    """After `tries` failed tries, counted from 1; None when there is no further one."""
    if tries >= TRIES_MAX:
        return None
    return now + timedelta(minutes=WAITS_MINUTES[tries - 1])
