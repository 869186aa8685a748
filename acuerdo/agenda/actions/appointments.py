"""Booking, moving, cancelling and ending appointments. Each function is one mutation in one transaction.

A contact that kept an appointment ends it, and taking that contact back reopens it. Whoever asked for an hour by telephone is
entered here too, so that the promised call is first in the queue at its minute.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction

from acuerdo.agenda.models import Absence, Appointment
from acuerdo.agenda.rules.appointments import (
    CHANNELS,
    KINDS,
    MINUTES,
    MISSED_AFTER,
    Event,
    next_state,
    require_time,
)
from acuerdo.base import clock
from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import PlannedContact, check_contacts
from acuerdo.policy.rules import load_pack, pack_codes

AUDIT_CHAIN = "agenda"
NOTE_LENGTH_MAX, PLACE_LENGTH_MAX = 300, 160
# A call to the person this near an appointment by telephone is that call.
NEAR = timedelta(minutes=30)
BATCH_ROWS = 500
MEETINGS = ("video", "office", "visit")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked. `minutes` 0 takes the usual length of the kind; `place` is for an office or a visit."""

    kind: str
    starts_at: datetime
    minutes: int = 0
    place: str = ""
    note: str = ""


@transaction.atomic
def book_appointment(
    obligation: Any, wish: Wish, *, agent: Any, actor: str, now: datetime, attempt_id: int | None = None,
    has_video: bool = True,
) -> Appointment:  # fmt: skip
    """One appointment about `obligation` (with its creditor). Refuses `appointment-kind`, `appointment-video`, `appointment-place`,
    `appointment-past`, `appointment-far`, `appointment-minutes`, `appointment-not-permitted`, `appointment-overlap`, `appointment-absent`.
    """
    if wish.kind not in KINDS:
        raise Refusal("appointment-kind", "Elija llamada, videollamada, oficina, visita o seguimiento.")
    if wish.kind == "video" and not has_video:
        raise Refusal("appointment-video", "Esta instalación no tiene servidor de video: defina ACUERDO_VIDEO_URL.")
    if wish.kind in ("office", "visit") and not wish.place.strip():
        raise Refusal("appointment-place", "Escriba el lugar de la cita.")
    minutes = wish.minutes or MINUTES[wish.kind]
    require_time(wish.starts_at, minutes, now)
    _require_permitted(obligation, wish.kind, wish.starts_at)
    _require_free(agent, wish.kind, wish.starts_at, minutes)
    made = Appointment.objects.create(
        debtor_id=obligation.debtor_id, creditor_id=obligation.creditor_id, obligation_id=obligation.pk, agent=agent,
        kind=wish.kind, starts_at=wish.starts_at, minutes=minutes, place=wish.place.strip()[:PLACE_LENGTH_MAX],
        note=wish.note.strip()[:NOTE_LENGTH_MAX], room=secrets.token_urlsafe(15) if wish.kind == "video" else "",
        attempt_id=attempt_id, made_by=actor, made_at=now, updated_at=now,
    )  # fmt: skip
    made.refresh_from_db(fields=["uid"])
    _audit(made, "booked", actor, now)
    return made


@transaction.atomic
def move_appointment(
    appointment_id: int, starts_at: datetime, *, actor: str, now: datetime, agent: Any = None
) -> Appointment:
    """To another hour, or another agent, keeping its identity. Refuses `appointment-state` and what booking refuses."""
    row = _locked(appointment_id)
    row.state = next_state(row.state, "move")
    agent = agent or row.agent
    require_time(starts_at, row.minutes, now)
    if starts_at != row.starts_at:
        _require_permitted(row.obligation, row.kind, starts_at)
    _require_free(agent, row.kind, starts_at, row.minutes, but=row.pk)
    if starts_at != row.starts_at:
        row.reminded_at = None
    row.starts_at, row.agent, row.ended_by = starts_at, agent, None
    return _changed(row, "moved", actor, now)


@transaction.atomic
def cancel_appointment(appointment_id: int, *, reason: str, actor: str, now: datetime) -> Appointment:
    """Refuses `appointment-state` and `appointment-reason`."""
    if len(reason.strip()) < 3:
        raise Refusal("appointment-reason", "Escriba por qué se cancela la cita.")
    row = _locked(appointment_id)
    row.state, row.cancel_reason = next_state(row.state, "cancel"), reason.strip()[:NOTE_LENGTH_MAX]
    return _changed(row, "cancelled", actor, now)


@transaction.atomic
def end_appointment(appointment_id: int, event: Event, *, actor: str, now: datetime) -> Appointment:
    """By hand: `hold` it took place, `absent` the person did not come. Refuses `appointment-state`, `appointment-early`."""
    row = _locked(appointment_id)
    if row.starts_at > now:
        raise Refusal("appointment-early", "La cita aún no empieza: muévala o cancélela.")
    row.state = next_state(row.state, event)
    return _changed(row, row.state, actor, now)


