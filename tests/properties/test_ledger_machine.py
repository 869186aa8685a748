"""Months of random events, one after another, against the plain ledger: after every step both say the same."""

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.ledger.rules.events import (
    ChargebackEvent,
    DueMove,
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
)
from acuerdo.ledger.rules.replay import replay
from tests.properties.ledger_worlds import (
    FIRST,
    PlainLedger,
    World,
    caps_of,
    fractions,
    instalment_lists,
    obligation_terms,
)

amounts = st.integers(1, 150_000)
back = st.integers(0, 40)


class Ledger(RuleBasedStateMachine):
    """`today` only goes forward; what happened is told on its day or later (`back` days late)."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST
        self.events: list[Event] = []
        self.count = 0

    @initialize(rows=instalment_lists(), terms=obligation_terms(), rates=st.lists(fractions, min_size=30, max_size=30))
    def lend(self, rows: Any, terms: Any, rates: Any) -> None:
        self.rows, self.terms, self.caps = rows, terms, caps_of(rates)

    @rule(days=st.integers(1, 35))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(amount=amounts, late=back)
    def pay(self, amount: int, late: int) -> None:
        self._happen(PaymentEvent(self._name(), self._on(late), amount))

    @rule(amount=st.integers(1, 9_000), late=back)
    def charge(self, amount: int, late: int) -> None:
        self._happen(FeeEvent(self._name(), self._on(late), amount, f"a{self.count}"))

    @rule(component=st.sampled_from(COMPONENTS), amount=amounts, late=back)
    def waive(self, component: Any, amount: int, late: int) -> None:
        self._happen(WaiverEvent(self._name(), self._on(late), component, amount))

    @rule(days=st.integers(0, 20), late=back)
    def pause(self, days: int, late: int) -> None:
        start = self._on(late)
        self._happen(PauseEvent(start, start + timedelta(days=days)))

    @rule(data=st.data(), late=back, days=st.integers(1, 60))
    def extend(self, data: st.DataObject, late: int, days: int) -> None:
        row, on = data.draw(st.sampled_from(self.rows)), self._on(late)
        move = DueMove(row.number, max(row.due_on, on) + timedelta(days=days))
        self._happen(ExtensionEvent(self._name(), on, (move,)))

    @precondition(lambda self: self._free_payments())
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self._happen(ReversalEvent(self.today, data.draw(st.sampled_from(self._free_payments())).uid))

    @precondition(lambda self: self._free_payments())
    @rule(data=st.data())
    def charge_back(self, data: st.DataObject) -> None:
        payment = data.draw(st.sampled_from(self._free_payments()))
        amount = data.draw(st.integers(1, payment.amount_minor))
        self._happen(ChargebackEvent(self._name(), self.today, payment.uid, amount))

    @rule(amount=amounts)
    def refund(self, amount: int) -> None:
        self._happen(RefundEvent(self._name(), self.today, amount))

    @rule(late=back)
    def pay_off(self, late: int) -> None:
        self._happen(SettlementEvent(self._name(), self._on(late)))

    @precondition(lambda self: not any(isinstance(event, WriteOffEvent) for event in self.events))
    @rule()
    def write_off(self) -> None:
        self._happen(WriteOffEvent(self.today))

    @precondition(lambda self: len(self.events) > 6 and not any(isinstance(e, ReplacementEvent) for e in self.events))
    @rule()
    def restructure(self) -> None:
        self._happen(ReplacementEvent(self._name(), self.today, "nueva", "restructuring"))

    @invariant()
    def agrees_with_the_plain_ledger(self) -> None:
        if not hasattr(self, "rows"):
            return
        plain = PlainLedger(World(self.rows, self.terms, self.events, self.caps, self.today))
        plain.play()
        played = replay(self.rows, self.terms, self.events, [self.today], self.caps)
        statement = played.statements[0]
        assert dict(statement.balance) == plain.balance()
        assert statement.days_past_due == plain.days_past_due()
        assert statement.unallocated_minor == sum(left for _, left in plain.credits)

    def _happen(self, event: Event) -> None:
        self.events.append(event)

    def _name(self) -> str:
        self.count += 1
        return f"n{self.count:03}"

    def _on(self, late: int) -> date:
        return max(self.today - timedelta(days=late), FIRST)

    def _free_payments(self) -> list[PaymentEvent]:
        taken = {event.of for event in self.events if isinstance(event, ReversalEvent | ChargebackEvent)}
        return [event for event in self.events if isinstance(event, PaymentEvent) and event.uid not in taken]


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
