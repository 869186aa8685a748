"""The inbox, the providers' screen, the one-click page and the API of messages: who sees what, and what a click does."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.api.keys import create_key
from acuerdo.api.models import ApiKey
from acuerdo.messaging.actions.tokens import token_of
from acuerdo.messaging.models import Conversation, InboundFile, Message, ProviderState, SandboxDelivery
from acuerdo.messaging.ports import Attached, Received, Told
from acuerdo.messaging.public import load_templates, take_told
from acuerdo.policy.models import Consent, Hold
from tests import factories
from tests.factories import NOW
from tests.http.conftest import CAST, World

LIST: tuple[int, ...] = (302, 200, 200, 200, 200, 403, 200, 200)
ONE: tuple[int, ...] = (302, 200, 200, 200, 200, 403, 200, 404)


@pytest.fixture
def conversation(world: World, settings: Any, tmp_path: Path) -> Conversation:
    settings.MEDIA_ROOT = tmp_path
    load_templates()
    Consent.objects.create(
        debtor=world.debtor, channel="sms", granted_at=NOW.replace(year=2025), source="contrato", recorded_by="x"
    )
    row = Message.objects.create(
        plan_key="k", debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, contact_point=world.phone,
        channel="sms", receiver=world.phone.value, body="Hola", state="sent", provider="sandbox", scheduled_for=NOW, sent_at=NOW,
        created_at=NOW, updated_at=NOW, context={"obligations": [world.obligation.pk]},
    )  # fmt: skip
    row.refresh_from_db()
    SandboxDelivery.objects.create(
        message_uid=row.uid, channel="sms", sender="Banco", receiver=row.receiver, body="Hola", received_at=NOW
    )
    attached = (Attached("pago.pdf", 9, b"%PDF-1.7\n"), Attached("x.exe", 2, b"MZ"))
    said = Received(
        "k1", "sms", row.receiver, "", "<b>No puedo</b> pagar <script>alert(1)</script>", NOW, attached=attached
    )
    take_told("sandbox", Told(received=(said,)), NOW)
    return Conversation.objects.get()


def _close_file(answer: Any) -> None:
    """The file alone: closing the answer would end the test's own connection too."""
    if answer.streaming:
        for close in answer._resource_closers:
            close()


def codes(world: World, address: str) -> tuple[int, ...]:
    answers = [world.client(who).get(address) for who in CAST]
    for answer in answers:
        _close_file(answer)
    return tuple(answer.status_code for answer in answers)


def test_who_may_open_what(conversation: Conversation, world: World) -> None:
    file = InboundFile.objects.get(name="pago.pdf")
    assert codes(world, reverse("workspace:inbox:list")) == LIST
    assert codes(world, reverse("workspace:inbox:conversation", args=[conversation.uid])) == ONE
    assert codes(world, reverse("workspace:inbox:file", args=[file.uid])) == ONE
    assert codes(world, reverse("workspace:inbox:unknown")) == (302, 403, 200, 200, 200, 200, 403, 403)
    assert codes(world, reverse("workspace:providers:list")) == (302, 403, 200, 200, 200, 200, 403, 403)


