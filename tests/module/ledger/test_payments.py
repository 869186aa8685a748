"""Recording and reversing payments on real tables: once each, allocated, posted in balance, state brought up to date."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Entry, Instalment, OpenInstalment, Payment
from acuerdo.ledger.public import NewPayment, record_payment, record_payments, reverse_payment, statement

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
LATE = {"rate": {"kind": "effective_annual", "value": "0.2"}, "cap": None}

pytestmark = pytest.mark.django_db


def make_account(account_id: int = 1, *, late: dict[str, Any] | None = LATE, **fields: Any) -> Account:
    """Three monthly instalments of 100.00 (80 principal, 20 interest) from 5 February 2026."""
    base: dict[str, Any] = {
        "currency": "COP", "balance_source": "ledger", "principal_minor": 24000, "updated_at": NOW,
        "terms": {"late_interest": late} if late else {},
    }  # fmt: skip
    account = Account.objects.create(id=account_id, **{**base, **fields})
    Instalment.objects.bulk_create(
        Instalment(
            account_id=account_id, number=number, due_on=date(2026, number + 1, 5), principal_minor=8000,
            contract_interest_minor=2000, total_minor=10000, cum_due_minor=10000 * number,
        )
        for number in (1, 2, 3)
    )  # fmt: skip
    return account


def pay(account_id: int = 1, amount_minor: int = 10000, paid_on: date = TODAY, ref: str = "r1", **fields: Any) -> Any:
    return record_payment(
        account_id,
        amount_minor=amount_minor,
        paid_on=paid_on,
        source=fields.get("source", "banco"),
        external_ref=ref,
        now=fields.get("now", NOW),
        actor="caja",
    )


def legs(**filters: Any) -> list[tuple[str, int | None, int]]:
    rows = Entry.objects.filter(**filters).order_by("id")
    return [(row.component, row.instalment_number, row.amount_minor) for row in rows]


def late_minor(principal: int, days: int) -> int:
    daily = (Decimal("1.2") ** (Decimal(1) / 365) - 1) * principal * days
    return int(daily.quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def test_a_payment_covers_the_oldest_instalment_in_order() -> None:
    make_account()
    first_late = late_minor(8000, 43)
    done = pay(amount_minor=5000)
    assert done.is_new
    shares = [(share.instalment, share.component, share.amount_minor) for share in done.allocation]
    assert shares == [
        (1, "late_interest", first_late),
        (1, "contract_interest", 2000),
        (1, "principal", 3000 - first_late),
    ]
    assert done.unallocated_minor == 0
    account = Account.objects.get()
    assert (account.days_past_due, account.bucket, account.stage) == (43, "31-60", "middle")
    assert account.principal_balance_minor == 24000 - (3000 - first_late)
    assert account.late_interest_minor == late_minor(8000, 15)
    assert account.balance_due_minor == 10000 + 5000 + first_late + late_minor(8000, 15)
    assert (account.next_due_on, account.next_due_minor) == (date(2026, 4, 5), 10000)
    assert (account.paid_minor, account.last_payment_on, account.last_payment_minor) == (5000, TODAY, 5000)
    assert (done.after.balance_due_minor, done.after.stage) == (account.balance_due_minor, "middle")


def test_the_entries_sum_to_zero_and_are_audited() -> None:
    make_account(late=None)
    pay(amount_minor=25000)
    assert sorted(legs()) == sorted([
        ("cash", None, 25000), ("contract_interest", 1, -2000), ("principal", 1, -8000), ("contract_interest", 2, -2000),
        ("principal", 2, -8000), ("unallocated", None, -5000),
    ])  # fmt: skip
    assert sum(row[2] for row in legs()) == 0
    audit = AuditEntry.objects.get(chain="ledger")
    assert (audit.action, audit.actor, audit.payload["amount_minor"]) == ("record_payment", "caja", 25000)


def test_the_same_payment_twice_changes_nothing() -> None:
    make_account()
    first, second = pay(), pay(now=NOW + timedelta(hours=1))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.payment_id == second.payment_id
    assert Payment.objects.count() == 1
    assert len(legs()) == len(legs(payment_id=first.payment_id))
    assert AuditEntry.objects.filter(chain="ledger").count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_minor": 0}, "bad-payment"),
        ({"amount_minor": -1}, "bad-payment"),
        ({"ref": ""}, "bad-payment"),
        ({"account_id": 99}, "unknown-account"),
        ({"ref": "taken", "amount_minor": 7}, "payment-ref-reused"),
        ({"ref": "taken", "paid_on": TODAY - timedelta(days=1)}, "payment-ref-reused"),
    ],
)
def test_refusals_change_nothing(change: dict[str, Any], code: str) -> None:
    make_account()
    pay(ref="taken")
    before = (Payment.objects.count(), Entry.objects.count(), Account.objects.values().get())
    with pytest.raises(Refusal) as refusal:
        pay(**change)
    assert refusal.value.code == code
    assert (Payment.objects.count(), Entry.objects.count(), Account.objects.values().get()) == before


def test_a_month_without_a_certified_cap_refuses_and_names_it() -> None:
    make_account(late={"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"})
    pay(paid_on=date(2026, 3, 20))
    with pytest.raises(Refusal, match="2026-04") as refusal:
        pay(paid_on=date(2026, 4, 20), ref="r2", now=NOW + timedelta(days=60))
    assert refusal.value.code == "rate-cap-missing"
    assert Payment.objects.count() == 1


def test_reversing_restores_every_balance_and_keeps_the_entries() -> None:
    make_account()
    before = statement(1, TODAY)
    payment = pay(amount_minor=12345)
    assert statement(1, TODAY) != before
    reversal = reverse_payment(payment.payment_id, reversed_on=TODAY, external_ref="rev1", now=NOW, actor="caja")
    assert reversal.is_new
    assert statement(1, TODAY) == before
    assert sum(row[2] for row in legs()) == 0
    assert sum(row[2] for row in legs(component="cash")) == 0
    again = reverse_payment(payment.payment_id, reversed_on=TODAY, external_ref="rev2", now=NOW, actor="caja")
    assert (again.is_new, again.payment_id) == (False, reversal.payment_id)
    assert Payment.objects.get(pk=reversal.payment_id).amount_minor == -12345


@pytest.mark.parametrize(("day", "code"), [(TODAY - timedelta(days=1), "reversal-before-payment")])
def test_a_reversal_cannot_precede_its_payment(day: date, code: str) -> None:
    make_account()
    payment = pay()
    with pytest.raises(Refusal) as refusal:
        reverse_payment(payment.payment_id, reversed_on=day, external_ref="rev", now=NOW, actor="caja")
    assert refusal.value.code == code
    with pytest.raises(Refusal) as unknown:
        reverse_payment(12345, reversed_on=TODAY, external_ref="rev", now=NOW, actor="caja")
    assert unknown.value.code == "unknown-payment"


def test_a_back_dated_payment_moves_what_came_after_it() -> None:
    make_account()
    later = pay(amount_minor=5000, paid_on=date(2026, 3, 15), ref="later")
    late_before = sum(share.amount_minor for share in later.allocation if share.component == "late_interest")
    assert late_before > 0
    pay(amount_minor=10000, paid_on=date(2026, 2, 5), ref="earlier")
    assert {row.kind for row in Entry.objects.filter(payment_id=later.payment_id)} == {"payment", "reallocation"}
    net: dict[str, int] = {}
    for component, _, amount in legs(payment_id=later.payment_id):
        net[component] = net.get(component, 0) + amount
    # The first instalment was paid on its day, so the later payment meets the second one.
    assert net["late_interest"] == -late_minor(8000, 10)
    assert sum(net.values()) == 0
    assert Account.objects.get().days_past_due == 10


def test_what_was_believed_then_is_still_known() -> None:
    make_account()
    pay(amount_minor=5000, paid_on=date(2026, 3, 10), ref="a", now=datetime(2026, 3, 10, 15, tzinfo=UTC))
    as_believed = statement(1, date(2026, 3, 12))
    pay(amount_minor=5000, paid_on=date(2026, 2, 5), ref="b", now=datetime(2026, 3, 18, 15, tzinfo=UTC))
    known_at = datetime(2026, 3, 12, tzinfo=UTC)
    assert statement(1, date(2026, 3, 12)) != as_believed
    assert statement(1, date(2026, 3, 12), known_at=known_at) == as_believed


def test_many_payments_are_recorded_in_few_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(1, 41):
        make_account(number)
    rows = [
        NewPayment(number, 100 * turn, TODAY, "banco", f"{number}-{turn}") for turn in (1, 2) for number in range(1, 41)
    ]
    with django_assert_max_num_queries(26):
        done = record_payments(rows, now=NOW, actor="importación")
    assert [(one.account_id, one.is_new) for one in done] == [(row.account_id, True) for row in rows]
    assert Account.objects.filter(paid_minor=300).count() == 40


def test_a_core_account_goes_down_until_the_next_file() -> None:
    make_account(
        balance_source="core", core_as_of=date(2026, 3, 18), state_as_of=date(2026, 3, 18), core_due_since=date(2026, 2, 5),
        due_since=date(2026, 2, 5), balance_minor=24500, balance_due_minor=20500, principal_balance_minor=20000,
        contract_interest_minor=4000, collection_fee_minor=500,
    )  # fmt: skip
    partial = pay(amount_minor=5500)
    account = Account.objects.get()
    assert (account.balance_minor, account.balance_due_minor, account.days_past_due) == (19000, 15000, 43)
    assert (account.collection_fee_minor, account.contract_interest_minor, account.principal_balance_minor) == (
        0,
        0,
        19000,
    )
    assert partial.allocation == ()
    pay(amount_minor=15000, ref="r2")
    account.refresh_from_db()
    assert (account.balance_due_minor, account.days_past_due, account.bucket) == (0, 0, "current")
    assert (account.next_due_on, account.next_due_minor) == (date(2026, 4, 5), 10000)
    assert sum(row[2] for row in legs()) == 0
    # The next file knows both payments: its figures rule again.
    Account.objects.update(
        core_as_of=TODAY, balance_minor=4000, balance_due_minor=0, due_since=None, core_due_since=None
    )
    assert statement(1, TODAY).balance_minor == 4000


def test_settled_instalments_leave_the_open_table() -> None:
    make_account(late=None)
    pay(amount_minor=14000)
    assert list(OpenInstalment.objects.values_list("number", "principal_minor", "contract_interest_minor")) == [
        (2, 6000, 0),
        (3, 8000, 2000),
    ]
    pay(amount_minor=16000, ref="r2", paid_on=date(2026, 4, 5), now=NOW + timedelta(days=30))
    assert not OpenInstalment.objects.exists()
    account = Account.objects.get()
    assert (account.status, account.balance_minor, account.next_due_on) == ("paid", 0, None)


def test_entries_cannot_be_changed_deleted_or_unbalanced() -> None:
    make_account(late=None)
    pay()
    for statement_ in ("UPDATE ledger_entry SET amount_minor = 1", "DELETE FROM ledger_entry"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement_)


def test_unbalanced_legs_cannot_be_committed() -> None:
    make_account(late=None)
    pay()
    entry = Entry.objects.order_by("id")[0]
    entry.pk, entry.amount_minor = None, 5
    entry.save(force_insert=True)
    with pytest.raises(IntegrityError, match="do not sum to zero"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


FOLLOWED: list[tuple[list[int], date]] = []


def follow(account_ids: list[int], *, today: date, now: datetime) -> None:
    """Stands where the settling of promises and contacts stands (tests/module/config tests that)."""
    FOLLOWED.append((account_ids, today))
    if now > NOW + timedelta(days=1):
        raise RuntimeError("what follows broke")


def test_whoever_records_or_reverses_what_follows_is_told_once_in_the_same_transaction(settings: Any) -> None:
    settings.AFTER_PAYMENTS = f"{__name__}.follow"
    FOLLOWED.clear()
    make_account(), make_account(2)
    rows = [NewPayment(pk, 1000, TODAY, "banco", f"r{pk}{part}") for pk in (2, 1) for part in "ab"]
    done = record_payments(rows, now=NOW, actor="caja")
    record_payments(rows, now=NOW, actor="caja")
    reverse_payment(done[0].payment_id, reversed_on=TODAY, external_ref="x", now=NOW, actor="caja")
    reverse_payment(done[0].payment_id, reversed_on=TODAY, external_ref="x", now=NOW, actor="caja")
    assert FOLLOWED == [([1, 2], TODAY), ([2], TODAY)]
    with pytest.raises(RuntimeError):
        pay(ref="later", now=NOW + timedelta(days=2))
    assert not Payment.objects.filter(external_ref="later").exists()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_recording_in_any_batches_gives_the_same_books(seed: int) -> None:
    """The same payments one by one and all at once, on time and back-dated: equal states, allocations and legs."""
    source = random.Random(seed)
    days = [source.choice([0, 0, 1, 3, 20]) for _ in range(40)]
    rows = [
        NewPayment(source.randint(1, 6), source.randint(1, 900), TODAY - timedelta(days=day), "banco", f"p{number}")
        for number, day in enumerate(days)
    ]
    found = []
    for size in (1, 7, len(rows)):
        with transaction.atomic():
            for account_id in range(1, 7):
                core = {"balance_source": "core", "balance_minor": 30000, "balance_due_minor": 9000}
                make_account(account_id, **({} if account_id % 3 else core))
            for part in batched(rows, size):
                record_payments(part, now=NOW, actor="caja")
            found.append(books())
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2]


def books() -> tuple[list[Any], list[Any], list[Any]]:
    """States, open instalments, and the legs of each payment summed up."""
    skipped = {"updated_at", "core_figures", "core_taken_as_of", "state_as_of"}
    names = [column.name for column in Account._meta.concrete_fields if column.name not in skipped]
    owed = ("account_id", "number", "principal_minor", "contract_interest_minor", "late_settled_minor")
    by = ("payment__external_ref", "component", "instalment_number", "effective_on")
    summed = Entry.objects.values_list(*by).annotate(total=Sum("amount_minor")).exclude(total=0)
    return (
        list(Account.objects.order_by("pk").values_list(*names)),
        list(OpenInstalment.objects.order_by("account_id", "number").values_list(*owed)),
        sorted(map(str, summed)),
    )
