"""What came of a contact: its code, and what the code brings about at once (stops, pauses, a closed number).

Delivery events move an attempt along a table of statuses; an outcome is recorded once and corrected only by a new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from acuerdo.base.locks import lock_person
from acuerdo.kernel.calendar import add_business_days
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.gate import counts_towards_caps, permit_and_log
from acuerdo.policy.actions.permissions import place_hold
from acuerdo.policy.actions.petitions import open_petition
from acuerdo.policy.actions.receipts import keep_outcome, keep_status
from acuerdo.policy.models import Attempt, AttemptStatus, Hold, Petition
from acuerdo.policy.queries.gathering import PlannedContact
from acuerdo.policy.queries.readings import keeps_notes
from acuerdo.policy.rules.dispositions import Disposition, HoldToPlace, check_fields, choose_primary
from acuerdo.policy.rules.petitions import OPEN, REASONS
from acuerdo.policy.rules.stops import FREES_CAP, statuses_before

# Each becomes a case with its clock; what it is about comes from the outcome's own fields.
CASES = {
    "conduct_complaint": ("complaint", ""),
    "third_party_complaint": ("complaint", ""),
    "dispute": ("dispute", "category"),
    "cannot_pay_now": ("hardship", "need"),
}
OWNERSHIP_STEP = 15  # how much less sure a doubtful answer makes us that the number is the person's


@dataclass(frozen=True, slots=True)
class Outcome:
    """The attempt as recorded and the stops that began with it. `commits`: a promise or plan is to be recorded too."""

    attempt: Attempt
    disposition: Disposition
    holds: tuple[Hold, ...]

    @property
    def commits(self) -> bool:
        return self.disposition.commits


@transaction.atomic
def record_outcome(
    attempt_id: int,
    codes: str | Sequence[str],
    *,
    actor: str,
    now: datetime,
    fields: Mapping[str, Any] | None = None,
    note: str = "",
    duration_seconds: int | None = None,
    is_identity_verified: bool = True,
) -> Outcome:
    """Records what happened in a reserved or sent attempt; the first protective code is the primary one.

    Refuses `attempt-unknown`, `outcome-already-recorded`, `unknown-disposition`, `too-many-dispositions`,
    `disposition-field-missing`, `disposition-not-for-people`, `identity-not-verified`, `note-not-kept`.
    """
    values = dict(fields or {})
    primary, secondary = _recordable(codes, values, is_identity_verified)
    attempt = _locked(attempt_id)
    if attempt.disposition:
        raise Refusal("outcome-already-recorded", "Este contacto ya tiene resultado; corríjalo con uno nuevo.")
    if note.strip() and not keeps_notes(attempt.creditor, now.astimezone(ZoneInfo(attempt.creditor.timezone)).date()):
        raise Refusal(
            "note-not-kept",
            "Esta entidad no guarda notas de las gestiones (art. 7): deje la nota vacía y elija el resultado.",
        )
    _apply(attempt, primary, secondary, values, note=note, duration_seconds=duration_seconds)
    attempt.save()
    for one in (primary, *secondary):
        if one.id in CASES:
            _open_case(attempt, one, values, note, actor, now)
    holds = [
        _place(attempt, hold, one, values, actor=actor, now=now) for one in (primary, *secondary) for hold in one.holds
    ]
    for one in (primary, *secondary):
        _mark_point(attempt, one, now)
    keep_outcome(attempt, event="recorded", holds=[str(hold.uid) for hold in holds], actor=actor, now=now)
    return Outcome(attempt, primary, tuple(holds))


def _open_case(
    attempt: Attempt, told: Disposition, values: Mapping[str, Any], note: str, actor: str, now: datetime
) -> None:
    """About the obligation where it is the person's own; else about the creditor's conduct. A second dispute or difficulty of
    one obligation goes into the case that is open."""
    kind, field = CASES[told.id]
    obligation = attempt.obligation
    owned = obligation is not None and obligation.debtor_id == attempt.debtor_id
    if kind != "complaint":
        known = Petition.objects.filter(debtor_id=attempt.debtor_id, obligation_id=attempt.obligation_id, kind=kind)
        if not owned or known.filter(state__in=OPEN).exists():
            return
    reason = str(values.get(field, ""))
    open_petition(
        attempt.debtor_id, attempt.creditor_id, kind, text=note or str(values.get("text", "")) or told.es,
        source=attempt.channel, actor=actor, now=now, obligation_id=attempt.obligation_id if owned else None,
        attempt_id=attempt.pk, reason=reason if reason in REASONS[kind] else "",
    )  # fmt: skip


def log_contact(
    contact: PlannedContact, codes: str | Sequence[str], *, actor: str, now: datetime, **outcome: Any
) -> Outcome:
    """An agent's contact in one step: asked, reserved and recorded. Refuses `contact-not-permitted` with the rule's sentence
    (its verdict stays stored), and what `record_outcome` refuses."""
    # First, so that a form to be corrected does not use up the day's contact.
    _recordable(codes, dict(outcome.get("fields") or {}), outcome.get("is_identity_verified", True))
    permit = permit_and_log(contact, actor=actor, now=now)
    if permit.attempt is None:
        reasons = [rule["reason"] for rule in permit.verdict.rules if rule["verdict"] == "deny"]
        raise Refusal("contact-not-permitted", " ".join(reasons))
    return record_outcome(permit.attempt.pk, codes, actor=actor, now=now, **outcome)


@transaction.atomic
def log_inbound(
    contact: PlannedContact,
    codes: str | Sequence[str],
    *,
    actor: str,
    now: datetime,
    recipient: str = "debtor",
    **outcome: Any,
) -> Outcome:
    """A contact that the person started: never refused, never counted; its code has the same consequences."""
    attempt = Attempt.objects.create(
        debtor_id=contact.debtor_id, creditor_id=contact.creditor_id, obligation_id=contact.obligation_id,
        contact_point_id=contact.contact_point_id, at=now, direction="in", channel=contact.channel,
        purpose=contact.purpose, recipient=recipient, status=AttemptStatus.SENT, counts=False, actor=actor,
    )  # fmt: skip
    return record_outcome(attempt.pk, codes, actor=actor, now=now, **outcome)


def mark_attempts(attempt_ids: Sequence[int], status: str, *, now: datetime) -> int:
    """Moves attempts to a delivery status, with a receipt for each; those that may not go there stay. How many moved."""
    return mark_attempts_many({status: attempt_ids}, now=now)


@transaction.atomic
def mark_attempts_many(marks: Mapping[str, Sequence[int]], *, now: datetime) -> int:
    """`mark_attempts` for several statuses at once: all receipts go in together, so two workers cannot wait in a ring.

    An attempt that failed or was cancelled before it left stops counting towards caps.
    """
    moved = {status: _move(attempt_ids, status) for status, attempt_ids in marks.items() if attempt_ids}
    keep_status({pk: status for status, pks in moved.items() for pk in pks}, now=now)
    return sum(len(pks) for pks in moved.values())


def _move(attempt_ids: Sequence[int], status: str) -> list[int]:
    movable = Attempt.objects.filter(pk__any_of=attempt_ids, status__in=statuses_before(status))
    found = list(movable.order_by("pk").select_for_update(of=("self",)).values_list("pk", "status"))
    freed = [pk for pk, before in found if before == AttemptStatus.RESERVED and status in FREES_CAP]
    counts = Case(When(pk__any_of=freed, then=Value(value=False)), default=F("counts"))
    moved = [pk for pk, _before in found]
    left = Case(When(pk__any_of=freed, then=Value(value=False)), default=F("has_left"))
    Attempt.objects.filter(pk__any_of=moved).update(status=status, counts=counts, has_left=left)
    return moved


def _recordable(
    codes: str | Sequence[str], values: dict[str, Any], is_identity_verified: bool
) -> tuple[Disposition, tuple[Disposition, ...]]:
    """The primary and secondary codes, after all that can be refused without looking at the attempt."""
    primary, secondary = choose_primary([codes] if isinstance(codes, str) else codes)
    for one in (primary, *secondary):
        if not one.is_for_people:
            raise Refusal("disposition-not-for-people", f"«{one.es}» lo registra el sistema.")
        if one.is_right_party and not is_identity_verified:
            raise Refusal(
                "identity-not-verified", "Sin verificar la identidad, registre «Contestó alguien sin identificarse»."
            )
        check_fields(one, values)
    return primary, secondary


def _locked(attempt_id: int) -> Attempt:
    debtor_id = Attempt.objects.filter(pk=attempt_id).values_list("debtor_id", flat=True).first()
    if debtor_id is None:
        raise Refusal("attempt-unknown", "No encontramos ese contacto.")
    lock_person(debtor_id)
    return Attempt.objects.select_related("debtor", "creditor").select_for_update(of=("self",)).get(pk=attempt_id)


def _apply(
    attempt: Attempt,
    primary: Disposition,
    secondary: tuple[Disposition, ...],
    values: dict[str, Any],
    *,
    note: str,
    duration_seconds: int | None,
) -> None:
    every = (primary, *secondary)
    is_out = attempt.direction == "out"
    frequency = max(one.frequency for one in every)
    attempt.disposition = primary.code
    attempt.status = primary.status or attempt.status
    attempt.right_party = any(one.is_right_party for one in every)
    attempt.is_two_way = is_out and frequency == 2
    attempt.has_left = frequency > 0
    attempt.counts = is_out and attempt.has_left and counts_towards_caps(attempt.purpose)
    attempt.note = note
    attempt.duration_seconds = duration_seconds
    attempt.details = {"fields": values, "secondary": [one.code for one in secondary]}


def _place(
    attempt: Attempt, hold: HoldToPlace, one: Disposition, values: dict[str, Any], *, actor: str, now: datetime
) -> Hold:
    scope = hold.scope
    if scope == "chosen":
        scope = "channel" if values.get("scope") in ("channel", "canal") else "person"
    if scope == "obligation" and attempt.obligation_id is None:
        scope = "person"
    return place_hold(
        attempt.debtor_id,
        hold.kind,
        reason=f"{one.code} {one.es}",
        actor=actor,
        now=now,
        obligation_id=attempt.obligation_id if scope == "obligation" else None,
        channel=attempt.channel if scope == "channel" else "",
        ends_at=now + timedelta(days=hold.days) if hold.days else None,
        review_on=_review_on(
            hold, now.astimezone(ZoneInfo(attempt.creditor.timezone)).date(), str(attempt.creditor.country)
        ),
    )


def _review_on(hold: HoldToPlace, today: date, country: str) -> date | None:
    if hold.review_business_days:
        return add_business_days(today, hold.review_business_days, country)
    return today + timedelta(days=hold.review_days) if hold.review_days else None


def _mark_point(attempt: Attempt, one: Disposition, now: datetime) -> None:
    """Closes or doubts the number or address that was used (its row belongs to portfolio; one column each)."""
    if attempt.contact_point_id is None:
        return
    points = Attempt._meta.get_field("contact_point").related_model._default_manager.filter(pk=attempt.contact_point_id)
    seen = {"last_result": one.id[:40], "last_result_at": now, "updated_at": now}
    if one.point == "close":
        points.update(is_valid=False, invalid_reason=one.id[:40], **seen)
    elif one.point == "lower":
        points.update(ownership=Greatest(F("ownership") - OWNERSHIP_STEP, Value(0)), **seen)
    elif one.is_right_party and one.code.startswith("CD"):
        points.update(ownership=100, **seen)
    else:
        points.update(**seen)
