"""The same promises of every provider behind the port, and what SMTP does on the wire. The mail server is real."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.adapters.smtp import SmtpChannel, SmtpServer, server_from_url
from acuerdo.messaging.models import SandboxDelivery
from acuerdo.messaging.ports import IN_DOUBT, RECEIVER_REFUSED, Answer, MessageChannel, Outgoing
from tests.factories import NOW
from tests.module.messaging.mail_peer import MailServer, mail_server

pytestmark = pytest.mark.django_db
SENDER = "avisos@mensajes.example"


def outgoing(number: int = 1, receiver: str = "ana@correo.example", **fields: Any) -> Outgoing:
    values: dict[str, Any] = {
        "uid": UUID(int=number), "channel": "email", "receiver": receiver, "sender_name": "Banco Andino",
        "reply_to": "servicio@bancoandino.example", "subject": "Su cuota vence mañana", "body": "Hola, Ana:\n\nCuota de $ 180.000.",
        "body_html": "<p>Hola, Ana:</p>", "at": NOW,
    }  # fmt: skip
    return Outgoing(**{**values, **fields})


def answers(channel: MessageChannel, *messages: Outgoing) -> list[Answer]:
    return [answer for group in channel.send(messages) for answer in group]


def troubles(channel: MessageChannel, *messages: Outgoing) -> list[tuple[str, bool] | None]:
    found = [answer.trouble for answer in answers(channel, *messages)]
    return [(trouble.code, trouble.permanent) if trouble else None for trouble in found]


def smtp(server: MailServer, **fields: Any) -> SmtpChannel:
    values: dict[str, Any] = {
        "host": "127.0.0.1", "port": server.port, "security": server.security, "user": "banco", "password": "clave/1",
        "sender": SENDER, "timeout_seconds": 5,
    }  # fmt: skip
    return SmtpChannel(SmtpServer(**{**values, **fields}), server.authority)


@pytest.fixture(params=["tls", "starttls"])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with mail_server(request.param) as running:
        yield running


@pytest.fixture
def starttls() -> Iterator[MailServer]:
    with mail_server("starttls") as running:
        yield running


@pytest.fixture(params=["sandbox", "smtp"])
def channel(request: pytest.FixtureRequest) -> MessageChannel:
    if request.param == "sandbox":
        return SandboxChannel()
    return smtp(request.getfixturevalue("starttls"))


def test_every_message_gets_one_answer_in_order(channel: MessageChannel) -> None:
    found = answers(channel, outgoing(1), outgoing(2, "luis@correo.example"), outgoing(3))
    assert [answer.uid for answer in found] == [UUID(int=1), UUID(int=2), UUID(int=3)]
    assert all(answer.provider_ref and answer.trouble is None for answer in found)


def test_a_refused_receiver_does_not_stop_the_others(channel: MessageChannel) -> None:
    refused = "rechazado@correo.invalid" if channel.name == "sandbox" else "nadie@correo.example"
    found = troubles(channel, outgoing(1), outgoing(2, refused), outgoing(3))
    assert found == [None, (RECEIVER_REFUSED, True), None]


def test_a_repeat_carries_the_same_reference(channel: MessageChannel) -> None:
    assert answers(channel, outgoing(9))[0].provider_ref == answers(channel, outgoing(9))[0].provider_ref


def test_nothing_to_send_is_nothing_done(channel: MessageChannel) -> None:
    assert answers(channel) == []


def test_it_says_whether_it_can_tell_what_left(channel: MessageChannel) -> None:
    answers(channel, outgoing(1))
    left = channel.sent_already([UUID(int=1), UUID(int=2)])
    assert left == ({UUID(int=1)} if channel.name == "sandbox" else None)


def test_mail_arrives_readable_with_its_headers(server: MailServer) -> None:
    answers(smtp(server), outgoing(1), outgoing(2))
    (receiver, mail), _second = server.peer.box
    assert receiver == "ana@correo.example"
    assert str(mail["From"]) == f"Banco Andino <{SENDER}>"
    assert (mail["To"], mail["Subject"]) == ("ana@correo.example", "Su cuota vence mañana")
    assert mail["Message-ID"] == f"<{UUID(int=1)}@mensajes.example>"
    assert mail["List-Unsubscribe"] == f"<mailto:servicio@bancoandino.example?subject=Baja%20{UUID(int=1)}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    text, html = mail.iter_parts()
    assert text.get_content().split() == "Hola, Ana: Cuota de $ 180.000.".split()
    assert (html.get_content_type(), html.get_content().strip()) == ("text/html", "<p>Hola, Ana:</p>")
    assert server.peer.connections <= 2  # STARTTLS greets twice on one connection


@pytest.mark.parametrize(
    ("receiver", "trouble"),
    [
        ("nadie@correo.example", (RECEIVER_REFUSED, True)),
        ("lleno@correo.example", ("receiver-busy", False)),
        ("rechaza-texto@correo.example", ("mail-refused", True)),
        ("cierra@correo.example", ("mail-refused", False)),
        ("corta-despues@correo.example", (IN_DOUBT, True)),
        ("sin arroba", (RECEIVER_REFUSED, True)),
        ("ana@correo.example, otra@correo.example", (RECEIVER_REFUSED, True)),
        ("ana@correo.example\r\nBcc: otra@correo.example", (RECEIVER_REFUSED, True)),
    ],
)
def test_each_failure_has_its_meaning_and_the_next_message_leaves(
    starttls: MailServer, receiver: str, trouble: tuple[str, bool]
) -> None:
    found = troubles(smtp(starttls), outgoing(1), outgoing(2, receiver), outgoing(3))
    assert found == [None, trouble, None]
    assert [mail["Message-ID"] for _receiver, mail in starttls.peer.box] == [
        f"<{UUID(int=1)}@mensajes.example>",
        f"<{UUID(int=3)}@mensajes.example>",
    ]


def test_a_link_lost_before_the_text_is_no_doubt(starttls: MailServer) -> None:
    found = troubles(smtp(starttls), outgoing(1, "corta-antes@correo.example"), outgoing(2))
    assert found == [("mail-server-unreachable", False)] * 2
    assert starttls.peer.box == []


def test_an_idle_link_that_died_is_opened_again(starttls: MailServer) -> None:
    channel = smtp(starttls)
    sending = channel.send([outgoing(1), outgoing(2)])
    assert next(sending) == ()  # logged in, and nothing said yet
    next(sending)
    sending.gi_frame.f_locals["session"]._smtp.sock.close()  # type: ignore[attr-defined]
    assert [answer.trouble for group in sending for answer in group] == [None]
    assert len(starttls.peer.box) == 2


def test_a_server_that_is_not_there_fails_all_at_once(starttls: MailServer) -> None:
    found = troubles(smtp(starttls, port=1), *(outgoing(number) for number in range(1, 5)))
    assert found == [("mail-server-unreachable", False)] * 4


def test_a_wrong_password_is_temporary_for_every_message(starttls: MailServer) -> None:
    assert (
        troubles(smtp(starttls, password="otra"), outgoing(1), outgoing(2)) == [("mail-server-unreachable", False)] * 2
    )


def test_a_certificate_of_nobody_is_not_trusted(server: MailServer) -> None:
    server.authority = ssl.create_default_context()
    assert troubles(smtp(server), outgoing()) == [("mail-server-unreachable", False)]
    assert server.peer.box == []


def test_a_sender_name_cannot_bring_headers(starttls: MailServer) -> None:
    answers(
        smtp(starttls),
        outgoing(1, sender_name='Banco "X"\r\nBcc: otra@correo.example', subject="Hola\r\nBcc: otra@correo.example"),
    )
    mail = starttls.peer.box[0][1]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hola Bcc: otra@correo.example"


def test_a_full_sandbox_keeps_what_it_got() -> None:
    channel = SandboxChannel()
    answers(channel, outgoing(1), outgoing(2, at=NOW + timedelta(minutes=1)))
    rows = SandboxDelivery.objects.order_by("received_at").values_list("receiver", "subject", "received_at")
    assert list(rows) == [
        ("ana@correo.example", "Su cuota vence mañana", NOW),
        ("ana@correo.example", "Su cuota vence mañana", NOW + timedelta(minutes=1)),
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp+starttls://usuario:cl%40ve@correo.example:2525",
            ("correo.example", 2525, "starttls", "usuario", "cl@ve"),
        ),
        ("smtps://correo.example", ("correo.example", 465, "tls", "", "")),
        ("smtp+starttls://correo.example", ("correo.example", 587, "starttls", "", "")),
        ("smtp://127.0.0.1", ("127.0.0.1", 25, "none", "", "")),
    ],
)
def test_the_address_of_a_server(url: str, expected: tuple[object, ...]) -> None:
    server = server_from_url(url, SENDER)
    assert (server.host, server.port, server.security, server.user, server.password) == expected
    assert "cl@ve" not in repr(server)


@pytest.mark.parametrize(
    ("url", "sender", "code"),
    [
        ("http://correo.example", SENDER, "email-url"),
        ("smtps://", SENDER, "email-url"),
        ("smtp://correo.example", SENDER, "email-url"),  # balances do not travel in the open
        ("smtps://correo.example", "", "email-sender"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, sender: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        server_from_url(url, sender)
    assert refused.value.code == code
