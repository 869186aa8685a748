"""Telling the person: a confirmation with its calendar entry when an hour is agreed, the new hour when we move it, that we cancel
it, and a reminder the day before.

All are common messages: a template, the outbox, the gate twice and a receipt. A mail carries the calendar entry as its own part.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import dateformat
from django.utils.translation import override

from acuerdo.agenda.models import Appointment
from acuerdo.agenda.rules.appointments import AGREED, REMIND_BEFORE, reminds_at
from acuerdo.agenda.rules.invitation import Invitation, calendar_text
from acuerdo.messaging.public import Message as PlannedBefore
from acuerdo.messaging.public import PlannedMessage, PlanOutcome, best_points, plan_batch, withdraw_many
from acuerdo.policy.public import Subject, semaphore

CHANNELS = ("email", "whatsapp", "sms")
SALT = "agenda.appointment"
CONFIRMED, REMINDED, MOVED, CANCELLED = "cita_confirmada", "cita_recordatorio", "cita_movida", "cita_cancelada"
BATCH_ROWS = 200
# States of a message that the person never got.
UNHEARD = ("scheduled", "blocked", "failed", "cancelled")
_PLACES = {
    "es": {"phone": "por teléfono", "video": "por videollamada", "office": "en {place}", "visit": "en {place}"},
    "en": {"phone": "by phone", "video": "by video call", "office": "at {place}", "visit": "at {place}"},
}
_SUMMARIES = {"es": "Cita con {creditor}", "en": "Appointment with {creditor}"}


def token_of(row: Appointment) -> str:
    """What the person's own address of the appointment ends in; nobody can make one up."""
    return signing.Signer(salt=SALT).sign(str(row.uid).replace("-", ""))


def appointment_of(token: str) -> Appointment | None:
    """The appointment that a token of ours names, None for any other text."""
    try:
        uid = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return Appointment.objects.select_related("debtor", "creditor", "agent").filter(uid=uid).first()


def page_of(row: Appointment) -> str:
    """Where the person sees the appointment; empty while the installation has no public address."""
    return f"{settings.PUBLIC_URL}/citas/{token_of(row)}" if settings.PUBLIC_URL else ""


def video_of(row: Appointment) -> str:
    """The video room's address, empty without one."""
    return f"{settings.VIDEO_URL}/{row.room}" if row.kind == "video" and settings.VIDEO_URL else ""


def invitation_of(row: Appointment, *, attendee_email: str = "") -> Invitation:
    """The calendar entry in the person's language. Says with whom, never about what."""
    language = _language(row)
    place = _PLACES[language][row.kind].format(place=row.place)
    return Invitation(
        uid=f"{row.uid}@acuerdo", sequence=row.sequence, stamped_at=row.updated_at, starts_at=row.starts_at,
        minutes=row.minutes, summary=_SUMMARIES[language].format(creditor=row.creditor.name), place=place,
        url=video_of(row) or page_of(row), organiser=row.creditor.name, organiser_email=row.creditor.email,
        attendee_email=attendee_email, is_cancelled=row.state == "cancelled",
    )  # fmt: skip


@transaction.atomic
def tell_appointment(row: Appointment, *, now: datetime, template: str = CONFIRMED) -> PlanOutcome | None:
    """Puts the confirmation, or another of these messages, into the outbox; None when no channel may carry it. Safe to repeat."""
    if row.kind not in AGREED:
        return None
    channel = _channel(row, now, "requested" if template == CONFIRMED else "service")
    if channel is None:
        return None
    return plan_batch([_message(row, channel, template, now)], now)[0]


@transaction.atomic
def tell_change(row: Appointment, *, now: datetime) -> PlanOutcome | None:
    """After we moved or cancelled a coming appointment: what waited about it is taken back, and the person hears what holds now,
    by mail with the calendar's own update or CANCEL. None where nobody is told."""
    withdraw_many(_keys(row), now)
    if row.starts_at <= now:
        return None
    return tell_appointment(row, now=now, template=CANCELLED if row.state == "cancelled" else MOVED)


