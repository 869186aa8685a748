"""Words of the campaign screens for the codes that the tables store."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "draft": (_("Borrador"), "quiet"),
    "submitted": (_("Por aprobar"), "warn"),
    "running": (_("En curso"), "ok"),
    "paused": (_("En pausa"), "warn"),
    "stopped": (_("Detenida"), "bad"),
    "finished": (_("Terminada"), "quiet"),
}
REFUSALS = {
    "not-allowed": _("Su perfil no puede cambiar campañas."),
    "campaign-state": _("La campaña ya no admite ese cambio. Recargue la página."),
    "campaign-name": _("Dé un nombre a la campaña."),
    "campaign-text": _("Elija un texto aprobado de servicio o de publicidad para cada canal."),
    "campaign-period": _("El fin debe estar después del inicio, en el futuro y a lo sumo sesenta días después."),
    "campaign-share": _("La parte del segundo asunto va de 1 a 99 y los días, de 1 a 90."),
    "campaign-not-counted": _("Calcule primero a quiénes llega y cuánto cuesta."),
    "campaign-empty": _("La condición no encuentra a nadie."),
    "campaign-no-hours": _("Entre esas fechas no hay horas hábiles. Amplíe el periodo."),
    "same-person": _("Otra persona debe aprobar lo que usted escribió."),
    "note-missing": _("Diga qué hay que cambiar."),
}
DONE = {
    "submit": _("Enviada. Otra persona la lee y decide."),
    "approve": _("Aprobada: empieza a su hora."),
    "send_back": _("Devuelta a quien la escribió."),
    "pause": _("En pausa: lo que no había salido se retiró."),
    "resume": _("Sigue: quienes faltan se reparten en lo que queda del periodo."),
    "stop": _("Detenida: a nadie más se le escribe."),
}
FIELDS = {
    "detalle": _("Detalle, en una o dos frases"),
    "tema": _("Qué cambia"),
    "medio": _("Medio de pago nuevo"),
    "fecha_desde": _("Desde cuándo (como se lee: 1 de agosto de 2026)"),
}
EXPORT = [
    _("Titular"), _("Asunto"), _("Momento previsto"), _("Estado"), _("Motivo"), _("Salió"), _("Llegó"),
]  # fmt: skip
