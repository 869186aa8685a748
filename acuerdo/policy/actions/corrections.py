"""Taking back an outcome recorded by mistake, within minutes and by its author only.

The contact itself stays: it happened and counts. What the code brought about (its pauses, the state of the number) is
restored, and the code taken back stays in the attempt's details and in the audit. A sticky stop (a death, a dispute, «do
not contact me») outlives the correction: only compliance lifts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.gate import counts_towards_caps
from acuerdo.policy.actions.petitions import forget_new_cases
from acuerdo.policy.actions.receipts import keep_outcome
from acuerdo.policy.models import Attempt, AttemptStatus, Hold
from acuerdo.policy.rules.stops import STICKY

UNDO_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PointState:
    """How the number or address stood before the outcome."""

    is_valid: bool
    invalid_reason: str
    ownership: int


def point_state(attempt_id: int) -> PointState | None:
    """The state of the attempt's contact point, to be kept before an outcome is recorded; None without a point."""
    attempt = Attempt.objects.select_related("contact_point").filter(pk=attempt_id).first()
    point = attempt.contact_point if attempt is not None else None
    return PointState(point.is_valid, point.invalid_reason, point.ownership) if point is not None else None


@transaction.atomic
def undo_outcome(
    attempt_id: int,
    *,
    actor: str,
    now: datetime,
    recorded_at: datetime,
    hold_ids: Sequence[int] = (),
    point: PointState | None = None,
) -> Attempt:
    """Takes the outcome back and lifts the pauses that began with it at `recorded_at`; older and sticky holds stay.

    Refuses `attempt-unknown`, `outcome-undo-nothing`, `outcome-undo-not-own` and `outcome-undo-late` (five minutes).
    """
    found = Attempt.objects.filter(pk=attempt_id).values_list("debtor_id", flat=True).first()
    if found is None:
        raise Refusal("attempt-unknown", "No encontramos ese contacto.")
    lock_person(found)
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    _require_undoable(attempt, actor=actor, now=now, recorded_at=recorded_at)
    code = attempt.disposition
    _lift(attempt, hold_ids, actor=actor, now=now, recorded_at=recorded_at)
    _restore_point(attempt, point, now)
    forget_new_cases(attempt.pk, actor=actor, now=now)
    _clear(attempt, now)
    write_audit(
        chain="policy",
        action="outcome-undone",
        actor=actor,
        subject=("attempt", str(attempt.uid)),
        payload={"code": code, "holds": list(hold_ids)},
        now=now,
    )
    lifted = [str(uid) for uid in Hold.objects.filter(pk__in=hold_ids, lifted_at=now).values_list("uid", flat=True)]
    keep_outcome(attempt, event="undone", holds=lifted, actor=actor, now=now)
    return attempt


def _require_undoable(attempt: Attempt, *, actor: str, now: datetime, recorded_at: datetime) -> None:
    if not attempt.disposition:
        raise Refusal("outcome-undo-nothing", "Este contacto no tiene un resultado que deshacer.")
    if attempt.actor != actor:
        raise Refusal("outcome-undo-not-own", "Solo quien registró el resultado puede deshacerlo.")
    if not recorded_at <= now <= recorded_at + UNDO_WINDOW:
        message = "Ya pasaron cinco minutos: registre el resultado correcto o pida a Cumplimiento que levante la pausa."
        raise Refusal("outcome-undo-late", message)


def _lift(attempt: Attempt, hold_ids: Sequence[int], *, actor: str, now: datetime, recorded_at: datetime) -> None:
    own = Hold.objects.filter(
        pk__in=list(hold_ids),
        debtor_id=attempt.debtor_id,
        placed_by=actor,
        starts_at=recorded_at,
        lifted_at__isnull=True,
    ).exclude(kind__in=STICKY)
    own.update(lifted_at=now, lifted_by=actor, lift_reason=f"Corrección: {attempt.disposition} registrado por error")


def _restore_point(attempt: Attempt, point: PointState | None, now: datetime) -> None:
    if point is None or attempt.contact_point_id is None:
        return
    points = Attempt._meta.get_field("contact_point").related_model._default_manager.filter(pk=attempt.contact_point_id)
    points.update(
        is_valid=point.is_valid, invalid_reason=point.invalid_reason, ownership=point.ownership, updated_at=now
    )


def _clear(attempt: Attempt, now: datetime) -> None:
    undone = [*attempt.details.get("undone", []), {"code": attempt.disposition, "at": now.isoformat()}]
    is_out = attempt.direction == "out"
    attempt.disposition, attempt.note, attempt.details = "", "", {"undone": undone}
    attempt.right_party = attempt.is_two_way = False
    attempt.status = AttemptStatus.RESERVED if is_out else AttemptStatus.CANCELLED
    attempt.has_left = True
    attempt.counts = is_out and counts_towards_caps(attempt.purpose)
    attempt.save()
