"""Letting scheduled messages out, in three steps that a crash may part at any point.

1. `_take`: one transaction claims due messages (other workers skip them), re-reads what is owed, writes the text anew,
   asks the gate for the second time under the persons' locks, and marks what may leave as `sending` under the worker's own lock.
2. Once the provider is there to listen, its first group is marked as handed over; then it is spoken to, outside of any
   transaction.
3. Each group of answers is recorded, and the next group marked as handed over, before the next leaves.

A crash before that mark or after 3 loses nothing. In between, once the dead worker's lock is free, `recover_stuck` tries again what
was not handed over, and asks the provider about the rest; where the protocol cannot tell (SMTP, SMPP) those few get no
second try: at most one visible message, and the next day's plan sees that none was confirmed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from acuerdo.base.one_time import code_of
from acuerdo.messaging.actions.claims import abandoned, claimed
from acuerdo.messaging.actions.planning import ACTOR, apply_refusal
from acuerdo.messaging.actions.recording import record, settle
from acuerdo.messaging.actions.rows import store, uid_of
from acuerdo.messaging.actions.switchboard import NOBODY_UP_AGAIN, NoRoom, Switchboard, keep_pace, open_switchboard
from acuerdo.messaging.actions.tokens import token_of
from acuerdo.messaging.models import Message, MessageState, Template
from acuerdo.messaging.ports import ALL_AT_ONCE, Channels, Outgoing, Route, group_of, is_announcing, is_queue
from acuerdo.messaging.queries import Source, Wanted, gather, in_window, sent_text, source_of
from acuerdo.messaging.rules.compose import compose
from acuerdo.messaging.rules.fields import values_of
from acuerdo.messaging.rules.masking import unmasked, unmasked_values
from acuerdo.messaging.rules.states import Event, next_state
from acuerdo.negotiation.public import plans_paying
from acuerdo.policy.public import Permit, PlannedContact, keep_texts, permit_batch

BATCH_MAX = 500
STUCK_AFTER = timedelta(minutes=10)
# A promise's message makes sense only while the promise is in one of these states.
PROMISE_STATES: Mapping[str, frozenset[str]] = {
    "recordatorio_promesa": frozenset({"open"}),
    "promesa_incumplida": frozenset({"broken", "partly_kept"}),
    "promesa_cumplida": frozenset({"kept"}),
}
_TAKEN = (
    "state", "obligation_id", "attempt_id", "verdict_id", "scheduled_for", "failure", "provider", "sender", "tries",
    "claim", "is_handed", "secret", "updated_at",
)  # fmt: skip
_TEXTS = ("subject", "body", "body_html")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did, as counts; `taken` is how many due messages it looked at."""

    taken: int = 0
    sent: int = 0
    postponed: int = 0
    blocked: int = 0
    cancelled: int = 0
    failed: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(
            self.taken + other.taken,
            self.sent + other.sent,
            self.postponed + other.postponed,
            self.blocked + other.blocked,
            self.cancelled + other.cancelled,
            self.failed + other.failed,
        )


def deliver_due(now: datetime, channels: Channels, limit: int = BATCH_MAX) -> Delivered:
    """Sends up to `limit` (at most 500) messages whose moment has come. Must not run inside a transaction."""
    board = open_switchboard(channels)
    with claimed() as claim:
        taken, leaving = _take(now, board, min(limit, BATCH_MAX), claim)
        counts = Counter(row.state for row in taken if row.state != MessageState.SENDING)
        for route, going in _by_provider(leaving):
            counts.update(_let_out(route, going, board, now))
    return Delivered(
        taken=len(taken),
        sent=counts[MessageState.SENT],
        postponed=counts[MessageState.SCHEDULED],
        blocked=counts[MessageState.BLOCKED],
        cancelled=counts[MessageState.CANCELLED],
        failed=counts[MessageState.FAILED],
    )


def _let_out(route: Route, going: Sequence["_Leaving"], board: Switchboard, now: datetime) -> Counter[str]:
    """One provider's messages, each group of answers recorded with the mark of the group that follows."""
    rows = {uid_of(one.row): one.row for one in going}
    order, size = [one.row for one in going], group_of(route.channel)
    counts: Counter[str] = Counter()
    keep_pace(route, len(going))
    outgoing = _outgoing(going, now)
    handed = 0 if is_announcing(route.channel) or size == ALL_AT_ONCE else _hand_over(order[:size])
    answered = 0
    for answers in route.channel.send(outgoing):
        answered += len(answers)
        following = order[max(handed, answered) : answered + size]
        handed = answered + size
        if not answers:
            _hand_over(following)
            continue
        board.learn(route.lane.provider, answers, now)
        pairs = [(rows[answer.uid], answer) for answer in answers]
        states = record(
            pairs, now, has_other=lambda row: board.has_other(row, now), following=following,
            is_queued=is_queue(route.channel),
        )  # fmt: skip
        counts.update(states)
    return counts


