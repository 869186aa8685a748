"""How every provider stands, for the screen of whoever watches over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from acuerdo.messaging.actions.switchboard import SLOWED_AT
from acuerdo.messaging.models import Message, ProviderState, SenderState
from acuerdo.messaging.ports import RATE_ALONE, Channels, routes_of
from acuerdo.messaging.rules.routing import Lane, slow_rate


def configured_channels() -> Channels:
    """The installation's providers, as config/wiring.py chooses them."""
    found: Channels = import_string(settings.MESSAGE_CHANNELS)()
    return found


def configured_routes() -> dict[str, list[Lane]]:
    """The lanes of each channel."""
    return {name: [route.lane for route in routes_of(served)] for name, served in configured_channels().items()}


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One provider as a screen shows it; counts are of the messages that left since the asked moment."""

    lane: Lane
    is_on: bool
    troubles: int
    resting_until: datetime | None
    is_resting: bool
    last_trouble: str
    quality: str
    reason: str
    changed_by: str
    sent: int
    delivered: int
    failed: int
    senders: tuple[SenderState, ...]

    @property
    def slowed_to(self) -> int:
        """How many a second while its quality is yellow; 0 when it goes at its own rate."""
        return slow_rate(self.lane.per_second) if self.quality == SLOWED_AT else 0

    @property
    def is_unlimited(self) -> bool:
        return self.lane.per_second >= RATE_ALONE


@dataclass(frozen=True, slots=True)
class ChannelBoard:
    code: str
    rows: tuple[ProviderLine, ...]


def provider_board(lanes: Mapping[str, Sequence[Lane]], now: datetime, *, since: datetime) -> list[ChannelBoard]:
    """Every provider of every channel, the one to use first on top. Three queries."""
    states = {row.name: row for row in ProviderState.objects.all()}
    senders: dict[str, list[SenderState]] = {}
    for sender in SenderState.objects.order_by("sender"):
        senders.setdefault(sender.provider, []).append(sender)
    good, bad = Q(state__in=("delivered", "read")), Q(state="failed")
    counted = Message.objects.filter(sent_at__gte=since).exclude(provider="").values("provider", "channel")
    rows = counted.annotate(sent=Count("pk"), delivered=Count("pk", filter=good), failed=Count("pk", filter=bad))
    counts: dict[tuple[str, str], Any] = {(row["provider"], row["channel"]): row for row in rows}
    boards = []
    for code, found in lanes.items():
        ordered = sorted(found, key=lambda lane: (lane.priority, -lane.weight, lane.provider))
        lines = [
            _line(lane, states.get(lane.provider), counts.get((lane.provider, code), {}), senders, now)
            for lane in ordered
        ]
        boards.append(ChannelBoard(code, tuple(lines)))
    return boards


def _line(
    lane: Lane,
    state: ProviderState | None,
    counts: Mapping[str, int],
    senders: Mapping[str, list[SenderState]],
    now: datetime,
) -> ProviderLine:
    state = state or ProviderState(name=lane.provider)
    until = state.resting_until
    return ProviderLine(
        lane=lane, is_on=state.is_on, troubles=state.troubles, resting_until=until, is_resting=until is not None and until > now,
        last_trouble=state.last_trouble if state.troubles else "", quality=state.quality, reason=state.reason,
        changed_by=state.changed_by, sent=counts.get("sent", 0), delivered=counts.get("delivered", 0),
        failed=counts.get("failed", 0), senders=tuple(senders.get(lane.provider, ())),
    )  # fmt: skip
