"""What happened to an obligation, as values. A payment that a reversal names never was, from the reversal's date on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.components import COMPONENTS, Component


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """Money received on `on`. `is_after_close`: it turned up once the debt had passed on, so that day's closing comes first."""

    uid: str
    on: date
    amount_minor: int
    is_after_close: bool = False


@dataclass(frozen=True, slots=True)
class ReversalEvent:
    """The payment `of` came back (bounced, charged back, misapplied)."""

    on: date
    of: str


@dataclass(frozen=True, slots=True)
class FeeEvent:
    """A collection fee. `activity` names the logged activity behind it: there is no fee for mere delay (SFC, FAQ 16).

    `free_activity_on` is the day of an earlier one that the debtor does not pay for, which some laws ask for.
    """

    uid: str
    on: date
    amount_minor: int
    activity: str
    free_activity_on: date | None = None


@dataclass(frozen=True, slots=True)
class WaiverEvent:
    """A part of the debt forgiven: interest and fees (condonación) or principal (quita)."""

    uid: str
    on: date
    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PauseEvent:
    """No late interest from `from_on` to `to_on`, both included. Days past due keep counting."""

    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class WriteOffEvent:
    """The lender's books give the debt up (castigo). The debtor still owes it; later payments are recoveries."""

    on: date


@dataclass(frozen=True, slots=True)
class DueMove:
    """One instalment and the later date it is now due on."""

    instalment: int
    due_on: date


@dataclass(frozen=True, slots=True)
class ExtensionEvent:
    """Due dates put off (prórroga). What accrued up to `on` stays; from then on only the new dates count."""

    uid: str
    on: date
    moves: tuple[DueMove, ...]


@dataclass(frozen=True, slots=True)
class ChargebackEvent:
    """Part or all of the payment `of` went back to who made it. What it had covered is owed again, due on `on`.

    Unlike a reversal it changes nothing before its date: while the money was here, the debt was paid.
    """

    uid: str
    on: date
    of: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """Unspent credit returned to the customer. More than the credit there is becomes owed again, without interest."""

    uid: str
    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SettlementEvent:
    """The loan is paid off before its term, with the money that is here on `on`; nothing happens where that is not enough."""

    uid: str
    on: date


type ReplacementKind = Literal["restructuring", "refinancing"]
REPLACEMENTS: tuple[ReplacementKind, ...] = ("restructuring", "refinancing")


@dataclass(frozen=True, slots=True)
class ReplacementEvent:
    """The debt passes to the obligation `into` (reestructuración, refinanciación) and nothing stays owed here."""

    uid: str
    on: date
    into: str
    kind: ReplacementKind


type DatedEvent = (
    PaymentEvent
    | ReversalEvent
    | FeeEvent
    | WaiverEvent
    | ExtensionEvent
    | ChargebackEvent
    | RefundEvent
    | WriteOffEvent
    | ReplacementEvent
    | SettlementEvent
)
type Event = DatedEvent | PauseEvent
type AmountEvent = PaymentEvent | FeeEvent | WaiverEvent | ChargebackEvent | RefundEvent

# Within one day: dues put off, what was charged, then forgiven, then paid, paid off, taken back, then the books closed.
# So money of the very day of a write-off still lowers what is written off: it is a payment, and only later money a recovery.
_RANK: dict[type, int] = {
    ExtensionEvent: 1,
    FeeEvent: 2,
    WaiverEvent: 3,
    PaymentEvent: 4,
    SettlementEvent: 5,
    ReversalEvent: 6,
    ChargebackEvent: 7,
    RefundEvent: 8,
    WriteOffEvent: 9,
    ReplacementEvent: 10,
}


def in_order(events: Iterable[Event]) -> list[DatedEvent]:
    """Events as they take effect, whatever order they arrived in. Pauses are not steps and stay out."""
    dated = [event for event in events if not isinstance(event, PauseEvent)]
    # Shorter names first: names that count (9, 10) keep the order in which they were given.
    return sorted(dated, key=lambda event: (event.on, _rank(event), len(_identity(event)), _identity(event)))


