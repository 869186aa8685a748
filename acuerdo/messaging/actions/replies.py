"""Answering an answer: by itself where the words are plain, else by an agent with texts of the approved library at hand.

A reply is a message like any other: it goes through the outbox and the gate, as a contact that the person asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.base.models import User
from acuerdo.kernel.calendar import add_business_days
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.identifiers import new_uid
from acuerdo.messaging.actions.planning import PlannedMessage, plan_batch
from acuerdo.messaging.models import Conversation, ConversationState, Inbound, Message, MessageState
from acuerdo.messaging.queries import Wanted, best_points, gather, published_templates, source_of, template_for
from acuerdo.messaging.rules.compose import compose
from acuerdo.messaging.rules.fields import date_text
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.sms import transliterate
from acuerdo.messaging.rules.tone.check import check_tone
from acuerdo.policy.public import PlannedContact, ask_gate

# The text that answers by itself, and those an agent is offered, by what the person meant.
BY_ITSELF = {
    "already_paid": "ya_pago_recibido",
    "wants_to_pay": "como_pagar",
    "cannot_pay": "opciones_de_pago",
    "call_me": "cita_confirmada",
}
OFFERED: dict[str, tuple[str, ...]] = {
    "already_paid": ("ya_pago_recibido", "pago_por_ubicar"),
    "wants_to_pay": ("como_pagar", "opciones_de_pago"),
    "cannot_pay": ("opciones_de_pago", "como_pagar"),
    "call_me": ("cita_confirmada", "como_pagar"),
    "dispute": ("disputa_recibida", "queja_recibida"),
    "fraud": ("disputa_recibida",),
    "wrong_person": ("no_soy_yo",),
    "insult": ("queja_recibida", "opciones_de_pago"),
}
ALWAYS_OFFERED = ("como_pagar", "opciones_de_pago", "actualizar_datos")
# Nobody who spoke of harming themselves, or of a death, is answered with a ready text about money: a person writes.
NEVER_OFFERED = frozenset({"self_harm", "death"})
REPLY_MAX = {"sms": 480, "whatsapp": 4000, "email": 20_000}
REPLIERS = frozenset({"agent", "supervisor", "director"})


@dataclass(frozen=True, slots=True)
class Offered:
    """A text of the library as it would read for this person."""

    code: str
    version: int
    subject: str
    body: str


def told_fields(fields: dict[str, Any], language: str) -> dict[str, str]:
    """The dates that a reply says, in words."""
    found = {"fecha_respuesta": date_text(fields["answer_on"], language), "caso": str(fields.get("case", ""))}
    call_at: datetime | None = fields.get("call_at")
    if call_at is not None:
        found |= {
            "cita_fecha": date_text(call_at.date(), language),
            "cita_hora": f"{call_at:%H:%M}",
            "cita_lugar": "by phone" if language == "en" else "por teléfono",
        }
    return {name: value for name, value in found.items() if value}


def reply_by_itself(row: Inbound, intent: str, fields: dict[str, Any], now: datetime) -> str:
    """Plans the one automatic reply of an answer; gives its template's code, "" where none fits. Twice plans once."""
    code = BY_ITSELF.get(intent)
    if code is None or row.debtor is None or row.conversation is None:
        return ""
    context = {"fields": told_fields(fields, row.debtor.language), "reply_to": str(row.uid)}
    wanted = Wanted(row.debtor.pk, row.conversation.creditor_id, (fields["obligation_id"],), row.channel, code, context)
    if not _texts(wanted, (code,), now) or (row.debtor.pk, row.channel) not in best_points([row.debtor.pk]):
        return ""
    wish = PlannedMessage(
        plan_key=f"reply:{row.uid}",
        debtor_id=row.debtor.pk,
        creditor_id=row.conversation.creditor_id,
        obligation_ids=(fields["obligation_id"],),
        channel=row.channel,
        template=code,
        not_before=now,
        purpose="requested",
        context=context,
    )
    return code if plan_batch([wish], now)[0].state == MessageState.SCHEDULED else ""


def offered_replies(
    conversation: Conversation, obligation_id: int, fields: dict[str, Any], now: datetime
) -> list[Offered]:
    """The approved texts that fit what the person said, filled in; a text with a hole is not offered."""
    if conversation.intent in NEVER_OFFERED:
        return []
    codes = tuple(dict.fromkeys((*OFFERED.get(conversation.intent, ()), *ALWAYS_OFFERED)))
    language = conversation.debtor.language
    context = {"fields": told_fields(fields, language)}
    wanted = Wanted(
        conversation.debtor_id, conversation.creditor_id, (obligation_id,), conversation.channel, "", context
    )
    return _texts(wanted, codes, now)


def _texts(wanted: Wanted, codes: tuple[str, ...], now: datetime) -> list[Offered]:
    source = source_of(gather([wanted]), wanted, now)
    if source.facts is None:
        return []
    templates, found = published_templates(codes), []
    for code in codes:
        template = template_for(templates, code, wanted.channel, source.facts.language, source.variant)
        if template is None:
            continue
        text = compose(channel=wanted.channel, subject=template.subject, body=template.body, facts=source.facts)
        if not text.holes:
            found.append(Offered(code, template.version, text.subject, text.body))
    return found


