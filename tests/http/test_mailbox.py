"""The sandbox mailbox: every message as its receiver sees it, for those who may see the person, and nothing that can run."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from acuerdo.messaging.models import Message, SandboxDelivery
from tests.factories import NOW, make_creditor, make_debtor, make_obligation, make_user
from tests.http.conftest import CAST, World

EMAIL, SMS, LATER_SMS = UUID(int=1), UUID(int=2), UUID(int=3)
HTML = "<!doctype html><html><head><style>p{color:#123}</style></head><body><p>Hola, Carlos</p><script>alert(1)</script></body></html>"


def deliver(world: World, uid: UUID, channel: str, receiver: str, *, minutes: int = 0, **fields: Any) -> None:
    moment = NOW + timedelta(minutes=minutes)
    Message.objects.create(
        uid=uid, plan_key=str(uid), debtor=world.debtor, creditor=world.creditor, channel=channel, receiver=receiver,
        body="…", state="sent", scheduled_for=moment, created_at=moment, updated_at=moment,
    )  # fmt: skip
    values = {"sender": "Banco Ficticio del Valle", "body": "Hola, Carlos. Cuota de $ 180.000.", **fields}
    SandboxDelivery.objects.create(message_uid=uid, channel=channel, receiver=receiver, received_at=moment, **values)


@pytest.fixture
def delivered(world: World) -> World:
    deliver(world, EMAIL, "email", "carlos@correo.invalid", subject="Su cuota vence mañana", body_html=HTML)
    deliver(world, SMS, "sms", "+573500000123", body="Primer SMS <b>")
    deliver(world, LATER_SMS, "sms", "+573500000123", minutes=5, body="Segundo SMS")
    return world


def get(world: World, name: str, *args: Any, who: str = "supervisor", **query: Any) -> Any:
    return world.client(who).get(reverse(f"workspace:mailbox:{name}", args=args), query)


@pytest.mark.parametrize("name", ["list", "message", "letter"])
def test_who_may_read(delivered: World, name: str) -> None:
    args = [] if name == "list" else [EMAIL]
    answers = {who: get(delivered, name, *args, who=who).status_code for who in CAST}
    expected = dict.fromkeys(CAST, 403) | dict.fromkeys(["supervisor", "director", "compliance", "admin"], 200)
    assert answers == expected | {"anonymous": 302}


def test_the_newest_mail_is_shown_beside_the_list(delivered: World) -> None:
    page = get(delivered, "list").content.decode()
    assert "Su cuota vence mañana" in page
    assert "carlos@correo.invalid" in page
    assert 'sandbox=""' in page
    assert reverse("workspace:mailbox:letter", args=[EMAIL]) in page
    assert "alert(1)" not in page


def test_the_letter_stands_in_a_frame_where_nothing_runs_or_loads(delivered: World) -> None:
    answer = get(delivered, "letter", EMAIL)
    assert answer.content.decode() == HTML
    policy = answer["Content-Security-Policy"]
    assert sorted(part.strip() for part in policy.split(";")) == [
        "default-src 'none'",
        "frame-ancestors 'self'",
        "sandbox",
        "style-src 'unsafe-inline'",
    ]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_message_without_html_has_no_letter(delivered: World) -> None:
    assert get(delivered, "letter", SMS).status_code == 404
    assert get(delivered, "message", UUID(int=99)).status_code == 404


def test_a_telephone_shows_its_messages_in_order(delivered: World) -> None:
    page = get(delivered, "message", SMS).content.decode()
    reading = page[page.index('id="mensaje"') :]
    assert reading.index("Primer SMS &lt;b&gt;") < reading.index("Segundo SMS")
    assert "data-chosen" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"channel": "sms", "q": "0000123"}, True),
        ({"channel": "sms", "q": "+57 350 0000123"}, True),
        ({"channel": "sms", "q": "999"}, False),
        ({"channel": "whatsapp"}, False),
        ({"channel": "email", "q": "CARLOS@"}, True),
        ({"channel": "paloma", "q": "carlos"}, True),  # an unknown channel is the first one
    ],
)
def test_search_by_receiver(delivered: World, query: dict[str, str], found: bool) -> None:
    page = get(delivered, "list", **query)
    assert page.status_code == 200
    assert ("Carlos Andrés Prueba Ríos" in page.content.decode()) == found


def test_an_empty_mailbox_says_so(world: World) -> None:
    assert "El buzón está vacío" in get(world, "list").content.decode()


def test_a_supervisor_of_another_creditor_reads_nothing(delivered: World) -> None:
    other = make_creditor("Otro Banco")
    make_obligation(make_debtor(), other)
    supervisor = make_user("supervisor", sees_all_creditors=False)
    supervisor.creditors.add(other)
    client = delivered.client_of(supervisor)
    assert "Su cuota vence" not in client.get(reverse("workspace:mailbox:list")).content.decode()
    for name in ("message", "letter"):
        assert client.get(reverse(f"workspace:mailbox:{name}", args=[EMAIL])).status_code == 404


def test_a_long_list_takes_the_queries_of_a_short_one(delivered: World, django_assert_max_num_queries: Any) -> None:
    for number in range(10, 50):
        deliver(delivered, UUID(int=number), "sms", f"+5735000000{number}", minutes=number)
    client = delivered.client("supervisor")
    with django_assert_max_num_queries(10):
        client.get(reverse("workspace:mailbox:list"), {"channel": "sms"})
