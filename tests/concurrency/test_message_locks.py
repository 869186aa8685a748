"""Messages are locked before people, everywhere: who holds a person already does not wait for a message."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from acuerdo.base.locks import lock_person
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.actions import delivery
from acuerdo.messaging.actions.withdrawal import withdraw_agreed
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import PlannedMessage, deliver_due, forget_person, load_templates, plan_batch
from acuerdo.policy.models import Consent
from tests.factories import NOW, make_creditor, make_debtor, make_email, make_obligation

pytestmark = pytest.mark.django_db(transaction=True)
CHANNELS = {"email": SandboxChannel()}


@pytest.fixture
def message() -> Message:
    """One that is due."""
    load_templates()
    creditor = make_creditor("Banco Andino", phone="+576015550100", ways_to_pay=[{"name": "PSE", "detail": ""}])
    owed = make_obligation(make_debtor(), creditor)
    make_email(owed.debtor)
    granted = {"granted_at": NOW - timedelta(days=90), "source": "contrato", "recorded_by": "prueba"}
    Consent.objects.create(debtor=owed.debtor, channel="email", **granted)
    plan_batch([PlannedMessage("uno", owed.debtor_id, creditor.pk, (owed.pk,), "email", "temprana_8", NOW)], NOW)
    return Message.objects.get()


def meet(message: Message, rival: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A worker has the message in hand and is about to lock the person, whom `rival` has locked meanwhile and keeps while it
    works. What became of each, a deadlock as its error."""
    has_person = Event()
    permit, found = delivery.permit_batch, {}

    def hold_person() -> Any:
        try:
            with transaction.atomic():
                lock_person(message.debtor_id)
                has_person.set()
                return rival()
        except (Refusal, OperationalError) as error:
            return error
        finally:
            connection.close()

    def permit_beside(*args: Any, **options: Any) -> Any:
        found["rival"] = pool.submit(hold_person)
        assert has_person.wait(30)
        return permit(*args, **options)

    monkeypatch.setattr(delivery, "permit_batch", permit_beside)
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            worker: Any = deliver_due(NOW, CHANNELS).sent
        except OperationalError as error:
            worker = error
        return worker, found["rival"].result(timeout=60)


def test_who_waits_for_a_message_with_the_person_in_hand_makes_a_ring(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock_it() -> int:
        return Message.objects.select_for_update().get(pk=message.pk).pk

    worker, rival = meet(message, lock_it, monkeypatch)
    errors = [one for one in (worker, rival) if isinstance(one, OperationalError)]
    assert len(errors) == 1
    assert "deadlock" in str(errors[0])


def test_erasing_while_a_worker_has_a_message_in_hand_is_for_later(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, rival = meet(message, lambda: forget_person(message.debtor_id, now=NOW), monkeypatch)
    assert worker == 1
    assert isinstance(rival, Refusal)
    assert rival.code == "erasure-message-leaving"
    assert SandboxDelivery.objects.count() == 1
    # A minute later nobody holds it.
    with transaction.atomic():
        lock_person(message.debtor_id)
        assert forget_person(message.debtor_id, now=NOW) > 0
    assert not SandboxDelivery.objects.exists()
    assert Message.objects.get().body == ""


def test_an_agreement_does_not_wait_for_a_message_in_hand(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    obligations = [message.obligation_id or 0]
    worker, rival = meet(message, lambda: withdraw_agreed(obligations, NOW), monkeypatch)
    assert (worker, rival) == (1, 0)
    assert SandboxDelivery.objects.count() == 1


def test_an_agreement_takes_back_what_nobody_has_in_hand(message: Message) -> None:
    with transaction.atomic():
        lock_person(message.debtor_id)
        assert withdraw_agreed([message.obligation_id or 0], NOW) == 1
    assert deliver_due(NOW, CHANNELS).taken == 0
    assert Message.objects.get().state == "cancelled"
