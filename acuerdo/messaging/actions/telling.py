"""All that a provider tells in one go, kept in one transaction: statuses, answers, complaints, and its word on itself."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from acuerdo.messaging.actions.answers import join_parts, receive
from acuerdo.messaging.actions.statuses import apply_statuses
from acuerdo.messaging.actions.switchboard import note_quality
from acuerdo.messaging.actions.tokens import uid_of_token
from acuerdo.messaging.models import Inbound, Message, ProviderState
from acuerdo.messaging.ports import Received, Told
from acuerdo.policy.public import place_hold, revoke_consent

ACTOR = "system"


@transaction.atomic
def take_told(provider: str, told: Told, now: datetime) -> list[Inbound]:
    """Keeps all and acts on it; gives the answers that are new. Twice has the effect of once."""
    apply_statuses(provider, told.statuses, now)
    whole = [*told.received, *join_parts(provider, told.parts, now)] if told.parts else told.received
    answers = [row for one in whole if (row := receive(provider, one, now)) is not None]
    _complain(provider, told.complaints, now)
    note_quality(provider, quality=told.quality, stopped=told.stopped, now=now)
    ProviderState.objects.update_or_create(name=provider, defaults={"heard_at": now})
    return answers


def _complain(provider: str, uids: Sequence[UUID], now: datetime) -> None:
    """Somebody marked our mail as junk: the channel ends for them, and the complaint weighs on its sender."""
    for row in Message.objects.filter(uid__in=uids).order_by("pk"):
        complaint = Inbound(
            debtor_id=row.debtor_id, answers=row, provider=provider, key=f"complaint:{row.uid}", channel=row.channel,
            sender=row.receiver, body="", intent="complaint", done=[f"stopped:{row.channel}"], at=now, received_at=now, read_at=now,
        )  # fmt: skip
        Inbound.objects.bulk_create([complaint], ignore_conflicts=True)
        place_hold(
            row.debtor_id,
            "do_not_contact",
            reason="Marcó el correo como no deseado",
            actor=ACTOR,
            now=now,
            channel=row.channel,
        )
        revoke_consent(row.debtor_id, row.channel, actor=ACTOR, now=now)


def unsubscribed_message(token: str) -> Message | None:
    """The message whose one-click address this is, None for a token that is not ours."""
    uid = uid_of_token(token, "unsubscribe")
    return Message.objects.select_related("creditor").filter(uid=uid).first() if uid else None


def unsubscribe(token: str, now: datetime) -> Message | None:
    """The one-click end of a channel (RFC 8058): as if the person had answered BAJA. None for a token that is not ours."""
    row = unsubscribed_message(token)
    if row is not None:
        said = Received(f"one-click:{row.uid}", row.channel, row.receiver, "", "BAJA", now, replies_to=(str(row.uid),))
        take_told("one-click", Told(received=(said,)), now)
    return row


def answer_in_sandbox(message_uid: UUID, text: str, now: datetime) -> Inbound | None:
    """What somebody types on the sandbox's telephone, as if the person had answered. None when it was there already."""
    row = Message.objects.get(uid=message_uid)
    key = f"{row.uid}:{now.isoformat()}"
    said = Received(key, row.channel, row.receiver, "", text[:2000], now, replies_to=(str(row.uid),))
    answers = take_told("sandbox", Told(received=(said,)), now)
    return answers[0] if answers else None
