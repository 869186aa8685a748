"""Phases of the day that belong to policy."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from acuerdo.policy.public import abandon_petitions, erase_due_people, expire_bureau_reports, write_checkpoints


def checkpoint(day: date, now: datetime) -> Mapping[str, Any]:
    """Signs how far each chain of receipts reached, after closing the petitions whose time to be completed is over, ending the
    reports to bureaus that may stand no longer, and erasing the people whose request was granted and whom nothing holds any more."""
    closed, ended = abandon_petitions(now, today=day), expire_bureau_reports(now, today=day)
    return {
        "abandoned_petitions": closed,
        "ended_bureau_reports": ended,
        "erasures": erase_due_people(now),
        "signed": write_checkpoints(now),
    }