def _hand_over(rows: Sequence[Message]) -> int:
    """Marks the group that is spoken next; how many."""
    if rows:
        Message.objects.filter(pk__any_of=[row.pk for row in rows]).update(is_handed=True)
    return len(rows)


def deliver_all_due(now: datetime, channels: Channels) -> Delivered:
    """Round after round until nothing is due."""
    total = Delivered()
    while (round_ := deliver_due(now, channels)).taken:
        total += round_
    return total


def recover_stuck(now: datetime, channels: Channels) -> Delivered:
    """Settles messages that a dead worker left between sending and recording, ten minutes later. A worker that is only slow
    still holds its lock, and its messages are left to it."""
    found = Message.objects.filter(state=MessageState.SENDING, updated_at__lt=now - STUCK_AFTER)
    with abandoned(set(found.values_list("claim", flat=True))) as claims:
        rows = found.filter(Q(claim__in=claims) | Q(claim=None))
        return _settle_stuck(list(rows.order_by("id")[:BATCH_MAX]), channels, now)


def _settle_stuck(stuck: list[Message], channels: Channels, now: datetime) -> Delivered:
    counts: Counter[str] = Counter()
    board = open_switchboard(channels)
    for provider in sorted({row.provider for row in stuck}):
        rows = [row for row in stuck if row.provider == provider]
        channel = board.named(provider)
        left = channel.sent_already([uid_of(row) for row in rows]) if channel is not None else None
        counts.update(settle(rows, left, now, is_queued=channel is not None and is_queue(channel)))
    return Delivered(len(stuck), counts["sent"], counts["scheduled"], 0, 0, counts["failed"])


@dataclass(frozen=True, slots=True)
class _Leaving:
    """One message that leaves now, what it was made from, and its provider."""

    row: Message
    source: Source
    route: Route


@transaction.atomic
def _take(now: datetime, board: Switchboard, limit: int, claim: int) -> tuple[list[Message], list[_Leaving]]:
    """The due messages after their rules were applied, and those of them that leave now, with what they were made from."""
    rows = _due(now, limit)
    if not rows:
        return [], []
    planned = [_texts(row) for row in rows]
    gathered = gather([_wanted(row) for row in rows])
    sources = {row.pk: source_of(gathered, _wanted(row), now) for row in rows}
    ended = _ended_plans(rows)
    wanted = [row for row in rows if _is_still_wanted(row, sources[row.pk], board, now) and not _is_of(row, ended)]
    routes = {row.pk: route for row in wanted if (route := _route(row, board, now)) is not None}
    asked = [row for row in wanted if row.pk in routes]
    permits = permit_batch([_contact(row, sources[row.pk]) for row in asked], actor=ACTOR, now=now) if asked else []
    for row, permit in zip(asked, permits, strict=True):
        _apply_permit(row, permit, sources[row.pk], now)
    leaving = [row for row in asked if row.state == MessageState.SENDING]
    for row in leaving:
        route = routes[row.pk]
        row.provider, row.sender = route.channel.name, board.sender_for(route, row)
        # Who is given all at once is given it now.
        row.claim, row.is_handed = claim, group_of(route.channel) == ALL_AT_ONCE
    for row in rows:
        row.updated_at = now
    # Texts are nearly all that a row weighs, and most leave as they were planned.
    is_reworded = planned != [_texts(row) for row in rows]
    store(rows, (*_TAKEN, *_TEXTS) if is_reworded else _TAKEN)
    keep_texts([sent_text(row) for row in leaving], now=now)
    return rows, [_Leaving(row, sources[row.pk], routes[row.pk]) for row in leaving]


def _route(row: Message, board: Switchboard, now: datetime) -> Route | None:
    """The message's provider; None when it waits, for a minute if none is up, for the next round if all have enough."""
    try:
        route = board.pick(row, now)
    except NoRoom:
        return None
    if route is None:
        row.scheduled_for, row.failure = now + NOBODY_UP_AGAIN, "providers-resting"
    return route


def _ended_plans(rows: Sequence[Message]) -> set[str]:
    """The plans whose instalment a message reminds of and that nobody is paying any more. No query where no message does."""
    named = {str(uid) for row in rows if (uid := row.context.get("instalment_of"))}
    return named - plans_paying(named) if named else set()


def _is_of(row: Message, ended: set[str]) -> bool:
    return row.context.get("instalment_of") in ended and not _close(row, "cancel", "plan-changed")


def _texts(row: Message) -> tuple[str, ...]:
    return (row.subject, row.body, row.body_html)


def _due(now: datetime, limit: int) -> list[Message]:
    """Locked, with their templates: hundreds of messages share a few, so those are read once and not joined."""
    due = Message.objects.filter(state=MessageState.SCHEDULED, scheduled_for__lte=now)
    rows = list(due.select_for_update(skip_locked=True).order_by("scheduled_for", "id")[:limit])
    templates = Template.objects.in_bulk({row.template_id for row in rows if row.template_id is not None})
    for row in rows:
        row.template = templates[row.template_id] if row.template_id is not None else None
    return rows


