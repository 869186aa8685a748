"""The statement read from tables: figures as the account's state, each event traceable to postings that say the same."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Entry, Instalment
from acuerdo.ledger.public import (
    confirm_class_table,
    confirmed_tables,
    entries_of,
    post_fee,
    record_payment,
    regulatory_class,
    reverse_payment,
    statement_view,
    waive,
)
from acuerdo.ledger.rules.statement_answer import show_document
from tests.factories import allow_fees

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
LATE = {"rate": {"kind": "effective_annual", "value": "0.2"}, "cap": None}
CONSUMO = "co/consumo/1995-01-01"

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """Three monthly instalments of 100.00 (80 principal, 20 interest) from 5 February 2026; a payment of 50.00 on 20 March."""
    made = Account.objects.create(
        id=1,
        currency="COP",
        balance_source="ledger",
        principal_minor=24000,
        updated_at=NOW,
        terms={"late_interest": LATE},
    )
    Instalment.objects.bulk_create(
        Instalment(
            account_id=1, number=number, due_on=date(2026, number + 1, 5), principal_minor=8000,
            contract_interest_minor=2000, total_minor=10000, cum_due_minor=10000 * number,
        )
        for number in (1, 2, 3)
    )  # fmt: skip
    _pay(5000, "r1")
    return made


def _pay(amount_minor: int, ref: str) -> Any:
    return record_payment(
        1, amount_minor=amount_minor, paid_on=TODAY, source="banco", external_ref=ref, now=NOW, actor="caja"
    )


def test_the_statement_is_the_state_of_the_account(account: Account) -> None:
    account.refresh_from_db()
    document = statement_view(1, TODAY).document
    assert (document.total_minor, document.due_minor) == (account.balance_minor, account.balance_due_minor)
    assert document.statement.days_past_due == account.days_past_due == 43
    late = {line.component: line.owed_minor for line in document.components}["late_interest"]
    assert late == account.late_interest_minor == sum(line.owed_minor for line in document.late)


def test_each_payment_leads_to_its_entries(account: Account) -> None:
    allow_fees(1)
    post_fee(1, amount_minor=1500, charged_on=TODAY, activity="llamada-1", now=NOW, actor="caja")
    waive(
        1,
        component="late_interest",
        amount_minor=40,
        waived_on=TODAY,
        reason="acuerdo",
        now=NOW,
        by=User(username="caja", role=Role.DIRECTOR),
    )
    view = statement_view(1, TODAY)
    for line in view.document.payments:
        posted: Counter[tuple[str, int | None]] = Counter()
        for leg in Entry.objects.filter(
            transaction_uid__in=view.transactions[line.ref], instalment_number__isnull=False
        ):
            posted[leg.component, leg.instalment_number] += leg.amount_minor
        told = {(share.component, share.instalment): -share.amount_minor for share in line.shares}
        assert {key: minor for key, minor in posted.items() if minor} == told
    assert [(line.kind, line.amount_minor) for line in view.document.changes] == [("fee", 1500), ("waiver", 40)]
    assert {line.uid for line in view.document.changes} <= set(view.transactions)


def test_a_reversed_payment_shows_and_counts_nowhere(account: Account) -> None:
    payment = _pay(3000, "r2")
    reverse_payment(payment.payment_id, reversed_on=TODAY, external_ref="d1", now=NOW, actor="caja")
    lines = statement_view(1, TODAY).document.payments
    assert [(line.amount_minor, line.reversed_on, len(line.shares) > 0) for line in lines] == [
        (5000, None, True), (3000, TODAY, False),
    ]  # fmt: skip


def test_what_was_known_before_the_payment(account: Account) -> None:
    before = statement_view(1, TODAY, known_at=NOW - timedelta(seconds=1))
    assert before.document.payments == ()
    assert before.document.total_minor > statement_view(1, TODAY).document.total_minor
    assert before.transactions == {}


def test_queries_do_not_grow_with_the_history(account: Account, django_assert_num_queries: Any) -> None:
    for number in range(4):
        _pay(100, f"m{number}")
    with django_assert_num_queries(7):
        statement_view(1, TODAY)


def test_entries_come_in_pages(account: Account) -> None:
    first = entries_of(1, limit=2)
    rest = entries_of(1, after=first[-1][0])
    lines = [line for _, line in [*first, *rest]]
    assert len(lines) == Entry.objects.count()
    assert sum(line.amount_minor for line in lines) == 0
    assert {line.payment_uid for line in lines} == set(statement_view(1, TODAY).uids.values())


def test_the_json_document_names_uids(account: Account) -> None:
    view = statement_view(1, TODAY)
    shown = show_document(view.document, view.uids, view.transactions)
    assert shown["payments"][0]["uid"] == next(iter(view.uids.values()))
    assert shown["balance"]["total"] == f"{view.document.total_minor / 100:.2f}"
    tranches = shown["late_interest"][0]["tranches"]
    assert [(row["from"], row["to"], row["days"]) for row in tranches[:2]] == [
        ("2026-02-06", "2026-02-28", 23), ("2026-03-01", "2026-03-20", 20),
    ]  # fmt: skip


def test_core_figures_are_the_lenders() -> None:
    Account.objects.create(
        id=2, currency="COP", balance_source="core", core_as_of=TODAY - timedelta(days=3), principal_balance_minor=90_000,
        late_interest_minor=1_000, balance_minor=91_000, balance_due_minor=21_000, due_since=TODAY - timedelta(days=30),
        updated_at=NOW,
    )  # fmt: skip
    record_payment(2, amount_minor=5_000, paid_on=TODAY, source="b", external_ref="x", now=NOW, actor="caja")
    document = statement_view(2, TODAY).document
    assert (document.source, document.core_as_of, document.core_total_minor) == (
        "core",
        TODAY - timedelta(days=3),
        91_000,
    )
    assert (document.total_minor, document.due_minor, document.paid_since_minor) == (86_000, 16_000, 5_000)
    assert document.late == ()


def test_no_account_no_statement() -> None:
    with pytest.raises(Refusal) as refusal:
        statement_view(404, TODAY)
    assert refusal.value.code == "unknown-account"


def test_an_unconfirmed_table_is_used_once_confirmed_until_withdrawn() -> None:
    assert regulatory_class("CO", ["Consumo"], 40, TODAY) is None
    for _ in range(2):
        confirm_class_table(CONSUMO, reason="CBCF cap. XXXI leído en el diario oficial", actor="ley", now=NOW)
    found = regulatory_class("CO", ["", "Consumo"], 40, TODAY)
    assert found is not None
    assert found.code == "B"
    assert verify_chain("ledger").entries == 1
    confirm_class_table(CONSUMO, reason="derogada", actor="ley", now=NOW, is_confirmed=False)
    assert confirmed_tables() == set()


@pytest.mark.parametrize(
    ("key", "reason", "code"),
    [
        ("co/otra/1995-01-01", "texto", "unknown-class-table"),
        ("pe/consumo/2010-07-01", "texto", "class-table-active"),
        (CONSUMO, "  ", "reason-missing"),
    ],
)
def test_confirming_is_refused(key: str, reason: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        confirm_class_table(key, reason=reason, actor="ley", now=NOW)
    assert refusal.value.code == code
    assert confirmed_tables() == set()
