"""Placing a credit by hand: each refusal, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Entry, Payment
from acuerdo.portfolio.models import Creditor, Obligation, UnmatchedCredit
from acuerdo.portfolio.public import (
    assign_credit,
    choose_split,
    credits_of,
    return_credit,
    suggestions_for,
    undo_credit,
)
from acuerdo.portfolio.rules.reconcile import Share
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
AMOUNT = 100_000_00


@pytest.fixture
def obligation() -> Obligation:
    return factories.make_obligation()


@pytest.fixture
def supervisor() -> User:
    return factories.make_user("supervisor")


def make_credit(creditor: Creditor, **fields: Any) -> UnmatchedCredit:
    base = {
        "creditor": creditor, "source": "bank:mt940:1", "external_ref": "R1", "amount_minor": AMOUNT, "currency": "COP",
        "paid_on": TODAY - timedelta(days=1), "reason": "no-match", "created_at": NOW,
    }  # fmt: skip
    return UnmatchedCredit.objects.create(**{**base, **fields})


def assign(credit: UnmatchedCredit, shares: list[tuple[int, int]], user: User) -> UnmatchedCredit:
    parts = [Share(account_id, amount) for account_id, amount in shares]
    return assign_credit(credit.pk, parts, user=user, now=NOW)


def test_a_credit_is_posted_with_its_date_and_its_name(obligation: Obligation, supervisor: User) -> None:
    credit = make_credit(obligation.creditor)
    assign_credit(credit.pk, [Share(obligation.pk, AMOUNT)], user=supervisor, now=NOW)
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.paid_on, payment.external_ref) == (
        AMOUNT,
        TODAY - timedelta(days=1),
        "R1~a1.1",
    )
    credit.refresh_from_db()
    assert (credit.status, credit.decided_by, credit.payments) == ("assigned", supervisor.username, [payment.pk])
    assert AuditEntry.objects.get(action="assign_credit").payload["amount_minor"] == AMOUNT


def test_undoing_reverses_and_the_credit_can_be_placed_again(obligation: Obligation, supervisor: User) -> None:
    other = factories.make_obligation(creditor=obligation.creditor)
    credit = make_credit(obligation.creditor)
    assign(credit, [(obligation.pk, AMOUNT)], supervisor)
    undo_credit(credit.pk, user=supervisor, now=NOW, today=TODAY)
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == 0
    assign(credit, [(other.pk, AMOUNT)], supervisor)
    paid = {one.account_id: one.amount_minor for one in Payment.objects.filter(external_ref__startswith="R1~a2")}
    assert paid == {other.pk: AMOUNT}
    assert sum(Entry.objects.values_list("amount_minor", flat=True)) == 0


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "shares-do-not-sum"),
        ([(0, AMOUNT - 1)], "shares-do-not-sum"),
        ([(0, AMOUNT + 1)], "shares-do-not-sum"),
        ([(0, 1), (0, AMOUNT - 1)], "shares-do-not-sum"),
        ([(0, -1), (1, AMOUNT + 1)], "shares-do-not-sum"),
        ([(2, AMOUNT)], "obligation-unknown"),
        ([(3, AMOUNT)], "other-currency"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    obligation: Obligation, supervisor: User, parts: list[tuple[int, int]], code: str
) -> None:
    ones = [obligation, factories.make_obligation(creditor=obligation.creditor), factories.make_obligation(),
            factories.make_obligation(creditor=obligation.creditor, account={"currency": "USD"})]  # fmt: skip
    credit = make_credit(obligation.creditor)
    with pytest.raises(Refusal) as caught:
        assign(credit, [(ones[index].pk, amount) for index, amount in parts], supervisor)
    assert caught.value.code == code
    credit.refresh_from_db()
    assert (credit.status, credit.times_assigned, Payment.objects.count()) == ("open", 0, 0)


@pytest.mark.parametrize("role", ["agent", "compliance"])
def test_who_may_not_decide_sees_and_changes_nothing(obligation: Obligation, role: str) -> None:
    credit, user = make_credit(obligation.creditor), factories.make_user(role)
    assert list(credits_of(user)) == []
    works: tuple[Callable[[], Any], ...] = (
        lambda: assign(credit, [(obligation.pk, AMOUNT)], user),
        lambda: return_credit(credit.pk, why="porque sí", user=user, now=NOW),
        lambda: undo_credit(credit.pk, user=user, now=NOW, today=TODAY),
        lambda: choose_split(obligation.creditor, oldest_first=True, user=user, now=NOW),
    )
    for work in works:
        with pytest.raises(Refusal) as caught:
            work()
        assert caught.value.code == "not-allowed"
    assert Payment.objects.count() == 0


def test_an_agencys_supervisor_decides_on_no_money(obligation: Obligation) -> None:
    user = factories.make_user("supervisor", agency=factories.make_agency())
    with pytest.raises(Refusal) as caught:
        assign(make_credit(obligation.creditor), [(obligation.pk, AMOUNT)], user)
    assert caught.value.code == "not-allowed"


def test_another_creditors_credit_is_unknown(obligation: Obligation) -> None:
    user = factories.make_user("supervisor", sees_all_creditors=False)
    user.creditors.set([factories.make_creditor()])
    with pytest.raises(Refusal) as caught:
        assign(make_credit(obligation.creditor), [(obligation.pk, AMOUNT)], user)
    assert caught.value.code == "credit-unknown"


def test_a_decided_credit_is_decided_once(obligation: Obligation, supervisor: User) -> None:
    credit = make_credit(obligation.creditor)
    with pytest.raises(Refusal, match="por identificar"):
        undo_credit(credit.pk, user=supervisor, now=NOW, today=TODAY)
    return_credit(credit.pk, why="Cuenta equivocada", user=supervisor, now=NOW)
    with pytest.raises(Refusal) as first:
        assign(credit, [(obligation.pk, AMOUNT)], supervisor)
    with pytest.raises(Refusal) as second:
        return_credit(credit.pk, why="Otra vez", user=supervisor, now=NOW)
    assert (first.value.code, second.value.code) == ("credit-decided", "credit-decided")


def test_a_return_needs_a_reason(obligation: Obligation, supervisor: User) -> None:
    with pytest.raises(Refusal) as caught:
        return_credit(make_credit(obligation.creditor).pk, why=" no ", user=supervisor, now=NOW)
    assert caught.value.code == "why-needed"


def test_tomorrow_is_too_late_to_undo(obligation: Obligation, supervisor: User) -> None:
    credit = make_credit(obligation.creditor)
    assign(credit, [(obligation.pk, AMOUNT)], supervisor)
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(Refusal) as caught:
        undo_credit(credit.pk, user=supervisor, now=NOW + timedelta(days=1), today=tomorrow)
    assert caught.value.code == "undo-too-late"


def test_proposals_of_a_page_are_one_query(obligation: Obligation, django_assert_num_queries: Any) -> None:
    proposals = [{"account_id": obligation.pk, "strength": "high", "clues": ["number"]}]
    rows = [make_credit(obligation.creditor, external_ref=str(n), proposals=proposals) for n in range(5)]
    with django_assert_num_queries(1):
        found = suggestions_for(rows)
        assert {one.obligation.debtor.full_name for ones in found.values() for one in ones} == {
            obligation.debtor.full_name
        }
