"""Letting messages out: the second question, what is re-read, what follows from each answer, and what a crash leaves."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import ExternalError
from acuerdo.ledger.models import Account
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.ports import IN_DOUBT, RECEIVER_REFUSED, Answer, Outgoing
from acuerdo.messaging.public import Delivered, deliver_all_due, deliver_due, messages_of, plan_batch, recover_stuck
from acuerdo.messaging.tasks import configured_channels, deliver_due_messages
from acuerdo.negotiation.public import cancel_promise, make_promise
from acuerdo.policy.models import Attempt, Consent, Hold
from tests.factories import NOW, TODAY
from tests.module.messaging.conftest import FailingChannel

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


def plan(world: Any, **fields: Any) -> Any:
    wish = {name: fields.pop(name) for name in ("channel", "template", "purpose", "not_before") if name in fields}
    obligation = world.obligation(**fields)
    plan_batch([world.wish(obligation, **wish)], NOW)
    return obligation


def test_a_due_message_leaves_once_with_its_receipt(world: Any, sandbox: Any) -> None:
    plan(world)
    assert deliver_due(NOW, sandbox) == Delivered(taken=1, sent=1)
    assert deliver_due(LATER, sandbox) == Delivered()
    message, delivery, attempt = Message.objects.get(), SandboxDelivery.objects.get(), Attempt.objects.get()
    assert (message.state, message.sent_at, message.provider, message.tries) == ("sent", NOW, "sandbox", 1)
    assert (delivery.message_uid, delivery.body_html, delivery.sender) == (
        message.uid,
        message.body_html,
        "Banco Andino",
    )
    assert (attempt.status, attempt.counts, attempt.balance_stated_minor) == ("sent", True, 180_000_00)
    assert message.attempt == attempt
    assert attempt.verdict == message.verdict


def test_what_is_not_due_yet_stays(world: Any, sandbox: Any) -> None:
    plan(world, not_before=LATER)
    assert deliver_due(NOW, sandbox) == Delivered()
    assert deliver_due(LATER, sandbox).sent == 1


def test_the_text_says_what_is_owed_now(world: Any, sandbox: Any) -> None:
    obligation = plan(world)
    Account.objects.filter(pk=obligation.pk).update(balance_due_minor=60_000_00)
    deliver_due(NOW, sandbox)
    body = SandboxDelivery.objects.get().body
    assert "$ 60.000" in body
    assert "$ 180.000" not in body


@pytest.mark.parametrize(
    "paid",
    [{"balance_due_minor": 0}, {"status": "paid", "balance_due_minor": 0, "next_due_minor": 0}],
)
def test_paid_meanwhile_is_not_written_to(world: Any, sandbox: Any, paid: dict[str, Any]) -> None:
    obligation = plan(world)
    Account.objects.filter(pk=obligation.pk).update(**paid)
    assert deliver_due(NOW, sandbox) == Delivered(taken=1, cancelled=1)
    assert Message.objects.get().failure == "paid"
    assert not Attempt.objects.exists()
    assert not SandboxDelivery.objects.exists()


def test_the_second_question_stops_what_the_first_let_pass(world: Any, sandbox: Any) -> None:
    obligation = plan(world)
    Hold.objects.create(
        debtor=obligation.debtor, kind="already_paid", starts_at=NOW, reason="prueba", placed_by="prueba"
    )
    assert deliver_due(LATER, sandbox) == Delivered(taken=1, blocked=1)
    message = Message.objects.get()
    assert message.state == "blocked"
    assert message.failure == message.verdict.first_rule != ""
    assert not Attempt.objects.exists()


def test_a_revoked_channel_is_not_used(world: Any, sandbox: Any) -> None:
    plan(world)
    Consent.objects.update(revoked_at=NOW + timedelta(minutes=1))
    assert deliver_due(LATER, sandbox).blocked == 1


def test_two_creditors_write_to_one_person_once_a_day(world: Any, sandbox: Any) -> None:
    debtor = world.debtor()
    first, second = world.obligation(debtor=debtor), world.obligation(debtor=debtor)
    plan_batch([world.wish(first), world.wish(second, plan_key="otra")], NOW)
    assert deliver_due(NOW, sandbox) == Delivered(taken=2, sent=1, blocked=1)


def test_refused_now_and_permitted_later_today_waits(world: Any, sandbox: Any) -> None:
    obligation = plan(world)
    early = datetime(2026, 7, 15, 11, 0, tzinfo=UTC)  # six in the morning in Bogotá
    Message.objects.update(scheduled_for=early)
    assert deliver_due(early, sandbox) == Delivered(taken=1, postponed=1)
    message = Message.objects.get()
    assert (message.state, message.scheduled_for) == ("scheduled", datetime(2026, 7, 15, 12, 0, tzinfo=UTC))
    assert deliver_due(NOW, sandbox).sent == 1
    assert obligation.debtor_id == message.debtor_id


def test_a_message_of_yesterday_is_left_to_the_new_plan(world: Any, sandbox: Any) -> None:
    plan(world)
    assert deliver_due(NOW + timedelta(days=1), sandbox) == Delivered(taken=1, cancelled=1)
    assert Message.objects.get().failure == "day-over"


def test_a_promise_message_needs_its_promise(world: Any, sandbox: Any) -> None:
    obligation = world.obligation()
    values = {"actor": "gestor1", "now": NOW - timedelta(days=1), "today": TODAY - timedelta(days=1)}
    promise = make_promise(
        obligation_id=obligation.pk, amount_minor=100_000_00, due_on=TODAY + timedelta(days=1), **values
    )
    wish = world.wish(obligation, template="recordatorio_promesa", purpose="reminder", not_before=LATER)
    plan_batch([wish], NOW)
    assert "$ 100.000 el 16 de julio de 2026" in Message.objects.get().body.replace("- Valor: ", "").replace(
        "\n- Fecha: ", " el "
    )
    cancel_promise(promise.pk, reason="dispute", actor="gestor1", now=NOW, today=TODAY)
    assert deliver_due(LATER, sandbox) == Delivered(taken=1, cancelled=1)
    assert Message.objects.get().failure == "promise-changed"


def test_temporary_trouble_is_tried_again_and_does_not_count(world: Any, sandbox: Any) -> None:
    plan(world)
    failing = FailingChannel([ExternalError("receiver-busy", "ocupado")])
    assert deliver_due(NOW, {"email": failing}) == Delivered(taken=1, postponed=1)
    message, attempt = Message.objects.get(), Attempt.objects.get()
    assert (message.state, message.scheduled_for, message.attempt_id) == ("scheduled", NOW + timedelta(minutes=1), None)
    assert (attempt.status, attempt.counts) == ("failed", False)
    assert deliver_due(NOW + timedelta(minutes=1), sandbox).sent == 1
    assert Message.objects.get().tries == 2


def test_after_five_tries_it_is_over(world: Any) -> None:
    plan(world)
    failing = FailingChannel([ExternalError("receiver-busy", "ocupado")])
    moment = NOW
    for _ in range(5):
        deliver_due(moment, {"email": failing})
        moment += timedelta(hours=1)
    message = Message.objects.get()
    assert (message.state, message.failure, message.tries, len(failing.sent)) == ("failed", "receiver-busy", 5, 5)
    assert len({one.uid for one in failing.sent}) == 1


def test_a_refused_receiver_closes_the_contact_point(world: Any) -> None:
    obligation = plan(world)
    refused = ExternalError(RECEIVER_REFUSED, "no existe", permanent=True)
    assert deliver_due(NOW, {"email": FailingChannel([refused])}) == Delivered(taken=1, failed=1)
    point = obligation.debtor.contact_points.get(kind="email")
    assert (point.is_valid, point.invalid_reason, point.last_result_at) == (False, RECEIVER_REFUSED, NOW)
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.counts) == ("failed", False)


def test_a_delivery_in_doubt_is_not_repeated_and_counts(world: Any, sandbox: Any) -> None:
    plan(world)
    doubt = ExternalError(IN_DOUBT, "se cortó", permanent=True)
    assert deliver_due(NOW, {"email": FailingChannel([doubt])}).failed == 1
    assert deliver_due(LATER, sandbox) == Delivered()
    assert (Attempt.objects.get().status, Attempt.objects.get().counts) == ("sent", True)


def test_a_channel_without_provider_says_so(world: Any) -> None:
    plan(world)
    assert deliver_due(NOW, {}) == Delivered(taken=1, failed=1)
    assert Message.objects.get().failure == "no-provider"


class Killed(BaseException):
    """The worker dies here."""


class DyingSandbox(SandboxChannel):
    """Dies before or after the provider has the message, before anything is recorded."""

    delivers = True

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        if self.delivers:
            list(super().send(messages))
        raise Killed


class DyingBefore(DyingSandbox):
    delivers = False


@pytest.mark.parametrize(("channel", "recovered"), [(DyingSandbox(), "sent"), (DyingBefore(), "scheduled")])
def test_after_a_crash_the_sandbox_shows_it_once(world: Any, sandbox: Any, channel: Any, recovered: str) -> None:
    plan(world)
    with pytest.raises(Killed):
        deliver_due(NOW, {"email": channel})
    assert Message.objects.get().state == "sending"
    assert recover_stuck(NOW + timedelta(minutes=5), sandbox) == Delivered()  # it may still be at work
    again = NOW + timedelta(minutes=11)
    assert recover_stuck(again, sandbox).taken == 1
    assert Message.objects.get().state == recovered
    deliver_due(again, sandbox)
    assert Message.objects.get().state == "sent"
    assert SandboxDelivery.objects.count() == 1
    assert Attempt.objects.filter(counts=True).count() == 1


def test_after_a_crash_a_provider_that_cannot_tell_gets_no_second_try(world: Any) -> None:
    plan(world)

    class Dying(FailingChannel):
        def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
            raise Killed

    dying = Dying([None])
    with pytest.raises(Killed):
        deliver_due(NOW, {"email": dying})
    assert recover_stuck(NOW + timedelta(minutes=11), {"email": dying}) == Delivered(taken=1, failed=1)
    assert Message.objects.get().failure == IN_DOUBT


def test_killed_while_it_connects_leaves_nothing_in_doubt(world: Any, sandbox: Any) -> None:
    plan(world)

    class Connecting(FailingChannel):
        is_announcing, group_max = True, 1
        dies_speaking = False

        def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
            if self.dies_speaking:
                yield ()
            raise Killed

    channel = Connecting([None])
    with pytest.raises(Killed):
        deliver_due(NOW, {"email": channel})
    assert not Message.objects.get().is_handed
    again = NOW + timedelta(minutes=11)
    assert recover_stuck(again, {"email": channel}) == Delivered(taken=1, postponed=1)
    # Once it said that it was ready, it may have spoken.
    channel.dies_speaking = True
    with pytest.raises(Killed):
        deliver_due(again, {"email": channel})
    assert Message.objects.get().is_handed
    assert recover_stuck(again + timedelta(minutes=11), {"email": channel}) == Delivered(taken=1, failed=1)
    assert Message.objects.get().failure == IN_DOUBT


def test_only_the_group_that_is_spoken_is_in_doubt(world: Any, sandbox: Any) -> None:
    plan_batch([world.wish(world.obligation()) for _ in range(7)], NOW)

    class Dying(FailingChannel):
        is_announcing, group_max = True, 2

        def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
            yield ()
            yield [Answer(message.uid, "ref") for message in messages[:2]]
            raise Killed

    dying = Dying([None])
    with pytest.raises(Killed):
        deliver_due(NOW, {"email": dying})
    assert Message.objects.filter(state="sent").count() == 2
    handed = sorted(Message.objects.filter(state="sending").values_list("is_handed", flat=True))
    assert handed == [False] * 3 + [True] * 2
    again = NOW + timedelta(minutes=11)
    assert recover_stuck(again, {"email": dying}) == Delivered(taken=5, failed=2, postponed=3)
    assert deliver_due(again, sandbox).sent == 3
    assert Attempt.objects.filter(counts=True).count() == 7


def test_the_sandbox_keeps_a_message_once(world: Any) -> None:
    message = Outgoing(UUID(int=7), "sms", "+573500000001", "Banco", "", "", "Hola", "", NOW)
    channel = SandboxChannel()
    first = [answer for group in channel.send([message, message]) for answer in group]
    second = [answer for group in channel.send([message]) for answer in group]
    assert {answer.provider_ref for answer in first + second} == {f"sandbox-{UUID(int=7)}"}
    assert SandboxDelivery.objects.count() == 1
    assert channel.sent_already([UUID(int=7), UUID(int=8)]) == {UUID(int=7)}


def test_many_take_the_queries_of_one(world: Any, sandbox: Any, django_assert_num_queries: Any) -> None:
    plan_batch([world.wish(world.obligation()) for _ in range(12)], NOW)
    # providers · lock · savepoint 2 · claim · templates · gather 3 · gate: facts, locks, savepoint 2, 2 inserts, salts, receipts
    # · sandbox insert · savepoint 2 · lock · mark 2 + savepoint 2 + whose, receipts · store · waiting statuses · unlock
    with django_assert_num_queries(30):
        assert deliver_due(NOW, sandbox).sent == 12


def test_the_timeline_gives_message_template_and_verdict(
    world: Any, sandbox: Any, django_assert_num_queries: Any
) -> None:
    obligation = plan(world)
    deliver_all_due(NOW, sandbox)
    with django_assert_num_queries(1):
        row = messages_of([obligation.debtor_id])[0]
        assert (row.template.code, row.verdict.verdict, row.state) == ("temprana_8", "allow", "sent")


def test_the_clockwork_sends_what_is_due(world: Any, settings: Any) -> None:
    from acuerdo.base import clock

    clock.set_now(NOW)
    plan(world)
    deliver_due_messages(timestamp=0)
    assert Message.objects.get().state == "sent"
    assert {name: channel.name for name, channel in configured_channels().items()} == {
        "sms": "sandbox",
        "whatsapp": "sandbox",
        "email": "sandbox",
        "letter": "cartas",
    }
    assert date(2026, 7, 15) == clock.business_date()