def test_a_rival_s_list_is_empty_and_words_are_shown_as_words(conversation: Conversation, world: World) -> None:
    page = world.client("agent").get(reverse("workspace:inbox:list")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "es de un tipo que no se guarda" in page
    assert "Cobro detenido mientras se busca una opción" in page
    rival = world.client("rival_agency_agent").get(reverse("workspace:inbox:list")).content.decode()
    assert str(conversation.uid) not in rival


def test_a_file_is_a_download_and_a_refused_one_is_not_there(conversation: Conversation, world: World) -> None:
    kept, refused = (InboundFile.objects.get(name=name) for name in ("pago.pdf", "x.exe"))
    answer = world.client("agent").get(reverse("workspace:inbox:file", args=[kept.uid]))
    assert answer["Content-Disposition"] == 'attachment; filename="pago.pdf"'
    assert b"".join(answer.streaming_content) == b"%PDF-1.7\n"  # type: ignore[attr-defined]
    _close_file(answer)
    assert world.client("agent").get(reverse("workspace:inbox:file", args=[refused.uid])).status_code == 409


def test_a_reply_is_planned_once_however_often_the_form_comes(conversation: Conversation, world: World) -> None:
    address = reverse("workspace:inbox:reply", args=[conversation.uid])
    for _ in range(2):
        answer = world.client("agent").post(address, {"text": "Con gusto lo revisamos.", "key": "1"})
        assert answer.status_code == 302
    (reply,) = Message.objects.filter(plan_key__startswith="agent-reply:")
    assert (reply.body, reply.state, reply.purpose) == ("Con gusto lo revisamos.", "scheduled", "requested")
    assert Conversation.objects.get().state == "waiting"


def test_a_refused_reply_keeps_the_words(conversation: Conversation, world: World) -> None:
    address = reverse("workspace:inbox:reply", args=[conversation.uid])
    words = "Si no paga hoy le vamos a embargar la casa y va a ir a la cárcel."
    answer = world.client("agent").post(address, {"text": words, "key": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    for who, code in (("compliance", 403), ("rival_agency_agent", 404), ("anonymous", 302)):
        assert world.client(who).post(address, {"text": "Hola", "key": "1"}).status_code == code


def test_taking_closing_and_opening_again(conversation: Conversation, world: World) -> None:
    client = world.client("agent")
    client.post(reverse("workspace:inbox:take", args=[conversation.uid]))
    client.post(reverse("workspace:inbox:close", args=[conversation.uid]))
    found = Conversation.objects.get()
    assert (found.assignee, found.state, found.unread) == (world.users["agent"], "closed", 0)
    client.post(reverse("workspace:inbox:close", args=[conversation.uid]), {"to": "open"})
    assert Conversation.objects.get().state == "open"


def test_filters_find_and_do_not_find(conversation: Conversation, world: World) -> None:
    client, address = world.client("supervisor"), reverse("workspace:inbox:list")
    assert str(conversation.uid) in client.get(address, {"q": "carlos"}).content.decode()
    assert "Ninguna conversación coincide" in client.get(address, {"q": "zzz"}).content.decode()
    assert "Ninguna conversación coincide" in client.get(address, {"mine": "1"}).content.decode()
    assert client.get(address, {"state": "nada"}).status_code == 200


def test_the_list_takes_the_same_queries_for_many(conversation: Conversation, world: World) -> None:
    client, address = world.client("supervisor"), reverse("workspace:inbox:conversation", args=[conversation.uid])
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(6):
        person = factories.make_debtor()
        factories.make_obligation(person, world.creditor)
        phone = factories.make_phone(person)
        take_told("sandbox", Told(received=(Received(f"m{number}", "sms", phone.value, "", "Hola", NOW),)), NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)


def test_the_sandbox_s_telephone_can_answer(conversation: Conversation, world: World) -> None:
    delivery = SandboxDelivery.objects.get()
    address = reverse("workspace:mailbox:answer", args=[delivery.message_uid])
    assert world.client("supervisor").post(address, {"text": "BAJA"}).status_code == 302
    assert Hold.objects.filter(debtor=world.debtor, kind="do_not_contact", channel="sms").exists()
    assert world.client("compliance").post(address, {"text": "BAJA"}).status_code == 403


def test_a_provider_is_switched_off_with_a_reason_and_on_again(world: World) -> None:
    address = reverse("workspace:providers:switch", args=["sandbox"])
    assert world.client("admin").post(address, {"to": "off", "reason": ""}).status_code == 422
    assert world.client("supervisor").post(address, {"to": "off", "reason": "x"}).status_code == 403
    assert world.client("admin").post(address, {"to": "off", "reason": "Mantenimiento"}).status_code == 302
    assert not ProviderState.objects.get(name="sandbox").is_on
    assert "Mantenimiento" in world.client("admin").get(reverse("workspace:providers:list")).content.decode()
    assert world.client("director").post(address, {"to": "on"}).status_code == 302
    assert ProviderState.objects.get(name="sandbox").is_on
    assert (
        world.client("admin").post(reverse("workspace:providers:switch", args=["nadie"]), {"to": "on"}).status_code
        == 404
    )


def test_one_click_needs_no_log_in_and_a_get_changes_nothing(conversation: Conversation, world: World) -> None:
    row = Message.objects.get(plan_key="k")
    address = f"/baja/{token_of(UUID(str(row.uid)), 'unsubscribe')}"
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(address)
    assert page.status_code == 200
    assert not Hold.objects.filter(kind="do_not_contact").exists()
    answer = strict.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.cookies.keys()) == (200, set())
    assert Hold.objects.filter(debtor=world.debtor, kind="do_not_contact", channel="sms").count() == 1
    assert Client().get("/baja/" + "a" * 39).status_code == 404


def get(world: World, who: str, address: str) -> Any:
    """As a key that acts as this user: its own account is not what is tested here."""
    key = ApiKey.objects.filter(user=world.users[who]).first()
    if key is None:
        made = create_key(name=f"clave-{who}", role="director", actor="prueba", now=NOW)
        made.key.user, made.key.name = world.users[who], made.secret[:40]
        made.key.save()
        SECRETS[made.key.user_id] = made.secret
    return Client().get(f"/api/v1{address}", HTTP_AUTHORIZATION=f"Bearer {SECRETS[world.users[who].pk]}")


SECRETS: dict[int, str] = {}


def test_the_api_tells_messages_conversations_and_templates(conversation: Conversation, world: World) -> None:
    messages = get(world, "director", "/messages").json()["items"]
    assert {row["state"] for row in messages} == {"sent", "scheduled"}
    one = next(row for row in messages if row["state"] == "sent")
    assert get(world, "agent", f"/messages/{one['uid']}").json()["body"] == "Hola"
    assert get(world, "rival_agency_agent", f"/messages/{one['uid']}").status_code == 404
    (listed,) = get(world, "director", "/conversations").json()["items"]
    detail = get(world, "director", f"/conversations/{listed['uid']}").json()
    assert [line["direction"] for line in detail["lines"]].count("in") == 1
    assert "frozen:hardship" in next(line for line in detail["lines"] if line["direction"] == "in")["done"]
    assert get(world, "rival_agency_agent", f"/conversations/{listed['uid']}").status_code == 404
    page = get(world, "director", "/templates?limit=2").json()
    assert len(page["items"]) == 2
    assert get(world, "director", f"/templates?limit=2&cursor={page['next_cursor']}").json()["items"] != page["items"]
    assert get(world, "agent", "/templates").status_code == 403
