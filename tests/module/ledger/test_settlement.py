"""Paying a loan off before its term on real tables: what it costs, what it posts, each refusal, and what a reversal gives back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, OpenInstalment
from acuerdo.ledger.public import (
    payoffs,
    refresh_states,
    reverse_payment,
    settle_in_full,
    statement,
    statement_view,
)
from tests.module.ledger.test_payments import legs, make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}
# 280.00 has fallen due or is principal; of April's 20.00 of interest, 15 of the 31 days from 5 March have run: 9.68.
PAYOFF = 28_968

pytestmark = pytest.mark.django_db


def settle(on: date = TODAY, account_id: int = 1) -> AccountEvent:
    return settle_in_full(account_id, settled_on=on, reason="pago total", **WHO)


def test_the_payoff_is_paid_and_nothing_is_owed_or_left_over() -> None:
    make_account(late=None)
    owed = payoffs([1], TODAY)[1]
    assert (owed.total_minor, owed.missing_minor, owed.amounts["contract_interest"]) == (PAYOFF, PAYOFF, 4968)
    assert statement_view(1, TODAY).document.payoff_minor == PAYOFF
    done = pay(amount_minor=PAYOFF)
    assert payoffs([1], TODAY)[1].missing_minor == 0
    event = settle()
    assert settle().pk == event.pk
    account = Account.objects.get()
    assert (account.balance_minor, account.unallocated_minor, account.status, account.next_due_on) == (
        0,
        0,
        "paid",
        None,
    )
    # What had fallen due was paid when the money came; closing took the rest.
    assert (event.amount_minor, OpenInstalment.objects.count()) == (8968, 0)
    assert sum(minor for part, _, minor in legs(payment_id=done.payment_id) if part == "unallocated") == 0
    document = statement_view(1, TODAY).document
    assert [(line.kind, line.amount_minor, line.spared_minor) for line in document.changes] == [
        ("settlement", 8968, 1032)
    ]
    refresh_states(date(2026, 4, 6), now=NOW)
    assert statement(1, date(2026, 4, 6)).balance_minor == Account.objects.get().balance_minor == 0


def test_earlier_credit_counts_and_a_reversal_opens_the_loan_again() -> None:
    make_account(late=None)
    first = pay(amount_minor=20_000, paid_on=date(2026, 3, 5), ref="antes")
    before = statement(1, TODAY)
    last = pay(amount_minor=PAYOFF - 20_000)
    settle()
    reverse_payment(last.payment_id, reversed_on=TODAY, external_ref="rev", **WHO)
    assert statement(1, TODAY) == before
    assert Account.objects.get().status == "active"
    assert sum(minor for part, _, minor in legs(payment_id=last.payment_id)) == 0
    assert {row["payment"] for row in Entry.objects.values("payment").annotate(n=Sum("amount_minor")).filter(n=0)} == {
        first.payment_id, last.payment_id,
    }  # fmt: skip


def test_a_charge_for_prepaying_is_posted_as_income() -> None:
    make_account(late=None, terms={"prepayment": {"charge": "0.01", "free_up_to": "0"}})
    pay(amount_minor=PAYOFF + 80)
    event = settle()
    # One per cent of the 80.00 of principal that was not due yet.
    assert sorted(legs(event=event)) == [("fee_income", None, -80), ("fees", 3, 80)]
    assert Account.objects.get().balance_minor == 0


@pytest.mark.parametrize(
    ("paid_minor", "account_id", "code"),
    [(PAYOFF - 1, 1, "settlement-not-covered"), (0, 1, "settlement-not-covered"), (PAYOFF, 2, "not-our-books")],
)
def test_refusals_change_nothing(paid_minor: int, account_id: int, code: str) -> None:
    make_account(late=None)
    make_account(2, balance_source="core")
    if paid_minor:
        pay(amount_minor=paid_minor)
    before = (list(Account.objects.order_by("pk").values()), Entry.objects.count())
    with pytest.raises(Refusal) as refusal:
        settle(account_id=account_id)
    assert refusal.value.code == code
    assert (list(Account.objects.order_by("pk").values()), Entry.objects.count()) == before


def test_a_loan_already_paid_has_nothing_to_settle() -> None:
    make_account(late=None)
    on = date(2026, 4, 5)
    pay(amount_minor=30_000, paid_on=on, now=datetime(2026, 4, 5, 15, 0, tzinfo=UTC))
    refresh_states(on, now=NOW + timedelta(days=16))
    with pytest.raises(Refusal) as refusal:
        settle(on)
    assert refusal.value.code == "nothing-owed"
