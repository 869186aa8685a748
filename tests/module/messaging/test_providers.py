"""Several providers of a channel: fail-over, rest, rates, senders; and what they tell later, in any order and any number of times."""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.messaging.actions import switchboard
from acuerdo.messaging.actions.senders import grade_senders
from acuerdo.messaging.actions.statuses import apply_statuses
from acuerdo.messaging.actions.switchboard import note_quality, switch_provider
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, MessageState, ProviderEvent, ProviderState, SenderState
from acuerdo.messaging.ports import (
    IN_DOUBT,
    PROVIDER_DOWN,
    RECEIVER_REFUSED,
    THROTTLED,
    Answer,
    Channels,
    Outgoing,
    Route,
    Status,
)
from acuerdo.messaging.public import (
    deliver_all_due,
    deliver_due,
    fall_back,
    plan_batch,
    provider_board,
    recover_stuck,
)
from acuerdo.messaging.rules.routing import Lane
from acuerdo.policy.models import Attempt, Hold
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
DOWN = ExternalError(PROVIDER_DOWN, "No responde.")


@dataclass
class Provider:
    """Says `trouble` to everything until told otherwise; `prefix` marks its references."""

    name: str
    trouble: ExternalError | None = None
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        for message in messages:
            if self.trouble is None:
                self.sent.append(message)
            yield [Answer(message.uid, "" if self.trouble else f"{self.name}-{len(self.sent)}", self.trouble)]

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None


def lanes(*providers: Provider, **fields: Any) -> Channels:
    routes = [
        Route(Lane(one.name, priority=place, per_second=5000, **fields), one) for place, one in enumerate(providers, 1)
    ]
    return {"sms": routes}


def plan(world: Any, count: int = 1, **fields: Any) -> list[Message]:
    plan_batch([world.wish(world.obligation(), channel="sms", **fields) for _ in range(count)], NOW)
    return list(Message.objects.order_by("id"))


def test_a_message_goes_on_to_the_next_provider_at_once(world: Any) -> None:
    first, second = Provider("uno", DOWN), Provider("dos")
    (row,) = plan(world)
    assert deliver_all_due(NOW, lanes(first, second)).sent == 1
    row.refresh_from_db()
    assert (row.provider, row.state, row.tried, row.tries) == ("dos", "sent", "uno", 2)
    assert Attempt.objects.filter(counts=True).count() == 1


def test_three_troubles_rest_a_provider_and_one_message_tries_it_again(world: Any) -> None:
    first, second = Provider("uno", DOWN), Provider("dos")
    plan(world, 6)
    assert deliver_all_due(NOW, lanes(first, second)).sent == 6
    assert ProviderState.objects.get(name="uno").resting_until is not None
    first.trouble, later = None, NOW + timedelta(hours=1)
    plan_batch([world.wish(world.obligation(), channel="sms", not_before=later) for _ in range(3)], NOW)
    deliver_due(later, lanes(first, second))
    assert (len(first.sent), len(second.sent)) == (1, 8)
    state = ProviderState.objects.get(name="uno")
    assert (state.troubles, state.resting_until, state.last_ok_at) == (0, None, later)


def test_with_nobody_up_messages_wait_and_nothing_is_counted(world: Any) -> None:
    only = Provider("uno", DOWN)
    plan(world, 4)
    deliver_all_due(NOW, lanes(only))
    waiting = Message.objects.filter(state="scheduled", scheduled_for__gt=NOW)
    assert waiting.count() == 4
    assert not Attempt.objects.filter(counts=True).exists()
    only.trouble = None
    assert deliver_all_due(NOW + timedelta(hours=1), lanes(only)).sent == 4


def test_a_throttled_message_waits_for_the_same_provider(world: Any) -> None:
    first, second = Provider("uno", ExternalError(THROTTLED, "Despacio.")), Provider("dos")
    (row,) = plan(world)
    deliver_all_due(NOW, lanes(first, second))
    row.refresh_from_db()
    assert (row.state, row.tried, row.scheduled_for) == ("scheduled", "", NOW + timedelta(minutes=1))
    assert second.sent == []


