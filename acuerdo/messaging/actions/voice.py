"""Voice messages that the telephone exchange did not place in time: nobody was called, so they failed, and count for nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from acuerdo.messaging.actions.statuses import apply_statuses
from acuerdo.messaging.models import Message, VoiceJob
from acuerdo.messaging.ports import Status

BATCH_MAX = 500


@transaction.atomic
def expire_calls(now: datetime) -> int:
    """Fails them, which frees their contact and lets another channel take over, and removes their sound. How many."""
    overdue = VoiceJob.objects.filter(taken_at=None, expires_at__lte=now).order_by("pk")
    jobs = list(overdue.select_for_update(skip_locked=True)[:BATCH_MAX])
    uids = [job.message_uid for job in jobs]
    by_provider: dict[str, list[Status]] = {}
    for uid, provider, reference in Message.objects.filter(uid__any_of=uids).values_list(
        "uid", "provider", "provider_ref"
    ):
        told = Status(f"not-placed:{uid}", reference, "failed", now, "unplaced", uid=UUID(str(uid)))
        by_provider.setdefault(provider, []).append(told)
    for provider in sorted(by_provider):
        apply_statuses(provider, by_provider[provider], now)
    VoiceJob.objects.filter(pk__any_of=[job.pk for job in jobs]).delete()
    folder = settings.DATA_FOLDER / "voice"
    paths = [folder / job.audio for job in jobs]
    transaction.on_commit(lambda: _remove(paths))
    return len(jobs)


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
