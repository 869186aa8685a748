"""Short ways to say what the gate's tests need."""

from datetime import timedelta
from typing import Any

from acuerdo.policy.models import Consent
from acuerdo.policy.public import PlannedContact, permit_and_log
from tests.factories import NOW


def consent(debtor: Any, *channels: str, **fields: Any) -> None:
    base = {"granted_at": NOW - timedelta(days=90), "source": "contrato", "recorded_by": "prueba"}
    for channel in channels:
        Consent.objects.create(debtor=debtor, channel=channel, **{**base, **fields})


def planned(obligation: Any, channel: str = "sms", **fields: Any) -> PlannedContact:
    base = {"debtor_id": obligation.debtor_id, "creditor_id": obligation.creditor_id, "obligation_id": obligation.pk}
    return PlannedContact(channel=channel, **{**base, **fields})


def permit(obligation: Any, channel: str = "sms", *, at: Any = NOW, **fields: Any) -> Any:
    return permit_and_log(planned(obligation, channel, **fields), actor="prueba", now=at)
