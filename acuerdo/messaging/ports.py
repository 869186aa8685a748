"""What a channel's provider looks like from inside: it takes messages and answers for each of them."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.rules.routing import Lane
from acuerdo.messaging.rules.wire.statuses import About, Fate

RATE_ALONE = 100_000
ALL_AT_ONCE = 1_000_000

# The receiver itself was refused: the contact point is no good, whatever the message.
RECEIVER_REFUSED = "receiver-refused"
# It may have left and it may not have: it is not repeated by itself.
IN_DOUBT = "delivery-in-doubt"
# The trouble is the provider's own and not this message's: another provider may carry it at once.
PROVIDER_DOWN = "provider-down"
# The provider takes no more for the moment.
THROTTLED = "provider-throttled"
# The person told the provider to stop: no message of the channel is tried again.
RECEIVER_STOPPED = "receiver-stopped"
# The telephone exchange did not place the call in time: nobody was called.
NOT_PLACED = "call-not-placed"
PROVIDER_TROUBLES = frozenset({PROVIDER_DOWN, "mail-server-unreachable"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready to leave. `uid` identifies it outside too, so that a repeat can be recognised.

    `sender` is the number or name to come from ("" leaves it to the provider). A provider of approved templates sends
    `template` with the `values` of its fields unless the person wrote within the last day (`is_in_window`). Mail carries
    the address of its one-click end (`unsubscribe_url`) and names itself in its return path (`return_token`); `calendar` is an
    iCalendar object that it shows beside its text.
    """

    uid: UUID
    channel: str
    receiver: str
    sender_name: str
    reply_to: str
    subject: str
    body: str
    body_html: str
    at: datetime
    sender: str = ""
    template: str = ""
    language: str = "es"
    values: Mapping[str, str] = field(default_factory=dict)
    is_in_window: bool = False
    unsubscribe_url: str = ""
    return_token: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message: the provider's reference, or the trouble. `parts` are the references of a chain."""

    uid: UUID
    provider_ref: str = ""
    trouble: ExternalError | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What a provider tells later of a message. `key` is the same whenever it tells the same.

    `uid` is the message's own, where the provider repeats it; `fate` and `about` are the words of rules/wire/statuses.
    """

    key: str
    reference: str
    fate: Fate
    at: datetime
    about: About = ""
    code: str = ""
    uid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message; `content` is None when it is too large to have been kept in memory."""

    name: str
    size_bytes: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Received:
    """A message that somebody sent to us. `replies_to` are references or uids of ours that it answers, if it says so.

    `is_automatic` marks an out-of-office answer and the like (RFC 3834): nobody meant to say anything.
    """

    key: str
    channel: str
    sender: str
    receiver: str
    text: str
    at: datetime
    subject: str = ""
    replies_to: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class PartReceived:
    """A part of a long SMS that came in; the text is whole once `total` parts of one `reference` are there."""

    sender: str
    receiver: str
    reference: int
    total: int
    number: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """All that one call of a provider told. `quality` is how WhatsApp rates the number; `stopped` words tell of the account."""

    statuses: tuple[Status, ...] = ()
    received: tuple[Received, ...] = ()
    parts: tuple[PartReceived, ...] = ()
    complaints: tuple[UUID, ...] = ()
    quality: str = ""
    stopped: str = ""


class WebhookReader(Protocol):
    """A provider that calls us. Refuses `webhook-forged`, `webhook-replayed` and `webhook-unreadable`."""

    @property
    def name(self) -> str: ...

    def read_call(self, call: "Call", now: datetime) -> Told: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A provider's HTTP call as it came: the public address, header names in lower case, and the raw body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class MessageChannel(Protocol):
    """A provider. `name` is stored with each message."""

    @property
    def name(self) -> str:
        """Short and stable."""
        ...

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        """Sends in order and answers for each message once, in groups as soon as the group is certain.

        Each group is recorded before the next leaves, so a crash leaves at most one group in doubt: at most `group_max`
        messages, an attribute of providers that cannot tell afterwards what arrived. One that must first connect has
        `is_announcing`: it gives an empty group once it is ready to speak, and a crash before that leaves none in doubt.
        Raises nothing that the outside world caused: that comes as `trouble`, permanent or not.
        """
        ...

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        """After a crash: which of these left. None when the protocol cannot tell."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """One provider as a lane of a channel."""

    lane: Lane
    channel: MessageChannel


# By channel: one provider alone, or several to choose from.
type Channels = Mapping[str, MessageChannel | Sequence[Route]]


def group_of(channel: MessageChannel) -> int:
    """How many messages the provider is given before it must answer: at most so many are in doubt after a crash. One that
    can tell what arrived may take all at once."""
    return int(getattr(channel, "group_max", ALL_AT_ONCE))


def is_announcing(channel: MessageChannel) -> bool:
    """Whether the provider gives an empty group when it is connected and about to speak."""
    return bool(getattr(channel, "is_announcing", False))


def is_queue(channel: MessageChannel) -> bool:
    """Whether what the provider took has reached nobody yet: the contact counts as made only once a status says so."""
    return bool(getattr(channel, "is_queue", False))


def routes_of(served: MessageChannel | Sequence[Route]) -> Sequence[Route]:
    """The routes of one channel; a provider alone is one without a limit of its own."""
    if isinstance(served, Sequence):
        return served
    return [Route(Lane(served.name, per_second=RATE_ALONE), served)]
