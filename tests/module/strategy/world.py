"""A small portfolio whose every obligation shows one reason, on Wednesday 15 July 2026 in Bogotá."""

from datetime import datetime, timedelta
from typing import Any

from acuerdo.policy.models import Attempt, Consent
from acuerdo.portfolio.models import Creditor, Obligation
from tests import factories as make

DAWN = datetime(2026, 7, 15, 10, 0, tzinfo=make.NOW.tzinfo)  # 5:00 in Bogotá, before any permitted hour


def consent(obligation: Obligation, *channels: str, **fields: Any) -> None:
    for channel in channels:
        base = {"granted_at": make.NOW - timedelta(days=300), "source": "prueba", "recorded_by": "prueba"}
        Consent.objects.create(debtor=obligation.debtor, channel=channel, **{**base, **fields})


def reachable(creditor: Creditor, days_past_due: int, **fields: Any) -> Obligation:
    """An obligation whose person can be reached by everything and authorised everything."""
    obligation = make.make_obligation(creditor=creditor, days_past_due=days_past_due, **fields)
    make.make_phone(obligation.debtor)
    make.make_email(obligation.debtor)
    consent(obligation, "email", "sms", "whatsapp", "call", "voice")
    return obligation


def contacted(obligation: Obligation, at: datetime, channel: str = "email", **fields: Any) -> Attempt:
    base = {"status": "sent", "actor": "prueba", "is_two_way": False}
    return Attempt.objects.create(
        creditor=obligation.creditor, at=at, channel=channel, **{"debtor": obligation.debtor, **base, **fields}
    )
