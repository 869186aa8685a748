"""The notice that the law asks for before a negative report to a bureau: once a text of that situation has left, it is recorded.

A job does it, so that it exists if and only if the sending is written down, and nobody waits for anybody's locks in a ring. A
letter counts from the day on which somebody took it to the post, not from the day on which it was printed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from acuerdo.base.jobs import app
from acuerdo.messaging.models import LetterMark, Message, Template
from acuerdo.policy.public import record_bureau_notice

SITUATION = "aviso_previo"
ACTOR = "sistema"
LEFT = ("sent", "delivered", "read")

# A version of a template never changes its situation.
_is_notice: dict[int | None, bool] = {None: False}


def ask_to_note(rows: Sequence[Message]) -> None:
    """Of messages that have just left, those that are such a notice; letters wait for the post."""
    telling = [row for row in rows if row.template_id is not None and row.channel != "letter"]
    _learn(telling)
    if found := [row.pk for row in telling if _is_notice.get(row.template_id, False)]:
        _defer(found)


def ask_to_note_letters(name: str) -> None:
    """Of a batch of letters that somebody has just posted."""
    letters = Message.objects.filter(channel="letter", provider_ref=name, template__situation=SITUATION)
    if found := list(letters.order_by("pk").values_list("pk", flat=True)):
        _defer(found)


def _defer(message_ids: Sequence[int]) -> None:
    app.configure_task("messaging:note_bureau_notices").defer(message_ids=list(message_ids))


def _learn(rows: Sequence[Message]) -> None:
    """What the rows' templates are; whoever has just sent them holds their templates, and asks nothing."""
    template = Message._meta.get_field("template")
    _is_notice.update(
        {
            row.template_id: row.template.situation == SITUATION
            for row in rows
            if template.is_cached(row) and row.template
        }
    )
    if unknown := {row.template_id for row in rows if row.template_id is not None} - _is_notice.keys():
        told = Template.objects.filter(pk__in=unknown).values_list("pk", "situation")
        _is_notice.update({pk: situation == SITUATION for pk, situation in told})


def note_bureau_notices(message_ids: Sequence[int], now: datetime) -> int:
    """Records the notice of each message to the debtor that left; how many. Again it changes nothing."""
    rows = Message.objects.filter(pk__in=message_ids, template__situation=SITUATION, state__in=LEFT)
    found = list(rows.select_related("obligation", "creditor").order_by("pk"))
    posted = dict(
        LetterMark.objects.filter(name__in={row.provider_ref for row in found}, posted_at__isnull=False).values_list(
            "name", "posted_at"
        )
    )
    return sum(
        _note(row, posted.get(row.provider_ref) if row.channel == "letter" else row.sent_at, now) for row in found
    )


def _note(row: Any, sent_at: datetime | None, now: datetime) -> bool:
    """A text to a co-debtor or a guarantor warns them, not the debtor whom the report would be about."""
    if sent_at is None or row.obligation is None or row.obligation.debtor_id != row.debtor_id:
        return False
    zone = ZoneInfo(row.creditor.timezone)
    record_bureau_notice(
        row.obligation_id, sent_on=sent_at.astimezone(zone).date(), channel=row.channel, proof=f"Mensaje {row.uid}",
        actor=ACTOR, today=now.astimezone(zone).date(), now=now,
    )  # fmt: skip
    return True