def test_a_provider_gets_no_more_than_its_rate(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(switchboard.time, "sleep", pauses.append)
    monkeypatch.setattr(switchboard, "ROUND_SECONDS", 2)
    slow = Provider("uno")
    plan(world, 5)
    routes = {"sms": [Route(Lane("uno", per_second=1), slow)]}
    assert deliver_due(NOW, routes).sent == 2
    assert deliver_due(NOW, routes).sent == 2
    assert deliver_due(NOW, routes).sent == 1
    # The first two begin at once, the next two wait for them, the last for all four (less the moments that passed).
    second, third = pauses
    assert 0 < second <= 2 < third <= 4


def test_one_that_has_enough_passes_the_rest_on(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "ROUND_SECONDS", 2)
    first, second = Provider("uno"), Provider("dos")
    plan(world, 5)
    deliver_due(
        NOW, {"sms": [Route(Lane("uno", per_second=1), first), Route(Lane("dos", priority=2, per_second=5), second)]}
    )
    assert (len(first.sent), len(second.sent)) == (2, 3)


def test_a_switched_off_provider_sends_nothing_and_only_some_may_switch(world: Any) -> None:
    first, second = Provider("uno"), Provider("dos")
    plan(world)
    for user, reason, code in (
        ("agent", "x", "provider-switch-not-permitted"),
        ("admin", " ", "provider-reason-missing"),
    ):
        with pytest.raises(Refusal) as refused:
            switch_provider("uno", is_on=False, user=make_user(user), reason=reason, now=NOW)
        assert refused.value.code == code
    switch_provider("uno", is_on=False, user=make_user("admin"), reason="Contrato vencido", now=NOW)
    deliver_due(NOW, lanes(first, second))
    assert (len(first.sent), len(second.sent)) == (0, 1)


def test_a_red_number_switches_itself_off() -> None:
    note_quality("wa", quality="YELLOW", stopped="", now=NOW)
    assert ProviderState.objects.get(name="wa").is_on
    note_quality("wa", quality="RED", stopped="", now=NOW)
    state = ProviderState.objects.get(name="wa")
    assert (state.is_on, state.quality, state.changed_by) == (False, "RED", "system")


def test_a_yellow_number_goes_slower_and_a_red_one_stops(world: Any) -> None:
    routes: Channels = {"whatsapp": [Route(Lane("wa", per_second=40), SandboxChannel())]}
    note_quality("wa", quality="YELLOW", stopped="", now=NOW)
    board = switchboard.open_switchboard(routes)
    assert (board.routes["whatsapp"][0].lane.per_second, board.shares.left) == (10, {"wa": 10 * 30})
    (channel,) = provider_board({"whatsapp": [Lane("wa", per_second=40)]}, NOW, since=NOW)
    assert (channel.rows[0].slowed_to, channel.rows[0].is_on) == (10, True)
    note_quality("wa", quality="GREEN", stopped="", now=NOW)
    assert switchboard.open_switchboard(routes).routes["whatsapp"][0].lane.per_second == 40
    note_quality("wa", quality="RED", stopped="", now=NOW)
    assert switchboard.open_switchboard(routes).healths["wa"].is_up(NOW) is False


def test_a_resting_sender_gives_way(world: Any) -> None:
    provider = Provider("uno")
    plan(world, 2)
    deliver_due(NOW, lanes(provider, senders=("85123", "85124")))
    used = {message.sender for message in provider.sent}
    assert used <= {"85123", "85124"}
    SenderState.objects.create(provider="uno", sender="85123", grade="resting", graded_at=NOW)
    plan_batch([world.wish(world.obligation(), channel="sms") for _ in range(8)], NOW)
    provider.sent.clear()
    deliver_due(NOW, lanes(provider, senders=("85123", "85124")))
    assert {message.sender for message in provider.sent} == {"85124"}


def test_senders_are_graded_by_their_messages(world: Any) -> None:
    rows = plan(world, 60)
    Message.objects.update(state="delivered", provider="uno", sender="85123", sent_at=NOW)
    Message.objects.filter(pk__in=[row.pk for row in rows[:20]]).update(state="failed", failure="undelivered")
    assert grade_senders(NOW) == {("uno", "85123"): "resting"}
    assert grade_senders(NOW) == {("uno", "85123"): "resting"}
    state = SenderState.objects.get()
    assert (state.sent, state.delivered, state.failed) == (60, 40, 20)


def status(reference: str, fate: Any, **fields: Any) -> Status:
    return Status(f"{reference}:{fate}", reference, fate, NOW + timedelta(minutes=1), **fields)


@pytest.fixture
def sent(world: Any) -> Message:
    plan(world)
    deliver_due(NOW, lanes(Provider("uno")))
    return Message.objects.get(state="sent")


def tell(*statuses: Status, provider: str = "uno") -> int:
    return apply_statuses(provider, statuses, NOW + timedelta(minutes=2))


@pytest.mark.parametrize(
    "order", [("accepted", "delivered", "read"), ("read", "delivered", "accepted"), ("delivered", "read", "delivered")]
)
def test_statuses_in_any_order_end_the_same(sent: Message, order: tuple[Any, ...]) -> None:
    for fate in order:
        tell(status("uno-1", fate))
    sent.refresh_from_db()
    assert (sent.state, sent.failure) == ("read", "")
    assert sent.delivered_at == NOW + timedelta(minutes=1)
    assert sent.attempt is not None
    assert sent.attempt.status == "read"


def test_a_replay_changes_nothing(sent: Message) -> None:
    assert [tell(status("uno-1", "delivered")) for _ in range(3)] == [1, 0, 0]
    assert ProviderEvent.objects.count() == 1
    assert tell(status("uno-1", "failed", about="receiver")) == 0
    assert Message.objects.get().state == "delivered"


def test_a_stranger_s_reference_waits_and_does_no_harm(sent: Message) -> None:
    assert tell(status("uno-1", "delivered"), provider="otro") == 0
    assert tell(status("nadie", "delivered")) == 0
    assert Message.objects.get().state == "sent"
    assert ProviderEvent.objects.filter(applied_at=None).count() == 2


def test_a_status_faster_than_the_answer_is_kept(world: Any) -> None:
    plan(world)
    tell(status("uno-1", "delivered"))
    deliver_due(NOW, lanes(Provider("uno")))
    assert Message.objects.get().state == "delivered"


def test_a_dead_number_is_closed_and_a_doubtful_one_counts_for_less(world: Any) -> None:
    plan(world, 2)
    deliver_due(NOW, lanes(Provider("uno")))
    tell(status("uno-1", "failed", about="receiver"), status("uno-2", "failed", about="unsure"))
    dead, doubtful = Message.objects.order_by("id").select_related("contact_point")
    assert (dead.failure, dead.contact_point.is_valid, dead.contact_point.invalid_reason) == (
        "receiver-refused",
        False,
        "receiver-refused",
    )
    assert (doubtful.failure, doubtful.contact_point.is_valid, doubtful.contact_point.ownership) == (
        "undelivered",
        True,
        55,
    )
    assert {attempt.status for attempt in Attempt.objects.all()} == {"failed"}


def test_who_told_the_operator_to_stop_is_stopped_here(sent: Message) -> None:
    tell(status("uno-1", "failed", about="stopped"))
    hold = Hold.objects.get(debtor_id=sent.debtor_id)
    assert (hold.kind, hold.channel) == ("do_not_contact", "sms")


def test_a_doubt_is_settled_by_a_status_with_our_uid(world: Any) -> None:
    (row,) = plan(world)
    deliver_due(NOW, lanes(Provider("uno", ExternalError(IN_DOUBT, "?", permanent=True))))
    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", IN_DOUBT)
    tell(status("x", "accepted", uid=UUID(str(row.uid))))
    row.refresh_from_db()
    assert (row.state, row.failure) == ("sent", "")


def test_a_message_told_delivered_is_not_sent_again(world: Any) -> None:
    (row,) = plan(world)
    deliver_due(NOW, lanes(Provider("uno", DOWN)))
    tell(status("x", "delivered", uid=UUID(str(row.uid))))
    again = Provider("uno")
    deliver_all_due(NOW + timedelta(hours=1), lanes(again))
    assert again.sent == []
    row.refresh_from_db()
    assert row.state == "delivered"


def test_a_chain_is_delivered_when_every_part_is(world: Any) -> None:
    class Chained(Provider):
        def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
            yield [Answer(message.uid, "p2", parts=("p1", "p2")) for message in messages]

    plan(world)
    deliver_due(NOW, lanes(Chained("uno")))
    assert tell(status("p2", "delivered")) == 0
    assert tell(status("p1", "delivered")) == 1
    assert Message.objects.get().state == "delivered"


def test_another_channel_only_if_the_gate_permits(world: Any) -> None:
    refused = Provider("uno", ExternalError(RECEIVER_REFUSED, "No existe.", permanent=True))
    (row,) = plan(world)
    deliver_due(NOW, {**lanes(refused), "email": SandboxChannel()})
    (outcome,) = fall_back([row.pk], {"sms", "email"}, NOW)
    assert (outcome.item.channel, outcome.state) == ("email", "scheduled")
    assert fall_back([row.pk], {"sms", "email"}, NOW)[0].reason == "known"
    assert Message.objects.count() == 2


def test_a_contact_that_left_uses_up_the_day(sent: Message) -> None:
    tell(status("uno-1", "failed", about="unsure"))
    assert fall_back([sent.pk], {"sms", "email"}, NOW + timedelta(minutes=2)) == []


def test_the_job_of_the_other_channel_exists_only_with_the_failure(world: Any) -> None:
    from django.db import connection

    plan(world)
    deliver_due(NOW, lanes(Provider("uno", ExternalError(RECEIVER_REFUSED, "No existe.", permanent=True))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'messaging:fall_back'")
        assert [json.loads(row[0]) for row in cursor.fetchall()] == [{"message_ids": [Message.objects.get().pk]}]


def test_a_dead_worker_s_messages_are_in_doubt_and_settled_by_what_comes_later(world: Any) -> None:
    (row,) = plan(world)
    Message.objects.update(state=MessageState.SENDING, provider="uno", updated_at=NOW)
    tell(status("x", "delivered", uid=UUID(str(row.uid))))
    assert Message.objects.get().state == "sending"
    later = NOW + timedelta(minutes=11)
    recover_stuck(later, lanes(Provider("uno")))
    row.refresh_from_db()
    assert row.state == "delivered"
