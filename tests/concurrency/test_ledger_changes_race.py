"""Shared payments, chargebacks and restructurings at the same instant: once each, and no money between two debts."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, Payment
from acuerdo.ledger.public import Agreed, SharedMoney, charge_back, record_shared_payment, replace_accounts, statement
from tests.concurrency.test_ledger_race import NOW, TODAY, make_account, pay, run_together

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}


def test_the_same_shared_payment_twice_is_one() -> None:
    make_account(1)
    make_account(2)
    money = SharedMoney((2, 1), 12_500, TODAY, "banco", "R1")
    answers = run_together([lambda: record_shared_payment(money, **WHO)] * 4)
    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == 12_500
    assert sum(one.is_new for answer in answers for one in answer) == Payment.objects.count() == 2


def test_the_same_chargeback_twice_is_one() -> None:
    make_account()
    payment = pay(3_000, "p").payment_id
    papers: dict[str, Any] = {"charged_back_on": TODAY, "reference": "cb", "reason": "disputa", **WHO}
    answers = run_together([lambda: charge_back(payment, 1_000, **papers)] * 4)
    assert len({answer.pk for answer in answers}) == AccountEvent.objects.count() == 1
    assert statement(1, TODAY).balance_minor == 10_000 - 3_000 + 1_000


def test_a_payment_racing_a_restructuring_is_in_one_debt() -> None:
    make_account()
    schedule = {
        "first_due_on": (TODAY + timedelta(days=30)).isoformat(), "instalments": 5, "frequency": "monthly",
        "method": "german", "rate": {"kind": "effective_annual", "value": "0"},
    }  # fmt: skip
    agreed = Agreed(50, "R-50", {"schedule": schedule}, "CO", "consumo")
    paid, replaced = run_together(
        [
            lambda: pay(4_000, "p"),
            lambda: replace_accounts([1], agreed, kind="refinancing", replaced_on=TODAY, reason="", **WHO),
        ]
    )
    assert not isinstance(paid, Refusal)
    old, new = Account.objects.get(pk=1), Account.objects.get(pk=50)
    assert old.balance_minor == 0
    assert new.principal_balance_minor == replaced.debt.principal_minor
    # Whoever was first: the payment lowered what passed on, or it is credit of the old debt.
    credit = statement(1, TODAY).unallocated_minor
    assert (new.principal_balance_minor, credit) in {(6_000, 0), (10_000, 4_000)}
    assert sum(Entry.objects.filter(account_id=1).values_list("amount_minor", flat=True)) == 0
