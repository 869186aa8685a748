"""Words and tones of agents' states, skills, languages and notes."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "on_call": (_("En llamada"), "info"),
    "with_person": (_("Con una persona"), "info"),
    "available": (_("Disponible"), "ok"),
    "pause": (_("En pausa"), "warn"),
    "training": (_("En capacitación"), "quiet"),
    "away": (_("Desconectado"), "quiet"),
    "absent": (_("No trabaja hoy"), "quiet"),
}
CHOICES = {"available": _("Disponible"), "pause": _("En pausa"), "training": _("En capacitación")}
LANGUAGES = {"es": _("Español"), "en": _("Inglés"), "pt": _("Portugués")}
ADDRESSES = {"usted": _("de usted"), "tu": _("de tú"), "vos": _("de vos")}
WEEKDAYS = (_("Lunes"), _("Martes"), _("Miércoles"), _("Jueves"), _("Viernes"), _("Sábado"), _("Domingo"))
NOTE_TONES = {"praise": (_("Muy bien"), "ok"), "try": (_("Para probar"), "info")}
REFUSALS = {
    "shift-order": _("Un turno termina después de que empieza."),
    "shift-overlap": _("Dos turnos del mismo día se cruzan: corríjalos."),
    "absence-order": _("La ausencia termina antes de empezar: revise las fechas."),
    "absence-long": _("Una ausencia dura a lo sumo un año."),
    "absence-unknown": _("Esa ausencia ya no está."),
    "language-unknown": _("Elija los idiomas de la lista."),
    "not-allowed": _("Su perfil no incluye esta acción."),
    "note-empty": _("Escriba la nota."),
    "note-long": _("La nota pasa de 1.000 letras: acórtela."),
    "note-tone": _("Elija si reconoce algo o propone algo."),
}
