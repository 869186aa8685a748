"""What leaves with a mail beyond its text: a signature that verifies, the one-click end, and a return path of its own."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.adapters.smtp import Dkim, SmtpChannel, SmtpServer
from tests.module.messaging.mail_peer import MailServer, mail_server
from tests.module.messaging.test_adapters import SENDER, answers, outgoing

pytestmark = pytest.mark.django_db
LINK = "https://cobranza.example/baja/" + "a" * 39


@pytest.fixture(scope="module")
def key() -> Any:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode())


@pytest.fixture
def starttls() -> Iterator[MailServer]:
    with mail_server("starttls") as running:
        yield running


def channel(running: MailServer, **fields: Any) -> SmtpChannel:
    server = SmtpServer("127.0.0.1", running.port, running.security, "banco", "clave/1", SENDER, 5)  # type: ignore[arg-type]
    return SmtpChannel(replace(server, **fields), running.authority, name="correo")


def test_the_signature_verifies_and_covers_both_ways_to_stop(starttls: MailServer, key: Any) -> None:
    signing = channel(starttls, dkim=Dkim("mensajes.example", "s2026", pem(key)))
    answers(signing, outgoing(1, unsubscribe_url=LINK, subject="Su cuota vence mañana ñ"))
    (raw,) = starttls.peer.raw
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def record(name: bytes, timeout: int = 5) -> bytes:
        assert name.rstrip(b".") == b"s2026._domainkey.mensajes.example"
        return b"v=DKIM1; k=rsa; p=" + public

    assert dkim.verify(raw, dnsfunc=record)
    assert not dkim.verify(raw.replace(b"<p>Hola, Ana:", b"<p>Hola, Eva:"), dnsfunc=record)
    assert not dkim.verify(raw.replace(b"https://cobranza.example", b"https://cobranzb.example"), dnsfunc=record)
    signed = raw.split(b"h=", 1)[1].split(b";", 1)[0].lower()
    assert b"list-unsubscribe" in signed
    assert b"list-unsubscribe-post" in signed


def test_one_click_is_offered_over_https_only(starttls: MailServer) -> None:
    answers(
        channel(starttls),
        outgoing(1, unsubscribe_url=LINK),
        outgoing(2, unsubscribe_url="http://x.example/baja/1"),
        outgoing(3),
    )
    first, second, third = (mail for _receiver, mail in starttls.peer.box)
    assert first["List-Unsubscribe"].strip().startswith(f"<{LINK}>")
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert second["List-Unsubscribe-Post"] is None
    assert third["List-Unsubscribe"].strip().startswith("<mailto:")
    assert first["Feedback-ID"] == "cobranza:avisos:mensajes.example"


def test_each_mail_returns_to_its_own_address(starttls: MailServer) -> None:
    answers(channel(starttls, bounces_to="rebotes@mensajes.example"), outgoing(1, return_token="abc234"), outgoing(2))
    answers(channel(starttls), outgoing(3, return_token="abc234"))
    assert starttls.peer.paths == ["rebotes+abc234@mensajes.example", SENDER, SENDER]


def test_a_key_that_cannot_sign_is_told_before_anything_leaves(starttls: MailServer) -> None:
    with pytest.raises(Refusal) as refused:
        channel(starttls, dkim=Dkim("mensajes.example", "s2026", "no es una clave"))
    assert refused.value.code == "dkim-key"
    assert starttls.peer.box == []


def test_an_appointment_shows_its_calendar_entry_beside_the_text(starttls: MailServer) -> None:
    entry = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Prueba//ES\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    answers(channel(starttls), outgoing(1, calendar=entry))
    mail = starttls.peer.box[0][1]
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert (part.get_param("method"), part.is_attachment()) == ("REQUEST", False)
    assert part.get_content().splitlines() == entry.splitlines()
    assert list(mail.iter_attachments()) == []
