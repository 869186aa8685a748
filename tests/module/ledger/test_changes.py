"""Extensions, chargebacks and returned credit on real tables: what they do, each refusal, and nothing changed on refusal."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import Sum

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, OpenInstalment
from acuerdo.ledger.public import (
    charge_back,
    extend_due_dates,
    refresh_states,
    return_credit,
    reverse_payment,
    statement,
    statement_view,
)
from tests.module.ledger.test_payments import late_minor, legs, make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}
PAPERS: dict[str, Any] = {"reference": "cb-1", "reason": "disputa en el banco", **WHO}

pytestmark = pytest.mark.django_db


def extend(moves: dict[int, date], on: date = TODAY, account_id: int = 1) -> AccountEvent:
    return extend_due_dates(account_id, moves, extended_on=on, reason="temporada baja", **WHO)


def test_an_extension_puts_dues_off_and_keeps_what_had_accrued() -> None:
    make_account()
    extend({1: date(2026, 4, 20), 2: date(2026, 5, 20)})
    account = Account.objects.get()
    assert (account.days_past_due, account.balance_due_minor, account.late_interest_minor) == (0, 0, 0)
    assert (account.next_due_on, account.bucket) == (date(2026, 4, 5), "current")
    dues = dict(OpenInstalment.objects.values_list("number", "due_on"))
    assert dues == {1: date(2026, 4, 20), 2: date(2026, 5, 20), 3: date(2026, 4, 5)}
    document = statement_view(1, date(2026, 4, 25)).document
    assert document.statement.days_past_due == 20
    first = document.instalments[0]
    assert (first.due_on, first.was_due_on) == (date(2026, 4, 20), date(2026, 2, 5))
    # 43 days before the extension and 5 after the new date.
    assert next(line.accrued_minor for line in document.late if line.number == 1) == late_minor(8000, 48)
    refresh_states(date(2026, 4, 25), now=NOW)
    account.refresh_from_db()
    assert account.late_interest_minor == document.statement.balance["late_interest"]


def test_a_chargeback_owes_again_what_was_covered_last_from_its_day_on() -> None:
    make_account()
    first = pay(amount_minor=10300)
    before = statement(1, TODAY)
    event = charge_back(first.payment_id, 4000, charged_back_on=date(2026, 3, 20), **PAPERS)
    again = charge_back(first.payment_id, 4000, charged_back_on=date(2026, 3, 20), **PAPERS)
    assert again.pk == event.pk
    after = statement(1, TODAY)
    assert after.balance_minor == before.balance_minor + 4000
    assert legs(event=event)[0] == ("cash", None, -4000)
    assert sum(amount for component, _, amount in legs(event=event) if component == "principal") > 0
    assert sum(amount for _, _, amount in legs(event=event)) == 0
    document = statement_view(1, date(2026, 3, 30)).document
    extra = document.instalments[-1]
    assert (extra.is_extra, extra.due_on, extra.number) == (True, TODAY, 4)
    assert document.changes[-1].kind == "chargeback"
    assert AuditEntry.objects.filter(action="post_chargeback").count() == 1


def test_credit_is_returned_once_for_its_reference() -> None:
    make_account(late=None)
    pay(amount_minor=30_500)
    assert statement(1, date(2026, 4, 5)).unallocated_minor == 500
    on = {"returned_on": date(2026, 4, 6), **PAPERS, "now": datetime(2026, 4, 6, 15, 0, tzinfo=UTC)}
    event = return_credit(1, 500, **on)
    assert return_credit(1, 500, **on).pk == event.pk
    assert sorted(legs(event=event)) == [("cash", None, -500), ("unallocated", None, 500)]
    account = Account.objects.get()
    refresh_states(date(2026, 4, 6), now=NOW)
    account.refresh_from_db()
    assert (account.unallocated_minor, account.balance_minor) == (0, 0)
    assert statement_view(1, date(2026, 4, 6)).document.payments[0].returned_minor == 500


def test_money_returned_and_then_bounced_is_owed_without_interest() -> None:
    make_account(late=None)
    done = pay(amount_minor=30_500)
    return_credit(1, 500, returned_on=date(2026, 4, 6), **PAPERS)
    reverse_payment(done.payment_id, reversed_on=date(2026, 4, 7), external_ref="rev", **WHO)
    owed = statement(1, date(2026, 4, 7)).balance
    assert (owed["principal"], owed["fees"]) == (24_000, 500)
    totals = Entry.objects.values("transaction_uid").annotate(total=Sum("amount_minor"))
    assert all(row["total"] == 0 for row in totals)


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda pk: extend({1: date(2026, 2, 4)}, on=date(2026, 1, 1)), "extension-not-later"),
        (lambda pk: extend({9: date(2026, 5, 5)}), "unknown-instalment"),
        (lambda pk: extend({}), "bad-event"),
        (lambda pk: extend({1: TODAY}), "bad-event"),
        (lambda pk: extend({1: date(2026, 5, 5)}, account_id=2), "not-our-books"),
        (lambda pk: charge_back(pk, 10_001, charged_back_on=TODAY, **PAPERS), "chargeback-above-payment"),
        (lambda pk: charge_back(pk, 1, charged_back_on=date(2026, 3, 19), **PAPERS), "reversal-before-payment"),
        (lambda pk: charge_back(pk, 0, charged_back_on=TODAY, **PAPERS), "bad-amount"),
        (lambda pk: charge_back(10**9, 1, charged_back_on=TODAY, **PAPERS), "unknown-payment"),
        (lambda pk: charge_back(pk, 1, charged_back_on=TODAY, **{**PAPERS, "reference": ""}), "reference-missing"),
        (lambda pk: return_credit(1, 1, returned_on=TODAY, **PAPERS), "refund-above-credit"),
        (lambda pk: return_credit(2, 1, returned_on=TODAY, **PAPERS), "not-our-books"),
    ],
)
def test_refusals_change_nothing(attempt: Callable[[int], Any], code: str) -> None:
    make_account()
    make_account(2, balance_source="core")
    done = pay(amount_minor=10_000)
    before = (list(Account.objects.order_by("pk").values()), Entry.objects.count())
    with pytest.raises(Refusal) as refusal:
        attempt(done.payment_id)
    assert refusal.value.code == code
    assert (list(Account.objects.order_by("pk").values()), Entry.objects.count()) == before
    assert not AccountEvent.objects.exists()


def test_a_payment_is_reversed_or_charged_back_but_not_both() -> None:
    make_account()
    done = pay(amount_minor=10_000)
    charge_back(done.payment_id, 1_000, charged_back_on=TODAY, **PAPERS)
    with pytest.raises(Refusal) as refusal:
        reverse_payment(done.payment_id, reversed_on=TODAY, external_ref="rev", **WHO)
    assert refusal.value.code == "reversal-of-chargeback"
    with pytest.raises(Refusal) as refusal:
        charge_back(done.payment_id, 999, charged_back_on=TODAY, **PAPERS)
    assert refusal.value.code == "event-ref-reused"
