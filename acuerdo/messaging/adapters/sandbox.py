"""The pretend provider: delivers into a table that a screen shows as telephone and mailbox.

It keeps a message once, whatever how often it is sent (unique `message_uid`), and can tell after a crash what arrived.
Addresses under `.invalid` whose name starts with `rechazado`, and numbers that end in 0000, are refused as a real provider
would refuse them.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from acuerdo.base.bulk import insert_rows
from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.models import SandboxDelivery
from acuerdo.messaging.ports import RECEIVER_REFUSED, Answer, Outgoing


@dataclass(frozen=True, slots=True)
class SandboxChannel:
    """Every channel of the demo."""

    name: str = "sandbox"

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        accepted = [message for message in messages if not _is_refused(message.receiver)]
        insert_rows([_delivery(message) for message in accepted], skips_known=True)
        yield [_answer(message) for message in messages]

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return set(SandboxDelivery.objects.filter(message_uid__in=uids).values_list("message_uid", flat=True))


def _is_refused(receiver: str) -> bool:
    return (receiver.startswith("rechazado") and receiver.endswith(".invalid")) or (
        receiver.startswith("+") and receiver.endswith("0000")
    )


def _answer(message: Outgoing) -> Answer:
    if _is_refused(message.receiver):
        trouble = ExternalError(RECEIVER_REFUSED, "El buzón de pruebas no conoce a este destinatario.", permanent=True)
        return Answer(message.uid, trouble=trouble)
    return Answer(message.uid, provider_ref=f"sandbox-{message.uid}")


def _delivery(message: Outgoing) -> SandboxDelivery:
    return SandboxDelivery(
        message_uid=message.uid,
        channel=message.channel,
        sender=message.sender_name,
        receiver=message.receiver,
        subject=message.subject,
        body=message.body,
        body_html=message.body_html,
        received_at=message.at,
    )
