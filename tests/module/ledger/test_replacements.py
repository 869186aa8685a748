"""Restructuring and refinancing: old accounts close by entries, the new one owes the same, interest never bears interest unasked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, Replacement
from acuerdo.ledger.public import (
    Agreed,
    Replaced,
    charge_back,
    replace_accounts,
    reverse_payment,
    statement,
    statement_view,
)
from tests.module.ledger.test_payments import make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
SCHEDULE = {
    "first_due_on": "2026-04-20", "instalments": 6, "frequency": "monthly", "method": "french",
    "rate": {"kind": "effective_annual", "value": "0.18"},
}  # fmt: skip

pytestmark = pytest.mark.django_db


def agreed(**changes: Any) -> Agreed:
    base: dict[str, Any] = {
        "new_id": 50, "number": "R-50", "terms": {"schedule": SCHEDULE}, "country": "CO", "kind_of_credit": "consumo",
    }  # fmt: skip
    return Agreed(**(base | changes))


def restructure(*old_ids: int, terms: Agreed | None = None, kind: Any = "restructuring") -> Replaced:
    return replace_accounts(
        old_ids or (1,), terms or agreed(), kind=kind, replaced_on=TODAY, reason="mesa", now=NOW, actor="mesa"
    )


def test_the_new_debt_owes_what_the_old_ones_did_and_only_principal_bears_interest() -> None:
    make_account(1)
    make_account(2)
    pay(2, amount_minor=3_000, ref="x")
    owed = [statement(pk, TODAY).balance for pk in (1, 2)]
    done = restructure(1, 2)
    assert [statement(pk, TODAY).balance_minor for pk in (1, 2)] == [0, 0]
    assert done.debt.principal_minor == owed[0]["principal"] + owed[1]["principal"]
    carried = sum(amounts["contract_interest"] + amounts["late_interest"] for amounts in owed)
    assert done.debt.carried["contract_interest"] + done.debt.carried["late_interest"] == carried
    assert sum(row.principal_minor for row in done.debt.instalments) == done.debt.principal_minor
    new = Account.objects.get(pk=50)
    assert (new.principal_balance_minor, new.next_due_on, new.disbursed_on) == (
        done.debt.principal_minor,
        date(2026, 4, 20),
        TODAY,
    )
    links = list(Replacement.objects.order_by("old_id").values_list("old_id", "new_id"))
    assert links == [(1, 50), (2, 50)]


def test_the_old_one_closes_by_entries_that_say_what_passed_on() -> None:
    make_account(1)
    owed = statement(1, TODAY)
    event = restructure(1, kind="refinancing").events[0]
    posted = dict(Entry.objects.filter(event=event).values_list("component").annotate(total=Sum("amount_minor")))
    assert posted.pop("replaced") == owed.balance_minor
    assert posted == {part: -amount for part, amount in owed.balance.items() if amount}
    document = statement_view(1, date(2026, 5, 1)).document
    assert (document.total_minor, document.changes[-1].kind, document.changes[-1].about) == (0, "refinancing", "R-50")
    assert {line.component: line.transferred_minor for line in document.components if line.transferred_minor} == {
        part: amount for part, amount in owed.balance.items() if amount
    }
    assert Account.objects.get(pk=1).status == "paid"


def test_credit_takes_off_the_debt_before_it_passes_on() -> None:
    make_account(1, late=None)
    pay(1, amount_minor=20_500)
    done = restructure(1)
    assert done.debt.principal_minor == 8_000 - 500
    assert statement(1, TODAY).unallocated_minor == 0


def test_interest_due_for_a_year_becomes_principal_by_a_dated_agreement() -> None:
    make_account(1)
    Account.objects.filter(pk=1).update(due_since=date(2025, 3, 1))
    amounts: Any = {"contract_interest": 4_000}
    done = restructure(terms=agreed(capitalised=amounts, agreed_on=TODAY, basis="Otrosí 3, firmado"))
    assert done.debt.principal_minor == 24_000 + 4_000
    assert done.debt.carried["contract_interest"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"capitalised": {"contract_interest": 100}}, "interest-on-interest"),
        ({"capitalised": {"late_interest": 100}, "agreed_on": TODAY, "basis": "otrosí"}, "interest-on-interest"),
        (
            {"capitalised": {"contract_interest": 1}, "agreed_on": TODAY, "basis": "x", "kind_of_credit": "Vivienda"},
            "interest-on-interest",
        ),
        ({"capitalised": {"insurance": 1}}, "capitalised-above-owed"),
        ({"new_id": 2}, "account-exists"),
        ({"terms": {"schedule": {**SCHEDULE, "instalments": 0}}}, "bad-terms"),
        ({"terms": {"schedule": {}}}, "missing-field"),
    ],
)
def test_refusals_change_nothing(changes: dict[str, Any], code: str) -> None:
    make_account(1)
    make_account(2, balance_source="core")
    before = list(Account.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refusal:
        restructure(terms=agreed(**changes))
    assert refusal.value.code == code
    assert list(Account.objects.order_by("pk").values()) == before
    assert not AccountEvent.objects.exists()
    assert not Replacement.objects.exists()


def test_a_core_account_and_a_second_time_are_refused() -> None:
    make_account(1)
    make_account(2, balance_source="core")
    for old_ids, code in (((2,), "not-our-books"), ((), "no-debts")):
        with pytest.raises(Refusal) as refusal:
            replace_accounts(old_ids, agreed(), kind="restructuring", replaced_on=TODAY, reason="", now=NOW, actor="x")
        assert refusal.value.code == code
    restructure(1)
    with pytest.raises(Refusal) as refusal:
        restructure(1, terms=agreed(new_id=51))
    assert refusal.value.code == "replaced-twice"


def test_money_that_turns_up_later_is_credit_whatever_its_date() -> None:
    make_account(1)
    done = restructure(1)
    pay(1, amount_minor=5_000, paid_on=date(2026, 3, 1), ref="tarde")
    old = Account.objects.get(pk=1)
    assert (statement(1, TODAY).unallocated_minor, old.unallocated_minor, old.balance_minor) == (5_000, 5_000, 0)
    posted = Entry.objects.filter(event=done.events[0], component="replaced").aggregate(total=Sum("amount_minor"))
    assert posted["total"] == done.debt.principal_minor + sum(done.debt.carried.values())
    assert sum(Entry.objects.filter(account_id=1).values_list("amount_minor", flat=True)) == 0


def test_what_passed_on_is_not_told_anew() -> None:
    make_account(1)
    first = pay(1, amount_minor=5_000)
    restructure(1)
    with pytest.raises(Refusal) as refusal:
        reverse_payment(first.payment_id, reversed_on=TODAY, external_ref="rev", now=NOW, actor="x")
    assert refusal.value.code == "debt-passed-on"
    papers: dict[str, Any] = {
        "charged_back_on": TODAY + timedelta(days=1),
        "reference": "cb",
        "reason": "x",
        "actor": "x",
    }
    charge_back(first.payment_id, 5_000, now=NOW + timedelta(days=1), **papers)
    assert statement(1, TODAY + timedelta(days=1)).balance_minor == 5_000
