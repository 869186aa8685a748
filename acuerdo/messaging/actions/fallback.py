"""Another channel for a message that could not reach its person on the first: only if the gate permits it today.

A contact that left counts, so in Colombia the day's one contact is usually used up and the gate says no (Ley 2300 de 2023,
art. 3); one that the provider refused before it left does not count and may be made elsewhere.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, plan_batch
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.queries import best_points, published_templates, template_for
from acuerdo.messaging.rules.masking import CODE_FIELD
from acuerdo.policy.public import PlannedContact, judge_contacts

ORDER = ("whatsapp", "sms", "email")


def fall_back(message_ids: Sequence[int], channels: Collection[str], now: datetime) -> list[PlanOutcome]:
    """Plans one message on the next channel that is served, reachable, written and permitted; at most one for each failure.

    Running twice plans once: the plan's key names the failed message and the channel.
    """
    rows = list(_failed(message_ids))
    if not rows:
        return []
    points = best_points(row.debtor_id for row in rows)
    templates = published_templates(row.template.code for row in rows if row.template)
    wishes = []
    for row in rows:
        offers = [one for one in ORDER if one in channels and _is_open(row, one, points, templates)]
        channel = _first_permitted(row, offers, now)
        if channel is not None:
            wishes.append(_wish(row, channel, now))
    return plan_batch(wishes, now) if wishes else []


def _failed(message_ids: Sequence[int]) -> list[Message]:
    rows = Message.objects.filter(pk__in=message_ids, state=MessageState.FAILED, template__isnull=False)
    return [
        row
        for row in rows.select_related("template", "debtor")
        if "fallback_of" not in row.context and not _had_code(row)
    ]


def _had_code(row: Message) -> bool:
    """A one-time code is not sent elsewhere by itself: the person chose where to get it, and by now it may be too late."""
    return CODE_FIELD in row.context.get("fields", {})


def _is_open(row: Message, channel: str, points: Any, templates: Any) -> bool:
    assert row.template is not None
    language = row.template.language
    has_text = template_for(templates, row.template.code, channel, language) is not None
    return channel != row.channel and (row.debtor_id, channel) in points and has_text


def _first_permitted(row: Message, offers: Sequence[str], now: datetime) -> str | None:
    zone = ZoneInfo(row.debtor.timezone or "America/Bogota")
    if row.scheduled_for.astimezone(zone).date() != now.astimezone(zone).date():
        return None
    judged = judge_contacts([_contact(row, channel) for channel in offers], now) if offers else []
    for channel, one in zip(offers, judged, strict=True):
        opens_at = one.verdict.next_allowed_at
        is_today = opens_at is not None and opens_at.astimezone(zone).date() == now.astimezone(zone).date()
        if one.verdict.is_allowed or is_today:
            return channel
    return None


def _contact(row: Message, channel: str) -> PlannedContact:
    return PlannedContact(
        debtor_id=row.debtor_id, creditor_id=row.creditor_id, channel=channel, purpose=row.purpose,
        obligation_id=row.obligation_id,
    )  # fmt: skip


def _wish(row: Message, channel: str, now: datetime) -> PlannedMessage:
    assert row.template is not None
    context = {key: value for key, value in row.context.items() if key != "obligations"}
    return PlannedMessage(
        plan_key=f"fallback:{row.uid}:{channel}",
        debtor_id=row.debtor_id,
        creditor_id=row.creditor_id,
        obligation_ids=tuple(row.context["obligations"]),
        channel=channel,
        template=row.template.code,
        not_before=now,
        purpose=row.purpose,
        context={**context, "fallback_of": str(row.uid)},
    )
