"""What each event beside payments did to a debt, told one way for the answers of `ledger replay` and for the statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from acuerdo.ledger.rules.book import Share
from acuerdo.ledger.rules.events import (
    ChargebackEvent,
    DueMove,
    Event,
    ExtensionEvent,
    FeeEvent,
    RefundEvent,
    ReplacementEvent,
    SettlementEvent,
    WaiverEvent,
    WriteOffEvent,
)
from acuerdo.ledger.rules.replay import Replayed

type ChangeKind = Literal[
    "fee", "waiver", "extension", "chargeback", "refund", "write_off", "settlement", "restructuring", "refinancing"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. Its shares are positive where they added to the debt and negative where they took off it.

    `about` is the activity behind a fee, the payment that a chargeback names, or the obligation that takes the debt over;
    `from_credit_minor` is what of the amount came out of unspent credit; `spared_minor` the contract interest of days to
    come that an early closing leaves uncharged.
    """

    uid: str
    kind: ChangeKind
    on: date
    amount_minor: int = 0
    shares: tuple[Share, ...] = ()
    about: str = ""
    from_credit_minor: int = 0
    moves: tuple[DueMove, ...] = ()
    spared_minor: int = 0


def changes_of(events: Sequence[Event], played: Replayed) -> list[Change]:
    """The changes that took effect, by date and name."""
    told = [change for event in events if (change := _change(event, played)) is not None]
    return sorted(told, key=lambda change: (change.on, change.uid))


def _change(event: Event, played: Replayed) -> Change | None:
    effects = played.effects
    match event:
        case FeeEvent() if event.uid in effects.charged:
            return Change(event.uid, "fee", event.on, event.amount_minor, (effects.charged[event.uid],), event.activity)
        case WaiverEvent() if event.uid in effects.waived:
            shares = _off(effects.waived[event.uid])
            return Change(event.uid, "waiver", event.on, -_sum(shares), shares)
        case ExtensionEvent():
            return Change(event.uid, "extension", event.on, moves=event.moves)
        case ChargebackEvent() if event.uid in effects.reopened:
            shares = tuple(effects.reopened[event.uid])
            returned = sum(effects.returned[event.uid].values())
            return Change(event.uid, "chargeback", event.on, event.amount_minor, shares, event.of, returned)
        case RefundEvent() if event.uid in effects.returned:
            charged = effects.charged.get(event.uid)
            returned = sum(effects.returned[event.uid].values())
            shares = (charged,) if charged else ()
            return Change(event.uid, "refund", event.on, event.amount_minor, shares, from_credit_minor=returned)
        case _:
            return _closing(event, played)


def _closing(event: Event, played: Replayed) -> Change | None:
    """What ended the debt, here or in the lender's books."""
    effects = played.effects
    match event:
        case SettlementEvent() if event.uid in effects.settled:
            closing, charged = effects.settled[event.uid], effects.charged.get(event.uid)
            added: tuple[Share, ...] = (charged,) if charged else ()
            return Change(
                event.uid, "settlement", event.on, closing.total_minor, added, spared_minor=closing.spared_minor
            )
        case WriteOffEvent() if played.book.written_off is not None:
            return Change("", "write_off", event.on, effects.lost_minor)
        case ReplacementEvent() if event.uid in effects.transferred:
            shares = _off(effects.transferred[event.uid])
            return Change(event.uid, event.kind, event.on, -_sum(shares), shares, event.into)
        case _:
            return None


def _off(shares: Sequence[Share]) -> tuple[Share, ...]:
    return tuple(replace(share, amount_minor=-share.amount_minor) for share in shares)


def _sum(shares: Sequence[Share]) -> int:
    return sum(share.amount_minor for share in shares)
