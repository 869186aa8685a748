"""What a person answers: kept once, in one conversation, and acted on at once; bounces, complaints, files and one-click ends."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.actions.mail_in import take_mail
from acuerdo.messaging.actions.telling import unsubscribe
from acuerdo.messaging.actions.tokens import token_of, uid_of_token
from acuerdo.messaging.models import Conversation, Inbound, InboundFile, InboundPart, Message
from acuerdo.messaging.ports import Attached, PartReceived, Received, Told
from acuerdo.messaging.public import (
    deliver_all_due,
    file_path,
    offered_replies,
    plan_batch,
    reply_fields,
    send_reply,
    settle_conversation,
    take_told,
    thread_of,
)
from acuerdo.policy.models import Attempt, Consent, Hold
from acuerdo.portfolio.models import ContactPoint
from tests.factories import NOW, make_user
from tests.unit.messaging.test_mail_in import ARF, DSN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sent(world: Any, sandbox: Any) -> Message:
    """An SMS that left yesterday to a person with one obligation."""
    plan_batch([world.wish(world.obligation(), channel="sms")], NOW)
    deliver_all_due(NOW, sandbox)
    row = Message.objects.get()
    assert row.state == "sent"
    return row


def say(sent: Message, text: str, *, key: str = "k1", at: Any = NOW, **fields: Any) -> Inbound | None:
    values = {"channel": "sms", "sender": sent.receiver, "receiver": "85123", "text": text, "at": at, **fields}
    rows = take_told("sandbox", Told(received=(Received(key=key, **values),)), at)
    return rows[0] if rows else None


def holds(sent: Message) -> set[tuple[str, str]]:
    return set(Hold.objects.filter(debtor=sent.debtor).values_list("kind", "channel"))


def test_an_answer_is_kept_once_in_the_person_s_conversation(sent: Message) -> None:
    row = say(sent, "¿Cuánto debo?")
    assert row is not None
    assert say(sent, "¿Cuánto debo?") is None
    assert (row.debtor, row.answers, row.intent, row.done) == (sent.debtor, sent, "other", [])
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.unread, conversation.urgency, conversation.channel) == (
        "open",
        1,
        0,
        "sms",
    )
    attempt = Attempt.objects.get(direction="in")
    assert (attempt.disposition, attempt.counts) == ("DG-RES", False)
    say(sent, "¿Me responden?", key="k2")
    assert Conversation.objects.get().unread == 2


@pytest.mark.parametrize(
    ("text", "done", "expected"),
    [
        ("BAJA", ["stopped:sms"], {("do_not_contact", "sms")}),
        ("No me llamen más", ["stopped:sms", "stopped:call"], {("do_not_contact", "sms"), ("do_not_contact", "call")}),
        ("No me contacten nunca más", ["stopped:person"], {("do_not_contact", "sms"), ("do_not_contact", "")}),
        ("No soy yo", ["point:closed"], set()),
        ("No reconozco esa deuda", ["frozen:dispute"], {("dispute", "")}),
        ("Me suplantaron", ["frozen:fraud"], {("fraud", "")}),
        ("Son unas ratas", ["frozen:cooling_off"], {("cooling_off", "")}),
        ("Me quiero matar", ["frozen:vulnerable"], {("vulnerable", "")}),
        ("Gracias", [], set()),
    ],
)
def test_plain_words_are_acted_on_at_once(sent: Message, text: str, done: list[str], expected: set[Any]) -> None:
    row = say(sent, text)
    assert row is not None
    assert row.done == done
    assert holds(sent) == expected


def test_to_stop_ends_the_authorisation_and_what_was_scheduled_does_not_leave(
    sent: Message, world: Any, sandbox: Any
) -> None:
    plan_batch(
        [world.wish(sent.obligation, channel="sms", plan_key="mañana", not_before=NOW + timedelta(minutes=5))], NOW
    )
    say(sent, "salir")
    assert not Consent.objects.filter(debtor=sent.debtor, channel="sms", revoked_at=None).exists()
    deliver_all_due(NOW + timedelta(hours=1), sandbox)
    assert Message.objects.get(plan_key="mañana").state in ("blocked", "scheduled")
    assert Attempt.objects.filter(direction="out", status="sent").count() == 1


def test_a_wrong_number_is_closed(sent: Message) -> None:
    say(sent, "Número equivocado")
    point = ContactPoint.objects.get(pk=sent.contact_point_id)
    assert (point.is_valid, point.invalid_reason) == (False, "wrong_person")


def test_who_says_to_have_paid_is_left_in_peace_and_answered(sent: Message) -> None:
    row = say(sent, "Ya pagué ayer")
    assert row is not None
    assert row.done == ["frozen:already_paid", "replied:ya_pago_recibido"]
    hold = Hold.objects.get(kind="already_paid")
    assert (hold.obligation_id, hold.review_on.isoformat() if hold.review_on else "") == (
        sent.obligation_id,
        "2026-07-23",
    )
    reply = Message.objects.get(plan_key=f"reply:{row.uid}")
    assert (reply.purpose, reply.state) == ("requested", "scheduled")
    assert "23 de julio de 2026" in reply.body


def test_who_wants_to_pay_is_told_how(sent: Message, sandbox: Any) -> None:
    row = say(sent, "¿Cómo hago para pagar?")
    assert row is not None
    assert row.done == ["replied:como_pagar"]
    assert deliver_all_due(NOW, sandbox).sent == 1
    assert "PSE" in Message.objects.get(plan_key=f"reply:{row.uid}").body


def test_a_call_is_booked_at_the_asked_hour(sent: Message) -> None:
    row = say(sent, "llámeme mañana a las 5")
    assert row is not None
    conversation = Conversation.objects.get()
    assert conversation.call_at is not None
    assert conversation.call_at.isoformat() == "2026-07-16T22:00:00+00:00"
    assert row.done == ["call:booked", "replied:cita_confirmada"]


def test_danger_goes_before_everything_and_no_machine_answers(sent: Message) -> None:
    row = say(sent, "Ya pagué, y me quiero morir")
    assert row is not None
    assert row.intent == "self_harm"
    assert not [deed for deed in row.done if deed.startswith("replied")]
    assert Conversation.objects.get().urgency == 2


def test_thanks_and_automatic_answers_ask_for_nobody(sent: Message) -> None:
    say(sent, "Muchas gracias")
    say(sent, "Estoy de vacaciones, BAJA", key="k2", is_automatic=True)
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.unread) == ("closed", 0)
    assert holds(sent) == set()


def test_an_unknown_sender_is_kept_and_nothing_is_done(sent: Message) -> None:
    row = say(sent, "BAJA", sender="+573500009999")
    assert row is not None
    assert (row.debtor, row.intent, Conversation.objects.count()) == (None, "", 0)


def test_who_names_our_message_from_another_address_is_not_believed(sent: Message) -> None:
    row = say(sent, "BAJA", sender="+573500009999", replies_to=(str(sent.uid),))
    assert row is not None
    assert row.debtor is None
    assert holds(sent) == set()


def test_the_parts_of_a_long_sms_are_one_answer(sent: Message) -> None:
    def part(number: int, text: str) -> PartReceived:
        return PartReceived(sent.receiver, "85123", 7, 2, number, text, NOW)

    assert take_told("claro", Told(parts=(part(2, "pagué"),)), NOW) == []
    assert take_told("claro", Told(parts=(part(2, "pagué"),)), NOW) == []
    (row,) = take_told("claro", Told(parts=(part(1, "Ya "),)), NOW)
    assert (row.body, row.intent, InboundPart.objects.count()) == ("Ya pagué", "already_paid", 0)


def test_a_part_whose_others_never_come_is_told_after_a_day(sent: Message) -> None:
    take_told("claro", Told(parts=(PartReceived(sent.receiver, "85123", 7, 2, 1, "Ya pagué", NOW),)), NOW)
    later = NOW + timedelta(days=2)
    other = PartReceived(sent.receiver, "85123", 8, 2, 1, "x", later)
    assert [row.body for row in take_told("claro", Told(parts=(other,)), later)] == ["Ya pagué"]


def test_files_are_kept_privately_or_refused_with_the_reason(sent: Message) -> None:
    attached = (
        Attached("../pago.pdf", 9, b"%PDF-1.7\n"),
        Attached("virus.exe", 4, b"MZ\x90\x00"),
        Attached("video.mp4", 50_000_000, None),
    )
    say(sent, "Adjunto", attached=attached)
    kept, program, video = InboundFile.objects.order_by("id")
    assert (kept.name, kept.content_type, kept.refused) == ("_pago.pdf", "application/pdf", "")
    path = file_path(kept)
    assert path.read_bytes() == b"%PDF-1.7\n"
    assert path.stat().st_mode & 0o077 == 0
    assert (program.refused, video.refused) == ("kind", "too-large")
    with pytest.raises(Refusal):
        file_path(program)


@pytest.fixture
def mailed(world: Any, sandbox: Any) -> Message:
    plan_batch([world.wish(world.obligation())], NOW)
    deliver_all_due(NOW, sandbox)
    return Message.objects.get()


def bytes_of(message: Message, purpose: str = "bounce") -> bytes:
    return token_of(UUID(str(message.uid)), purpose).encode()


def test_a_bounce_settles_its_message_and_closes_the_address(mailed: Message) -> None:
    assert [take_mail(DSN % bytes_of(mailed), NOW) for _ in range(2)] == ["report", "report"]
    mailed.refresh_from_db()
    assert (mailed.state, mailed.failure) == ("failed", "receiver-refused")
    assert not ContactPoint.objects.get(pk=mailed.contact_point_id).is_valid


def test_a_forged_bounce_or_complaint_does_nothing(mailed: Message) -> None:
    wrong = b"a" * 39
    assert take_mail(DSN % wrong, NOW) == "unknown-report"
    assert take_mail(ARF % (wrong, wrong), NOW) == "unknown-report"
    assert take_mail(DSN % bytes_of(mailed, "unsubscribe"), NOW) == "unknown-report"
    mailed.refresh_from_db()
    assert mailed.state == "sent"


def test_a_complaint_ends_the_channel(mailed: Message) -> None:
    for _ in range(2):
        assert take_mail(ARF % (bytes_of(mailed), bytes_of(mailed)), NOW) == "complaint"
    assert holds(mailed) == {("do_not_contact", "email")}
    assert Inbound.objects.filter(intent="complaint", answers=mailed).count() == 1


def test_a_written_mail_is_an_answer_and_the_one_of_the_header_is_a_stop(mailed: Message) -> None:
    raw = f"From: {mailed.receiver}\r\nMessage-ID: <x1@correo.example>\r\nSubject: {{}}\r\n\r\n{{}}"
    take_mail(raw.format("Re: cuota", "No puedo pagar").encode(), NOW)
    assert Inbound.objects.get().intent == "cannot_pay"
    take_mail(raw.replace("x1", "x2").format(f"Baja {mailed.uid}", "").encode(), NOW)
    assert ("do_not_contact", "email") in holds(mailed)


def test_one_click_ends_the_channel_once(mailed: Message) -> None:
    token = token_of(UUID(str(mailed.uid)), "unsubscribe")
    assert unsubscribe(token.upper(), NOW) == mailed
    assert unsubscribe(token, NOW) == mailed
    assert holds(mailed) == {("do_not_contact", "email")}
    assert Inbound.objects.count() == 1
    assert unsubscribe(token[:-1] + ("a" if token[-1] != "a" else "b"), NOW) is None


@pytest.mark.parametrize("token", ["", "x", "á" * 39, "A" * 500, "0" * 39])
def test_what_is_no_token_names_nothing(token: str) -> None:
    assert uid_of_token(token, "bounce") is None


def conversation_of(sent: Message, text: str = "No puedo pagar") -> Conversation:
    say(sent, text)
    return Conversation.objects.select_related("debtor", "creditor").get()


@pytest.mark.parametrize("text", ["Ya no quiero vivir", "Mi papá falleció"])
def test_no_ready_text_about_money_is_offered_to_who_speaks_of_death(sent: Message, text: str) -> None:
    conversation = conversation_of(sent, text)
    assert conversation.intent in ("self_harm", "death")
    assert offered_replies(conversation, sent.obligation_id or 0, reply_fields(conversation, NOW), NOW) == []


def test_an_agent_answers_with_an_approved_text(sent: Message, sandbox: Any) -> None:
    conversation, agent = conversation_of(sent), make_user("agent")
    offered = offered_replies(conversation, sent.obligation_id or 0, reply_fields(conversation, NOW), NOW)
    assert [one.code for one in offered][:2] == ["opciones_de_pago", "como_pagar"]
    args: dict[str, Any] = {"user": agent, "obligation_id": sent.obligation_id, "now": NOW, "key": "1"}
    first = send_reply(conversation, offered[0].body, **args)
    assert send_reply(conversation, offered[0].body, **args) == first
    assert (conversation.state, conversation.unread, conversation.assignee) == ("waiting", 0, agent)
    deliver_all_due(NOW, sandbox)
    first.refresh_from_db()
    assert (first.state, first.purpose) == ("sent", "requested")
    assert [bool(line.inbound) for line in thread_of(conversation, [sent.creditor_id])].count(True) == 1


@pytest.mark.parametrize(
    ("role", "text", "code"),
    [
        ("compliance", "Hola", "reply-not-permitted"),
        ("agent", " \n ", "reply-empty"),
        ("agent", "a" * 481, "reply-too-long"),
        ("agent", "Si no paga hoy le vamos a embargar la casa y va a ir a la cárcel.", "reply-tone"),
    ],
)
def test_a_reply_that_may_not_leave_changes_nothing(sent: Message, role: str, text: str, code: str) -> None:
    conversation = conversation_of(sent)
    before = Message.objects.count()
    with pytest.raises(Refusal) as refused:
        send_reply(conversation, text, user=make_user(role), obligation_id=sent.obligation_id or 0, now=NOW, key="1")
    assert refused.value.code == code
    assert Message.objects.count() == before
    assert Conversation.objects.get().unread == 1


def test_nobody_is_answered_on_a_channel_they_closed(sent: Message) -> None:
    conversation = conversation_of(sent, "BAJA")
    with pytest.raises(Refusal) as refused:
        send_reply(
            conversation, "Hola", user=make_user("agent"), obligation_id=sent.obligation_id or 0, now=NOW, key="1"
        )
    assert refused.value.code == "reply-stopped"
    say(sent, "¿Cuánto debo?", key="k2")
    conversation.refresh_from_db()
    send_reply(
        conversation, "Con gusto.", user=make_user("agent"), obligation_id=sent.obligation_id or 0, now=NOW, key="1"
    )


def test_closing_ends_the_urgency_and_a_new_answer_opens_again(sent: Message) -> None:
    conversation = conversation_of(sent, "Me quiero morir")
    settle_conversation(conversation, state="closed", user=make_user("supervisor"), now=NOW)
    found = Conversation.objects.get()
    assert (found.state, found.urgency, found.unread) == ("closed", 0, 0)
    say(sent, "Hola", key="k9")
    assert Conversation.objects.get().state == "open"
