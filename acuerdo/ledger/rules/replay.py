"""Replay: an obligation's schedule and events played in the order in which they take effect.

The result depends on the events alone, never on the order in which they arrived, so a back-dated event is simply played at
its date. A reversal returns to the snapshot before its payment and plays on without it: afterwards every balance is as if
the payment had never been, while statements of earlier dates still show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.allocation import spend_credits, waive
from acuerdo.ledger.rules.book import Book, Credit, Share
from acuerdo.ledger.rules.changes import Effects, charge_back, check_moves, extend, extra_numbers, refund, replace_debt
from acuerdo.ledger.rules.events import (
    ChargebackEvent,
    DatedEvent,
    Event,
    ExtensionEvent,
    FeeEvent,
    PauseEvent,
    PaymentEvent,
    RefundEvent,
    ReplacementEvent,
    ReversalEvent,
    SettlementEvent,
    WaiverEvent,
    WriteOffEvent,
    check_events,
    in_order,
)
from acuerdo.ledger.rules.fee_cases import fee_case
from acuerdo.ledger.rules.fee_tariffs import check_fee
from acuerdo.ledger.rules.late_interest import DailyRates, Pauses, daily_rates
from acuerdo.ledger.rules.prepayment import settle_in_full
from acuerdo.ledger.rules.rate_caps import CapTables, cap_table
from acuerdo.ledger.rules.statements import Statement, statement_of
from acuerdo.ledger.rules.terms import Instalment, LateInterestTerms, ObligationTerms

# No debt of ours lives longer; a mistyped year should not cost a table of a million days.
YEARS_MAX = 120


@dataclass(slots=True)
class PaymentOutcome:
    """Where a payment went. A reversed one keeps the shares it had while in force; its money counts nowhere else.

    `returned_minor` is what of its unspent part went back to the customer. Money received once the lender's books gave the
    debt up is a recovery.
    """

    uid: str
    on: date
    amount_minor: int
    shares: list[Share] = field(default_factory=list)
    reversed_on: date | None = None
    returned_minor: int = 0
    is_recovery: bool = False

    @property
    def unallocated_minor(self) -> int:
        return self.amount_minor - sum(share.amount_minor for share in self.shares) - self.returned_minor


@dataclass(slots=True)
class Replayed:
    """All that a replay tells. `effects` says what each event did; `book` is the state after the last step.

    `extra_numbers` are the lines that chargebacks and refunds may open, by the event's uid.
    """

    payments: dict[str, PaymentOutcome]
    statements: list[Statement]
    effects: Effects
    book: Book
    extra_numbers: dict[str, int]


@dataclass(slots=True)
class _Step:
    """One thing to do on one day: a due date (no event), an event, or a statement to write."""

    day: int
    event: DatedEvent | None = None
    statement_on: date | None = None


@dataclass(slots=True)
class _Snapshot:
    """Everything that a reversal must restore: the book, the shares found so far and what the events did."""

    index: int
    book: Book
    shares: dict[str, int]
    effects: Effects


def replay(
    instalments: Sequence[Instalment],
    terms: ObligationTerms,
    events: Sequence[Event],
    as_of: Iterable[date],
    caps: CapTables,
) -> Replayed:
    """Plays the events and writes a statement for each date of `as_of`.

    Refuses what `check_events` and `check_moves` refuse, `rate-cap-missing` when a day that bears late interest has no
    certified cap, and what `check_fee` refuses where the terms say what governs collection fees.
    """
    check_events(events)
    check_moves(instalments, events)
    pauses = Pauses.of((event.from_on, event.to_on) for event in events if isinstance(event, PauseEvent))
    dates = sorted(set(as_of))
    book = Book(instalments, terms, rates_for(instalments, terms, events, dates, caps), pauses)
    return _Player(book, events, dates, extra_numbers(instalments, events)).play()


def play_on(book: Book, payments: Sequence[PaymentEvent], as_of: Sequence[date]) -> Replayed:
    """Plays more payments on a book as it stands, and writes a statement for each date of `as_of`, ordered."""
    return _Player(book, payments, as_of, {}).play()


def rates_for(
    instalments: Sequence[Instalment],
    terms: ObligationTerms,
    events: Iterable[Event],
    dates: Sequence[date],
    caps: CapTables,
) -> DailyRates | None:
    """The daily late rates over all days that the replay can touch; None when no late interest was agreed."""
    if terms.late_interest is None or not instalments:
        return None
    first = min(instalment.due_on for instalment in instalments)
    dated = [event for event in events if not isinstance(event, PauseEvent)]
    moved = [move.due_on for event in dated if isinstance(event, ExtensionEvent) for move in event.moves]
    last = max([first, *dates, *moved, *(event.on for event in dated), instalments[-1].due_on])
    return late_rates(terms.late_interest, first, last, caps)


def late_rates(late: LateInterestTerms, first: date, last: date, caps: CapTables) -> DailyRates:
    """The daily rates of at least [first, last]. Refuses `dates-too-far-apart`."""
    if last.year - first.year > YEARS_MAX:
        raise Refusal("dates-too-far-apart", f"Entre el {first} y el {last} hay más de {YEARS_MAX} años.")
    table = caps.get(late.cap, cap_table(late.cap, ())) if late.cap else None
    # Whole years, so that the accounts of one product share one line of rates.
    return daily_rates(late, table, date(first.year, 1, 1), date(last.year, 12, 31))


class _Player:
    def __init__(self, book: Book, events: Sequence[Event], dates: Sequence[date], numbers: dict[str, int]) -> None:
        self.book = book
        self.numbers = numbers
        ordered = in_order(events)
        self.steps = _steps(book, ordered, dates)
        self.will_reverse = {event.of for event in ordered if isinstance(event, ReversalEvent)}
        paid = [event for event in ordered if isinstance(event, PaymentEvent)]
        self.payments = {event.uid: PaymentOutcome(event.uid, event.on, event.amount_minor) for event in paid}
        self.snapshots: dict[str, _Snapshot] = {}
        self.reversed: set[str] = set()
        self.effects = Effects()
        self.chargebacks_of = {event.uid: event.of for event in ordered if isinstance(event, ChargebackEvent)}
        self.statements: dict[date, Statement] = {}

    def play(self) -> Replayed:
        index = 0
        while index < len(self.steps):
            index = self._take(index)
        for returned in self.effects.returned.values():
            for uid, amount_minor in returned.items():
                self.payments[uid].returned_minor += amount_minor
        statements = [self.statements[day] for day in sorted(self.statements)]
        return Replayed(self.payments, statements, self.effects, self.book, self.numbers)

    def _take(self, index: int) -> int:
        """Does one step; returns the index of the next one, which lies behind after a reversal."""
        step = self.steps[index]
        match step.event:
            case None if step.statement_on is not None:
                if step.statement_on not in self.statements:
                    self.statements[step.statement_on] = statement_of(self.book, step.statement_on)
            case None:
                # A due date that an extension moved away is a day like any other.
                if self.book.credits and any(line.due == step.day for line in self.book.lines):
                    self._spend(step.day)
            case PaymentEvent() as payment:
                self._pay(payment, step.day, index)
            case ReversalEvent() as reversal:
                return self._reverse(reversal, index)
            case event:
                self._change(event, step.day)
        return index + 1

    def _change(self, event: DatedEvent, day: int) -> None:
        match event:
            case FeeEvent():
                self._charge(event, day)
            case WaiverEvent():
                self.effects.waived[event.uid] = waive(self.book, event.component, event.amount_minor, day)
            case ExtensionEvent():
                extend(self.book, event, day)
            case ChargebackEvent():
                self._charge_back(event, day)
            case RefundEvent():
                charged, returned = refund(self.book, event, self.numbers[event.uid], day)
                self.effects.returned[event.uid] = returned
                if charged:
                    self.effects.charged[event.uid] = charged
            case ReplacementEvent():
                spent, self.effects.transferred[event.uid] = replace_debt(self.book, event, day)
                self._share(spent)
            case SettlementEvent():
                self._settle(event, day)
            case WriteOffEvent():
                self.book.written_off = day
                self.effects.lost_minor = statement_of(self.book, event.on).balance_minor

    def _pay(self, payment: PaymentEvent, day: int, index: int) -> None:
        if payment.uid in self.reversed:
            return
        if payment.uid in self.will_reverse:
            shares = {uid: len(outcome.shares) for uid, outcome in self.payments.items() if uid not in self.reversed}
            self.snapshots[payment.uid] = _Snapshot(index, self.book.copy(), shares, self.effects.copy())
        self.payments[payment.uid].is_recovery = self.book.written_off is not None
        self.book.credits.append(Credit(payment.uid, payment.amount_minor))
        self._spend(day)

    def _spend(self, day: int) -> None:
        self._share(spend_credits(self.book, day))

    def _share(self, spent: dict[str, list[Share]]) -> None:
        for uid, shares in spent.items():
            self.payments[uid].shares.extend(shares)

    def _charge(self, fee: FeeEvent, day: int) -> None:
        if self.book.terms.fees is not None:
            case = fee_case(
                statement_of(self.book, fee.on), fee, self.effects.charged.values(), self.book.terms.currency
            )
            check_fee(fee.amount_minor, case, self.book.terms.fees)
        line = self.book.fee_line(day)
        line.owed["collection_fee"] += fee.amount_minor
        self.book.first_open = 0
        self.effects.charged[fee.uid] = Share(line.number, "collection_fee", fee.amount_minor, fee.on)

    def _settle(self, event: SettlementEvent, day: int) -> None:
        done = settle_in_full(self.book, event, day)
        if done is None:
            return
        self.effects.settled[event.uid], charged, spent = done
        if charged is not None:
            self.effects.charged[event.uid] = charged
        self._share(spent)

    def _charge_back(self, event: ChargebackEvent, day: int) -> None:
        already = sum(
            share.amount_minor
            for uid, shares in self.effects.reopened.items()
            if self.chargebacks_of[uid] == event.of
            for share in shares
        )
        covered = self.payments[event.of].shares
        shares, returned = charge_back(self.book, event, covered, already, self.numbers[event.uid], day)
        self.effects.reopened[event.uid], self.effects.returned[event.uid] = shares, returned
        self._spend(day)

    def _reverse(self, reversal: ReversalEvent, index: int) -> int:
        """Goes back to just before the payment, which from now on does not count."""
        if reversal.of in self.reversed:
            return index + 1
        self.reversed.add(reversal.of)
        self.payments[reversal.of].reversed_on = reversal.on
        snapshot = self.snapshots[reversal.of]
        self.book, self.effects = snapshot.book, snapshot.effects
        for uid, count in snapshot.shares.items():
            if uid != reversal.of and uid not in self.reversed:
                del self.payments[uid].shares[count:]
        return snapshot.index


def _steps(book: Book, events: Sequence[DatedEvent], dates: Sequence[date]) -> list[_Step]:
    """Due dates first within a day, then its events, then its statement. No credit waits before the first event."""
    first = events[0].on.toordinal() if events else 0
    last = max([day.toordinal() for day in dates] + [event.on.toordinal() for event in events], default=0)
    dues = {line.due for line in book.lines}
    dues |= {move.due_on.toordinal() for event in events if isinstance(event, ExtensionEvent) for move in event.moves}
    ranked = [(day, 0, 0, _Step(day)) for day in dues if first <= day <= last and events]
    ranked += [(event.on.toordinal(), 1, rank, _Step(event.on.toordinal(), event)) for rank, event in enumerate(events)]
    ranked += [(day.toordinal(), 2, 0, _Step(day.toordinal(), statement_on=day)) for day in dates]
    ranked.sort(key=itemgetter(0, 1, 2))
    return [step for _, _, _, step in ranked]
