"""Several workers at one outbox, and several planners of one day: every message leaves once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from acuerdo.messaging.actions import delivery, recording
from acuerdo.messaging.actions.statuses import apply_statuses
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.ports import Status
from acuerdo.messaging.public import PlannedMessage, deliver_all_due, deliver_due, load_templates, plan_batch
from acuerdo.policy.models import Attempt, Consent
from acuerdo.policy.public import PlannedContact, permit_and_log
from tests.factories import NOW, make_creditor, make_debtor, make_email, make_obligation

pytestmark = pytest.mark.django_db(transaction=True)


class CountingSandbox(SandboxChannel):
    """Counts how often each message is handed over, which the sandbox itself would hide."""

    def __init__(self) -> None:
        object.__setattr__(self, "name", "sandbox")
        object.__setattr__(self, "handed", Counter())

    def send(self, messages: Sequence[Any]) -> Any:
        self.handed.update(message.uid for message in messages)  # type: ignore[attr-defined]
        return super().send(messages)


@pytest.fixture
def wishes() -> list[PlannedMessage]:
    load_templates()
    creditor = make_creditor("Banco Andino", phone="+576015550100", ways_to_pay=[{"name": "PSE", "detail": ""}])
    obligations = [make_obligation(make_debtor(), creditor) for _ in range(40)]
    for obligation in obligations:
        make_email(obligation.debtor)
        Consent.objects.create(
            debtor=obligation.debtor,
            channel="email",
            granted_at=NOW - timedelta(days=90),
            source="contrato",
            recorded_by="prueba",
        )
    return [
        PlannedMessage(f"dia:{one.debtor_id}", one.debtor_id, creditor.pk, (one.pk,), "email", "temprana_8", NOW)
        for one in obligations
    ]


def run_together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    def closing(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(closing, work) for work in works]]


def test_without_claiming_two_workers_send_the_same_message(
    wishes: list[PlannedMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_batch(wishes[:1], NOW)
    both_have_read = threading.Barrier(2, timeout=20)

    def read_then_wait(now: Any, limit: int) -> list[Message]:
        rows = list(Message.objects.filter(state="scheduled").select_related("template"))
        both_have_read.wait()
        # Locked as always, but what was read stays read.
        list(Message.objects.select_for_update().filter(pk__in=[row.pk for row in rows]))
        return rows

    monkeypatch.setattr(delivery, "_due", read_then_wait)
    channel = CountingSandbox()
    # The gate still counts one contact a day, so the second is refused there: the last line of defence holds.
    sent = run_together([lambda: deliver_due(NOW, {"email": channel}).sent] * 2)
    assert sorted(sent) == [0, 1]
    assert Attempt.objects.filter(counts=True).count() == 1


def test_four_workers_share_the_outbox(wishes: list[PlannedMessage]) -> None:
    plan_batch(wishes, NOW)
    channel = CountingSandbox()

    def work() -> int:
        sent = 0
        while (done := deliver_due(NOW, {"email": channel}, limit=5)).taken:
            sent += done.sent
        return sent

    assert sum(run_together([work] * 4)) == len(wishes)
    assert set(channel.handed.values()) == {1}  # type: ignore[attr-defined]
    assert SandboxDelivery.objects.count() == Attempt.objects.count() == len(wishes)


def test_planners_of_one_day_plan_each_contact_once(wishes: list[PlannedMessage]) -> None:
    works = [lambda: plan_batch(wishes, NOW), lambda: plan_batch(wishes[::-1], NOW)] * 2
    outcomes = run_together(works)
    assert Message.objects.count() == len(wishes)
    ids = [{outcome.item.plan_key: outcome.message_id for outcome in one} for one in outcomes]
    assert all(one == ids[0] for one in ids)
    assert deliver_all_due(NOW, {"email": SandboxChannel()}).sent == len(wishes)


def test_a_rival_that_still_holds_a_message_makes_no_ring(wishes: list[PlannedMessage]) -> None:
    """A worker that looks for due messages keeps a lock on one that another took a moment before. It then wants the chain of
    receipts, which the other must not hold while it waits for that message."""
    plan_batch(wishes[:1], NOW)
    message = Message.objects.get()
    other = wishes[1]
    rival = ThreadPoolExecutor(max_workers=1)

    def hold_then_write(holds: threading.Event) -> None:
        try:
            with transaction.atomic():
                Message.objects.select_for_update().get(pk=message.pk)
                holds.set()
                _wait_until_somebody_waits()
                contact = PlannedContact(other.debtor_id, other.creditor_id, "email")
                assert permit_and_log(contact, actor="prueba", now=NOW).is_allowed
        finally:
            connection.close()

    works = []

    class Meeting(SandboxChannel):
        def send(self, messages: Sequence[Any]) -> Any:
            holds = threading.Event()
            works.append(rival.submit(hold_then_write, holds))
            assert holds.wait(20)
            yield from super().send(messages)

    assert deliver_due(NOW, {"email": Meeting()}).sent == 1
    works[0].result(timeout=30)
    rival.shutdown()


def _wait_until_somebody_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waited")


def test_a_receipt_that_comes_while_its_answer_is_recorded_is_not_lost(
    wishes: list[PlannedMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording has looked for waiting receipts and has not committed; the receipt cannot see the message yet."""
    plan_batch(wishes[:1], NOW)
    uid = Message.objects.get().uid
    told = Status("recibo", f"sandbox-{uid}", "delivered", NOW)
    rival = ThreadPoolExecutor(max_workers=1)
    works = []
    follow = recording._follow

    def tell() -> int:
        try:
            return apply_statuses("sandbox", [told], NOW)
        finally:
            connection.close()

    def follow_then_be_told(*args: Any) -> None:
        follow(*args)
        works.append(rival.submit(tell))
        until = time.monotonic() + 20
        while not works[0].done() and not _somebody_waits("advisory") and time.monotonic() < until:
            time.sleep(0.02)

    monkeypatch.setattr(recording, "_follow", follow_then_be_told)
    assert deliver_due(NOW, {"email": SandboxChannel()}).sent == 1
    assert works[0].result(timeout=30) == 1
    assert Message.objects.get().state == "delivered"
    rival.shutdown()


def _somebody_waits(kind: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = %s)", [kind])
        return bool(cursor.fetchone()[0])
