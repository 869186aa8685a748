"""What a channel's provider looks like from inside: it takes messages and answers for each of them."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from acuerdo.kernel.errors import ExternalError

# The receiver itself was refused: the contact point is no good, whatever the message.
RECEIVER_REFUSED = "receiver-refused"
# It may have left and it may not have: it is not repeated by itself.
IN_DOUBT = "delivery-in-doubt"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready to leave. `uid` identifies it outside too, so that a repeat can be recognised."""

    uid: UUID
    channel: str
    receiver: str
    sender_name: str
    reply_to: str
    subject: str
    body: str
    body_html: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message: the provider's reference, or the trouble."""

    uid: UUID
    provider_ref: str = ""
    trouble: ExternalError | None = None


class MessageChannel(Protocol):
    """A provider. `name` is stored with each message."""

    @property
    def name(self) -> str:
        """Short and stable."""
        ...

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        """Sends in order and answers for each message once, in groups as soon as the group is certain.

        Each group is recorded before the next leaves, so a crash leaves at most one group in doubt. Raises nothing that
        the outside world caused: that comes as `trouble`, permanent or not.
        """
        ...

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        """After a crash: which of these left. None when the protocol cannot tell."""
        ...
