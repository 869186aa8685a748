"""SMS over SMPP against a real message centre of another make: what is taken, refused, slowed down, cut and in doubt."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from acuerdo.messaging.adapters import smpp
from acuerdo.messaging.adapters.smpp import SmppChannel
from acuerdo.messaging.adapters.smpp_link import SmppServer, source_address
from acuerdo.messaging.adapters.smpp_listener import SmppListener
from acuerdo.messaging.ports import IN_DOUBT, PROVIDER_DOWN, RECEIVER_REFUSED, THROTTLED, Answer, Outgoing, Told
from tests.factories import NOW
from tests.module.messaging.sms_peer import Centre, Wire, free_port, message_centre, wire

TEXT = "Ana, su cuota de $ 180.000 vence mañana."


def outgoing(number: int = 1, receiver: str = "+573500000001", **fields: Any) -> Outgoing:
    values: dict[str, Any] = {
        "uid": UUID(int=number), "channel": "sms", "receiver": receiver, "sender_name": "Banco Andino", "reply_to": "",
        "subject": "", "body": TEXT, "body_html": "", "at": NOW, "sender": "85123",
    }  # fmt: skip
    return Outgoing(**{**values, **fields})


def server(port: int, **fields: Any) -> SmppServer:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "system_id": "banco",
        "password": "clave123",
        "answer_seconds": 2.0,
    }
    return SmppServer(**{**values, **fields})


def send(channel: SmppChannel, *messages: Outgoing) -> list[Answer]:
    return [answer for group in channel.send(messages) for answer in group]


def codes(answers: list[Answer]) -> list[tuple[str, bool] | None]:
    return [(one.trouble.code, one.trouble.permanent) if one.trouble else None for one in answers]


@pytest.fixture
def centre() -> Iterator[Centre]:
    with message_centre() as running:
        yield running


@pytest.fixture
def cable(centre: Centre) -> Iterator[Wire]:
    with wire(centre.port) as found:
        yield found


@pytest.fixture
def channel(centre: Centre) -> SmppChannel:
    return SmppChannel("central", server(centre.port))


def test_a_text_arrives_with_its_letters_and_addresses(centre: Centre, channel: SmppChannel) -> None:
    found = send(channel, outgoing())
    (submit,) = centre.taken
    assert centre.texts() == [TEXT]
    assert (submit.source_addr, submit.destination_addr, submit.dest_addr_ton) == ("85123", "573500000001", 1)
    assert (submit.registered_delivery, submit.esm_class, submit.data_coding) == (1, 0, 0)
    assert found == [Answer(UUID(int=1), str(0x10000001))]


def test_a_window_is_filled_and_every_message_answered_in_order(centre: Centre) -> None:
    channel = SmppChannel("central", server(centre.port, window=7))
    found = send(channel, *(outgoing(number) for number in range(1, 31)))
    assert [one.uid for one in found] == [UUID(int=number) for number in range(1, 31)]
    assert codes(found) == [None] * 30
    assert len({one.provider_ref for one in found}) == 30


@pytest.mark.parametrize(
    ("text", "parts"), [("á" * 70, 1), ("á" * 71, 2), ("a" * 161, 2), ("a" * 152 + "€" + "b" * 10, 2), ("😀" * 36, 2)]
)
def test_long_texts_leave_in_parts_that_join_again(centre: Centre, channel: SmppChannel, text: str, parts: int) -> None:
    (answer,) = send(channel, outgoing(body=text))
    assert (centre.joined() if parts > 1 else centre.texts()[0]) == text
    assert len(centre.taken) == parts
    assert len(answer.parts) == (parts if parts > 1 else 0)
    assert all(bool(submit.esm_class & 0x40) == (parts > 1) for submit in centre.taken)


def test_a_long_text_may_leave_whole_where_the_centre_divides_it(centre: Centre) -> None:
    channel = SmppChannel("central", server(centre.port), long_messages="payload")
    send(channel, outgoing(body="b" * 400))
    assert len(centre.taken) == 1
    assert centre.texts() == ["b" * 400]


def test_being_told_to_slow_down_is_no_failure(
    centre: Centre, channel: SmppChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(smpp.time, "sleep", pauses.append)
    found = send(channel, outgoing(1), outgoing(2, "+573500000088"), outgoing(3, "+573500000089"))
    assert codes(found) == [None, None, (THROTTLED, False)]
    assert centre.asked["573500000088"] == 3
    assert pauses.count(4.0) == 1
    assert len(centre.taken) == 2


@pytest.mark.parametrize("receiver", ["+573500000011", "3500000001", "+57abc", "", "+57350000000\r\n1"])
def test_a_number_that_is_none_is_refused_for_good(centre: Centre, channel: SmppChannel, receiver: str) -> None:
    found = send(channel, outgoing(1, receiver), outgoing(2))
    assert codes(found) == [(RECEIVER_REFUSED, True), None]
    assert len(centre.taken) == 1


def test_a_centre_that_is_not_there_is_for_another_provider() -> None:
    channel = SmppChannel("central", server(free_port()))
    assert codes(send(channel, outgoing(1), outgoing(2))) == [(PROVIDER_DOWN, False)] * 2


def test_a_link_cut_in_the_middle_leaves_only_the_unanswered_in_doubt(centre: Centre, cable: Wire) -> None:
    channel = SmppChannel("central", server(cable.port, window=5))
    sending = channel.send([outgoing(number) for number in range(1, 16)])
    assert next(sending) == ()  # bound, and nothing said yet
    assert centre.taken == []
    first = list(next(sending))
    cable.is_deaf = True
    threading.Timer(0.3, cable.cut).start()
    second = list(next(sending))
    cable.is_deaf = False
    assert next(sending) == ()  # bound again
    third = list(next(sending))
    assert codes(first) == [None] * 5
    assert codes(second) == [(IN_DOUBT, True)] * 5
    assert codes(third) == [None] * 5
    assert len(centre.taken) == 15


def test_a_half_open_link_is_found_out_and_nothing_is_repeated(centre: Centre, cable: Wire) -> None:
    channel = SmppChannel("central", server(cable.port, answer_seconds=0.5))
    sending = channel.send([outgoing(1), *(outgoing(number) for number in range(2, 12))])
    next(sending)
    assert codes(list(next(sending))) == [None] * 10
    cable.is_deaf = True
    assert codes(list(next(sending))) == [(IN_DOUBT, True)]


def test_a_centre_that_never_answers_the_bind_sent_nothing(centre: Centre, cable: Wire) -> None:
    cable.is_deaf = True
    channel = SmppChannel("central", server(cable.port, answer_seconds=0.3))
    assert codes(send(channel, outgoing())) == [(PROVIDER_DOWN, False)]
    assert centre.taken == []


class Ear:
    """A listener in a thread, and what it stored."""

    def __init__(self, port: int, **fields: Any) -> None:
        self.told: list[Told] = []
        self.must_stop = threading.Event()
        self.listener = SmppListener("central", server(port, **fields), self.told.append, self._now)
        self.thread = threading.Thread(target=self.listener.run, args=(self.must_stop.is_set,), daemon=True)

    @staticmethod
    def _now() -> datetime:
        return NOW

    def statuses(self) -> list[tuple[str, str]]:
        return [(one.reference, one.fate) for told in self.told for one in told.statuses]


@pytest.fixture
def ear(centre: Centre) -> Iterator[Ear]:
    found = Ear(centre.port)
    found.thread.start()
    wait_for(lambda: bool(centre.receivers))
    yield found
    found.must_stop.set()
    found.thread.join(10)


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("it did not happen")
        time.sleep(0.02)


def test_receipts_are_heard(centre: Centre, ear: Ear, channel: SmppChannel) -> None:
    first, second = send(channel, outgoing(1), outgoing(2, "+573500000005"))
    wait_for(lambda: len(ear.statuses()) == 2)
    assert dict(ear.statuses()) == {first.provider_ref: "delivered", second.provider_ref: "failed"}


def test_an_answer_and_the_parts_of_a_long_one_are_heard(centre: Centre, ear: Ear) -> None:
    centre.deliver(source_addr="573500000001", destination_addr="85123", short_message=b"SALIR")
    head = bytes([5, 0, 3, 9, 2, 1])
    centre.deliver(source_addr="573500000001", destination_addr="85123", esm_class=0x40, short_message=head + b"Hola")
    wait_for(lambda: len(ear.told) >= 2)
    assert [(one.sender, one.text) for told in ear.told for one in told.received] == [("+573500000001", "SALIR")]
    assert [(one.reference, one.total, one.number, one.text) for told in ear.told for one in told.parts] == [
        (9, 2, 1, "Hola")
    ]


def test_the_listener_binds_again_after_the_link_was_cut(
    centre: Centre, cable: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acuerdo.messaging.adapters.smpp_listener._PAUSES_SECONDS", (0.1,))
    ear = Ear(cable.port)
    ear.thread.start()
    wait_for(lambda: len(centre.receivers) == 1)
    cable.cut()
    wait_for(lambda: len(centre.receivers) == 2)
    centre.deliver(source_addr="573500000001", destination_addr="85123", short_message=b"BAJA")
    wait_for(lambda: bool(ear.told))
    ear.must_stop.set()
    ear.thread.join(10)
    assert not ear.thread.is_alive()


def test_a_quiet_listener_enquires_and_finds_a_dead_link(
    centre: Centre, cable: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acuerdo.messaging.adapters.smpp_listener._PAUSES_SECONDS", (0.1,))
    ear = Ear(cable.port, enquire_seconds=0.2, answer_seconds=0.3)
    ear.thread.start()
    wait_for(lambda: len(centre.receivers) == 1)
    cable.is_deaf = True
    time.sleep(2.0)
    cable.is_deaf = False
    wait_for(lambda: len(centre.receivers) >= 2)
    ear.must_stop.set()
    ear.thread.join(10)


@pytest.mark.parametrize(("sender", "ton"), [("", 0), ("85123", 0), ("+573001112233", 1), ("BANCO ANDINO SA", 5)])
def test_each_kind_of_sender_has_its_type_of_number(sender: str, ton: int) -> None:
    assert source_address(sender)["source_addr_ton"] == ton
