"""The words of petitions on the screens."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "complaint": _("Queja por la gestión"),
    "access": _("Consulta de datos"),
    "correction": _("Corrección de datos"),
    "deletion": _("Supresión de datos"),
    "revocation": _("Revocatoria de la autorización"),
}
STATES = {
    "received": _("Recibida"),
    "in_study": _("En estudio"),
    "incomplete": _("Incompleta"),
    "answered": _("Respondida"),
    "transferred": _("Trasladada"),
    "withdrawn": _("Desistida"),
}
SOURCES = {
    "call": _("Llamada"),
    "email": _("Correo"),
    "letter": _("Carta"),
    "portal": _("Portal"),
    "office": _("Oficina"),
    "authority": _("Autoridad o defensor"),
}
RESOLUTIONS = {
    "granted": _("Se concede"),
    "partly": _("Se concede en parte"),
    "denied": _("No se concede"),
}
# What each step is called, and what it asks for.
STEPS = {
    "answer": (_("Responder"), _("La respuesta, como la recibe la persona")),
    "take": (_("Hacerme cargo"), ""),
    "complete": (_("Registrar lo que faltaba"), _("Qué envió la persona")),
    "ask_to_complete": (_("Pedir que la complete"), _("Qué falta")),
    "extend": (_("Prorrogar"), _("Por qué, como se le informa a la persona")),
    "transfer": (_("Trasladar"), _("A quién le corresponde")),
    "withdraw": (_("Registrar que desiste"), _("Cómo lo dijo")),
}
EVENTS = {
    "open": _("Se recibió"),
    "take": _("Se asignó"),
    "ask_to_complete": _("Se pidió completarla"),
    "complete": _("Se completó"),
    "extend": _("Se prorrogó"),
    "transfer": _("Se trasladó"),
    "answer": _("Se respondió"),
    "erase": _("Se suprimieron los datos de la persona"),
    "withdraw": _("La persona desistió"),
    "abandon": _("Se cerró por falta de respuesta de la persona"),
}

# Why a person cannot be erased yet (policy.rules.retention.Kept and the open matters of policy).
KEPT = {
    "open-debt": _("Tiene una obligación vigente"),
    "debt-record": _("Los registros de su obligación se conservan"),
    "contact-record": _("El registro de sus contactos se conserva"),
    "open-case": _("Tiene otra solicitud sin responder"),
    "legal-hold": _("Hay un proceso u orden de autoridad en curso"),
}