def _wanted(row: Message) -> Wanted:
    code = row.template.code if row.template else ""
    obligations = tuple(row.context["obligations"])
    return Wanted(row.debtor_id, row.creditor_id, obligations, row.channel, code, row.context)


def _is_still_wanted(row: Message, source: Source, board: Switchboard, now: datetime) -> bool:
    """Cancels or fails what no longer makes sense; writes the text of the rest from today's figures."""
    code = row.template.code if row.template else ""
    states = PROMISE_STATES.get(code)
    if now.astimezone(source.zone).date() > row.scheduled_for.astimezone(source.zone).date():
        return _close(row, "cancel", "day-over")
    if (ends_at := row.context.get("ends_at")) and datetime.fromisoformat(ends_at) <= now:
        return _close(row, "cancel", "too-late")
    if source.facts is None or not _has_something_to_ask(row, source):
        return _close(row, "cancel", "paid")
    if states is not None and source.promise_state not in states:
        return _close(row, "cancel", "promise-changed")
    if row.channel not in board.routes:
        return _close(row, "give_up", "no-provider")
    if row.template is None:
        # What a person wrote leaves as they wrote it.
        return True
    subject = row.context.get("subject") or row.template.subject
    text = compose(channel=row.channel, subject=subject, body=row.template.body, facts=source.facts)
    if text.holes:
        return _close(row, "give_up", f"hole:{text.holes[0]}")
    row.subject, row.body, row.body_html = text.subject, text.body, text.body_html
    row.obligation_id = source.obligation_id
    return True


def _has_something_to_ask(row: Message, source: Source) -> bool:
    """Reminders and collection speak of money to pay; a debt paid meanwhile needs no message."""
    if row.purpose not in ("collection", "reminder") or source.facts is None:
        return True
    if row.template is not None and row.template.stage in ("early", "middle", "late"):
        return any(item.balance_due_minor for item in source.facts.obligations)
    return any(item.asked_minor for item in source.facts.obligations)


def _close(row: Message, event: Event, reason: str) -> bool:
    row.state = MessageState(next_state(row.state, event))  # type: ignore[arg-type]
    row.failure, row.secret = reason, ""
    return False


def _contact(row: Message, source: Source) -> PlannedContact:
    return PlannedContact(
        debtor_id=row.debtor_id,
        creditor_id=row.creditor_id,
        channel=row.channel,
        purpose=row.purpose,
        obligation_id=row.obligation_id,
        contact_point_id=row.contact_point_id,
        balance_stated_minor=source.balance_due_minor,
    )


def _apply_permit(row: Message, permit: Permit, source: Source, now: datetime) -> None:
    row.verdict = permit.verdict
    if permit.attempt is None:
        apply_refusal(row, permit.verdict, source, now)
        return
    row.state = MessageState(next_state("scheduled", "take"))
    row.attempt = permit.attempt
    row.failure = ""
    row.tries += 1


def _by_provider(leaving: Iterable[_Leaving]) -> list[tuple[Route, list[_Leaving]]]:
    groups: dict[str, tuple[Route, list[_Leaving]]] = {}
    for one in leaving:
        groups.setdefault(one.route.lane.provider, (one.route, []))[1].append(one)
    return list(groups.values())


def _outgoing(going: Sequence[_Leaving], now: datetime) -> list[Outgoing]:
    chatting = in_window([one.row.debtor_id for one in going if one.row.channel == "whatsapp"], now)
    return [_outgoing_one(one.row, one.source, now, is_in_window=one.row.debtor_id in chatting) for one in going]


def _outgoing_one(row: Message, source: Source, now: datetime, *, is_in_window: bool) -> Outgoing:
    uid, is_mail = uid_of(row), row.channel == "email"
    by_template = row.channel == "whatsapp" and source.facts is not None and not is_in_window
    has_address = is_mail and bool(settings.PUBLIC_URL)
    code = code_of(row.secret) if row.secret else ""
    return Outgoing(
        uid=uid,
        channel=row.channel,
        receiver=row.receiver,
        sender_name=source.sender_name,
        reply_to=source.reply_to,
        subject=row.subject,
        body=unmasked(row.body, code),
        body_html=unmasked(row.body_html, code),
        at=now,
        sender=row.sender,
        template=row.template.code if row.template else "",
        language=source.facts.language if source.facts else "es",
        values=unmasked_values(values_of(source.facts)[0], code) if by_template and source.facts else {},
        is_in_window=is_in_window,
        unsubscribe_url=f"{settings.PUBLIC_URL}/baja/{token_of(uid, 'unsubscribe')}" if has_address else "",
        return_token=token_of(uid, "bounce") if is_mail else "",
        calendar=row.context.get("calendar", "") if is_mail else "",
    )
