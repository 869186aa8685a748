"""Replay: an obligation's schedule and events played in the order in which they take effect.

The result depends on the events alone, never on the order in which they arrived, so a back-dated event is simply played at
its date. A reversal returns to the snapshot before its payment and plays on without it: afterwards every balance is as if
the payment had never been, while statements of earlier dates still show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.allocation import spend_credits, waive
from acuerdo.ledger.rules.book import Book, Credit, Share
from acuerdo.ledger.rules.events import (
    DatedEvent,
    Event,
    FeeEvent,
    PauseEvent,
    PaymentEvent,
    ReversalEvent,
    WaiverEvent,
    WriteOffEvent,
    check_events,
    in_order,
)
from acuerdo.ledger.rules.late_interest import DailyRates, Pauses, daily_rates
from acuerdo.ledger.rules.rate_caps import CapTables, cap_table
from acuerdo.ledger.rules.statements import Statement, statement_of
from acuerdo.ledger.rules.terms import Instalment, ObligationTerms

# No debt of ours lives longer; a mistyped year should not cost a table of a million days.
YEARS_MAX = 120


@dataclass(slots=True)
class PaymentOutcome:
    """Where a payment went. A reversed one keeps the shares it had while in force; its money counts nowhere else."""

    uid: str
    on: date
    amount_minor: int
    shares: list[Share] = field(default_factory=list)
    reversed_on: date | None = None

    @property
    def unallocated_minor(self) -> int:
        return self.amount_minor - sum(share.amount_minor for share in self.shares)


@dataclass(slots=True)
class Replayed:
    """All that a replay tells. `waived` and `charged` map an event's uid to its shares; `book` is the state after the last step."""

    payments: dict[str, PaymentOutcome]
    statements: list[Statement]
    waived: dict[str, list[Share]]
    charged: dict[str, Share]
    book: Book


@dataclass(slots=True)
class _Step:
    """One thing to do on one day: a due date (no event), an event, or a statement to write."""

    day: int
    event: DatedEvent | None = None
    statement_on: date | None = None


@dataclass(slots=True)
class _Snapshot:
    """Everything that a reversal must restore: the book and the shares found so far."""

    index: int
    book: Book
    shares: dict[str, int]
    waived: dict[str, list[Share]]
    charged: dict[str, Share]


def replay(
    instalments: Sequence[Instalment],
    terms: ObligationTerms,
    events: Sequence[Event],
    as_of: Iterable[date],
    caps: CapTables,
) -> Replayed:
    """Plays the events and writes a statement for each date of `as_of`.

    Refuses what `check_events` refuses, and `rate-cap-missing` when a day that bears late interest has no certified cap.
    """
    check_events(events)
    pauses = Pauses.of((event.from_on, event.to_on) for event in events if isinstance(event, PauseEvent))
    dates = sorted(set(as_of))
    book = Book(instalments, terms, rates_for(instalments, terms, events, dates, caps), pauses)
    return _Player(book, events, dates).play()


def rates_for(
    instalments: Sequence[Instalment],
    terms: ObligationTerms,
    events: Iterable[Event],
    dates: Sequence[date],
    caps: CapTables,
) -> DailyRates | None:
    """The daily late rates over all days that the replay can touch; None when no late interest was agreed."""
    late = terms.late_interest
    if late is None or not instalments:
        return None
    first = min(instalment.due_on for instalment in instalments)
    last = max(
        [first, *dates, *(event.on for event in events if not isinstance(event, PauseEvent)), instalments[-1].due_on]
    )
    if last.year - first.year > YEARS_MAX:
        raise Refusal("dates-too-far-apart", f"Entre el {first} y el {last} hay más de {YEARS_MAX} años.")
    table = caps.get(late.cap, cap_table(late.cap, ())) if late.cap else None
    # Whole years, so that the accounts of one product share one line of rates.
    return daily_rates(late, table, date(first.year, 1, 1), date(last.year, 12, 31))


