"""Words, tones and icons of appointments."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "phone": _("Llamada acordada"),
    "video": _("Videollamada"),
    "office": _("Cita en la oficina"),
    "visit": _("Visita"),
    "follow_up": _("Seguimiento"),
}
KIND_ICONS = {
    "phone": "phone",
    "video": "device-laptop",
    "office": "building-bank",
    "visit": "home",
    "follow_up": "refresh",
}
STATES = {
    "booked": (_("Agendada"), "info"),
    "held": (_("Cumplida"), "ok"),
    "no_show": (_("No llegó o no contestó"), "warn"),
    "missed": (_("No la hicimos"), "bad"),
    "cancelled": (_("Cancelada"), "quiet"),
}
# Refusals by code, so that both languages have them.
REFUSALS = {
    "appointment-kind": _("Elija llamada, videollamada, oficina, visita o seguimiento."),
    "appointment-video": _("Esta instalación no tiene servidor de video: defina ACUERDO_VIDEO_URL."),
    "appointment-place": _("Escriba el lugar de la cita."),
    "appointment-past": _("Esa hora ya pasó: elija una que venga."),
    "appointment-far": _("Una cita se agenda a lo sumo con 60 días de anticipación."),
    "appointment-minutes": _("Una cita dura entre 5 y 240 minutos."),
    "appointment-overlap": _("Esa persona del equipo ya tiene una cita a esa hora: elija otra."),
    "appointment-absent": _("Esa persona del equipo no trabaja ese día: elija otro día u otra persona."),
    "appointment-state": _("Esta cita ya terminó o se canceló: no admite ese cambio."),
    "appointment-reason": _("Escriba por qué se cancela la cita."),
    "appointment-agent": _("Esa persona no puede atender la cita a esa hora: elija otra."),
    "appointment-early": _("La cita aún no empieza: muévala o cancélela."),
}
