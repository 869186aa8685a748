"""What happened to an obligation, as values. A payment that a reversal names never was, from the reversal's date on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.components import COMPONENTS, Component


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """Money received on `on`."""

    uid: str
    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ReversalEvent:
    """The payment `of` came back (bounced, charged back, misapplied)."""

    on: date
    of: str


@dataclass(frozen=True, slots=True)
class FeeEvent:
    """A collection fee. `activity` names the logged activity behind it: there is no fee for mere delay (SFC, FAQ 16)."""

    uid: str
    on: date
    amount_minor: int
    activity: str


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


type Event = PaymentEvent | ReversalEvent | FeeEvent | WaiverEvent | PauseEvent | WriteOffEvent
type DatedEvent = PaymentEvent | ReversalEvent | FeeEvent | WaiverEvent | WriteOffEvent

# Within one day: what was charged, then forgiven, then paid, then taken back.
_RANK: dict[type, int] = {FeeEvent: 1, WaiverEvent: 2, PaymentEvent: 3, ReversalEvent: 4, WriteOffEvent: 5}


def in_order(events: Iterable[Event]) -> list[DatedEvent]:
    """Events as they take effect, whatever order they arrived in. Pauses are not steps and stay out."""
    dated = [event for event in events if not isinstance(event, PauseEvent)]
    return sorted(dated, key=lambda event: (event.on, _RANK[type(event)], _identity(event)))


def check_events(events: Sequence[Event]) -> None:
    """Refuses `duplicate-event`, `unknown-payment`, `reversal-before-payment`, `fee-without-activity` and `bad-event`."""
    payments = {event.uid: event for event in events if isinstance(event, PaymentEvent)}
    uids = [event.uid for event in events if isinstance(event, PaymentEvent | FeeEvent | WaiverEvent) and event.uid]
    if len(set(uids)) < len(uids):
        raise Refusal("duplicate-event", "Dos movimientos tienen el mismo identificador.")
    reversed_uids = [event.of for event in events if isinstance(event, ReversalEvent)]
    if len(set(reversed_uids)) < len(reversed_uids):
        raise Refusal("duplicate-event", "Un mismo pago se reversa dos veces.")
    for event in events:
        _check_event(event, payments)


def _check_event(event: Event, payments: dict[str, PaymentEvent]) -> None:
    if isinstance(event, PaymentEvent | FeeEvent | WaiverEvent) and event.amount_minor <= 0:
        raise Refusal("bad-event", f"El valor del movimiento del {event.on} debe ser mayor que cero.")
    if isinstance(event, FeeEvent) and not event.activity:
        raise Refusal(
            "fee-without-activity", f"El gasto de cobranza del {event.on} no tiene una gestión que lo respalde."
        )
    if isinstance(event, WaiverEvent) and event.component not in COMPONENTS:
        raise Refusal("bad-event", f"No existe el concepto «{event.component}».")
    if isinstance(event, PauseEvent) and event.to_on < event.from_on:
        raise Refusal("bad-event", "Una pausa termina antes de empezar.")
    if isinstance(event, ReversalEvent):
        if event.of not in payments:
            raise Refusal("unknown-payment", f"El reverso del {event.on} nombra un pago que no existe: «{event.of}».")
        if event.on < payments[event.of].on:
            raise Refusal("reversal-before-payment", f"El reverso del {event.on} es anterior al pago «{event.of}».")


def _identity(event: DatedEvent) -> str:
    if isinstance(event, ReversalEvent):
        return event.of
    return "" if isinstance(event, WriteOffEvent) else event.uid
