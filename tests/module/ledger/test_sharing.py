"""One payment for several accounts: shared by rule or choice, recorded once, and credited where nothing takes it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Payment
from acuerdo.ledger.public import SharedMoney, record_shared_payment, statement
from acuerdo.ledger.rules.sharing import SHARING_RULES, OpenDebt, share_by_choice, share_by_rule
from tests.module.ledger.test_payments import make_account

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)


def share(amount: int, **more: Any) -> list[tuple[int, int]]:
    money = SharedMoney((1, 2), amount, TODAY, "banco", "R1", **more)
    done = record_shared_payment(money, now=NOW, actor="caja")
    paid = dict(Payment.objects.values_list("pk", "amount_minor"))
    return [(one.account_id, paid[one.payment_id]) for one in done]


@pytest.mark.django_db
def test_the_oldest_due_is_paid_first_and_the_same_reference_is_once() -> None:
    make_account(1, late=None)
    make_account(2, late=None)
    assert share(25_000) == [(1, 20_000), (2, 5_000)]
    assert share(25_000) == [(1, 20_000), (2, 5_000)]
    assert Payment.objects.count() == 2
    assert [statement(pk, TODAY).balance_due_minor for pk in (1, 2)] == [0, 15_000]
    with pytest.raises(Refusal, match="ya pertenece"):
        share(24_999)


@pytest.mark.django_db
def test_the_customer_chooses_among_what_is_due() -> None:
    make_account(1, late=None)
    make_account(2, late=None)
    with pytest.raises(Refusal) as refusal:
        share(21_000, choice={2: 21_000})
    assert refusal.value.code == "choice-not-due"
    assert not Payment.objects.exists()
    assert share(15_000, choice={2: 15_000}) == [(2, 15_000)]


@pytest.mark.django_db
def test_two_currencies_are_not_one_payment() -> None:
    make_account(1)
    make_account(2, currency="PEN")
    with pytest.raises(Refusal) as refusal:
        share(10)
    assert refusal.value.code == "mixed-currencies"


debts = st.lists(
    st.builds(
        lambda key, due, more, since: OpenDebt(key, due, due + more, since if due else None),
        st.integers(1, 99), st.integers(0, 5_000), st.integers(0, 5_000), st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    ),
    min_size=1, max_size=5, unique_by=lambda debt: debt.key,
)  # fmt: skip


@given(st.integers(1, 40_000), debts, st.sampled_from(SHARING_RULES))
def test_parts_sum_exactly_and_what_is_due_comes_first(amount: int, rows: list[OpenDebt], rule: Any) -> None:
    shares = share_by_rule(amount, rows, rule)
    assert sum(shares.values()) == amount
    assert min(shares.values()) > 0
    due = sum(row.due_minor for row in rows)
    covered = sum(min(shares.get(row.key, 0), row.due_minor) for row in rows)
    assert covered == min(amount, due)


@pytest.mark.parametrize(
    ("choice", "code"),
    [({1: 5}, "choice-not-exact"), ({9: 10}, "unknown-debt"), ({1: 11, 2: -1}, "choice-not-exact")],
)
def test_a_choice_that_does_not_add_up_is_refused(choice: dict[int, int], code: str) -> None:
    rows = [OpenDebt(1, 10, 20), OpenDebt(2, 0, 5)]
    with pytest.raises(Refusal) as refusal:
        share_by_choice(10, rows, choice)
    assert refusal.value.code == code
    assert share_by_choice(12, rows, {1: 8, 2: 4}, creditor_consents=True) == {1: 8, 2: 4}
