"""Months of random actions on real accounts against the plain ledger: state, open instalments and entries say the same."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from acuerdo.base.clock import zone
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, Instalment, OpenInstalment, Payment, Replacement
from acuerdo.ledger.public import (
    annul_event,
    charge_back,
    extend_due_dates,
    pause_late_interest,
    post_fee,
    record_payment,
    refresh_states,
    return_credit,
    reverse_payment,
    settle_in_full,
    waive,
    write_off,
)
from acuerdo.ledger.queries import cap_tables, events_of, load_accounts
from acuerdo.ledger.rules.documents import read_obligation_terms
from tests.factories import allow_fees
from tests.module.ledger.test_refresh import restructure
from tests.properties.ledger_worlds import PlainLedger, World

FIRST = date(2026, 1, 10)
TERMS = {"late_interest": {"rate": {"kind": "effective_annual", "value": "0.31"}, "cap": None}}
COLUMNS = {
    "principal": "principal_balance_minor",
    "contract_interest": "contract_interest_minor",
    "late_interest": "late_interest_minor",
    "insurance": "insurance_minor",
    "fees": "fees_minor",
    "collection_fee": "collection_fee_minor",
}
numbers = count(9_000)
amounts = st.integers(1, 30_000)
back = st.integers(0, 40)


class Books(RuleBasedStateMachine):
    """One account a run; `today` only goes forward, events are told on their day or later."""

    def __init__(self) -> None:
        super().__init__()
        self.today, self.pk = FIRST, next(numbers)
        self.account = Account.objects.create(
            id=self.pk,
            currency="COP",
            balance_source="ledger",
            principal_minor=24_000,
            terms=TERMS,
            updated_at=self.now,
        )
        for number in (1, 2, 3):
            Instalment.objects.create(
                account_id=self.pk, number=number, due_on=FIRST + timedelta(days=20 * number), principal_minor=8000,
                contract_interest_minor=2000, insurance_minor=70, fees_minor=30, total_minor=10_100,
                cum_due_minor=10_100 * number,
            )  # fmt: skip
        allow_fees(self.pk)

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(12), tzinfo=zone())

    @property
    def who(self) -> dict[str, Any]:
        return {"now": self.now, "actor": "prueba"}

    @property
    def by(self) -> dict[str, Any]:
        return {"now": self.now, "by": User(username="prueba", role=Role.DIRECTOR)}

    @rule(days=st.integers(1, 35))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)
        refresh_states(self.today, now=self.now)

    @rule(amount=amounts, late=back)
    def pay(self, amount: int, late: int) -> None:
        ref = f"{self.pk}-{next(numbers)}"
        record_payment(self.pk, amount_minor=amount, paid_on=self._on(late), source="b", external_ref=ref, **self.who)

    @rule(amount=st.integers(1, 900))
    def charge(self, amount: int) -> None:
        self._try(lambda: post_fee(self.pk, amount, charged_on=self.today, activity=f"a{next(numbers)}", **self.who))

    @rule(component=st.sampled_from(tuple(COLUMNS)), amount=amounts, late=back)
    def waive(self, component: str, amount: int, late: int) -> None:
        self._try(lambda: waive(self.pk, component, amount, waived_on=self._on(late), reason="x", **self.by))

    @rule(days=st.integers(0, 20), late=back)
    def pause(self, days: int, late: int) -> None:
        start = self._on(late)
        span = {"from_on": start, "to_on": start + timedelta(days=days)}
        self._try(lambda: pause_late_interest(self.pk, **span, reason="x", **self.who))

    @rule(number=st.integers(1, 3), days=st.integers(1, 60))
    def extend(self, number: int, days: int) -> None:
        moves = {number: self.today + timedelta(days=days)}
        self._try(lambda: extend_due_dates(self.pk, moves, extended_on=self.today, reason="x", **self.who))

    @precondition(lambda self: Payment.objects.filter(account_id=self.pk, reverses=None).exists())
    @rule(place=st.integers(0, 9), amount=amounts, is_whole=st.booleans())
    def take_back(self, place: int, amount: int, is_whole: bool) -> None:
        payments = list(Payment.objects.filter(account_id=self.pk, reverses=None).order_by("pk"))
        payment = payments[place % len(payments)]
        ref = f"{self.pk}-{next(numbers)}"
        papers: dict[str, Any] = {"reference": ref, "reason": "x", **self.who}
        if is_whole:
            self._try(lambda: reverse_payment(payment.pk, reversed_on=self.today, external_ref=ref, **self.who))
        else:
            self._try(lambda: charge_back(payment.pk, amount, charged_back_on=self.today, **papers))

    @rule(amount=amounts)
    def refund(self, amount: int) -> None:
        papers: dict[str, Any] = {"reference": f"{next(numbers)}", "reason": "x", **self.who}
        self._try(lambda: return_credit(self.pk, amount, returned_on=self.today, **papers))

    @rule()
    def write_off(self) -> None:
        self._try(lambda: write_off(self.pk, written_off_on=self.today, reason="x", **self.by))

    @precondition(lambda self: AccountEvent.objects.filter(account_id=self.pk, annulled_at=None).exists())
    @rule(place=st.integers(0, 9))
    def take_event_back(self, place: int) -> None:
        events = list(AccountEvent.objects.filter(account_id=self.pk, annulled_at=None).order_by("pk"))
        self._try(lambda: annul_event(events[place % len(events)].pk, reason="x", **self.by))

    @rule(late=back)
    def pay_off(self, late: int) -> None:
        self._try(lambda: settle_in_full(self.pk, settled_on=self._on(late), reason="x", **self.who))

    @precondition(lambda self: self.today > FIRST + timedelta(days=45))
    @rule()
    def restructure(self) -> None:
        """What was owed passes to a new account whole, and to no other."""
        new_id = next(numbers)
        self._try(lambda: restructure(self.pk, new_id, self.today))
        link = Replacement.objects.filter(old_id=self.pk, new_id=new_id).first()
        if link is not None:
            passed = Entry.objects.filter(account_id=self.pk, component="replaced")
            assert passed.aggregate(total=Sum("amount_minor"))["total"] == sum(link.transferred.values())
            lent = Instalment.objects.filter(account_id=new_id).aggregate(total=Sum("principal_minor"))["total"]
            assert lent == link.transferred["principal"]

    @invariant()
    def state_is_the_plain_ledgers(self) -> None:
        self.account.refresh_from_db()
        if self.account.state_as_of is None:
            return
        loaded = load_accounts([self.account])[0]
        terms = read_obligation_terms(self.account.terms, "COP")
        world = World(loaded.instalments, terms, events_of(loaded), cap_tables(), self.account.state_as_of)
        plain = PlainLedger(world)
        plain.play()
        told = {part: getattr(self.account, column) for part, column in COLUMNS.items()}
        assert told == plain.balance()
        assert self.account.days_past_due == plain.days_past_due()
        assert self.account.unallocated_minor == sum(left for _, left in plain.credits)

    @invariant()
    def entries_explain_what_is_open(self) -> None:
        legs = Entry.objects.filter(account_id=self.pk)
        assert not legs.values("transaction_uid").annotate(total=Sum("amount_minor")).exclude(total=0).exists()
        if self.account.state_as_of is None:
            return
        posted = dict(legs.values_list("component").annotate(total=Sum("amount_minor")))
        agreed = {"principal": 24_000, "contract_interest": 6_000, "insurance": 210, "fees": 90, "collection_fee": 0}
        if Account.objects.filter(pk=self.pk, next_due_on=None).exists():
            agreed = {
                part: agreed[part] for part in ("principal", "collection_fee")
            }  # closed early: the rest was never charged
        still = OpenInstalment.objects.filter(account_id=self.pk)
        for part, lent in agreed.items():
            owed = still.aggregate(total=Sum(f"{part}_minor"))["total"] or 0
            assert owed == lent + posted.get(part, 0), part

    def _try(self, act: Any) -> None:
        """An action may refuse; then nothing may have changed, which the invariants look at."""
        try:
            act()
        except Refusal:
            return

    def _on(self, late: int) -> date:
        return max(self.today - timedelta(days=late), FIRST)


@pytest.mark.django_db
def test_random_months_of_actions_agree_with_the_plain_ledger() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Books, settings=settings(max_examples=8, stateful_step_count=16, deadline=None)
    )