class _Player:
    def __init__(self, book: Book, events: Sequence[Event], dates: Sequence[date]) -> None:
        self.book = book
        ordered = in_order(events)
        self.steps = _steps(book, ordered, dates)
        self.will_reverse = {event.of for event in ordered if isinstance(event, ReversalEvent)}
        paid = [event for event in ordered if isinstance(event, PaymentEvent)]
        self.payments = {event.uid: PaymentOutcome(event.uid, event.on, event.amount_minor) for event in paid}
        self.snapshots: dict[str, _Snapshot] = {}
        self.reversed: set[str] = set()
        self.waived: dict[str, list[Share]] = {}
        self.charged: dict[str, Share] = {}
        self.statements: dict[date, Statement] = {}

    def play(self) -> Replayed:
        index = 0
        while index < len(self.steps):
            index = self._take(index)
        statements = [self.statements[day] for day in sorted(self.statements)]
        return Replayed(self.payments, statements, self.waived, self.charged, self.book)

    def _take(self, index: int) -> int:
        """Does one step; returns the index of the next one, which lies behind after a reversal."""
        step = self.steps[index]
        match step.event:
            case None if step.statement_on is not None:
                if step.statement_on not in self.statements:
                    self.statements[step.statement_on] = statement_of(self.book, step.statement_on)
            case None:
                self._spend(step.day)
            case PaymentEvent() as payment:
                self._pay(payment, step.day, index)
            case ReversalEvent() as reversal:
                return self._reverse(reversal, index)
            case FeeEvent() as fee:
                self._charge(fee, step.day)
            case WaiverEvent() as waiver:
                self.waived[waiver.uid] = waive(self.book, waiver.component, waiver.amount_minor, step.day)
            case WriteOffEvent():
                self.book.written_off = step.day
        return index + 1

    def _pay(self, payment: PaymentEvent, day: int, index: int) -> None:
        if payment.uid in self.reversed:
            return
        if payment.uid in self.will_reverse:
            shares = {uid: len(outcome.shares) for uid, outcome in self.payments.items() if uid not in self.reversed}
            self.snapshots[payment.uid] = _Snapshot(
                index, self.book.copy(), shares, dict(self.waived), dict(self.charged)
            )
        self.book.credits.append(Credit(payment.uid, payment.amount_minor))
        self._spend(day)

    def _spend(self, day: int) -> None:
        for uid, shares in spend_credits(self.book, day).items():
            self.payments[uid].shares.extend(shares)

    def _charge(self, fee: FeeEvent, day: int) -> None:
        line = self.book.fee_line(day)
        line.owed["collection_fee"] += fee.amount_minor
        self.book.first_open = 0
        self.charged[fee.uid] = Share(line.number, "collection_fee", fee.amount_minor, fee.on)

    def _reverse(self, reversal: ReversalEvent, index: int) -> int:
        """Goes back to just before the payment, which from now on does not count."""
        if reversal.of in self.reversed:
            return index + 1
        self.reversed.add(reversal.of)
        self.payments[reversal.of].reversed_on = reversal.on
        snapshot = self.snapshots[reversal.of]
        self.book, self.waived, self.charged = snapshot.book, snapshot.waived, snapshot.charged
        for uid, count in snapshot.shares.items():
            if uid != reversal.of and uid not in self.reversed:
                del self.payments[uid].shares[count:]
        return snapshot.index


def _steps(book: Book, events: Sequence[DatedEvent], dates: Sequence[date]) -> list[_Step]:
    """Due dates first within a day, then its events, then its statement."""
    ranked = [(day, 0, 0, _Step(day)) for day in sorted({line.due for line in book.lines})]
    ranked += [(event.on.toordinal(), 1, rank, _Step(event.on.toordinal(), event)) for rank, event in enumerate(events)]
    ranked += [(day.toordinal(), 2, 0, _Step(day.toordinal(), statement_on=day)) for day in dates]
    last = max([day.toordinal() for day in dates] + [event.on.toordinal() for event in events], default=0)
    ranked.sort(key=lambda item: item[:3])
    return [step for day, _, _, step in ranked if day <= last]
