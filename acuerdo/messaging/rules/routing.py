"""Which provider carries a message: the best priority that is up, by weight within it, the same for every try of one message.

The choice is drawn from the message's own key and not at random, so a batch repeated after a crash goes the same way.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log

# After so many troubles in a row that are the provider's own, it rests; each further one doubles the rest.
TROUBLES_BEFORE_REST = 3
REST_MINUTES = 1
REST_MINUTES_MAX = 30


@dataclass(frozen=True, slots=True)
class Lane:
    """One provider of one channel. `priority` 1 goes first; `weight` shares the work of equals (0: only when no other is up).

    `per_second` is what the provider accepts; `senders` are the numbers or names a message may come from.
    """

    provider: str
    priority: int = 1
    weight: int = 100
    per_second: int = 20
    senders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a provider. `resting_until` lies in the past when one message may try whether it is up again."""

    is_on: bool = True
    troubles: int = 0
    resting_until: datetime | None = None

    def is_up(self, now: datetime) -> bool:
        return self.is_on and (self.resting_until is None or self.resting_until <= now)

    @property
    def is_on_trial(self) -> bool:
        """It rested and nobody has heard from it since."""
        return self.troubles >= TROUBLES_BEFORE_REST


@dataclass(frozen=True, slots=True)
class Rested:
    """The health after an answer; `has_changed` when somebody should know."""

    health: Health
    has_changed: bool = False


def after_success(health: Health) -> Rested:
    """One message accepted: the provider is up."""
    return Rested(Health(health.is_on), has_changed=health.is_on_trial)


def after_trouble(health: Health, now: datetime) -> Rested:
    """One more trouble of the provider's own (it cannot be reached, refuses the log-in, answers 5xx)."""
    troubles = health.troubles + 1
    if troubles < TROUBLES_BEFORE_REST:
        return Rested(Health(health.is_on, troubles, health.resting_until))
    minutes = min(REST_MINUTES * 2 ** min(troubles - TROUBLES_BEFORE_REST, 10), REST_MINUTES_MAX)
    was_up = health.troubles < TROUBLES_BEFORE_REST
    return Rested(Health(health.is_on, troubles, now + timedelta(minutes=minutes)), has_changed=was_up)


SLOW_SHARE = 4


def slow_rate(per_second: int) -> int:
    """What a provider whose quality fell may still send: a quarter, at least one a second."""
    return max(1, per_second // SLOW_SHARE)


@dataclass(slots=True)
class Shares:
    """How many messages of one round each provider may still get: what its rate lets leave while the round lasts."""

    left: dict[str, int] = field(default_factory=dict)

    def take(self, provider: str) -> None:
        self.left[provider] = self.left.get(provider, 0) - 1

    def has_room(self, provider: str) -> bool:
        return self.left.get(provider, 0) > 0


def choose(
    lanes: Iterable[Lane],
    healths: Mapping[str, Health],
    key: str,
    now: datetime,
    *,
    without: AbstractSet[str] = frozenset(),
) -> list[Lane]:
    """Every lane that may be used now, the one to use first. `without` are those that refused this message already;
    they come last, for a message should not wait because only they are left."""
    up = [lane for lane in lanes if healths.get(lane.provider, Health()).is_up(now)]
    return sorted(up, key=lambda lane: (lane.provider in without, lane.priority, _draw(lane, key), lane.provider))


def _draw(lane: Lane, key: str) -> float:
    """Weighted rendezvous: over many keys each provider of a priority comes first in proportion to its weight."""
    if lane.weight <= 0:
        return float("inf")
    number = int.from_bytes(hashlib.sha256(f"{lane.provider}:{key}".encode()).digest()[:8], "big")
    return -log((number + 1) / (2**64 + 1)) / lane.weight


def choose_sender(senders: Sequence[str], grades: Mapping[str, str], key: str) -> str:
    """The number or name one person always sees, among those not resting; "" when the provider names none.

    When every one rests, the least bad is used: silence would be worse than a number that some filter.
    """
    usable = [one for one in senders if grades.get(one, "good") != "resting"] or list(senders)
    if not usable:
        return ""
    return max(usable, key=lambda one: hashlib.sha256(f"{one}:{key}".encode()).digest())