def _rank(event: DatedEvent) -> int:
    is_late = isinstance(event, PaymentEvent) and event.is_after_close
    return max(_RANK.values()) + 1 if is_late else _RANK[type(event)]


def check_events(events: Sequence[Event]) -> None:
    """Refuses events that cannot be, whatever the obligation.

    `duplicate-event`, `unknown-payment`, `reversal-before-payment`, `reversal-of-chargeback`, `chargeback-above-payment`,
    `fee-without-activity`, `replaced-twice` and `bad-event`.
    """
    payments = {event.uid: event for event in events if isinstance(event, PaymentEvent)}
    uids = [uid for event in events if (uid := getattr(event, "uid", ""))]
    if len(set(uids)) < len(uids):
        raise Refusal("duplicate-event", "Dos movimientos tienen el mismo identificador.")
    reversed_uids = [event.of for event in events if isinstance(event, ReversalEvent)]
    if len(set(reversed_uids)) < len(reversed_uids):
        raise Refusal("duplicate-event", "Un mismo pago se reversa dos veces.")
    if sum(isinstance(event, ReplacementEvent) for event in events) > 1:
        raise Refusal("replaced-twice", "La obligación se reestructura o refinancia dos veces.")
    for event in events:
        _check_event(event, payments)
    _check_chargebacks(events, payments, set(reversed_uids))


def _check_event(event: Event, payments: dict[str, PaymentEvent]) -> None:
    match event:
        case PaymentEvent() | FeeEvent() | WaiverEvent() | ChargebackEvent() | RefundEvent() if event.amount_minor <= 0:
            raise Refusal("bad-event", f"El valor del movimiento del {event.on} debe ser mayor que cero.")
        case FeeEvent() if not event.activity:
            message = f"El gasto de cobranza del {event.on} no tiene una gestión que lo respalde."
            raise Refusal("fee-without-activity", message)
        case WaiverEvent() if event.component not in COMPONENTS:
            raise Refusal("bad-event", f"No existe el concepto «{event.component}».")
        case PauseEvent() if event.to_on < event.from_on:
            raise Refusal("bad-event", "Una pausa termina antes de empezar.")
        case ExtensionEvent() if not event.moves or any(move.due_on <= event.on for move in event.moves):
            raise Refusal("bad-event", f"La prórroga del {event.on} debe nombrar cuotas y fechas posteriores.")
        case ReversalEvent() | ChargebackEvent():
            _check_payment_of(event, payments)


def _check_payment_of(event: ReversalEvent | ChargebackEvent, payments: dict[str, PaymentEvent]) -> None:
    word = "reverso" if isinstance(event, ReversalEvent) else "contracargo"
    if event.of not in payments:
        raise Refusal("unknown-payment", f"El {word} del {event.on} nombra un pago que no existe: «{event.of}».")
    if event.on < payments[event.of].on:
        raise Refusal("reversal-before-payment", f"El {word} del {event.on} es anterior al pago «{event.of}».")


def _check_chargebacks(events: Sequence[Event], payments: dict[str, PaymentEvent], undone: set[str]) -> None:
    taken: dict[str, int] = {}
    for event in events:
        if isinstance(event, ChargebackEvent):
            taken[event.of] = taken.get(event.of, 0) + event.amount_minor
    for uid, amount_minor in taken.items():
        if uid in undone:
            message = f"El pago «{uid}» tiene un contracargo: no se puede también reversar."
            raise Refusal("reversal-of-chargeback", message)
        if amount_minor > payments[uid].amount_minor:
            raise Refusal("chargeback-above-payment", f"Los contracargos del pago «{uid}» suman más que el pago.")


def _identity(event: DatedEvent) -> str:
    if isinstance(event, ReversalEvent):
        return event.of
    return "" if isinstance(event, WriteOffEvent) else event.uid
