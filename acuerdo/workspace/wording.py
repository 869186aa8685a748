"""How figures, dates and identifiers read on screen, and the words and tones of the states that other capabilities store."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NBSP = "\u00a0"

CHANNELS = {
    "sms": gettext_lazy("SMS"), "email": gettext_lazy("Correo"), "whatsapp": gettext_lazy("WhatsApp"), "voice": gettext_lazy("Mensaje de voz"),
    "call": gettext_lazy("Llamada"), "visit": gettext_lazy("Visita"), "letter": gettext_lazy("Carta"), "": gettext_lazy("Sin acción"),
}  # fmt: skip
CHANNEL_ICONS = {
    "sms": "message", "email": "mail", "whatsapp": "brand-whatsapp", "voice": "volume", "call": "phone", "visit": "home", "letter": "mailbox",
}  # fmt: skip
STAGES = {
    "none": gettext_lazy("Al día"), "preventive": gettext_lazy("Preventiva"), "due": gettext_lazy("Vencimiento"),
    "early": gettext_lazy("Temprana"), "middle": gettext_lazy("Media"), "late": gettext_lazy("Tardía"), "written_off": gettext_lazy("Castigo"),
}  # fmt: skip
BUCKETS = ("current", "1-30", "31-60", "61-90", "91-120", "121-180", "181-360", "360+")
BUCKET_WORDS = {"current": gettext_lazy("Al día"), "360+": gettext_lazy("Más de 360")}
KINDS = {"loan": gettext_lazy("Crédito"), "card": gettext_lazy("Tarjeta"), "invoice": gettext_lazy("Factura")}
ROLES = {
    "agent": gettext_lazy("Gestor"), "supervisor": gettext_lazy("Supervisor"), "director": gettext_lazy("Director"),
    "compliance": gettext_lazy("Cumplimiento"), "admin": gettext_lazy("Administrador"),
}  # fmt: skip
RELATIONS = {
    "debtor": gettext_lazy("Titular"), "co_debtor": gettext_lazy("Codeudor"), "guarantor": gettext_lazy("Fiador o avalista"),
    "reference": gettext_lazy("Referencia (no contactar)"), "third_party": gettext_lazy("Tercero"),
}  # fmt: skip
PURPOSES = {
    "collection": gettext_lazy("Cobranza"), "reminder": gettext_lazy("Recordatorio"), "service": gettext_lazy("Servicio"),
    "marketing": gettext_lazy("Comercial"), "requested": gettext_lazy("Pedido por el cliente"),
}  # fmt: skip
COMPONENTS = {
    "principal": gettext_lazy("Capital"), "contract_interest": gettext_lazy("Interés corriente"), "late_interest": gettext_lazy("Interés de mora"),
    "insurance": gettext_lazy("Seguros"), "collection_fee": gettext_lazy("Gastos de cobranza"),
}  # fmt: skip
PROMISE_STATES = {
    "draft": (gettext_lazy("Borrador"), "quiet"), "open": (gettext_lazy("Vigente"), "info"),
    "verifying": (gettext_lazy("En verificación"), "warn"), "kept": (gettext_lazy("Cumplida"), "ok"),
    "partly_kept": (gettext_lazy("Cumplida en parte"), "warn"), "broken": (gettext_lazy("Incumplida"), "bad"),
    "rescheduled": (gettext_lazy("Reprogramada"), "quiet"), "cancelled": (gettext_lazy("Cancelada"), "quiet"),
}  # fmt: skip
HOLDS = {
    "dispute": gettext_lazy("En disputa"), "insolvency": gettext_lazy("Insolvencia"), "deceased": gettext_lazy("Fallecimiento"),
    "already_paid": gettext_lazy("Ya pagó (en verificación)"), "represented": gettext_lazy("Con representante"),
    "do_not_contact": gettext_lazy("No contactar"), "wrong_person": gettext_lazy("No es la persona"),
    "complaint": gettext_lazy("Reclamo en trámite"), "vulnerable": gettext_lazy("Situación especial"),
}  # fmt: skip
MESSAGE_STATES = {
    "scheduled": (gettext_lazy("Programado"), "info"), "sending": (gettext_lazy("Saliendo"), "info"), "sent": (gettext_lazy("Enviado"), "quiet"),
    "delivered": (gettext_lazy("Entregado"), "ok"), "read": (gettext_lazy("Leído"), "ok"), "failed": (gettext_lazy("No salió"), "bad"),
    "blocked": (gettext_lazy("Bloqueado"), "warn"), "cancelled": (gettext_lazy("Cancelado"), "quiet"),
}  # fmt: skip
ATTEMPT_STATES = {
    "reserved": (gettext_lazy("Autorizado"), "info"), "sent": (gettext_lazy("Enviado"), "quiet"), "delivered": (gettext_lazy("Entregado"), "ok"),
    "read": (gettext_lazy("Leído"), "ok"), "answered": (gettext_lazy("Respondido"), "ok"), "unanswered": (gettext_lazy("Sin respuesta"), "quiet"),
    "failed": (gettext_lazy("No salió"), "bad"), "cancelled": (gettext_lazy("Cancelado"), "quiet"),
}  # fmt: skip


def bucket_word(bucket: str) -> str:
    """«1–30 días», or the words of the two ends."""
    return str(BUCKET_WORDS[bucket]) if bucket in BUCKET_WORDS else bucket.replace("-", "–")


def short_day(day: date) -> str:
    """«15 may 2026» · “May 15, 2026”."""
    return format_date(day, "M j, Y" if is_english() else "j M Y").replace(" ", NBSP)


def long_day(day: date) -> str:
    """«viernes 15 de mayo de 2026» · “Friday, May 15, 2026”."""
    return format_date(day, "l, F j, Y" if is_english() else r"l j \d\e F \d\e Y")


def hour(at: datetime, zone: str = "") -> str:
    """«3:40 p. m.» on the wall clock of `zone`, of the installation when empty."""
    local = _local(at, zone)
    mark = "a." if local.hour < 12 else "p."
    return f"{(local.hour % 12) or 12}:{local.minute:02}{NBSP}{mark}{NBSP}m."


def moment(at: datetime, zone: str = "") -> str:
    """«15 may 2026, 3:40 p. m.»."""
    return f"{short_day(_local(at, zone))}, {hour(at, zone)}"


def near_moment(at: datetime, now: datetime, zone: str = "") -> str:
    """For the next permitted moment: «hoy a las 3:40 p. m.», «mañana a las 7:00 a. m.», «lun 16 nov a las 7:00 a. m.»."""
    local = _local(at, zone)
    days = (local.date() - _local(now, zone).date()).days
    if days == 0:
        return _("hoy a las %(hour)s") % {"hour": hour(at, zone)}
    if days == 1:
        return _("mañana a las %(hour)s") % {"hour": hour(at, zone)}
    day = format_date(local, "D, M j" if is_english() else "D j M")
    return _("%(day)s a las %(hour)s") % {"day": day, "hour": hour(at, zone)}


def masked(number: str) -> str:
    """The last four characters of an identifier behind dots: `•••• 4321`; all of it is hidden when shorter than six."""
    return f"••••{NBSP}{number[-4:]}" if len(number) >= 6 else "••••"


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(at)


def is_english() -> bool:
    return (get_language() or "es").startswith("en")
