"""The house's mailbox on a real IMAP server (Dovecot): every mail is taken once, whatever goes wrong in between."""

from pathlib import Path
from typing import Any

import pytest

from acuerdo.config import providers
from acuerdo.config.tasks import read_mailboxes
from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.messaging.adapters.imap_inbox import Mailbox, read_mailbox
from acuerdo.messaging.models import Inbound
from acuerdo.messaging.rules.providers import read_providers
from tests.module.messaging.imap_peer import PASSWORD, MailStore, has_dovecot, mail_store

pytestmark = pytest.mark.skipif(not has_dovecot(), reason="Dovecot is not installed")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with mail_store(tmp_path_factory.mktemp("imap") / "dovecot") as found:
        yield found


def letter(number: int, body: str = "Ya pagué la cuota") -> bytes:
    return (
        f"From: ana{number}@correo.invalid\r\nTo: servicio@banco.invalid\r\nSubject: Hola\r\n"
        f"Message-ID: <m{number}@correo.invalid>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    ).encode()


def box(store: MailStore, **fields: Any) -> Mailbox:
    values = {"host": "127.0.0.1", "port": store.port, "user": "casa", "password": PASSWORD, "security": "none"}
    return Mailbox(**{**values, **fields})


def test_each_mail_is_taken_once_in_order_and_stays_in_the_mailbox(store: MailStore) -> None:
    for number in (1, 2):
        store.put(letter(number))
    taken: list[bytes] = []
    assert read_mailbox(box(store), taken.append) == 2
    assert [b"<m1@" in taken[0], b"<m2@" in taken[1]] == [True, True]
    assert (read_mailbox(box(store), taken.append), store.unread()) == (0, 0)


def test_a_mail_that_fails_stays_unread_and_the_others_are_read(store: MailStore) -> None:
    for number in (3, 4):
        store.put(letter(number))

    def fail_on_three(raw: bytes) -> None:
        if b"<m3@" in raw:
            raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError):
        read_mailbox(box(store), fail_on_three)
    assert store.unread() == 1
    taken: list[bytes] = []
    assert read_mailbox(box(store), taken.append) == 1
    assert b"<m3@" in taken[0]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"password": "otra"}, "mailbox-refused"),
        ({"folder": "No/Existe"}, "mailbox-refused"),
        ({"port": 1}, "mailbox-unreachable"),
    ],
)
def test_what_cannot_be_read_says_why(store: MailStore, fields: Any, code: str) -> None:
    with pytest.raises(ExternalError) as caught:
        read_mailbox(box(store, **fields), lambda _raw: None)
    assert caught.value.code == code
    assert PASSWORD not in str(caught.value)


@pytest.mark.django_db
def test_the_clockwork_takes_answers_from_the_configured_mailbox(
    store: MailStore, settings: Any, tmp_path: Path
) -> None:
    settings.PROVIDERS = (
        f'[[provider]]\nname = "casa"\nkind = "imap"\nhost = "127.0.0.1"\nport = {store.port}\nuser = "casa"\n'
        f'password = "{PASSWORD}"\nsecurity = "none"\n'
    )
    store.put(letter(5))
    read_mailboxes(timestamp=0)
    read_mailboxes(timestamp=60)
    assert [(row.sender, row.body.strip()) for row in Inbound.objects.all()] == [
        ("ana5@correo.invalid", "Ya pagué la cuota")
    ]
    assert providers.routes_by_channel() == {}


def test_a_mailbox_elsewhere_needs_tls() -> None:
    text = '[[provider]]\nname = "casa"\nkind = "imap"\nhost = "mail.example"\nuser = "x"\npassword = "y"\nsecurity = "none"\n'
    with pytest.raises(Refusal, match="misma máquina"):
        read_providers(text, lambda _kind, _place: "")
