"""All that a provider tells in one go, kept in one transaction: statuses, answers, complaints, and its word on itself."""

from datetime import datetime

from django.db import transaction

from acuerdo.messaging.actions.statuses import apply_statuses
from acuerdo.messaging.actions.switchboard import note_quality
from acuerdo.messaging.models import ProviderState
from acuerdo.messaging.ports import Told


@transaction.atomic
def take_told(provider: str, told: Told, now: datetime) -> None:
    """Twice has the effect of once."""
    apply_statuses(provider, told.statuses, now)
    note_quality(provider, quality=told.quality, stopped=told.stopped, now=now)
    ProviderState.objects.update_or_create(name=provider, defaults={"heard_at": now})
