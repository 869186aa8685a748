"""The address that providers call: only the provider's own signature opens it, and the same call twice acts once."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from acuerdo.base import clock
from acuerdo.messaging.models import Message, ProviderEvent, ProviderState
from tests import factories
from tests.factories import NOW
from tests.module.messaging.http_peers import (
    ACCOUNT,
    APP_SECRET,
    PHONE_ID,
    STANDARD_SECRET,
    TOKEN,
    VERIFY,
    meta_call,
    standard_call,
    twilio_call,
)

DOCUMENT = f"""
[[provider]]
name = "tw"
kind = "twilio"
account = "{ACCOUNT}"
token = "{TOKEN}"
[[provider]]
name = "wa"
kind = "whatsapp"
phone_number_id = "{PHONE_ID}"
token = "t"
app_secret = "{APP_SECRET}"
verify_token = "{VERIFY}"
accepts_policy = true
[[provider]]
name = "ge"
kind = "http"
url = "https://sms.example/enviar"
reference = "id"
webhook_secret = "{STANDARD_SECRET}"
body = {{to = "{{to}}"}}
[[provider]]
name = "apagado"
kind = "whatsapp"
phone_number_id = "{PHONE_ID}"
token = "t"
app_secret = "{APP_SECRET}"
verify_token = "{VERIFY}"
"""


@pytest.fixture
def message(db: None, settings: Any) -> Message:
    settings.PROVIDERS = DOCUMENT
    settings.PUBLIC_URL = "https://cobranza.example"
    clock.set_now(NOW)
    debtor, creditor = factories.make_debtor(), factories.make_creditor()
    row = Message.objects.create(
        plan_key="k", debtor=debtor, creditor=creditor, channel="sms", receiver="+573500000001", body="Hola", state="sent",
        provider="tw", provider_ref="SM1", scheduled_for=NOW, sent_at=NOW, created_at=NOW, updated_at=NOW, context={"obligations": []},
    )  # fmt: skip
    row.refresh_from_db()
    return row


def post(name: str, call: Any) -> Any:
    headers = {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in call.headers.items()}
    query = call.url.partition("?")[2]
    address = f"/api/v1/hooks/{name}" + (f"?{query}" if query else "")
    kind = "application/x-www-form-urlencoded" if name == "tw" else "application/json"
    return Client().post(address, call.body, content_type=kind, **headers)


def delivered(uid: Any) -> Any:
    return twilio_call(
        f"https://cobranza.example/api/v1/hooks/tw?uid={uid}", {"MessageSid": "SM1", "MessageStatus": "delivered"}
    )


def test_a_signed_status_reaches_the_message_once(message: Message) -> None:
    assert [post("tw", delivered(message.uid)).status_code for _ in range(2)] == [204, 204]
    message.refresh_from_db()
    assert message.state == "delivered"
    assert ProviderEvent.objects.count() == 1
    assert ProviderState.objects.get(name="tw").heard_at is not None


def test_a_forged_call_changes_nothing(message: Message) -> None:
    call = delivered(message.uid)
    call.headers["x-twilio-signature"] = "AAAA"
    answer = post("tw", call)
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook-forged")
    assert post("ge", standard_call({"type": "x"}, NOW, secret="whsec_" + "QUJD" * 8)).status_code == 401
    message.refresh_from_db()
    assert (message.state, ProviderEvent.objects.count()) == ("sent", 0)


def test_a_replayed_call_is_refused(message: Message) -> None:
    call = standard_call({"type": "message.status", "data": {"id": "x", "status": "delivered"}}, NOW)
    assert post("ge", call).status_code == 204
    clock.set_now(NOW.replace(minute=10))
    assert post("ge", call).status_code == 401
    old = meta_call({"statuses": [{"id": "w", "status": "sent", "timestamp": "1700000000"}]})
    assert (post("wa", old).status_code, post("wa", old).json()["code"]) == (409, "webhook-replayed")


@pytest.mark.parametrize("name", ["nadie", "apagado"])
def test_an_unknown_or_switched_off_provider_has_no_address(message: Message, name: str) -> None:
    assert post(name, meta_call({})).status_code == 404


def test_meta_may_ask_whether_the_address_is_ours(message: Message) -> None:
    question = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = Client().get("/api/v1/hooks/wa", question)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"1158201444",
        "text/plain; charset=utf-8",
    )
    assert Client().get("/api/v1/hooks/wa", {**question, "hub.verify_token": "x"}).status_code == 401
    assert Client().get("/api/v1/hooks/tw").status_code == 405
    assert Client().put("/api/v1/hooks/tw").status_code == 405


def test_an_enormous_or_senseless_call_is_refused(message: Message) -> None:
    assert Client().post("/api/v1/hooks/ge", b"x" * 2_100_000, content_type="application/json").status_code == 413
    assert post("ge", standard_call({"type": "x", "data": {"id": "1"}}, NOW)).status_code == 422


def test_a_provider_speaks_only_of_what_it_carried_or_tried(message: Message) -> None:
    told = {"type": "message.status", "data": {"id": "z", "uid": str(UUID(str(message.uid))), "status": "read"}}
    assert post("ge", standard_call(told, NOW)).status_code == 204
    message.refresh_from_db()
    assert message.state == "sent"
    Message.objects.update(tried="ge")
    told["data"]["id"] = "z2"  # type: ignore[index]
    assert post("ge", standard_call(told, NOW)).status_code == 204
    message.refresh_from_db()
    assert message.state == "read"
