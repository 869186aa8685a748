"""Words of the template screens for the codes that the tables store."""

from django.utils.translation import gettext_lazy as _

STATUSES = {
    "draft": (_("Borrador"), "quiet"),
    "submitted": (_("Por aprobar"), "warn"),
    "published": (_("En uso"), "ok"),
    "retired": (_("Retirada"), "quiet"),
}
FORMS = {"usted": _("Usted"), "tu": _("Tú"), "vos": _("Vos")}
LANGUAGES = {"es": _("Español"), "en": _("Inglés")}
CATEGORIES = {"utility": _("Utilidad"), "marketing": _("Promocional")}
PROVIDER_STATES = {
    "": _("Sin enviar al proveedor"),
    "pending": _("En revisión del proveedor"),
    "approved": _("Aprobada por el proveedor"),
    "rejected": _("Rechazada por el proveedor"),
    "paused": _("En pausa por el proveedor"),
    "disabled": _("Deshabilitada por el proveedor"),
}
RULES = {
    "threat": _("Amenaza"),
    "false_legal": _("Apariencia judicial"),
    "shame": _("Vergüenza"),
    "third_party": _("Terceros"),
    "pressure": _("Presión"),
    "blame": _("Reproche"),
    "asks_reason": _("Pregunta el motivo"),
    "cold": _("Frialdad"),
    "secrets": _("Datos secretos"),
    "jargon": _("Palabra técnica"),
    "shouting": _("Gritos"),
    "register": _("Trato"),
    "mixed_register": _("Trato mezclado"),
    "missing_creditor": _("Falta quién escribe"),
    "amount_without_date": _("Valor sin fecha"),
}
SEVERITIES = {"block": (_("Bloquea"), "bad"), "warn": (_("Revisar"), "warn"), "info": (_("Sugerencia"), "info")}
EVENTS = {
    "template.created": _("La creó"),
    "template.version-begun": _("Empezó una versión"),
    "template.saved": _("Guardó cambios"),
    "template.submitted": _("La envió a aprobación"),
    "template.approved": _("La aprobó"),
    "template.sent-back": _("La devolvió"),
    "template.retired": _("La retiró"),
    "template.provider-state": _("Anotó la respuesta del proveedor"),
}
# Why each rule exists, as `messaging/data/tone.toml` says it in Spanish; here so that the screen can say it in English too.
WHYS = {
    "threat": _("Amenaza o anuncia un daño. Las consecuencias se informan una vez, por escrito, completas y ciertas."),
    "false_legal": _("Suena a documento o trámite judicial. Un mensaje de cobro no puede parecerlo."),
    "shame": _("Etiqueta o humilla a la persona. Hable de hechos: valores y fechas."),
    "third_party": _("Lleva la deuda a oídos de otras personas. Solo se habla con quien la debe o la respalda."),
    "pressure": _("Presiona con urgencia o sin salida. Diga primero lo que sí se puede hacer."),
    "blame": _("Reprocha el pasado. Hable de lo que se puede hacer ahora."),
    "asks_reason": _(
        "Pregunta el motivo del incumplimiento, y la ley colombiana lo prohíbe (Ley 2300 de 2023, art. 7)."
    ),
    "cold": _("Corta la conversación. Diga qué sigue y pregunte qué prefiere la persona."),
    "jargon": _("Palabra de banco o de abogado que pocas personas conocen. Dígalo con palabras de todos los días."),
    "secrets": _("Pide claves o datos de tarjeta, o un pago a una persona. Nunca se piden por mensaje."),
    "register": _("Tutea o vosea. El trato acordado por omisión es usted."),
    "mixed_register": _("Mezcla formas de tratar a la persona en un mismo texto."),
    "shouting": _("Las mayúsculas y los signos repetidos se leen como gritos."),
    "amount_without_date": _("Un valor sin fecha no se puede verificar ni decidir."),
    "missing_creditor": _("No dice quién es el acreedor: la persona no puede saber si es cierto."),
}
# What is wrong with a text, by the problem's code.
PROBLEMS = {
    "unknown-field": _("Línea %(line)s: no existe el campo «%(field)s»."),
    "stray-brace": _("Línea %(line)s: hay una llave suelta."),
    "unclosed-part": _("Línea %(line)s: la parte «%(field)s» se abre y no se cierra."),
    "part-mismatch": _("Línea %(line)s: «%(field)s» está fuera de su lugar o cierra una parte que no está abierta."),
    "missing-field": _("Falta el campo «%(field)s»."),
    "empty": _("Escriba el texto del mensaje."),
    "no-subject": _("Un correo o una carta necesita un asunto."),
    "too-long": _("En el peor caso el texto no cabe en el canal. Acórtelo."),
}
MEANT = _("¿Quiso escribir «%(near)s»?")
# Refusals by code, so that both languages have them.
REFUSALS = {
    "not-allowed": _("Su perfil no puede cambiar las plantillas."),
    "template-odd": _("Elija un canal, un idioma y un trato de la lista."),
    "template-known": _("Ya existe esa plantilla. Ábrala y cree una versión nueva."),
    "template-state": _("Esta versión ya no admite ese cambio. Recargue la página."),
    "same-person": _("Otra persona debe aprobar lo que usted escribió."),
    "note-missing": _("Diga qué hay que cambiar."),
    "provider-state-odd": _("Ese estado del proveedor no existe."),
    "template-blocked": _("El texto no puede salir así. La revisión dice qué corregir."),
}
