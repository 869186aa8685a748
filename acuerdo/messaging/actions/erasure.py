"""What messaging keeps of a person in words goes when they are erased under the data law (policy.ports.ForgetPerson)."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.actions.files_in import kept_path
from acuerdo.messaging.models import (
    Conversation,
    ConversationState,
    Inbound,
    InboundFile,
    InboundPart,
    Message,
    MessageState,
    SandboxDelivery,
    ShortLink,
)


def forget_person(debtor_id: int, *, now: datetime) -> int:
    """Empties every text and address of the person's messages, in and out; what waits never leaves.

    Refuses `erasure-message-leaving` while a message is on its way out, or somebody is writing down what became of one.
    """
    messages = Message.objects.filter(debtor_id=debtor_id)
    _lock_idle(messages)
    messages.filter(state=MessageState.SCHEDULED).update(state=MessageState.CANCELLED)
    uids = [str(uid) for uid in messages.values_list("uid", flat=True)]
    touched = ShortLink.objects.filter(message__debtor_id=debtor_id).delete()[0]
    touched += SandboxDelivery.objects.filter(message_uid__in=uids).delete()[0]
    touched += messages.update(receiver="", subject="", body="", body_html="", context={}, failure="", updated_at=now)
    return touched + _forget_inbound(debtor_id, now)


def _lock_idle(messages: QuerySet[Message]) -> None:
    """Whoever sends locks messages before people, and here the person is locked already: what another holds is not waited
    for, or the two would wait in a ring."""
    states = dict(messages.values_list("pk", "state"))
    free = messages.order_by("pk").select_for_update(skip_locked=True)
    held = dict(free.values_list("pk", "state"))
    if len(held) < len(states) or MessageState.SENDING in held.values():
        raise Refusal("erasure-message-leaving", "Un mensaje está saliendo para esta persona; inténtelo en un minuto.")


def _forget_inbound(debtor_id: int, now: datetime) -> int:
    inbound = Inbound.objects.filter(debtor_id=debtor_id)
    senders = set(inbound.exclude(sender="").values_list("sender", flat=True))
    touched = InboundPart.objects.filter(sender__in=senders).delete()[0]
    files = InboundFile.objects.filter(inbound__debtor_id=debtor_id)
    digests = set(files.exclude(sha256="").values_list("sha256", flat=True))
    touched += files.delete()[0]
    _drop_files(digests)
    touched += inbound.update(sender="", receiver="", subject="", body="")
    closed = {"state": ConversationState.CLOSED, "call_at": None, "unread": 0, "urgency": 0, "updated_at": now}
    return touched + Conversation.objects.filter(debtor_id=debtor_id).update(**closed)


def _drop_files(digests: Collection[str]) -> None:
    """After the commit, the files that nobody else's message carries."""
    kept = set(InboundFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    paths = [kept_path(digest) for digest in sorted(set(digests) - kept)]
    transaction.on_commit(lambda: _unlink(paths))


def _unlink(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
