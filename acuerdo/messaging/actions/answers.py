"""What a person answers, kept whole and once, in one conversation; what its words ask for is done in the same transaction.

Whoever can write from an address or number is only probably its owner, so nothing is told here that they did not know, and
what is done protects: it stops, freezes, books, sends how to pay. The rest waits for an agent.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from acuerdo.base.locks import lock_person
from acuerdo.kernel.calendar import add_business_days
from acuerdo.messaging.actions.files_in import keep_files
from acuerdo.messaging.actions.replies import reply_by_itself
from acuerdo.messaging.models import Conversation, ConversationState, Inbound, InboundPart, Message
from acuerdo.messaging.ports import PartReceived, Received
from acuerdo.messaging.queries import related
from acuerdo.messaging.rules.intents import Intent, Meaning, call_time, read_meaning
from acuerdo.negotiation.public import mark_said_paid, standing_promises
from acuerdo.policy.public import PlannedContact, log_inbound, place_hold, revoke_consent

ACTOR = "system"
PARTS_WAIT = timedelta(hours=24)
AT_ONCE, TODAY = 2, 1
# What an agent must look at, and how soon; what is not named needs nobody.
URGENCY: dict[Intent, int] = {
    "self_harm": AT_ONCE, "death": AT_ONCE, "fraud": TODAY, "dispute": TODAY, "insult": TODAY, "cannot_pay": TODAY, "call_me": TODAY,
    "human": TODAY, "already_paid": TODAY,
}  # fmt: skip
QUIET: frozenset[Intent] = frozenset({"thanks", "automatic"})


@dataclass(frozen=True, slots=True)
class _Person:
    """Whose answer it is. `point_id` is the address or number it came from, `answered` our message it answers."""

    debtor: Any
    creditor: Any
    obligation_id: int | None
    point_id: int | None
    answered: Message | None


@transaction.atomic
def receive(provider: str, received: Received, now: datetime) -> Inbound | None:
    """Keeps one answer and acts on it. None when it was here already. From an unknown sender it is kept for a person to see."""
    row = Inbound(
        provider=provider, key=received.key[:200], channel=received.channel, sender=received.sender[:254],
        receiver=received.receiver[:254], subject=received.subject[:200], body=received.text.replace("\x00", "")[:20_000],
        at=received.at, received_at=now,
    )  # fmt: skip
    if not Inbound.objects.bulk_create([row], ignore_conflicts=True) or _is_repeat(row):
        return None
    row = Inbound.objects.select_for_update().get(provider=provider, key=row.key)
    keep_files(row, received.attached)
    person = _whose(received)
    if person is not None:
        lock_person(person.debtor.pk)
        meaning = read_meaning(_said(row), is_automatic=received.is_automatic)
        _keep(row, person, meaning, now)
        _act(row, person, meaning, now)
        row.save()
    return row


def _is_repeat(row: Inbound) -> bool:
    """Whether the key was there before: an insert that was left out leaves a row of another content or moment."""
    found = Inbound.objects.get(provider=row.provider, key=row.key)
    return found.received_at != row.received_at or found.intent != "" or found.body != row.body


def _said(row: Inbound) -> str:
    """Of a mail whose body is empty the subject speaks."""
    return row.body if row.body.strip() else row.subject


def join_parts(provider: str, parts: Sequence[PartReceived], now: datetime) -> list[Received]:
    """Keeps parts of long SMS; gives the texts that are whole now. Parts whose chain stays open for a day are given as they are."""
    whole = []
    for part in parts:
        chain = {
            "provider": provider, "sender": part.sender[:40], "receiver": part.receiver[:40], "reference": part.reference,
            "total": part.total,
        }  # fmt: skip
        InboundPart.objects.get_or_create(**chain, number=part.number, defaults={"text": part.text, "received_at": now})
        rows = list(InboundPart.objects.filter(**chain).order_by("number").select_for_update())
        if len(rows) == part.total:
            whole.append(_joined(rows, part.at))
    late = InboundPart.objects.filter(provider=provider, received_at__lt=now - PARTS_WAIT).order_by("pk")[:50]
    whole.extend(_joined([row], row.received_at) for row in late)
    return whole


def _joined(rows: Sequence[InboundPart], at: datetime) -> Received:
    first, text = rows[0], "".join(row.text for row in rows)
    InboundPart.objects.filter(pk__in=[row.pk for row in rows]).delete()
    name = f"{first.sender}:{first.receiver}:{first.reference}:{text}:{at.date()}"
    return Received(
        f"chain:{hashlib.sha256(name.encode()).hexdigest()[:40]}", "sms", first.sender, first.receiver, text, at
    )


def _whose(received: Received) -> _Person | None:
    """By the message it says it answers, else by the last message to that address, else by who has the address."""
    answered = _answered(received)
    if answered is not None:
        return _Person(answered.debtor, answered.creditor, answered.obligation_id, answered.contact_point_id, answered)
    points = related("contact_point")._default_manager.filter(value=received.sender)
    found = list(points.order_by("-ownership", "-is_valid", "id").values_list("pk", "debtor_id")[:20])
    for point_id, debtor_id in found:
        obligations = related("obligation")._default_manager.filter(debtor_id=debtor_id)
        row: Any = obligations.select_related("debtor", "creditor").order_by("gone_on", "-pk").first()
        if row is not None:
            return _Person(row.debtor, row.creditor, row.pk, point_id, None)
    return None


def _answered(received: Received) -> Message | None:
    messages = Message.objects.select_related("debtor", "creditor").filter(sent_at__isnull=False)
    if received.replies_to:
        uids = [one for one in received.replies_to if re.fullmatch(r"[0-9a-f-]{36}", one)]
        named = messages.filter(Q(provider_ref__in=received.replies_to) | Q(uid__in=uids)).order_by("-sent_at").first()
        # Who answers from another address than the one we wrote to may be anybody: it counts only from the same one.
        if named is not None and named.receiver.lower() == received.sender.lower():
            return named
    return messages.filter(receiver=received.sender, channel=received.channel).order_by("-sent_at").first()


def _keep(row: Inbound, person: _Person, meaning: Meaning, now: datetime) -> None:
    row.debtor, row.contact_point_id, row.answers = person.debtor, person.point_id, person.answered
    row.intent = meaning.lead
    row.conversation = _conversation(row, person, meaning, now)
    contact = PlannedContact(
        debtor_id=person.debtor.pk, creditor_id=person.creditor.pk, channel=row.channel, purpose="requested",
        obligation_id=person.obligation_id, contact_point_id=person.point_id,
    )  # fmt: skip
    code = {"stop": "DG-BAJ", "wrong_person": "CI-EQU"}.get(meaning.lead, "DG-RES")
    outcome = log_inbound(contact, code, actor=ACTOR, now=now, is_identity_verified=False)
    row.attempt = outcome.attempt


def _conversation(row: Inbound, person: _Person, meaning: Meaning, now: datetime) -> Conversation:
    """The person's one conversation, opened again unless there is nothing to do. The caller holds the person's lock."""
    needs_nobody = set(meaning.intents) <= QUIET
    urgency = max((URGENCY.get(intent, 0) for intent in meaning.intents), default=0)
    found = Conversation.objects.filter(debtor=person.debtor).first()
    if found is None:
        found = Conversation(debtor=person.debtor, state=ConversationState.CLOSED)
    found.creditor = person.creditor
    if not needs_nobody:
        found.state, found.intent = ConversationState.OPEN, meaning.lead
        found.urgency = max(found.urgency, urgency)
        found.unread += 1
    found.channel, found.last_inbound_at, found.updated_at = row.channel, max(row.at, now - timedelta(days=30)), now
    found.save()
    return found


def _act(row: Inbound, person: _Person, meaning: Meaning, now: datetime) -> None:
    """What the words ask for, every one of them, each noted by a code that the screen says."""
    done: list[str] = []
    for intent in meaning.intents:
        done += _DEEDS.get(intent, _nothing)(row, person, now)
    row.done = done
    fields = _fields(row, person, now)
    if fields is not None and (sent := reply_by_itself(row, meaning.lead, fields, now)):
        row.done.append(f"replied:{sent}")


def _nothing(_row: Inbound, _person: _Person, _now: datetime) -> list[str]:
    return []


def _stop(row: Inbound, person: _Person, now: datetime) -> list[str]:
    revoke_consent(person.debtor.pk, row.channel, actor=ACTOR, now=now)
    done = [f"stopped:{row.channel}"]
    text = _said(row).lower()
    if re.search(r"ning[uú]n medio|nada|nunca|acos|contact|busqu", text):
        _hold(person, "do_not_contact", "Pidió no ser contactada", now)
        return ["stopped:person"]
    if row.channel != "call" and re.search(r"llam|marqu|timbr", text):
        _hold(person, "do_not_contact", "Pidió no ser llamada", now, channel="call")
        done.append("stopped:call")
    return done


def _freeze_paid(_row: Inbound, person: _Person, now: datetime) -> list[str]:
    review_on = add_business_days(_today(person, now), 5, str(person.creditor.country))
    _hold(person, "already_paid", "Dice que ya pagó", now, of_obligation=True, review_on=review_on)
    done = ["frozen:already_paid"]
    for promise in standing_promises([person.obligation_id] if person.obligation_id else []).values():
        if promise.state == "open":
            mark_said_paid(promise.pk, actor=ACTOR, now=now)
            done.append("promise:said_paid")
    return done


def _freeze(kind: str, reason: str, *, days: int, of_obligation: bool = True) -> Any:
    def deed(_row: Inbound, person: _Person, now: datetime) -> list[str]:
        _hold(
            person, kind, reason, now, of_obligation=of_obligation, review_on=_today(person, now) + timedelta(days=days)
        )
        return [f"frozen:{kind}"]

    return deed


def _cool_off(_row: Inbound, person: _Person, now: datetime) -> list[str]:
    place_hold(
        person.debtor.pk, "cooling_off", reason="La conversación se puso difícil", actor=ACTOR, now=now,
        ends_at=now + timedelta(days=3),
    )  # fmt: skip
    return ["frozen:cooling_off"]


def _book(row: Inbound, person: _Person, now: datetime) -> list[str]:
    at = call_time(_said(row), now.astimezone(_zone(person)))
    assert row.conversation is not None
    row.conversation.call_at = at
    row.conversation.save(update_fields=["call_at"])
    return ["call:booked" if at else "call:asked"]


def _doubt_owner(_row: Inbound, person: _Person, _now: datetime) -> list[str]:
    """The outcome's own code (CI-EQU) has closed the number or address."""
    return ["point:closed"] if person.point_id else []


