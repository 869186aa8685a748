"""How permissions, own hours and a person's own contacts read."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.policy.public import OwnContact
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import DAY_KINDS

DAYS = dict(
    zip(
        DAY_KINDS,
        (
            gettext_lazy("Lunes"), gettext_lazy("Martes"), gettext_lazy("Miércoles"), gettext_lazy("Jueves"),
            gettext_lazy("Viernes"), gettext_lazy("Sábado"), gettext_lazy("Domingo"), gettext_lazy("Festivos"),
        ),
        strict=True,
    )
)  # fmt: skip
# The rows of the form: what people say when they tell their hours.
SPANS = {
    "mon-fri": gettext_lazy("Lunes a viernes"),
    "sat": gettext_lazy("Sábado"),
    "sun": gettext_lazy("Domingo"),
    "holiday": gettext_lazy("Festivos"),
}
SOURCES = {
    "contrato": gettext_lazy("Contrato"),
    "call": gettext_lazy("Llamada"),
    "email": gettext_lazy("Correo"),
    "sms": gettext_lazy("SMS"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "letter": gettext_lazy("Carta"),
    "office": gettext_lazy("Oficina"),
    "portal": gettext_lazy("Portal"),
}
MADE = {
    "call": gettext_lazy("Le llamamos"),
    "voice": gettext_lazy("Le dejamos un mensaje de voz"),
    "sms": gettext_lazy("Le escribimos por SMS"),
    "whatsapp": gettext_lazy("Le escribimos por WhatsApp"),
    "email": gettext_lazy("Le escribimos por correo"),
    "letter": gettext_lazy("Le enviamos una carta"),
    "visit": gettext_lazy("Le visitamos"),
}
RECEIVED = {
    "call": gettext_lazy("Usted nos llamó"),
    "voice": gettext_lazy("Usted nos dejó un mensaje de voz"),
    "sms": gettext_lazy("Usted nos escribió por SMS"),
    "whatsapp": gettext_lazy("Usted nos escribió por WhatsApp"),
    "email": gettext_lazy("Usted nos escribió por correo"),
    "letter": gettext_lazy("Usted nos envió una carta"),
    "visit": gettext_lazy("Usted nos visitó"),
}
STOPPED = {
    "call": gettext_lazy("No le llamamos"),
    "voice": gettext_lazy("No le dejamos un mensaje de voz"),
    "sms": gettext_lazy("No le escribimos por SMS"),
    "whatsapp": gettext_lazy("No le escribimos por WhatsApp"),
    "email": gettext_lazy("No le escribimos por correo"),
    "letter": gettext_lazy("No le enviamos una carta"),
    "visit": gettext_lazy("No le visitamos"),
}
ENDED = {
    "delivered": gettext_lazy("Lo recibió."),
    "read": gettext_lazy("Lo leyó."),
    "answered": gettext_lazy("Hablamos con usted."),
    "unanswered": gettext_lazy("No le encontramos."),
}
# Why a contact was stopped, to the person: by the kind of the rule.
WHY = {
    "party": gettext_lazy("La ley no lo permite."),
    "hold": gettext_lazy("Hay una pausa a su favor."),
    "consent": gettext_lazy("Usted no ha autorizado este medio."),
    "evidence": gettext_lazy("La ley no lo permite sin su autorización."),
    "hours": gettext_lazy("A esa hora la ley protege su descanso."),
    "own_hours": gettext_lazy("Usted pidió otro horario."),
    "cap": gettext_lazy("Ya le habíamos contactado, y la ley pone un límite."),
    "gap": gettext_lazy("La ley pide dejar pasar unos días."),
    "channel_lock": gettext_lazy("Esa semana ya le habíamos contactado por otro medio."),
    "balance": gettext_lazy("Ya no había nada que cobrarle."),
    "point": gettext_lazy("No era seguro que ese medio fuera suyo."),
    "registry": gettext_lazy("Su número está en un registro que le protege."),
    "missing": gettext_lazy("Nos faltaba un dato para hacerlo bien."),
}


def own_line(contact: OwnContact) -> tuple[str, str]:
    """What happened and what came of it, as it is said to the person."""
    if contact.direction == "stopped":
        return str(STOPPED[contact.channel]), str(WHY.get(contact.kind, WHY["missing"]))
    if contact.direction == "in":
        return str(RECEIVED[contact.channel]), ""
    return str(MADE[contact.channel]), str(ENDED.get(contact.status, ""))


def hours_lines(hours: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each day with its span, or that it is closed."""
    windows = parse_windows(hours)
    return [
        (str(word), ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans or ()) or _("no"))
        for word, spans in zip(DAYS.values(), windows, strict=True)
    ]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"
