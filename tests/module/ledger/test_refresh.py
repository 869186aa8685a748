"""The bulk refresh: equal, row by row, to the pure rules on random portfolios; changes only what changes."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.posting import set_state
from acuerdo.ledger.actions.refresh import refresh_states
from acuerdo.ledger.actions.writing import STATE_TYPES
from acuerdo.ledger.models import Account, AccountEvent, CertifiedCap, Instalment, Payment
from acuerdo.ledger.public import (
    Agreed,
    NewPayment,
    charge_back,
    disclose_tariff,
    extend_due_dates,
    pause_late_interest,
    post_fee,
    record_payments,
    replace_accounts,
    return_credit,
    waive,
    write_off,
)
from acuerdo.ledger.queries import cap_tables, load_accounts, state_of
from acuerdo.ledger.tasks import refresh

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, 15, 0, tzinfo=UTC)
COMPARED = [
    name for name in STATE_TYPES if name not in {"state_as_of", "updated_at", "core_figures", "core_taken_as_of"}
]

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 15, 0, tzinfo=UTC)


def make_portfolio(source: random.Random, count: int, balance_source: str) -> None:
    for account_id in range(1, count + 1):
        make_account(source, account_id, balance_source)


def make_account(source: random.Random, account_id: int, balance_source: str) -> None:
    fields: dict[str, Any] = {"terms": random_terms(source)}
    if balance_source == "core":
        due = source.choice([0, 0, source.randint(1, 90_000)])
        since = FIRST - timedelta(days=source.randint(1, 200)) if due else None
        fields |= {
            "core_as_of": source.choice([FIRST, FIRST - timedelta(days=3), None]), "balance_due_minor": due,
            "core_due_since": source.choice([since, None]), "due_since": since, "balance_minor": due + source.randint(0, 500_000),
            "contract_interest_minor": source.randint(0, due), "status": source.choice(["active", "active", "written_off"]),
        }  # fmt: skip
    Account.objects.create(id=account_id, currency="COP", balance_source=balance_source, updated_at=NOW, **fields)
    due_on = FIRST + timedelta(days=source.randint(-90, 20))
    rows, total = [], 0
    for number in range(1, source.randint(2, 9)):
        principal, interest, insurance = source.randint(0, 40_000), source.randint(0, 5000), source.choice([0, 700])
        total += principal + interest + insurance
        rows.append(
            Instalment(
                account_id=account_id, number=number, due_on=due_on, principal_minor=principal,
                contract_interest_minor=interest, insurance_minor=insurance, total_minor=principal + interest + insurance,
                cum_due_minor=total,
            )
        )  # fmt: skip
        due_on += timedelta(days=source.choice([7, 14, 30]))
    Instalment.objects.bulk_create(rows)


def random_terms(source: random.Random) -> dict[str, Any]:
    late = {
        "rate": {"kind": "effective_annual", "value": source.choice(["0.2", "0.31"])},
        "cap": source.choice([None, "co/prueba"]),
    }
    late["base"] = source.choice(["overdue_principal", "overdue_principal", "outstanding_principal"])
    return {
        "late_interest": source.choice([None, late, late, late]),
        "rounding": source.choice(["half_up", "half_up", "half_even"]),
        "unit": source.choice(["0.01", "1"]),
        "order": source.choice(["oldest_instalment_first", "component_first"]),
        "collection_fees": {"country": "CO", "kind": "consumo", "tariff": "prueba"},
    }


def load_caps() -> None:
    rule = {"from": "2020-01-01", "citation": "Tarifas de prueba", "bands": [{"amount": "9999"}]}
    disclose_tariff("prueba", rule, now=NOW, actor="x")
    for month in range(1, 13):
        first = date(2025 + (month + 8) // 12, (month + 8) % 12 + 1, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        CertifiedCap.objects.create(
            key="co/prueba",
            from_on=first,
            to_on=last,
            annual="0.2" if month % 2 else "0.26",
            recorded_at=NOW,
            recorded_by="x",
        )


def random_happenings(source: random.Random, day: date, count: int) -> None:
    paid = [
        NewPayment(
            source.randint(1, count), source.randint(1, 60_000), day + timedelta(days=source.choice([0, -9, 5])), "banco",
            f"{day}-{turn}",
        )
        for turn in range(count // 3)
    ]  # fmt: skip
    record_payments(paid, now=at(day), actor="x")
    if Account.objects.filter(pk=1, balance_source="ledger").exists():
        owing = Account.objects.filter(days_past_due__gt=0).order_by("pk")[0]
        post_fee(owing.pk, 1500, charged_on=day, activity=f"a{day}", now=at(day), actor="x")
        span = {"from_on": day + timedelta(days=2), "to_on": day + timedelta(days=source.randint(2, 20))}
        pause_late_interest(source.randint(1, count), **span, reason="disputa", now=at(day), actor="x")
        owing = Account.objects.filter(contract_interest_minor__gt=10).order_by("pk")[0]
        waive(
            owing.pk,
            "contract_interest",
            5,
            waived_on=day,
            reason="acuerdo",
            now=at(day),
            by=User(username="x", role=Role.DIRECTOR),
        )
        debtor = Account.objects.filter(balance_minor__gt=0).order_by("-pk")[0]
        write_off(
            debtor.pk, written_off_on=day, reason="castigo", now=at(day), by=User(username="x", role=Role.DIRECTOR)
        )
        random_changes(source, day, count)


def random_changes(source: random.Random, day: date, count: int) -> None:
    """Dues put off, money gone back, credit returned: where the random account allows it."""
    papers: dict[str, Any] = {"reason": "prueba", "now": at(day), "actor": "x"}
    later = day + timedelta(days=source.randint(3, 50))
    for turn in range(4):
        with suppress(Refusal):
            extend_due_dates(source.randint(1, count), {source.randint(1, 3): later}, extended_on=day, **papers)
        payment = source.choice(Payment.objects.filter(reverses=None).order_by("pk")[:10])
        amount = source.randint(1, payment.amount_minor)
        with suppress(Refusal):
            charge_back(payment.pk, amount, charged_back_on=day, reference=f"c{day}{turn}", **papers)
        credited = source.choice(Account.objects.order_by("-unallocated_minor", "pk")[:4])
        with suppress(Refusal):
            return_credit(credited.pk, source.randint(1, 500), returned_on=day, reference=f"r{day}{turn}", **papers)
    with suppress(Refusal):
        restructure(random.Random(str(day)).randint(1, count), Account.objects.order_by("-pk")[0].pk + 1, day)


def restructure(old_id: int, new_id: int, day: date) -> None:
    """Passes a debt on to a new account of three instalments."""
    rate = {"kind": "nominal_annual", "value": "0.24"}
    schedule = {"first_due_on": (day + timedelta(days=20)).isoformat(), "instalments": 3, "frequency": "days:10"}
    terms = {"schedule": schedule | {"method": "french", "rate": rate}}
    agreed = Agreed(new_id, f"N-{new_id}", terms, "CO", "consumo")
    replace_accounts([old_id], agreed, kind="restructuring", replaced_on=day, reason="acuerdo", now=at(day), actor="x")


def differences(day: date) -> list[tuple[int, str, Any, Any]]:
    """Every state column of every account where the stored state is not what the pure rules say."""
    found = []
    caps = cap_tables()
    for loaded in load_accounts(list(Account.objects.order_by("pk"))):
        account = loaded.account
        stored = {name: getattr(account, name) for name in COMPARED}
        set_state(account, state_of(loaded, day, caps), loaded.payments)
        found += [
            (account.pk, name, stored[name], getattr(account, name))
            for name in COMPARED
            if stored[name] != getattr(account, name)
        ]
    return found


@pytest.mark.parametrize("balance_source", ["core", "ledger"])
@pytest.mark.parametrize("seed", [1, 2])
def test_equals_the_rules_row_by_row_on_random_portfolios(balance_source: str, seed: int) -> None:
    source, count = random.Random(seed), 60
    load_caps()
    make_portfolio(source, count, balance_source)
    day = FIRST
    for _ in range(6):
        report = refresh_states(day, now=at(day))
        assert report.refused == {}
        assert differences(day) == []
        random_happenings(source, day, count)
        day += timedelta(days=source.choice([1, 3, 8]))


def test_a_second_run_changes_nothing() -> None:
    make_portfolio(random.Random(3), 30, "ledger")
    Account.objects.update(terms={})
    make_account(random.Random(4), 31, "core")
    first = refresh(FIRST, at(FIRST))
    assert (first["ledger_changed"], first["core_changed"], first["replayed"]) == (30, 1, 0)
    before = list(Account.objects.order_by("pk").values())
    again = refresh(FIRST, at(FIRST) + timedelta(hours=1))
    assert again == {"core_changed": 0, "ledger_changed": 0, "replayed": 0, "refused": {}}
    assert list(Account.objects.order_by("pk").values()) == before


def test_a_missing_cap_leaves_the_account_and_is_counted_by_month() -> None:
    late = {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"}
    for account_id in (1, 2):
        Account.objects.create(
            id=account_id, currency="COP", balance_source="ledger", updated_at=NOW, terms={"late_interest": late}
        )
        Instalment.objects.create(
            account_id=account_id,
            number=1,
            due_on=date(2026, 3, 20),
            principal_minor=1000,
            total_minor=1000,
            cum_due_minor=1000,
        )
    assert refresh_states(date(2026, 3, 31), now=NOW).refused == {}
    before = list(Account.objects.values())
    report = refresh_states(date(2026, 4, 2), now=NOW)
    assert [(count, "2026-04" in message) for message, count in report.refused.items()] == [(2, True)]
    assert list(Account.objects.values()) == before


@pytest.mark.parametrize("count", [3, 30])
def test_takes_the_same_queries_for_any_number_of_accounts(count: int, django_assert_num_queries: Any) -> None:
    make_portfolio(random.Random(5), count, "ledger")
    Account.objects.update(terms={})
    cap_tables()  # the caps are kept from now on
    with django_assert_num_queries(19):
        refresh_states(FIRST, now=NOW)


def test_a_credit_is_used_when_the_next_instalment_falls_due() -> None:
    Account.objects.create(id=1, currency="COP", balance_source="ledger", updated_at=NOW, terms={})
    for number, day in ((1, date(2026, 1, 10)), (2, date(2026, 2, 10))):
        Instalment.objects.create(
            account_id=1, number=number, due_on=day, principal_minor=1000, total_minor=1000, cum_due_minor=1000 * number
        )
    refresh_states(date(2026, 1, 5), now=at(date(2026, 1, 5)))
    record_payments([NewPayment(1, 1300, date(2026, 1, 5), "banco", "1")], now=at(date(2026, 1, 5)), actor="x")
    assert Account.objects.get().unallocated_minor == 1300
    refresh_states(date(2026, 1, 10), now=at(date(2026, 1, 10)))
    account = Account.objects.get()
    assert (account.unallocated_minor, account.balance_minor, account.days_past_due) == (300, 1000, 0)
    refresh_states(date(2026, 2, 11), now=at(date(2026, 2, 11)))
    account.refresh_from_db()
    assert (account.unallocated_minor, account.balance_minor, account.days_past_due) == (0, 700, 1)
    assert not Payment.objects.exclude(pk=1).exclude(source="banco").exists()
    assert not AccountEvent.objects.exists()
