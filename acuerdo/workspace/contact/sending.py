"""Sending one message by hand: planned like all others, so the gate is asked twice and the receipt is the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import PlannedMessage, PlanOutcome, blocking_rule, plan_batch
from acuerdo.workspace.contact.choices import FREE, texts_for, wanted

TEXT_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. `text` only with the free text; `token` makes a second press of the button harmless."""

    channel: str
    code: str
    text: str
    is_requested: bool
    token: UUID


@transaction.atomic
def send_by_hand(obligation: Any, letter: Letter, *, by: User, now: datetime) -> PlanOutcome:
    """Puts it into the outbox for now or for the next moment the law permits, within a week.

    A message that a rule stops stays stored as blocked, with its verdict. Refuses, and stores nothing: `message-text` for one that
    is not offered, `message-empty`, `message-long`, `message-tone` for words that would hurt.
    """
    if letter.code == FREE:
        _check_text(letter.text, obligation.creditor.country)
    elif not texts_for(obligation, letter.channel, writer=by.full_name, now=now, only=letter.code):
        raise Refusal("message-text", "Ese texto no sirve para esta persona hoy: elija otro de la lista.")
    wish = wanted(obligation, letter.channel, letter.code, writer=by.full_name, text=letter.text)
    message = PlannedMessage(
        plan_key=f"hand:{by.pk}:{letter.token}",
        debtor_id=obligation.debtor_id,
        creditor_id=obligation.creditor_id,
        obligation_ids=(obligation.pk,),
        channel=letter.channel,
        template=letter.code,
        not_before=now,
        purpose="requested" if letter.is_requested else "collection",
        context={**wish.context, "by": by.username, "is_patient": True},
    )
    outcome = plan_batch([message], now)[0]
    _audit(obligation, letter, outcome, by, now)
    return outcome


def _check_text(text: str, country: str) -> None:
    if not text.strip():
        raise Refusal("message-empty", "Escriba el mensaje.")
    if len(text) > TEXT_LENGTH_MAX:
        raise Refusal("message-long", "El mensaje pasa de 500 letras: acórtelo.")
    if blocking_rule(text, country.lower()):
        raise Refusal("message-tone", "El texto no puede salir así. La revisión dice qué corregir.")


def _audit(obligation: Any, letter: Letter, outcome: PlanOutcome, by: User, now: datetime) -> None:
    """Who sent what to whom; the text itself stands in the message."""
    write_audit(
        chain="workspace",
        action="message.by-hand",
        actor=by.username,
        subject=("debtor", str(obligation.debtor.uid)),
        payload={
            "channel": letter.channel, "template": letter.code, "requested": letter.is_requested,
            "state": outcome.state, "reason": outcome.reason,
        },
        now=now,
    )  # fmt: skip
