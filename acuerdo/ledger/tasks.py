"""The ledger's phase of the day: every account brought to the business date."""

from datetime import date, datetime
from typing import Any

from acuerdo.ledger.actions.refresh import refresh_states


def refresh(day: date, now: datetime) -> dict[str, Any]:
    """Brings all accounts to `day`. Safe to run again: the second time nothing changes."""
    report = refresh_states(day, now=now)
    return {
        "core_changed": report.core_changed,
        "ledger_changed": report.ledger_changed,
        "replayed": report.replayed,
        "refused": report.refused,
    }
