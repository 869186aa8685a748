"""The HTTP providers against a double that behaves as they document: what leaves, what each refusal means, what is signed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.adapters.generic_http import GenericHttpChannel
from acuerdo.messaging.adapters.infobip import InfobipChannel
from acuerdo.messaging.adapters.twilio import TwilioChannel
from acuerdo.messaging.adapters.whatsapp import WhatsAppChannel
from acuerdo.messaging.ports import IN_DOUBT, PROVIDER_DOWN, RECEIVER_REFUSED, THROTTLED, Call, Outgoing
from acuerdo.messaging.rules.providers import GenericHttp, Infobip, Twilio, WhatsApp
from tests.factories import NOW
from tests.module.messaging.http_peers import (
    ACCOUNT,
    APP_SECRET,
    PHONE_ID,
    STANDARD_SECRET,
    TOKEN,
    VERIFY,
    Peer,
    http_peer,
    infobip_call,
    meta_call,
    standard_call,
    twilio_call,
)

HOOK = "https://cobranza.example/hooks/{}"
STAMP = str(int(NOW.timestamp()))


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    settings.HTTP_PRIVATE = ["127.0.0.1"]
    with http_peer() as running:
        yield running


def outgoing(number: int = 1, receiver: str = "+573500000001", **fields: Any) -> Outgoing:
    values: dict[str, Any] = {
        "uid": UUID(int=number), "channel": "sms", "receiver": receiver, "sender_name": "Banco Andino", "reply_to": "",
        "subject": "", "body": "Hola, {to} ñ", "body_html": "", "at": NOW, "sender": "85123",
    }  # fmt: skip
    return Outgoing(**{**values, **fields})


def channel(kind: str, base: str = "https://nadie.example") -> Any:
    if kind == "twilio":
        return TwilioChannel(
            Twilio(kind="twilio", name="tw", account=ACCOUNT, token=TOKEN, base_url=base), HOOK.format("tw")
        )
    if kind == "infobip":
        spec = Infobip(kind="infobip", name="ib", base_url=base, api_key="k", webhook_secret="compartido")
        return InfobipChannel(spec, HOOK.format("ib"))
    if kind == "whatsapp":
        templates = {
            "temprana_8": {"name": "mora_8", "language": "es_CO", "fields": ["nombre_preferido", "saldo_vencido"]}
        }
        return WhatsAppChannel(
            WhatsApp(
                kind="whatsapp", name="wa", phone_number_id=PHONE_ID, token="t", app_secret=APP_SECRET, verify_token=VERIFY,
                accepts_policy=True, templates=templates, base_url=base,
            )
        )  # fmt: skip
    body = {"para": "{to}", "texto": "{text}", "datos": {"id": "{uid}", "fijo": 1}}
    headers = {"Authorization": "Bearer {token}"}
    return GenericHttpChannel(
        GenericHttp(
            kind="http", name="ge", url=f"{base}/enviar", body=body, headers=headers, reference="result.id", token="s3",
            idempotency_header="Idempotency-Key", webhook_secret=STANDARD_SECRET,
        )
    )  # fmt: skip


KINDS = ("twilio", "infobip", "generic", "whatsapp")


def codes(found: Any) -> list[tuple[str, bool] | None]:
    answers = [answer for group in found for answer in group]
    return [(one.trouble.code, one.trouble.permanent) if one.trouble else None for one in answers]


def send(kind: str, peer: Peer, *receivers: str) -> list[tuple[str, bool] | None]:
    messages = [outgoing(number, receiver, is_in_window=True) for number, receiver in enumerate(receivers, start=1)]
    return codes(channel(kind, peer.base).send(messages))


@pytest.mark.parametrize("kind", KINDS)
def test_each_message_is_taken_and_answered(kind: str, peer: Peer) -> None:
    assert send(kind, peer, "+573500000001", "+573500000002") == [None, None]
    assert len(peer.taken) == 2


@pytest.mark.parametrize("kind", ["twilio", "infobip", "whatsapp"])
def test_a_number_that_is_none_does_not_stop_the_others(kind: str, peer: Peer) -> None:
    assert send(kind, peer, "+573500000011", "+573500000002") == [(RECEIVER_REFUSED, True), None]


@pytest.mark.parametrize("kind", ["twilio", "whatsapp"])
def test_who_told_the_provider_to_stop_is_not_tried_again(kind: str, peer: Peer) -> None:
    assert send(kind, peer, "+573500000010") == [("receiver-stopped", True)]


@pytest.mark.parametrize("kind", KINDS)
def test_being_told_to_slow_down_is_temporary(kind: str, peer: Peer) -> None:
    assert send(kind, peer, "+573500000088", "+573500000001") == [(THROTTLED, False), None]


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_have_been_taken_is_not_repeated_unless_a_repeat_is_known(kind: str, peer: Peer) -> None:
    expected = (PROVIDER_DOWN, False) if kind == "generic" else (IN_DOUBT, True)
    assert send(kind, peer, "+573500000060") == [expected]
    assert send(kind, peer, "+573500000050") == [expected]


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_is_down_is_asked_once_for_a_group(kind: str, settings: Any) -> None:
    settings.HTTP_PRIVATE = ["127.0.0.1"]
    found = codes(
        channel(kind, "http://127.0.0.1:1").send([outgoing(number, is_in_window=True) for number in range(1, 5)])
    )
    assert found == [(PROVIDER_DOWN, False)] * 4


def test_twilio_gets_its_form_with_our_address(peer: Peer) -> None:
    send("twilio", peer, "+573500000001")
    assert peer.taken[0].fields == {
        "To": "+573500000001", "Body": "Hola, {to} ñ", "From": "85123",
        "StatusCallback": f"https://cobranza.example/hooks/tw?uid={UUID(int=1)}",
    }  # fmt: skip


def test_a_generic_provider_gets_its_own_fields_and_a_text_is_not_filled_again(peer: Peer) -> None:
    send("generic", peer, "+573500000001")
    (taken,) = peer.taken
    assert taken.fields == {
        "para": "+573500000001",
        "texto": "Hola, {to} ñ",
        "datos": {"id": str(UUID(int=1)), "fijo": 1},
    }
    assert (taken.headers["Authorization"], taken.headers["Idempotency-Key"]) == ("Bearer s3", str(UUID(int=1)))


def test_whatsapp_speaks_by_template_outside_of_the_day(peer: Peer) -> None:
    values = {"nombre_preferido": "Ana\n  María", "saldo_vencido": "$ 180.000"}
    message = outgoing(1, template="temprana_8", values=values)
    assert codes(channel("whatsapp", peer.base).send([message, outgoing(2, template="otra")])) == [
        None,
        ("text-refused", True),
    ]
    sent = peer.taken[0].fields["template"]
    assert (sent["name"], sent["language"]) == ("mora_8", {"code": "es_CO"})
    assert [one["text"] for one in sent["components"][0]["parameters"]] == ["Ana María", "$ 180.000"]


def test_whatsapp_is_off_until_the_policy_is_accepted() -> None:
    with pytest.raises(Refusal) as refused:
        WhatsAppChannel(
            WhatsApp(kind="whatsapp", name="wa", phone_number_id=PHONE_ID, token="t", app_secret="s", verify_token="v")
        )
    assert refused.value.code == "whatsapp-policy"


UID = UUID(int=7)
CALLS: dict[str, Call] = {
    "twilio": twilio_call(f"{HOOK.format('tw')}?uid={UID}", {"MessageSid": "SM1", "MessageStatus": "delivered"}),
    "infobip": infobip_call(
        {"messageId": "ib-1", "status": {"groupId": 3, "name": "DELIVERED_TO_HANDSET"}, "callbackData": str(UID)}
    ),
    "generic": standard_call(
        {"type": "message.status", "data": {"id": "g1", "uid": str(UID), "status": "delivered"}}, NOW
    ),
    "whatsapp": meta_call(
        {
            "statuses": [
                {"id": "wamid.1", "status": "delivered", "timestamp": STAMP, "biz_opaque_callback_data": str(UID)}
            ]
        }
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_status_is_read(kind: str) -> None:
    (status,) = channel(kind).read_call(CALLS[kind], NOW).statuses
    assert (status.fate, status.uid) == ("delivered", UID)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_call_twice_carries_the_same_key(kind: str) -> None:
    first, second = (channel(kind).read_call(CALLS[kind], NOW).statuses[0].key for _time in range(2))
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", ["body", "headers", "none"])
def test_a_forged_call_is_refused(kind: str, change: str) -> None:
    call = CALLS[kind]
    if change == "body" and kind != "infobip":
        call = replace(call, body=call.body + b" ")
    elif change == "headers" or kind == "infobip":
        call = replace(call, headers={name: value[:-2] + "AA" for name, value in call.headers.items()})
    else:
        call = replace(call, headers={})
    with pytest.raises(Refusal) as refused:
        channel(kind).read_call(call, NOW)
    assert refused.value.code == "webhook-forged"


@pytest.mark.parametrize(
    ("kind", "later", "code"),
    [("generic", timedelta(minutes=6), "webhook-forged"), ("whatsapp", timedelta(days=9), "webhook-replayed")],
)
def test_an_old_call_is_a_replay(kind: str, later: timedelta, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        channel(kind).read_call(CALLS[kind], NOW + later)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("twilio", twilio_call(HOOK.format("tw"), {"MessageStatus": "delivered"})),
        ("twilio", twilio_call(HOOK.format("tw"), {"MessageSid": "SM1", "MessageStatus": "flying"})),
        ("infobip", infobip_call({"status": {"groupId": 3}})),
        ("infobip", Call("", {"authorization": "Bearer compartido"}, b"[" * 100_000)),
        ("generic", standard_call({"type": "message.status", "data": {"id": "g1", "status": "flying"}}, NOW)),
        ("whatsapp", meta_call({"statuses": [{"id": "w", "status": "sent", "timestamp": "mañana"}]})),
    ],
)
def test_a_signed_call_that_makes_no_sense_is_refused(kind: str, call: Call) -> None:
    with pytest.raises(Refusal) as refused:
        channel(kind).read_call(call, NOW)
    assert refused.value.code == "webhook-unreadable"


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (
            "twilio",
            twilio_call(
                HOOK.format("tw"), {"MessageSid": "SM9", "From": "+573500000001", "To": "85123", "Body": "Ya pagué"}
            ),
        ),
        ("infobip", infobip_call({"messageId": "x", "from": "573500000001", "to": "85123", "text": "Ya pagué"})),
        (
            "generic",
            standard_call(
                {"type": "message.received", "data": {"id": "x", "from": "+573500000001", "text": "Ya pagué"}}, NOW
            ),
        ),
        (
            "whatsapp",
            meta_call(
                {
                    "messages": [
                        {
                            "id": "w9",
                            "from": "573500000001",
                            "timestamp": STAMP,
                            "type": "text",
                            "text": {"body": "Ya pagué"},
                        }
                    ]
                }
            ),
        ),
    ],
)
def test_an_answer_is_read(kind: str, call: Call) -> None:
    (received,) = channel(kind).read_call(call, NOW).received
    assert (received.sender, received.text) == ("+573500000001", "Ya pagué")


def test_whatsapp_tells_of_the_number_itself() -> None:
    whatsapp = channel("whatsapp")
    assert whatsapp.read_call(meta_call({"event": "FLAGGED"}, name="phone_number_quality_update"), NOW).quality == "RED"
    assert whatsapp.read_call(meta_call({"event": "ACCOUNT_RESTRICTION"}, name="account_update"), NOW).stopped
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "123"}
    assert whatsapp.confirm_address(query) == "123"
    with pytest.raises(Refusal):
        whatsapp.confirm_address({**query, "hub.verify_token": "otra"})
