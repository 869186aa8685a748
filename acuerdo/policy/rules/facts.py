"""What is asked and what is known: plain values, checked once when they are made.

Instants are aware datetimes; a naive one is refused. History holds only what happened up to the question's instant.
Holds and consents are half-open periods [from, to); no end means for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules.vocabulary import CHANNELS, DIRECTIONS, EVIDENCE, HOLDS, PURPOSES, RECIPIENTS, one_of

type Span = tuple[int, int]  # seconds of the local day, half-open
type DayWindows = tuple[Span, ...]
type Windows = tuple[DayWindows | None, ...]  # Monday … Sunday, holiday; None on holiday: as that weekday


FIRST_YEAR, LAST_YEAR = 1900, 2200


def aware(at: datetime, *, field: str) -> datetime:
    """`at` itself; refuses `naive-time` when it carries no offset, `time-out-of-range` outside 1900–2200."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise Refusal(
            "naive-time", f"La hora de «{field}» no dice su zona horaria; escríbala con desfase, por ejemplo -05:00."
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Refusal("time-out-of-range", f"La hora de «{field}» no cae entre los años {FIRST_YEAR} y {LAST_YEAR}.")
    return at


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo:
    """The IANA zone; refuses `unknown-timezone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refusal("unknown-timezone", f"«{name}» no es una zona horaria IANA, como America/Bogota.") from error


@dataclass(frozen=True, slots=True)
class Question:
    """One contact about to happen. Two `zones` mean that either may be the person's: both must allow. `region`: state code."""

    at: datetime
    channel: str
    purpose: str = "collection"
    recipient: str = "debtor"
    zones: tuple[str, ...] = ()
    region: str = ""
    direction: str = "out"
    obligation: str = ""

    def __post_init__(self) -> None:
        aware(self.at, field="at")
        one_of(self.channel, CHANNELS, field="channel")
        one_of(self.purpose, PURPOSES, field="purpose")
        one_of(self.recipient, RECIPIENTS, field="recipient")
        one_of(self.direction, DIRECTIONS, field="direction")
        for zone in self.zones:
            known_zone(zone)


@dataclass(frozen=True, slots=True)
class PastContact:
    """One row of the contact log. `counts` false: it never left, or reached nobody. Purposes that the law exempts weigh on a cap
    only where a reading says so; `is_other_party`: it was with another person bound by the same debt, and so does that."""

    at: datetime
    channel: str
    direction: str = "out"
    answered: bool = False
    right_party: bool = False
    counts: bool = True
    obligation: str = ""
    purpose: str = "collection"
    is_other_party: bool = False

    def __post_init__(self) -> None:
        aware(self.at, field="history")
        one_of(self.channel, CHANNELS, field="channel")
        one_of(self.purpose, PURPOSES, field="purpose")
        one_of(self.direction, DIRECTIONS, field="direction")

    @property
    def is_two_way(self) -> bool:
        return self.answered or self.right_party


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's authorisation of a channel; an empty `purpose` covers every purpose, `collection` all but marketing."""

    channel: str
    granted_at: datetime
    revoked_at: datetime | None = None
    purpose: str = ""

    def __post_init__(self) -> None:
        one_of(self.channel, CHANNELS, field="channel")
        aware(self.granted_at, field="granted_at")
        if self.revoked_at is not None and aware(self.revoked_at, field="revoked_at") < self.granted_at:
            raise Refusal(
                "consent-revoked-before-granted",
                f"La autorización de «{self.channel}» aparece revocada antes de darse.",
            )

    def covers(self, purpose: str) -> bool:
        return self.purpose in ("", purpose) or (self.purpose == "collection" and purpose != "marketing")


@dataclass(frozen=True, slots=True)
class Hold:
    """A stop on the person; an empty `channel` stops all of them."""

    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    channel: str = ""

    def __post_init__(self) -> None:
        one_of(self.kind, HOLDS, field="hold")
        if self.channel:
            one_of(self.channel, CHANNELS, field="channel")
        starts = aware(self.starts_at, field="starts_at") if self.starts_at else None
        ends = aware(self.ends_at, field="ends_at") if self.ends_at else None
        if starts and ends and ends < starts:
            raise Refusal("hold-ends-before-start", "Una pausa aparece terminada antes de empezar.")


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The customer's own hours, at most one span a day. They always narrow; they widen the law's only with `has_instrument`:
    a record apart from the contract and later than it (CO: Ley 2300 de 2023, art. 3 par.)."""

    windows: Windows
    given_at: datetime
    revoked_at: datetime | None = None
    has_instrument: bool = False

    def __post_init__(self) -> None:
        aware(self.given_at, field="given_at")
        if self.revoked_at is not None and aware(self.revoked_at, field="revoked_at") < self.given_at:
            raise Refusal("own-hours-revoked-before-given", "El horario propio aparece revocado antes de darse.")
        if any(day is not None and len(day) > 1 for day in self.windows):
            raise Refusal("own-hours-two-spans", "El horario propio admite una sola franja por día.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A setting's value. One that loosens a rule names who approved it and when."""

    value: str
    approved_by: str = ""
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules may look at; None is unknown, and for `excluded_number` that the registry was not consulted.

    `point_ownership` 0–100: how sure it is that the number or address is this person's. Balances in minor units: the
    whole debt, what of it is due, and the figure due that the text states.
    """

    consents: tuple[Consent, ...] = ()
    holds: tuple[Hold, ...] = ()
    history: tuple[PastContact, ...] = ()
    own_hours: OwnHours | None = None
    excluded_number: bool | None = None
    evidence: frozenset[str] = frozenset()
    point_is_valid: bool | None = None
    point_ownership: int | None = None
    balance_minor: int | None = None
    balance_due_minor: int | None = None
    balance_stated_minor: int | None = None
    settings: Mapping[str, Reading] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.evidence:
            one_of(name, EVIDENCE, field="evidence")


def refuse_future(facts: Facts, at: datetime) -> None:
    """Refuses `future-history`: a contact log that already knows what comes after the question is not a log."""
    for contact in facts.history:
        if contact.at > at:
            raise Refusal(
                "future-history", f"El historial trae un contacto de {contact.at.isoformat()}, posterior a la pregunta."
            )
