"""Two people and one account at the same instant: nothing lost, nothing doubled; without the lock a payment is lost."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions import continuing, payments
from acuerdo.ledger.models import Account, Entry, Instalment, Payment
from acuerdo.ledger.public import record_payment, refresh_states, reverse_payment, statement
from tests.sessions import other_sessions, wait_for_sessions_to_end

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)

pytestmark = pytest.mark.django_db(transaction=True)


def make_account(account_id: int = 1) -> None:
    Account.objects.create(id=account_id, currency="COP", balance_source="ledger", updated_at=NOW, terms={})
    Instalment.objects.bulk_create(
        Instalment(
            account_id=account_id, number=number, due_on=TODAY - timedelta(days=40 - number), principal_minor=1000,
            total_minor=1000, cum_due_minor=1000 * number,
        )
        for number in range(1, 11)
    )  # fmt: skip


def pay(amount_minor: int, ref: str, account_id: int = 1) -> Any:
    return record_payment(
        account_id, amount_minor=amount_minor, paid_on=TODAY, source="banco", external_ref=ref, now=NOW, actor="caja"
    )


def run_together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a thread of its own, with its own connection; a refusal is its answer."""

    def closing(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(closing, work) for work in works]]


def check_books(expected_paid: int) -> None:
    """The state is what the events say, and the entries agree with both."""
    account = Account.objects.get(pk=1)
    assert (account.paid_minor, account.balance_minor) == (expected_paid, 10_000 - expected_paid)
    assert statement(1, TODAY).balance_minor == account.balance_minor
    legs = list(Entry.objects.values_list("component", "amount_minor"))
    assert sum(amount for component, amount in legs if component == "principal") == -expected_paid
    assert sum(amount for _, amount in legs) == 0


def test_without_the_lock_the_state_forgets_a_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    make_account()
    both_have_read = threading.Barrier(2, timeout=20)
    read = payments.read_locked

    def read_then_wait(*wanted: Any) -> Any:
        found = read(*wanted)
        both_have_read.wait()
        return found

    monkeypatch.setattr(continuing, "_LOCK", continuing._LOCK.replace(" FOR UPDATE", ""))
    monkeypatch.setattr(payments, "read_locked", read_then_wait)
    run_together([lambda: pay(3000, "a"), lambda: pay(4000, "b")])
    assert Payment.objects.count() == 2
    assert Account.objects.get().paid_minor != 7000


def test_two_payments_at_the_same_instant_both_count() -> None:
    make_account()
    run_together([lambda: pay(3000, "a"), lambda: pay(4000, "b")])
    check_books(7000)


def test_the_same_payment_from_two_connections_is_one() -> None:
    make_account()
    done = run_together([lambda: pay(3000, "a")] * 4)
    assert sorted(one.is_new for one in done) == [False, False, False, True]
    assert Payment.objects.count() == 1
    check_books(3000)


def test_one_reference_for_two_accounts_is_refused_to_one_of_them() -> None:
    make_account()
    make_account(2)
    done = run_together([lambda: pay(3000, "a"), lambda: pay(3000, "a", account_id=2)])
    refused = [one for one in done if isinstance(one, Refusal)]
    assert [one.code for one in refused] == ["payment-ref-reused"]
    assert Payment.objects.count() == 1
    assert sum(Account.objects.values_list("paid_minor", flat=True)) == 3000


def test_a_reversal_racing_a_payment() -> None:
    make_account()
    first = pay(5000, "a")
    run_together([
        lambda: pay(2000, "b"),
        lambda: reverse_payment(first.payment_id, reversed_on=TODAY, external_ref="r1", now=NOW, actor="caja"),
        lambda: reverse_payment(first.payment_id, reversed_on=TODAY, external_ref="r2", now=NOW, actor="caja"),
    ])  # fmt: skip
    assert Payment.objects.filter(reverses__isnull=False).count() == 1
    check_books(2000)


def test_the_days_refresh_does_not_lose_a_payment_made_meanwhile() -> None:
    make_account()
    refresh_states(TODAY - timedelta(days=1), now=NOW)
    works: list[Callable[[], Any]] = [lambda: refresh_states(TODAY, now=NOW)]
    works += [lambda number=number: pay(500, f"p{number}") for number in range(4)]
    run_together(works)
    check_books(2000)


KILLED = """
import os, sys, django
from datetime import date, datetime, timezone
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from acuerdo.ledger.public import record_payment
now = datetime(2026, 3, 20, 15, tzinfo=timezone.utc)
print("ready", flush=True)
for number in range(100000):
    record_payment(1, amount_minor=1, paid_on=date(2026, 3, 20), source="kill", external_ref=str(number), now=now, actor="x")
    print(number, flush=True)
"""


def test_a_process_killed_while_posting_leaves_whole_payments() -> None:
    make_account()
    name = connection.settings_dict["NAME"]
    before = other_sessions()
    command = [sys.executable, "-c", KILLED, name]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(6)]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.read().split()
    answered = int(lines[-1]) + 1
    wait_for_sessions_to_end(before)
    kept = Payment.objects.count()
    # At most the one whose answer was under way; every one that was answered is here.
    assert answered <= kept <= answered + 1
    check_books(kept)
