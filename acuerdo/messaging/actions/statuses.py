"""What providers tell later of messages, applied once and in any order.

Every status is first kept under its key (`ProviderEvent`): a repeat finds it and changes nothing, and one that comes before
the provider's own answer was recorded waits there. Only a higher rank changes a message, so "sent" after "read" is no news.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from acuerdo.base.bulk import insert_rows
from acuerdo.base.jobs import app
from acuerdo.base.locks import lock_name
from acuerdo.messaging.actions.notices import ask_to_note
from acuerdo.messaging.actions.rows import store
from acuerdo.messaging.models import Message, MessagePart, MessageState, ProviderEvent
from acuerdo.messaging.ports import IN_DOUBT, NOT_PLACED, PROVIDER_DOWN, Status
from acuerdo.messaging.queries import related
from acuerdo.messaging.rules.states import Event, next_state
from acuerdo.messaging.rules.wire.statuses import RANK, same_reference
from acuerdo.policy.public import mark_attempts_many, place_hold, revoke_consent

ACTOR = "system"
EVENTS_KEPT = timedelta(days=120)
_TOLD = ("state", "failure", "sent_at", "delivered_at", "updated_at")
# Each doubtful failure makes us less sure of a number; below the floor it is no longer tried.
DOUBT_STEP, DOUBT_FLOOR = 15, 20
_EVENT: dict[str, Event] = {
    "accepted": "confirm_sent", "delivered": "confirm_delivered", "read": "confirm_read", "failed": "give_up",
}  # fmt: skip
_CODE = {"receiver": "receiver-refused", "unsure": "undelivered", "stopped": "receiver-stopped", "content": "text-refused",
         "account": PROVIDER_DOWN, "passing": "undelivered", "unplaced": NOT_PLACED}  # fmt: skip


@transaction.atomic
def apply_statuses(provider: str, statuses: Sequence[Status], now: datetime) -> int:
    """Keeps the statuses and applies those whose message is known. How many messages changed."""
    if not statuses:
        return 0
    lock_told([provider])
    rows = [_event(provider, status, now) for status in statuses]
    insert_rows(rows, skips_known=True)
    references = {one for status in statuses for one in same_reference(status.reference)}
    uids = {status.uid for status in statuses if status.uid is not None}
    return _apply_events(
        ProviderEvent.objects.filter(provider=provider, key__any_of=[row.key for row in rows]),
        references,
        uids,
        provider,
        now,
    )


def lock_told(providers: Iterable[str]) -> None:
    """One at a time writes down what a provider answered or told, until its transaction ends; before any other lock.

    Else a receipt that comes while its answer is being recorded finds no message yet, the recording finds no receipt yet, and
    the two never meet.
    """
    for provider in sorted(set(providers)):
        lock_name("told", provider)


def apply_waiting(answered: Sequence[tuple[Message, Sequence[str]]], now: datetime) -> None:
    """Statuses of these messages, each with its references, that were faster than the answer to their sending."""
    by_provider: dict[str, list[tuple[Message, Sequence[str]]]] = defaultdict(list)
    for row, references in answered:
        by_provider[row.provider].append((row, references))
    for provider, found in by_provider.items():
        known = {one for _row, references in found for reference in references for one in same_reference(reference)}
        uids = {_uid(row) for row, _references in found}
        waiting = ProviderEvent.objects.filter(provider=provider).filter(
            Q(reference__any_of=known) | Q(message_uid__any_of=uids)
        )
        _apply_events(waiting, known, uids, provider, now)


def _event(provider: str, status: Status, now: datetime) -> ProviderEvent:
    return ProviderEvent(
        provider=provider, key=status.key[:200], reference=status.reference[:200], message_uid=status.uid, fate=status.fate,
        about=status.about, code=status.code[:60], at=status.at, received_at=now,
    )  # fmt: skip


def _apply_events(wanted: object, references: Iterable[str], uids: Iterable[UUID], provider: str, now: datetime) -> int:
    events = list(wanted.filter(applied_at=None).order_by("pk").select_for_update())  # type: ignore[attr-defined]
    if not events:
        return 0
    parts = _parts(provider, set(references))
    messages = _messages(provider, set(references), set(uids), {part.message_id for part in parts.values()})
    applied, changed = [], {}
    for event in sorted(events, key=lambda one: RANK.get(one.fate, 0)):
        row = _message_of(event, messages, parts)
        if row is None or row.state == MessageState.SENDING:
            continue
        applied.append(event)
        if _part_allows(event, parts, row) and _move(row, event, now):
            changed[row.pk] = (row, event)
    ProviderEvent.objects.filter(pk__any_of=[event.pk for event in applied]).update(applied_at=now)
    store([row for row, _event in changed.values()], _TOLD)
    _follow(list(changed.values()), now)
    return len(changed)


def _messages(provider: str, references: set[str], uids: set[UUID], pks: set[int]) -> dict[str, Message]:
    """By reference, uid and key, locked in one order, without their texts. Three indexes, no scan."""
    wanted = Q(provider=provider, provider_ref__any_of=references) | Q(uid__any_of=uids) | Q(pk__any_of=pks)
    found = Message.objects.filter(wanted).defer("subject", "body", "body_html").order_by("pk").select_for_update()
    known: dict[str, Message] = {}
    for row in found:
        known[str(row.uid)] = row
        known[f"id:{row.pk}"] = row
        if row.provider == provider and row.provider_ref:
            known[f"ref:{row.provider_ref}"] = row
    return known


def _parts(provider: str, references: set[str]) -> dict[str, MessagePart]:
    return {one.reference: one for one in MessagePart.objects.filter(provider=provider, reference__any_of=references)}


def _message_of(event: ProviderEvent, messages: dict[str, Message], parts: dict[str, MessagePart]) -> Message | None:
    if event.message_uid is not None and (found := messages.get(str(event.message_uid))) is not None:
        # A provider may speak only of what it carried, or tried to.
        return found if event.provider in (found.provider, *found.tried.split(",")) else None
    for reference in same_reference(event.reference):
        if (part := parts.get(reference)) is not None:
            return messages.get(f"id:{part.message_id}")
        if (found := messages.get(f"ref:{reference}")) is not None:
            return found
    return None


def _part_allows(event: ProviderEvent, parts: dict[str, MessagePart], row: Message) -> bool:
    """A chain is delivered once every part is; one part that failed is a failure of the whole."""
    part = next((parts[one] for one in same_reference(event.reference) if one in parts), None)
    if part is None or event.fate == "accepted":
        return True
    if RANK[part.fate] < RANK[event.fate]:  # type: ignore[index]
        part.fate = event.fate
        part.save(update_fields=["fate"])
    if event.fate == "failed":
        return True
    return not MessagePart.objects.filter(message=row).exclude(fate__in=["delivered", "read"]).exists()


def _is_news(row: Message, event: ProviderEvent) -> bool:
    """Whether a status says more than is known. Any word that it left settles a doubt."""
    state, fate = str(row.state), event.fate
    if fate == "accepted":
        return state == "failed" and row.failure == IN_DOUBT
    if fate == "failed":
        return state == "sent"
    return state in ("scheduled", "failed", "sent") or (state == "delivered" and fate == "read")


def _move(row: Message, event: ProviderEvent, now: datetime) -> bool:
    """Whether the message changed."""
    if not _is_news(row, event):
        return False
    state = str(row.state)
    row.state = MessageState(next_state(state, _EVENT[event.fate]))  # type: ignore[arg-type]
    row.failure = _CODE.get(event.about, "undelivered") if event.fate == "failed" else ""
    row.sent_at = row.sent_at or event.at
    if event.fate in ("delivered", "read"):
        row.delivered_at = row.delivered_at or max(event.at, row.sent_at)
    row.updated_at = now
    return True


def _follow(changed: Sequence[tuple[Message, ProviderEvent]], now: datetime) -> None:
    marks: dict[str, list[int]] = defaultdict(list)
    for row, event in changed:
        if row.attempt_id is not None and event.fate != "accepted":
            marks[event.fate].append(row.attempt_id)
    failed = [(row, event) for row, event in changed if event.fate == "failed"]
    # People before the chain of receipts, as everywhere (actions/recording.py).
    for row, event in failed:
        if event.about == "stopped":
            stop_channel(row, now)
    mark_attempts_many(marks, now=now)
    ask_to_note([row for row, event in changed if event.fate != "failed"])  # a doubt that is settled: it did leave
    _judge_points(failed, now)
    ask_for_fallback([row for row, event in failed if event.about in ("receiver", "unsure", "unplaced")])


def _judge_points(failed: Sequence[tuple[Message, ProviderEvent]], now: datetime) -> None:
    """A dead number or address is closed; one that may be dead counts for less, and for nothing below the floor."""
    ids: dict[str, list[int]] = defaultdict(list)
    for row, event in failed:
        if row.contact_point_id is not None:
            ids[event.about].append(row.contact_point_id)
    points = related("contact_point")._default_manager
    seen = {"last_result_at": now, "updated_at": now}
    if dead := ids["receiver"]:
        closed = {"is_valid": False, "invalid_reason": "receiver-refused", "last_result": "receiver-refused"}
        points.filter(pk__in=dead).update(**closed, **seen)
    if doubtful := ids["unsure"]:
        lower = Greatest(F("ownership") - DOUBT_STEP, Value(0))
        points.filter(pk__in=doubtful).update(ownership=lower, last_result="undelivered", **seen)
        points.filter(pk__in=doubtful, ownership__lt=DOUBT_FLOOR).update(is_valid=False, invalid_reason="undelivered")


def stop_channel(row: Message, now: datetime) -> None:
    """The person told the provider, and not us, to stop: the channel ends here too."""
    place_hold(
        row.debtor_id, "do_not_contact", reason="La persona pidió al operador no recibir más", actor=ACTOR, now=now,
        channel=row.channel,
    )  # fmt: skip
    revoke_consent(row.debtor_id, row.channel, actor=ACTOR, now=now)


def ask_for_fallback(rows: Sequence[Message]) -> None:
    """A job looks for another channel, in this transaction: it exists if and only if the failure is recorded."""
    ids = [row.pk for row in rows if row.state == MessageState.FAILED and "fallback_of" not in row.context]
    if ids:
        app.configure_task("messaging:fall_back").defer(message_ids=[*ids])


def forget_old_events(now: datetime) -> int:
    """Deletes what providers told long ago; how many."""
    deleted, _by_model = ProviderEvent.objects.filter(received_at__lt=now - EVENTS_KEPT).delete()
    return deleted


def _uid(row: Message) -> UUID:
    return UUID(str(row.uid))
