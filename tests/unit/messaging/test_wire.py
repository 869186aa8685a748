"""What providers' protocols say: parts of SMS, receipts, statuses, signatures, providers' documents, and who carries what."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.providers import Infobip, Smpp, read_providers
from acuerdo.messaging.rules.reputation import Record, grade
from acuerdo.messaging.rules.routing import Health, Lane, after_success, after_trouble, choose, choose_sender
from acuerdo.messaging.rules.sms import segments
from acuerdo.messaging.rules.wire.gsm import Chain, decode, split, unwrap
from acuerdo.messaging.rules.wire.signatures import is_meta, is_standard, is_twilio
from acuerdo.messaging.rules.wire.statuses import (
    Told,
    infobip_status,
    mail_status,
    meta_status,
    same_reference,
    smpp_receipt,
    twilio_status,
)

NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=700), st.integers(0, 255))
def test_parts_join_again_and_are_as_many_as_are_paid_for(text: str, reference: int) -> None:
    parts = split(text, reference)
    assert len(parts.payloads) == max(segments(text).count, 1)
    bodies = []
    for number, payload in enumerate(parts.payloads, start=1):
        chain, body = unwrap(payload) if parts.is_chain else (None, payload)
        assert chain == (Chain(reference, len(parts.payloads), number) if parts.is_chain else None)
        assert len(payload) <= (160 if parts.data_coding == 0 else 140)
        bodies.append(decode(body, parts.data_coding))
    assert "".join(bodies) == text


@given(st.binary(max_size=200), st.sampled_from([0, 1, 3, 8, 245]))
def test_any_bytes_are_some_text(payload: bytes, coding: int) -> None:
    _chain, body = unwrap(payload)
    decode(body, coding)


def test_a_text_without_end_is_no_sms() -> None:
    with pytest.raises(ValueError, match="255"):
        split("a" * 153 * 256, 1)


RECEIPT = b"id:0A1B sub:001 dlvrd:001 submit date:2607151000 done date:2607151001 stat:%s err:%s text:Hola"


@pytest.mark.parametrize(
    ("text", "named", "expected"),
    [
        (RECEIPT % (b"DELIVRD", b"000"), {}, ("0A1B", Told("delivered", "", "000"))),
        (RECEIPT % (b"UNDELIV", b"027"), {}, ("0A1B", Told("failed", "unsure", "027"))),
        (RECEIPT % (b"REJECTD", b"008"), {}, ("0A1B", Told("failed", "content", "008"))),
        (RECEIPT % (b"ENROUTE", b"000"), {}, ("0A1B", Told("accepted", "", "000"))),
        (b"", {"message_id": "77", "state": 2}, ("77", Told("delivered", "", "DELIVRD"))),
        (b"", {"message_id": "77", "state": 3}, ("77", Told("failed", "unsure", "EXPIRED"))),
        (b"hola", {}, None),
        (b"id:5 stat:", {}, None),
    ],
)
def test_receipts_are_read_from_text_and_from_fields(text: bytes, named: dict[str, Any], expected: object) -> None:
    assert smpp_receipt(text, **named) == expected


@given(st.binary(max_size=300))
def test_any_receipt_is_read_or_none(text: bytes) -> None:
    smpp_receipt(text)


def test_an_id_is_known_in_both_ways_of_writing() -> None:
    assert "268435457" in same_reference("10000001")
    assert "10000001" in same_reference("268435457")
    assert same_reference("0A1B")[0] == "0A1B"
    assert same_reference("wamid.X") == ("wamid.X",)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (twilio_status("undelivered", "30005"), Told("failed", "receiver", "30005")),
        (twilio_status("failed", "21610"), Told("failed", "stopped", "21610")),
        (twilio_status("sent"), Told("accepted", "", "sent")),
        (twilio_status("teleported"), None),
        (infobip_status(3, "DELIVERED_TO_HANDSET"), Told("delivered", "", "DELIVERED_TO_HANDSET")),
        (infobip_status(2, "NOT_DELIVERED", is_error_permanent=True), Told("failed", "receiver", "NOT_DELIVERED")),
        (infobip_status(9, "X"), None),
        (meta_status("failed", 131026), Told("failed", "receiver", "131026")),
        (meta_status("failed", 131050), Told("failed", "stopped", "131050")),
        (meta_status("failed", 190), Told("failed", "account", "190")),
        (meta_status("played"), Told("read", "", "played")),
        (mail_status("failed", "5.1.1"), Told("failed", "receiver", "5.1.1")),
        (mail_status("failed", "4.2.2"), Told("failed", "passing", "4.2.2")),
        (mail_status("delayed", "4.4.1"), Told("accepted", "", "4.4.1")),
        (mail_status("danced", ""), None),
    ],
)  # fmt: skip
def test_each_provider_s_words_become_ours(told: Told | None, expected: Told | None) -> None:
    assert told == expected


def test_signatures_match_the_published_ones() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert is_twilio("12345", url, list(fields.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    assert is_meta("app_secret", body, "sha256=c236c758c9b2bd40b388a550eeca09eaca72384dd0aa5e7c31d19cddac5bba46")
    at = datetime.fromtimestamp(1795291200, UTC)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": "1795291200",
        "webhook-signature": "v1,A+mhOxMuWFWpRInUO/VN8CBKION64dV7HbRS1ftSoIU=",
    }  # fmt: skip
    told = b'{"type":"payment.matched","timestamp":"2026-11-21T20:00:00Z","data":{"id":"p1"}}'
    assert is_standard("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, told, at)
    assert not is_standard("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, told, at + timedelta(seconds=301))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%"])
def test_an_empty_secret_opens_nothing(secret: str) -> None:
    assert not is_twilio("", "https://x", [], "")
    assert not is_meta("", b"", "sha256=")
    assert not is_standard(secret, {"webhook-id": "1", "webhook-timestamp": "1"}, b"", NOW)


def test_priority_goes_before_weight_and_weights_share_the_work() -> None:
    lanes = [Lane("a", weight=75), Lane("b", weight=25), Lane("c", priority=2, weight=100), Lane("d", weight=0)]
    first = Counter(choose(lanes, {}, f"m{number}", NOW)[0].provider for number in range(4000))
    assert set(first) == {"a", "b"}
    assert 0.72 < first["a"] / 4000 < 0.78
    order = [lane.provider for lane in choose(lanes, {}, "m1", NOW)]
    assert order[2:] == ["d", "c"]
    assert choose(lanes, {}, "m1", NOW) == choose(lanes, {}, "m1", NOW)


def test_one_that_rests_or_is_off_or_failed_the_message_is_passed_over() -> None:
    lanes = [Lane("a"), Lane("b", priority=2)]
    resting = Health(resting_until=NOW + timedelta(minutes=1))
    assert [lane.provider for lane in choose(lanes, {"a": resting}, "m", NOW)] == ["b"]
    assert [lane.provider for lane in choose(lanes, {"a": resting}, "m", NOW + timedelta(minutes=1))] == ["a", "b"]
    assert [lane.provider for lane in choose(lanes, {"a": Health(is_on=False)}, "m", NOW)] == ["b"]
    assert [lane.provider for lane in choose(lanes, {}, "m", NOW, without={"a"})] == ["b", "a"]


def test_three_troubles_rest_a_provider_longer_each_time() -> None:
    health, waits = Health(), []
    for _ in range(9):
        health = after_trouble(health, NOW).health
        waits.append(int((health.resting_until - NOW).total_seconds()) // 60 if health.resting_until else 0)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert after_success(health) == after_success(Health(troubles=9))
    assert after_success(health).health == Health()


def test_a_person_keeps_seeing_one_number_until_it_rests() -> None:
    senders = ["85123", "85124", "85125"]
    chosen = choose_sender(senders, {}, "person-1")
    assert {choose_sender(senders, {}, "person-1") for _ in range(5)} == {chosen}
    assert choose_sender(senders, {chosen: "resting"}, "person-1") != chosen
    assert choose_sender(senders, dict.fromkeys(senders, "resting"), "person-1") == chosen
    assert choose_sender([], {}, "x") == ""


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(sent=49, failed=49), "new"),
        (Record(sent=100, delivered=95, failed=5), "good"),
        (Record(sent=100, delivered=88, failed=12), "watch"),
        (Record(sent=100, delivered=70, failed=30), "resting"),
        (Record(sent=1000, delivered=1000, complaints=3), "resting"),
        (Record(sent=1000, delivered=1000, stops=20), "watch"),
        (Record(sent=100), "good"),
    ],
)
def test_a_sender_is_graded_by_what_became_of_its_messages(record: Record, expected: str) -> None:
    assert grade(record) == expected


SMPP = '[[provider]]\nname = "claro"\nkind = "smpp"\nhost = "smpp.claro.example"\nsystem_id = "banco"\n'


def read(text: str) -> list[Any]:
    return read_providers(text, lambda kind, place: f"{kind}:{place}"[:8])


def test_a_document_is_read_with_its_secrets() -> None:
    text = (
        SMPP
        + 'password_file = "/run/x"\nsenders = ["85123"]\n[[provider]]\nname = "ib"\n'
        + 'kind = "infobip"\nbase_url = "https://x"\napi_key_env = "K"\n'
    )
    first, second = read(text)
    assert isinstance(first, Smpp)
    assert isinstance(second, Infobip)
    assert (first.password, first.channel, first.lane().senders) == ("file:/ru", "sms", ("85123",))
    assert second.api_key == "env:K"
    assert "file:" not in repr(first)
    assert read("") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[provider", "no es TOML"),
        ('provider = "x"', "[[provider]]"),
        ('[[provider]]\nname = "x"\nkind = "fax"\n', "«x»"),
        ('[[provider]]\nkind = "smpp"\n', "n.º 1"),
        (SMPP + "port = 99999\n", "port"),
        (SMPP + 'prot = "x"\n', "prot"),
        (SMPP + 'password = "123456789"\n', "password"),
        (SMPP + SMPP, "se repite"),
        (SMPP.replace("claro", "Claro SMS"), "name"),
        (
            '[[provider]]\nname = "m"\nkind = "smtp"\nurl = "smtp://127.0.0.1"\nsender = "a@b"\ndkim_key = "k"\n',
            "dkim_selector",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_the_secret(text: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(text)
    assert refused.value.code == "providers-invalid"
    assert words in refused.value.message
    assert "123456789" not in refused.value.message
