"""Phases of the day that belong to policy."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from acuerdo.policy.public import abandon_petitions, write_checkpoints


def checkpoint(day: date, now: datetime) -> Mapping[str, Any]:
    """Signs how far each chain of receipts reached, after closing the petitions whose time to be completed is over."""
    return {"abandoned_petitions": abandon_petitions(now, today=day), "signed": write_checkpoints(now)}
