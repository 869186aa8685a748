"""An agent's call: asked at the gate, recorded with its promise in one transaction, taken back within minutes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from acuerdo.agenda import public as agenda
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation import public as negotiation
from acuerdo.policy import public as policy
from acuerdo.strategy.public import mark, mark_done
from acuerdo.workspace.tables import Obligation

MAY_CALL = frozenset({Role.AGENT, Role.SUPERVISOR})
MAY_HOLD = frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE})
NEW_PROMISE = frozenset({"CD-PTP", "CD-PPA", "CD-ANT"})
MOVED_PROMISE = "CD-REN"
APPOINTMENTS = frozenset({"CD-VOL", "CD-CIT"})


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What the agent tells. `amount_minor` and `due_on` where the code makes or moves a promise of `obligation_id`.

    `appointment`: the hour agreed with the person, or the agent's own next step.
    """

    code: str
    obligation_id: int
    fields: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    amount_minor: int | None = None
    due_on: date | None = None
    way_to_pay: str = ""
    appointment: agenda.Wish | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What began with the outcome, and what taking it back needs."""

    attempt: policy.Attempt
    disposition: policy.Disposition
    holds: list[policy.Hold]
    promise: Any
    at: datetime
    point: policy.PointState | None
    appointment: Any = None


def ask_to_call(contact: policy.PlannedContact, *, by: User, now: datetime) -> policy.Permit:
    """The gate's stored answer; when it allows, the attempt is reserved. Refuses `not-allowed`."""
    _require(by, MAY_CALL)
    return policy.permit_and_log(contact, actor=by.username, now=now)


@transaction.atomic
def give_up_call(attempt: Any, *, by: User, now: datetime) -> None:
    """The authorised call was not dialled: it stops counting. Refuses `not-allowed`, `call-not-own`."""
    _require(by, MAY_CALL)
    _require_own(attempt, by)
    policy.mark_attempts([attempt.pk], "cancelled", now=now)


@transaction.atomic
def record_call(attempt: Any, told: CallOutcome, *, by: User, now: datetime, today: date) -> Recorded:
    """The outcome of a call that the gate let out. Refuses what `record_outcome` and the promise refuse, `call-not-own`."""
    _require(by, MAY_CALL)
    _require_own(attempt, by)
    point = policy.point_state(attempt.pk)
    outcome = policy.record_outcome(
        attempt.pk, told.code, actor=by.username, now=now, fields=told.fields, note=told.note
    )
    mark_done(today, told.obligation_id)
    _settle(outcome, by, now)
    return _with_agreed(outcome, told, by=by, now=now, today=today, point=point)


@transaction.atomic
def record_incoming(
    contact: policy.PlannedContact, told: CallOutcome, *, by: User, now: datetime, today: date
) -> Recorded:
    """A call that the person started: never refused by the gate. Refuses what `record_outcome` and the promise refuse."""
    _require(by, MAY_CALL)
    outcome = policy.log_inbound(contact, told.code, actor=by.username, now=now, fields=told.fields, note=told.note)
    if outcome.disposition.is_right_party:
        mark_done(today, told.obligation_id)
        _settle(outcome, by, now)
    return _with_agreed(outcome, told, by=by, now=now, today=today, point=None)


@transaction.atomic
def undo_call(
    attempt_id: int,
    *,
    obligation_ids: Sequence[int],
    promise_id: int | None,
    hold_ids: list[int],
    recorded_at: datetime,
    point: policy.PointState | None,
    by: User,
    now: datetime,
    today: date,
) -> policy.Attempt:
    """Takes back the outcome, the holds that began with it, its promise and its appointment; the person waits in the queue again.

    Refuses as `undo_outcome` does.
    """
    for row in agenda.unsettle_appointments(attempt_id, actor=by.username, now=now):
        agenda.untell_appointment(row, now=now)
    attempt = policy.undo_outcome(
        attempt_id, actor=by.username, now=now, recorded_at=recorded_at, hold_ids=hold_ids, point=point
    )
    if promise_id is not None:
        negotiation.cancel_promise(promise_id, reason="capture_error", actor=by.username, now=now, today=today)
    mark(today, obligation_ids, "planned")
    return attempt


def place_hold(debtor_id: int, kind: str, *, reason: str, by: User, now: datetime) -> policy.Hold:
    """A stop placed by hand on the person. Refuses `not-allowed` and what the policy refuses."""
    _require(by, MAY_HOLD)
    return policy.place_hold(debtor_id, kind, reason=reason, actor=by.username, now=now)


def _settle(outcome: policy.Outcome, by: User, now: datetime) -> None:
    """A promised call of this half hour was made: it was kept, or nobody was found."""
    agenda.settle_appointments(
        outcome.attempt, is_contact=outcome.disposition.is_right_party, actor=by.username, now=now
    )


def _booked(outcome: policy.Outcome, told: CallOutcome, by: User, now: datetime) -> Any:
    if told.appointment is None:
        return None
    made = agenda.book_appointment(
        Obligation.objects.get(pk=told.obligation_id), told.appointment, agent=by, actor=by.username, now=now,
        attempt_id=outcome.attempt.pk, has_video=bool(settings.VIDEO_URL),
    )  # fmt: skip
    agenda.tell_appointment(made, now=now)
    return made


def _with_agreed(
    outcome: policy.Outcome,
    told: CallOutcome,
    *,
    by: User,
    now: datetime,
    today: date,
    point: policy.PointState | None,
) -> Recorded:
    promise = None
    if told.code in NEW_PROMISE and told.amount_minor is not None and told.due_on is not None:
        promise = negotiation.make_promise(
            obligation_id=told.obligation_id,
            amount_minor=told.amount_minor,
            due_on=told.due_on,
            actor=by.username,
            now=now,
            today=today,
            way_to_pay=told.way_to_pay,
            attempt_id=outcome.attempt.pk,
        )
    elif told.code == MOVED_PROMISE and told.due_on is not None:
        promise = _moved(outcome, told, by=by, now=now, today=today)
    fresh = [hold for hold in outcome.holds if hold.starts_at == now]
    booked = _booked(outcome, told, by, now)
    return Recorded(outcome.attempt, outcome.disposition, fresh, promise, now, point, booked)


def _moved(outcome: policy.Outcome, told: CallOutcome, *, by: User, now: datetime, today: date) -> Any:
    standing = negotiation.standing_promises([told.obligation_id]).get(told.obligation_id)
    if standing is None:
        raise Refusal("promise-unknown", "Esta obligación no tiene una promesa vigente: registre una nueva.")
    if told.due_on is None:
        raise Refusal("disposition-field-missing", "Escriba la fecha nueva de la promesa.")
    return negotiation.reschedule_promise(
        standing.pk,
        due_on=told.due_on,
        amount_minor=told.amount_minor,
        actor=by.username,
        now=now,
        today=today,
        attempt_id=outcome.attempt.pk,
    )


def _require(user: User, roles: frozenset[Role]) -> None:
    if user.role not in roles:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")


def _require_own(attempt: Any, user: User) -> None:
    if attempt.actor != user.username:
        raise Refusal("call-not-own", "Esta llamada la pidió otra persona: registre la suya.")