@transaction.atomic
def settle_appointments(attempt: Any, *, is_contact: bool, actor: str, now: datetime) -> int:
    """After a contact with the person: their telephone appointment of this half hour was kept, or found nobody. How many ended."""
    due = Appointment.objects.select_for_update().filter(
        debtor_id=attempt.debtor_id, kind__in=["phone", "follow_up"], state__in=["booked", "missed"], starts_at__lte=now + NEAR,
    ).exclude(attempt_id=attempt.pk)  # fmt: skip
    rows = list(due.order_by("pk"))
    for row in rows:
        row.state, row.ended_by = next_state(row.state, "hold" if is_contact else "absent"), attempt
        _changed(row, row.state, actor, now)
    return len(rows)


@transaction.atomic
def unsettle_appointments(attempt_id: int, *, actor: str, now: datetime) -> list[Appointment]:
    """The contact was taken back: what it ended waits again, what it booked is cancelled and given back."""
    for row in Appointment.objects.select_for_update().filter(ended_by_id=attempt_id).order_by("pk"):
        row.state, row.ended_by = next_state(row.state, "reopen"), None
        _changed(row, "reopened", actor, now)
    booked = Appointment.objects.select_for_update(of=("self",)).select_related("debtor", "creditor", "agent")
    cancelled = list(booked.filter(attempt_id=attempt_id, state="booked"))
    for row in cancelled:
        row.state, row.cancel_reason, row.attempt = "cancelled", "Gestión deshecha", None
        _changed(row, "cancelled", actor, now)
    return cancelled


def mark_missed(now: datetime) -> int:
    """Calls that nobody made half an hour after their minute. How many; safe to repeat."""
    late = Appointment.objects.filter(state="booked", kind="phone", starts_at__lte=now - MISSED_AFTER)
    count = 0
    for pk in list(late.values_list("pk", flat=True)[:BATCH_ROWS]):
        with transaction.atomic():
            row = Appointment.objects.select_for_update(skip_locked=True).filter(pk=pk, state="booked").first()
            if row is not None:
                row.state = next_state(row.state, "miss")
                _changed(row, "missed", "system", now)
                count += 1
    return count


def is_away(agent_ids: Sequence[int], day: Any) -> set[int]:
    """Those of the agents who are absent on the date."""
    found = Absence.objects.filter(agent_id__in=agent_ids, from_on__lte=day, to_on__gte=day)
    return set(found.values_list("agent_id", flat=True))


def _require_permitted(obligation: Any, kind: str, at: datetime) -> None:
    """The law of that moment: hours, holidays, stops, authorisation. Not its frequencies, which depend on what comes before, and
    which an hour that the person asked for does not use up. The sentence is the rule's own."""
    channel = CHANNELS[kind]  # type: ignore[index]
    if not channel:
        return
    contact = PlannedContact(obligation.debtor_id, obligation.creditor_id, channel, obligation_id=obligation.pk)
    judged = check_contacts([contact], now=at)[0]
    counted = _frequencies(judged.pack) if judged.pack in pack_codes() else frozenset()
    for rule in judged.verdict.rules:
        if rule.verdict == "deny" and rule.id not in counted:
            raise Refusal("appointment-not-permitted", rule.reason)


@cache
def _frequencies(code: str) -> frozenset[str]:
    return frozenset(rule.id for rule in load_pack(code).rules if rule.kind in ("cap", "channel_lock"))


def _require_free(agent: Any, kind: str, starts_at: datetime, minutes: int, but: int = 0) -> None:
    """One meeting at a time; promised calls may share an hour, since colleagues make them when one is busy."""
    if is_away([agent.pk], starts_at.astimezone(clock.zone()).date()):
        raise Refusal("appointment-absent", "Esa persona del equipo no trabaja ese día: elija otro día u otra persona.")
    if kind not in MEETINGS:
        return
    lock_name("agenda", agent.pk)
    ends_at = starts_at + timedelta(minutes=minutes)
    same_day = Appointment.objects.filter(agent=agent, state="booked", kind__in=MEETINGS).exclude(pk=but)
    near = same_day.filter(starts_at__gt=starts_at - timedelta(days=1), starts_at__lt=ends_at)
    if any(row.starts_at + timedelta(minutes=row.minutes) > starts_at for row in near):
        raise Refusal("appointment-overlap", "Esa persona del equipo ya tiene una cita a esa hora: elija otra.")


def _locked(appointment_id: int) -> Appointment:
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("obligation", "agent")
        .filter(pk=appointment_id)
    )
    found = row.first()
    if found is None:
        raise Refusal("appointment-unknown", "Esa cita no existe.")
    return found


def _changed(row: Appointment, what: str, actor: str, now: datetime) -> Appointment:
    row.sequence += 1
    row.updated_at = now
    row.save()
    _audit(row, what, actor, now)
    return row


def _audit(row: Appointment, what: str, actor: str, now: datetime) -> None:
    write_audit(
        chain=AUDIT_CHAIN, action=f"appointment.{what}", actor=actor, subject=("appointment", str(row.uid)),
        payload={"kind": row.kind, "state": row.state, "starts_at": row.starts_at.isoformat(), "agent": row.agent_id},
        now=now,
    )  # fmt: skip
