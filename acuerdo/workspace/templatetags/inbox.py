"""Words of the inbox: what a person meant, what was done at once, why a file was not kept, how a provider stands."""

from django import template
from django.utils.translation import gettext_lazy as _

from acuerdo.workspace import wording

register = template.Library()

INTENTS = {
    "self_harm": _("Habló de hacerse daño"),
    "death": _("Habló de un fallecimiento"),
    "stop": _("Pide no recibir más"),
    "complaint": _("Marcó el correo como no deseado"),
    "wrong_person": _("Dice que no es la persona"),
    "fraud": _("Dice que es una suplantación"),
    "dispute": _("No está de acuerdo con la deuda"),
    "already_paid": _("Dice que ya pagó"),
    "insult": _("Está molesta"),
    "cannot_pay": _("No puede pagar por ahora"),
    "call_me": _("Pide una llamada"),
    "human": _("Pide hablar con alguien"),
    "wants_to_pay": _("Quiere pagar"),
    "thanks": _("Agradece"),
    "automatic": _("Respuesta automática"),
    "other": _("Otro asunto"),
}
DEEDS = {
    "stopped:person": _("No se le contactará por ningún medio"),
    "point:closed": _("El número o correo quedó cerrado"),
    "frozen:vulnerable": _("Contactos detenidos por situación especial"),
    "frozen:fraud": _("Cobro detenido por posible suplantación"),
    "frozen:dispute": _("Cobro detenido mientras se revisa"),
    "frozen:already_paid": _("Cobro detenido mientras se verifica el pago"),
    "frozen:hardship": _("Cobro detenido mientras se busca una opción"),
    "frozen:cooling_off": _("Pausa de tres días"),
    "promise:said_paid": _("La promesa espera que el pago aparezca"),
    "call:booked": _("Llamada agendada"),
    "call:asked": _("Pide llamada, sin hora"),
}
REFUSED = {
    "too-large": _("pesa demasiado y no se guardó"),
    "kind": _("es de un tipo que no se guarda"),
    "empty": _("llegó vacío"),
    "too-many": _("venían demasiados archivos"),
}
GRADES = {"new": _("Nuevo"), "good": _("Bien"), "watch": _("En observación"), "resting": _("En descanso")}
TEMPLATES = {
    "como_pagar": _("Cómo pagar"),
    "opciones_de_pago": _("Opciones de pago"),
    "ya_pago_recibido": _("Recibimos su aviso de pago"),
    "pago_por_ubicar": _("Buscamos su pago"),
    "cita_confirmada": _("Llamada agendada"),
    "disputa_recibida": _("Abrimos su caso"),
    "queja_recibida": _("Recibimos su queja"),
    "no_soy_yo": _("Número equivocado"),
    "actualizar_datos": _("Actualizar datos"),
}


@register.filter
def intent_word(code: str) -> str:
    return str(INTENTS.get(code, code))


@register.filter
def deed_word(code: str) -> str:
    kind, _colon, name = code.partition(":")
    if kind == "stopped" and code not in DEEDS:
        return str(_("Este canal quedó cerrado: %(channel)s") % {"channel": wording.CHANNELS.get(name, name)})
    if kind == "replied":
        return str(_("Se respondió: %(text)s") % {"text": template_word(name)})
    return str(DEEDS.get(code, code))


@register.filter
def file_refusal(code: str) -> str:
    return str(REFUSED.get(code, code))


@register.filter
def grade_word(code: str) -> str:
    return str(GRADES.get(code, code))


@register.filter
def template_word(code: str) -> str:
    return str(TEMPLATES.get(code, code.replace("_", " ")))
