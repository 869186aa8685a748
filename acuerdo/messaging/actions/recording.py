"""Writing down what became of messages that left, or may have left: message, attempt and contact point in one transaction."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from django.db import transaction

from acuerdo.messaging.actions.notices import ask_to_note
from acuerdo.messaging.actions.rows import store, uid_of
from acuerdo.messaging.actions.statuses import apply_waiting, ask_for_fallback, lock_told, stop_channel
from acuerdo.messaging.models import Message, MessagePart, MessageState
from acuerdo.messaging.ports import IN_DOUBT, PROVIDER_TROUBLES, RECEIVER_REFUSED, RECEIVER_STOPPED, Answer
from acuerdo.messaging.queries import related
from acuerdo.messaging.rules.retry import next_try_at
from acuerdo.messaging.rules.states import Event, next_state
from acuerdo.policy.public import mark_attempts_many

_ANSWERED = (
    "state",
    "sent_at",
    "provider_ref",
    "failure",
    "scheduled_for",
    "attempt_id",
    "tried",
    "claim",
    "is_handed",
    "secret",
    "updated_at",
)


@transaction.atomic
def record(
    answers: Sequence[tuple[Message, Answer]],
    now: datetime,
    *,
    has_other: Callable[[Message], bool] = lambda _row: False,
    following: Sequence[Message] = (),
    is_queued: bool = False,
) -> list[str]:
    """Writes the provider's answers; gives the messages' new states. What is in doubt counts as a contact.

    `has_other` says whether another provider may carry a message at once that this one could not; `following` are handed
    over next, which is written down in the same transaction. `is_queued`: what was taken has reached nobody yet, so the contact
    stays authorised and not made.
    """
    lock_told(row.provider for row, _answer in answers)
    sent: list[int | None] = []
    freed: list[int | None] = []
    for row, answer in answers:
        attempt_id = row.attempt_id
        _apply(row, answer, now, has_other)
        is_out = answer.trouble is None or answer.trouble.code == IN_DOUBT
        (sent if is_out else freed).append(attempt_id)
    # Everybody locks in this order: messages, people, the chain of receipts. The other way round two workers wait in a ring,
    # for a worker that looks for due messages also holds, until it commits, those that another took a moment before it.
    store([row for row, _answer in answers], _ANSWERED)
    if following:
        Message.objects.filter(pk__any_of=[row.pk for row in following]).update(is_handed=True)
    _stop_channels(answers, now)
    _mark(() if is_queued else sent, freed, now)
    if not is_queued:
        ask_to_note([row for row, answer in answers if answer.trouble is None])
    _follow(answers, now)
    return [str(row.state) for row, _answer in answers]


def _stop_channels(answers: Sequence[tuple[Message, Answer]], now: datetime) -> None:
    for row, answer in answers:
        if answer.trouble is not None and answer.trouble.code == RECEIVER_STOPPED:
            stop_channel(row, now)


def _follow(answers: Sequence[tuple[Message, Answer]], now: datetime) -> None:
    """What an answer brings about beyond the message: a dead address, the parts of a chain, statuses that came first."""
    refused = [row for row, answer in answers if answer.trouble and answer.trouble.code == RECEIVER_REFUSED]
    _close_points([row.contact_point_id for row in refused if row.contact_point_id is not None], now)
    ask_for_fallback(refused)
    chains = [(row, answer.parts) for row, answer in answers if answer.parts]
    MessagePart.objects.bulk_create(
        MessagePart(message=row, provider=row.provider, reference=reference, number=number)
        for row, parts in chains
        for number, reference in enumerate(parts, start=1)
    )
    apply_waiting([(row, answer.parts or [answer.provider_ref]) for row, answer in answers if answer.provider_ref], now)


@transaction.atomic
def settle(
    rows: Sequence[Message], left: AbstractSet[UUID] | None, now: datetime, *, is_queued: bool = False
) -> list[str]:
    """After a crash: `left` are the messages that the provider has, None when it cannot tell. What was not handed over to it
    has not left, whatever the protocol."""
    lock_told(row.provider for row in rows)
    sent: list[int | None] = []
    freed: list[int | None] = []
    for row in rows:
        attempt_id = row.attempt_id
        # A row without a claim was left by a version that did not write one.
        may_have_left = row.is_handed or row.claim is None
        row.updated_at, row.claim = now, None
        if left is None and may_have_left:
            _move(row, "give_up", IN_DOUBT)
            sent.append(attempt_id)
        elif left is not None and uid_of(row) in left:
            _move(row, "confirm_sent", "")
            row.sent_at = now
            sent.append(attempt_id)
        else:
            _move(row, "retry_later", "worker-lost")
            row.scheduled_for, row.attempt, row.is_handed = now, None, False
            freed.append(attempt_id)
    store(rows, _ANSWERED)
    _mark(() if is_queued else sent, freed, now)
    if not is_queued:
        ask_to_note([row for row in rows if row.state == MessageState.SENT])
    apply_waiting([(row, ()) for row in rows], now)
    return [str(row.state) for row in rows]


def _apply(row: Message, answer: Answer, now: datetime, has_other: Callable[[Message], bool]) -> None:
    row.updated_at, row.claim = now, None
    trouble = answer.trouble
    if trouble is None:
        _move(row, "confirm_sent", "")
        row.sent_at, row.provider_ref = now, answer.provider_ref
        return
    again = None if trouble.permanent else next_try_at(now, row.tries)
    if trouble.code in PROVIDER_TROUBLES and row.provider not in row.tried.split(","):
        row.tried = ",".join(filter(None, [row.tried, row.provider]))[-200:]
        if again is not None and has_other(row):
            again = now
    if again is None:
        _move(row, "give_up", trouble.code)
    else:
        _move(row, "retry_later", trouble.code)
        row.scheduled_for, row.attempt, row.is_handed = again, None, False


def _move(row: Message, event: Event, failure: str) -> None:
    row.state = MessageState(next_state(row.state, event))  # type: ignore[arg-type]
    row.failure = failure
    if event != "retry_later":
        row.secret = ""


def _mark(sent: Sequence[int | None], freed: Sequence[int | None], now: datetime) -> None:
    marks = {"sent": sent, "failed": freed}
    mark_attempts_many({status: [one for one in ids if one is not None] for status, ids in marks.items()}, now=now)


def _close_points(point_ids: Sequence[int], now: datetime) -> None:
    """The address or number does not exist: no other message is tried on it."""
    if point_ids:
        points = related("contact_point")._default_manager.filter(pk__in=point_ids)
        seen = {"last_result": RECEIVER_REFUSED, "last_result_at": now, "updated_at": now}
        points.update(is_valid=False, invalid_reason=RECEIVER_REFUSED, **seen)