_DEEDS: dict[Intent, Any] = {
    "self_harm": _freeze("vulnerable", "Habló de hacerse daño", days=60, of_obligation=False),
    "death": _freeze("vulnerable", "Habló de un fallecimiento", days=15, of_obligation=False),
    "stop": _stop,
    "wrong_person": _doubt_owner,
    "fraud": _freeze("fraud", "Dice que es una suplantación", days=15),
    "dispute": _freeze("dispute", "No está de acuerdo con la deuda", days=21),
    "already_paid": _freeze_paid,
    "insult": _cool_off,
    "cannot_pay": _freeze("hardship", "Dice que no puede pagar por ahora", days=30),
    "call_me": _book,
}


def _hold(
    person: _Person,
    kind: str,
    reason: str,
    now: datetime,
    *,
    channel: str = "",
    of_obligation: bool = False,
    review_on: date | None = None,
) -> None:
    place_hold(
        person.debtor.pk, kind, reason=reason, actor=ACTOR, now=now, channel=channel, review_on=review_on,
        obligation_id=person.obligation_id if of_obligation else None,
    )  # fmt: skip


def _fields(row: Inbound, person: _Person, now: datetime) -> dict[str, Any] | None:
    """What the automatic reply may need to say; None when there is no debt to speak of."""
    if person.obligation_id is None:
        return None
    today, country = _today(person, now), str(person.creditor.country)
    days = 5 if row.intent == "already_paid" else 15
    call_at = row.conversation.call_at if row.conversation else None
    return {
        "obligation_id": person.obligation_id,
        "answer_on": add_business_days(today, days, country),
        "call_at": call_at.astimezone(_zone(person)) if call_at else None,
    }


def _zone(person: _Person) -> ZoneInfo:
    return ZoneInfo(person.debtor.timezone or person.creditor.timezone)


def _today(person: _Person, now: datetime) -> date:
    return now.astimezone(_zone(person)).date()
