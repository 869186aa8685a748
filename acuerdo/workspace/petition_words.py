"""The words of petitions on the screens."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "complaint": _("Queja por la gestión"),
    "dispute": _("Reclamo por la deuda"),
    "hardship": _("Dificultad para pagar"),
    "access": _("Consulta de datos"),
    "correction": _("Corrección de datos"),
    "deletion": _("Supresión de datos"),
    "revocation": _("Revocatoria de la autorización"),
}
# What a case is about, by kind; the codes are those of policy.rules.petitions.REASONS.
REASONS = {
    "trato": _("El trato"),
    "horario": _("La hora"),
    "frecuencia": _("La frecuencia"),
    "tercero": _("Hablaron con otra persona"),
    "informacion": _("La información que le dieron"),
    "otro": _("Otra cosa"),
    "condiciones": _("Condiciones del contrato"),
    "facturacion": _("Error de facturación"),
    "pago": _("Problema con un pago"),
    "producto": _("Problema con el producto"),
    "no_reconoce": _("No reconoce la deuda"),
    "pausa": _("Una pausa"),
    "cuota_menor": _("Una cuota menor"),
    "otra_fecha": _("Otra fecha"),
    "mas_plazo": _("Más plazo"),
    "apoyo": _("Apoyo de una persona"),
}
OWNERS = {"": _("Todos"), "me": _("A mi cargo"), "none": _("Sin responsable")}
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
    "take": (_("Asignar"), ""),
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
    "attach": _("Se adjuntó un documento"),
    "reply": _("Se le escribió"),
    "undo": _("Se deshizo el paso anterior"),
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