@transaction.atomic
def untell_appointment(row: Appointment, *, now: datetime) -> PlanOutcome | None:
    """An appointment that was entered by mistake: the person hears of its end only where a message about it has left."""
    known = PlannedBefore.objects.filter(plan_key__in=_keys(row)).exclude(state__in=UNHEARD)
    if known.exists():
        return tell_change(row, now=now)
    withdraw_many(_keys(row), now)
    return None


def _keys(row: Appointment) -> list[str]:
    """The plan keys of all that was or could have been said of the appointment so far."""
    return [_key(row, number, one) for number in range(row.sequence + 1) for one in (CONFIRMED, REMINDED, MOVED)]


def _key(row: Appointment, sequence: int, template: str) -> str:
    return f"appointment:{row.uid}:{sequence}:{template}"


def remind_due(now: datetime) -> int:
    """Reminds once of the appointments of the coming day. How many were told; two at once share the work."""
    soon = Appointment.objects.filter(
        state="booked", kind__in=AGREED, reminded_at__isnull=True, starts_at__gt=now, starts_at__lte=now + REMIND_BEFORE
    )
    told = 0
    for pk in list(soon.order_by("starts_at", "pk").values_list("pk", flat=True)[:BATCH_ROWS]):
        with transaction.atomic():
            locked = Appointment.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                pk=pk, state="booked", reminded_at__isnull=True
            )
            row = locked.select_related("debtor", "creditor", "agent").first()
            if row is None:
                continue
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            if reminds_at(row.starts_at, row.made_at) is not None:
                told += tell_appointment(row, now=now, template=REMINDED) is not None
    return told


def _message(row: Appointment, channel: str, template: str, now: datetime) -> PlannedMessage:
    is_first = template == CONFIRMED
    context: dict[str, Any] = {
        "writer": row.agent.full_name, "fields": _fields(row), "is_patient": template != REMINDED,
        "ends_at": row.starts_at.isoformat(),
    }  # fmt: skip
    if channel == "email":
        address = best_points([row.debtor_id])[row.debtor_id, "email"][1]
        context["calendar"] = calendar_text(invitation_of(row, attendee_email=address))
    return PlannedMessage(
        plan_key=_key(row, row.sequence, template),
        debtor_id=row.debtor_id, creditor_id=row.creditor_id, obligation_ids=(row.obligation_id,), channel=channel,
        template=template, not_before=now, purpose="requested" if is_first else "service", context=context,
    )  # fmt: skip


def _fields(row: Appointment) -> dict[str, str]:
    """Day, hour and place as the person reads them, in their zone and language."""
    language = _language(row)
    local = row.starts_at.astimezone(ZoneInfo(row.debtor.timezone))
    place = _PLACES[language][row.kind].format(place=row.place)
    link = video_of(row) or page_of(row)
    with override(language):
        day = dateformat.format(local, r"l j \d\e F \d\e Y" if language == "es" else "l j F Y")
    return {"cita_fecha": day, "cita_hora": f"{local:%H:%M}", "cita_lugar": f"{place}: {link}" if link else place}


def _channel(row: Appointment, now: datetime, purpose: str) -> str | None:
    """The first channel that reaches the person and is permitted now or opens within days."""
    points = best_points([row.debtor_id])
    subject = Subject(row.debtor_id, row.creditor_id, row.obligation_id, purpose)
    lights = {light.channel: light.colour for light in semaphore([subject], now, channels=CHANNELS)[subject]}
    reached = [channel for channel in CHANNELS if (row.debtor_id, channel) in points and lights[channel] != "red"]
    return min(reached, key=lambda channel: lights[channel] != "green", default=None)


def _language(row: Appointment) -> str:
    return "en" if row.debtor.language == "en" else "es"