@transaction.atomic
def send_reply(
    conversation: Conversation, text: str, *, user: User, obligation_id: int, now: datetime, key: str, channel: str = ""
) -> Message:
    """An agent's own words, checked for tone and let out by the gate. `key` makes a form sent twice one reply.

    Refuses `reply-not-permitted`, `reply-stopped`, `reply-empty`, `reply-too-long`, `reply-tone`, `reply-no-address` and
    `contact-not-permitted`.
    """
    if user.role not in REPLIERS:
        raise Refusal("reply-not-permitted", "Su rol lee las conversaciones; responden gestores y supervisores.")
    channel = channel or conversation.channel
    if conversation.intent == "stop" and channel == conversation.channel:
        raise Refusal("reply-stopped", "Pidió no recibir más por este canal: no se le responde por él.")
    body = _checked(text, channel)
    lock_person(conversation.debtor_id)
    known = Message.objects.filter(plan_key=f"agent-reply:{key}"[:100]).first()
    if known is not None:
        return known
    point = best_points([conversation.debtor_id]).get((conversation.debtor_id, channel))
    if point is None:
        raise Refusal("reply-no-address", "La persona no tiene un medio vigente para este canal.")
    row = _row(conversation, body, channel, point, now)
    row.plan_key, row.obligation_id = f"agent-reply:{key}"[:100], obligation_id
    row.context = {"obligations": [obligation_id], "writer": user.full_name, "reply": True}
    contact = PlannedContact(
        debtor_id=conversation.debtor_id, creditor_id=conversation.creditor_id, channel=channel, purpose="requested",
        obligation_id=obligation_id, contact_point_id=point[0],
    )  # fmt: skip
    row.verdict = ask_gate(contact, actor=user.username, now=now)
    if row.verdict.verdict != "allow":
        reasons = [rule["reason"] for rule in row.verdict.rules if rule["verdict"] == "deny"]
        raise Refusal("contact-not-permitted", " ".join(reasons))
    row.save()
    settle_conversation(conversation, state=ConversationState.WAITING, user=user, now=now)
    return row


def _checked(text: str, channel: str) -> str:
    body = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    if not body:
        raise Refusal("reply-empty", "Escriba la respuesta o elija un texto sugerido.")
    if len(body) > REPLY_MAX.get(channel, 4000):
        raise Refusal("reply-too-long", f"La respuesta pasa de {REPLY_MAX[channel]} caracteres para este canal.")
    found = check_tone(body)
    if found.verdict == "block":
        first = next(one for one in found.findings if one.severity == "block")
        raise Refusal("reply-tone", f"«{first.text}»: {first.why}")
    return transliterate(body) if channel == "sms" else body


def _row(conversation: Conversation, body: str, channel: str, point: tuple[int, str], now: datetime) -> Message:
    subject = f"{conversation.creditor.name}: respuesta a su mensaje" if channel == "email" else ""
    html = ""
    if channel == "email":
        html = html_letter(
            subject=subject, body=body, sender=conversation.creditor.name, language=conversation.debtor.language
        )
    return Message(
        uid=str(new_uid(now)), debtor=conversation.debtor, creditor=conversation.creditor, contact_point_id=point[0],
        channel=channel, purpose="requested", receiver=point[1], subject=subject, body=body, body_html=html,
        state=MessageState.SCHEDULED, scheduled_for=now, created_at=now, updated_at=now,
    )  # fmt: skip


@transaction.atomic
def settle_conversation(conversation: Conversation, *, state: str, user: User, now: datetime) -> None:
    """Marks all as read and puts the conversation where it belongs; closing ends its urgency."""
    conversation.inbound.filter(read_at=None).update(read_at=now, read_by=user.username)
    conversation.state, conversation.unread, conversation.updated_at = state, 0, now
    if state == ConversationState.CLOSED:
        conversation.urgency, conversation.call_at = 0, None
    conversation.assignee = conversation.assignee or user
    conversation.save()
    write_audit(
        chain="messaging", action=f"conversation-{state}", actor=user.username,
        subject=("conversation", str(conversation.uid)), payload={}, now=now,
    )  # fmt: skip


@transaction.atomic
def take_conversation(conversation: Conversation, *, user: User, now: datetime) -> None:
    """An agent says that they look after it; whoever takes it last has it."""
    conversation.assignee, conversation.updated_at = user, now
    conversation.save(update_fields=["assignee", "updated_at"])


def reply_fields(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """What a text offered to an agent may need to say."""
    zone = ZoneInfo(conversation.debtor.timezone or conversation.creditor.timezone)
    days = 5 if conversation.intent == "already_paid" else 15
    return {
        "answer_on": add_business_days(now.astimezone(zone).date(), days, str(conversation.creditor.country)),
        "call_at": conversation.call_at.astimezone(zone) if conversation.call_at else None,
    }
