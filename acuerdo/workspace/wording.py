"""How figures, dates and identifiers read on screen, and the words and tones of the states that other capabilities store."""

import json
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.policy.rules.dispositions import all_dispositions
from acuerdo.strategy.rules.reasons import say as say_reason

NBSP = "\u00a0"

CHANNELS = {
    "sms": gettext_lazy("SMS"),
    "email": gettext_lazy("Correo"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "voice": gettext_lazy("Mensaje de voz"),
    "call": gettext_lazy("Llamada"),
    "visit": gettext_lazy("Visita"),
    "letter": gettext_lazy("Carta"),
    "": gettext_lazy("Sin acción"),
}
CHANNEL_ICONS = {
    "sms": "message",
    "email": "mail",
    "whatsapp": "brand-whatsapp",
    "voice": "volume",
    "call": "phone",
    "visit": "home",
    "letter": "mailbox",
}
STAGES = {
    "none": gettext_lazy("Al día"),
    "preventive": gettext_lazy("Preventiva"),
    "due": gettext_lazy("Vencimiento"),
    "early": gettext_lazy("Temprana"),
    "middle": gettext_lazy("Media"),
    "late": gettext_lazy("Tardía"),
    "written_off": gettext_lazy("Castigo"),
}
PHASES = {
    "accrue": gettext_lazy("Causar intereses y actualizar saldos"),
    "promises": gettext_lazy("Juzgar promesas"),
    "evaluate": gettext_lazy("Juzgar promesas"),
    "refresh": gettext_lazy("Actualizar etapas y franjas"),
    "decide": gettext_lazy("Decidir la lista del día"),
    "dispatch": gettext_lazy("Programar los mensajes"),
    "deliver": gettext_lazy("Enviar lo permitido ahora"),
    "checkpoint": gettext_lazy("Firmar los recibos"),
}
FACTS = {
    "accounts": gettext_lazy("cuentas"),
    "looked_at": gettext_lazy("revisadas"),
    "kept": gettext_lazy("cumplidas"),
    "decide.kept": gettext_lazy("ya en marcha"),
    "replayed": gettext_lazy("recalculadas"),
    "core_changed": gettext_lazy("del core cambiaron"),
    "ledger_changed": gettext_lazy("de Acuerdo cambiaron"),
    "partly_kept": gettext_lazy("cumplidas en parte"),
    "broken": gettext_lazy("incumplidas"),
    "reopened": gettext_lazy("reabiertas"),
    "portfolio": gettext_lazy("obligaciones"),
    "people": gettext_lazy("personas"),
    "planned": gettext_lazy("contactos planeados"),
    "scheduled": gettext_lazy("programados"),
    "blocked": gettext_lazy("bloqueados"),
    "sent": gettext_lazy("enviados"),
    "failed": gettext_lazy("no salieron"),
    "recovered": gettext_lazy("recuperados"),
    "signed": gettext_lazy("cadenas firmadas"),
    "abandoned_petitions": gettext_lazy("solicitudes sin respuesta del cliente, archivadas"),
    "plans_late": gettext_lazy("acuerdos atrasados"),
    "plans_broken": gettext_lazy("acuerdos rotos"),
    "plans_at_risk": gettext_lazy("acuerdos en riesgo"),
}
LABELS = {
    "telefono": gettext_lazy("Teléfono"),
    "celular": gettext_lazy("Celular"),
    "correo": gettext_lazy("Correo"),
    "correo electronico": gettext_lazy("Correo electrónico"),
    "direccion": gettext_lazy("Dirección"),
}
OUTCOMES = {
    "allow": gettext_lazy("Permitido"),
    "deny": gettext_lazy("Bloqueado"),
    "refuse": gettext_lazy("Falta un dato"),
    "all": gettext_lazy("Todos"),
}
ACCOUNT_STATUSES = {
    "active": gettext_lazy("Vigentes"),
    "paid": gettext_lazy("Pagadas"),
    "written_off": gettext_lazy("Castigadas"),
    "gone": gettext_lazy("Retiradas"),
    "all": gettext_lazy("Todas"),
}
BUCKET_WORDS = {"current": gettext_lazy("Al día"), "360+": gettext_lazy("Más de 360")}
KINDS = {"loan": gettext_lazy("Crédito"), "card": gettext_lazy("Tarjeta"), "invoice": gettext_lazy("Factura")}
ROLES = {
    "agent": gettext_lazy("Gestor"),
    "supervisor": gettext_lazy("Supervisor"),
    "director": gettext_lazy("Director"),
    "compliance": gettext_lazy("Cumplimiento"),
    "admin": gettext_lazy("Administrador"),
}
RELATIONS = {
    "debtor": gettext_lazy("Titular"),
    "co_debtor": gettext_lazy("Codeudor"),
    "guarantor": gettext_lazy("Fiador o avalista"),
    "reference": gettext_lazy("Referencia (no contactar)"),
    "third_party": gettext_lazy("Tercero"),
}
PURPOSES = {
    "collection": gettext_lazy("Cobranza"),
    "reminder": gettext_lazy("Recordatorio"),
    "service": gettext_lazy("Servicio"),
    "marketing": gettext_lazy("Comercial"),
    "requested": gettext_lazy("Pedido por el cliente"),
}
COMPONENTS = {
    "principal": gettext_lazy("Capital"),
    "contract_interest": gettext_lazy("Interés corriente"),
    "late_interest": gettext_lazy("Interés de mora"),
    "insurance": gettext_lazy("Seguros"),
    "collection_fee": gettext_lazy("Gastos de cobranza"),
}
PROMISE_STATES = {
    "draft": (gettext_lazy("Borrador"), "quiet"),
    "open": (gettext_lazy("Vigente"), "info"),
    "verifying": (gettext_lazy("En verificación"), "warn"),
    "kept": (gettext_lazy("Cumplida"), "ok"),
    "partly_kept": (gettext_lazy("Cumplida en parte"), "warn"),
    "broken": (gettext_lazy("Incumplida"), "bad"),
    "rescheduled": (gettext_lazy("Reprogramada"), "quiet"),
    "cancelled": (gettext_lazy("Cancelada"), "quiet"),
}
SCRIPT_STATES = {
    "draft": (gettext_lazy("Borrador"), "quiet"),
    "published": (gettext_lazy("En uso"), "ok"),
    "retired": (gettext_lazy("Retirado"), "quiet"),
}
HOLDS = {
    "dispute": gettext_lazy("En disputa"),
    "insolvency": gettext_lazy("Insolvencia"),
    "deceased": gettext_lazy("Fallecimiento"),
    "already_paid": gettext_lazy("Ya pagó (en verificación)"),
    "represented": gettext_lazy("Con representante"),
    "do_not_contact": gettext_lazy("No contactar"),
    "wrong_person": gettext_lazy("No es la persona"),
    "complaint": gettext_lazy("Reclamo en trámite"),
    "vulnerable": gettext_lazy("Situación especial"),
    "hardship": gettext_lazy("Dificultad de pago en estudio"),
    "insurance_claim": gettext_lazy("Seguro o siniestro en trámite"),
    "legal_review": gettext_lazy("Revisión legal"),
    "cooling_off": gettext_lazy("Pausa después de la última conversación"),
    "information_due": gettext_lazy("Información pendiente de enviar"),
    "in_review": gettext_lazy("Solicitud en estudio"),
    "commitment": gettext_lazy("Promesa o plan vigente"),
    "identity_doubt": gettext_lazy("Titularidad del medio en duda"),
    "fraud": gettext_lazy("Suplantación o fraude"),
    "lawsuit": gettext_lazy("Proceso judicial"),
    "authority_order": gettext_lazy("Orden de autoridad"),
}
# What a person may choose by hand; the others follow from a disposition or from an import.
HOLDS_BY_HAND = [
    (code, HOLDS[code])
    for code in (
        "dispute",
        "already_paid",
        "complaint",
        "vulnerable",
        "represented",
        "do_not_contact",
        "wrong_person",
        "insolvency",
        "deceased",
        "fraud",
    )
]
DECISION_STATES = {
    "planned": gettext_lazy("por hacer"),
    "queued": gettext_lazy("programado"),
    "done": gettext_lazy("hecho"),
    "blocked": gettext_lazy("bloqueado"),
    "skipped": gettext_lazy("sin acción"),
}
REASON_GROUPS = {
    "nothing_owed": gettext_lazy("Nada por cobrar hoy"),
    "strategy": gettext_lazy("La estrategia espera"),
    "protection": gettext_lazy("Protección de la persona"),
    "law": gettext_lazy("La ley no lo permite hoy"),
    "reach": gettext_lazy("Sin medio de contacto"),
    "person": gettext_lazy("Un solo contacto por persona"),
    "capacity": gettext_lazy("Sin capacidad"),
}
MESSAGE_STATES = {
    "scheduled": (gettext_lazy("Programado"), "info"),
    "sending": (gettext_lazy("Saliendo"), "info"),
    "sent": (gettext_lazy("Enviado"), "quiet"),
    "delivered": (gettext_lazy("Entregado"), "ok"),
    "read": (gettext_lazy("Leído"), "ok"),
    "failed": (gettext_lazy("No salió"), "bad"),
    "blocked": (gettext_lazy("Bloqueado"), "warn"),
    "cancelled": (gettext_lazy("Cancelado"), "quiet"),
}
# What took these has reached nobody yet: the telephone exchange's queue, the PDF for the printer.
QUEUED_STATES = {
    "voice": (gettext_lazy("En cola de la central"), "info"),
    "letter": (gettext_lazy("En el PDF para imprimir"), "info"),
}
ATTEMPT_STATES = {
    "reserved": (gettext_lazy("Autorizado"), "info"),
    "sent": (gettext_lazy("Enviado"), "quiet"),
    "delivered": (gettext_lazy("Entregado"), "ok"),
    "read": (gettext_lazy("Leído"), "ok"),
    "answered": (gettext_lazy("Respondido"), "ok"),
    "unanswered": (gettext_lazy("Sin respuesta"), "quiet"),
    "failed": (gettext_lazy("No salió"), "bad"),
    "cancelled": (gettext_lazy("Cancelado"), "quiet"),
}


def reason_word(code: str) -> str:
    """Why an obligation is or is not contacted, in the language of the screen; a rule of the law by its own sentence."""
    if "." in code:
        subject, separator, rule = code.rpartition(":")
        said = rule_word(rule)
        return f"{CHANNELS.get(subject, subject)}: {said}" if separator else said
    return say_reason(code, "en" if is_english() else "es")


def rule_word(rule_id: str) -> str:
    """The sentence of one rule of the contact law, without the facts of a case; the id itself when no pack has it."""
    return _rule_words("en" if is_english() else "es", _versions()).get(rule_id, rule_id)


def rule_citation(rule_id: str) -> str:
    """The article that the rule applies."""
    return _rule_words("citation", _versions()).get(rule_id, "")


def _versions() -> tuple[str, ...]:
    """Of every pack in force: a newer one brings its own words."""
    return tuple(load_pack(code).version for code in pack_codes())


@lru_cache(maxsize=12)
def _rule_words(what: str, versions: tuple[str, ...]) -> dict[str, str]:
    del versions
    column = {"es": "reason", "en": "reason_en", "citation": "citation"}[what]
    fillers = {"channel": _filler("este canal", "this channel", what), "hold": _filler("pausa", "hold", what)}
    fillers["used"] = _filler("otro canal", "another channel", what)
    words: dict[str, str] = {}
    for code in pack_codes():
        for rule in load_pack(code).rules:
            words.setdefault(
                rule.id,
                getattr(rule, column).replace(": {channel}", "").format(**fillers)
                if what != "citation"
                else rule.citation,
            )
    return words


def _filler(spanish: str, english: str, what: str) -> str:
    return english if what == "en" else spanish


def disposition_word(code: str) -> str:
    """The label of an outcome code; the code itself when the tree does not have it."""
    found = all_dispositions().get(code)
    if found is None:
        return code
    return found.en if is_english() else found.es


def result_word(identifier: str) -> str:
    """The label of an outcome known by its English identifier, as contact points keep it; the text itself if unknown."""
    found = next((one for one in all_dispositions().values() if one.id == identifier), None)
    return disposition_word(found.code) if found else identifier


def bucket_word(bucket: str) -> str:
    """«1–30 días», or the words of the two ends."""
    return str(BUCKET_WORDS[bucket]) if bucket in BUCKET_WORDS else bucket.replace("-", "–")


def short_day(day: date) -> str:
    """«15 may 2026» · “May 15, 2026”."""
    text = format_date(day, "M j, Y") if is_english() else format_date(day, "j M Y").lower()
    return text.replace(" ", NBSP)


def long_day(day: date) -> str:
    """«viernes 15 de mayo de 2026» · “Friday, May 15, 2026”."""
    return format_date(day, "l, F j, Y") if is_english() else format_date(day, r"l j \d\e F \d\e Y").lower()


def hour(at: datetime, zone: str = "") -> str:
    """«3:40 p. m.» · “3:40 p.m.” on the wall clock of `zone`, of the installation when empty."""
    local = local_time(at, zone)
    mark = f"{'a' if local.hour < 12 else 'p'}.{'' if is_english() else NBSP}m."
    return f"{(local.hour % 12) or 12}:{local.minute:02}{NBSP}{mark}"


def clock_time(at: datetime) -> str:
    """«7:00», on the wall clock that the moment itself carries; «24:00» at the midnight that ends a day."""
    return "24:00" if (at.hour, at.minute) == (0, 0) else f"{at.hour}:{at.minute:02}"


def moment(at: datetime, zone: str = "") -> str:
    """«15 may 2026, 3:40 p. m.»."""
    return f"{short_day(local_time(at, zone))}, {hour(at, zone)}"


def near_moment(at: datetime, now: datetime, zone: str = "") -> str:
    """For the next permitted moment: «hoy a las 3:40 p. m.», «mañana a las 7:00 a. m.», «lun 16 nov a las 7:00 a. m.»."""
    local = local_time(at, zone)
    days = (local.date() - local_time(now, zone).date()).days
    if days == 0:
        return _("hoy a las %(hour)s") % {"hour": hour(at, zone)}
    if days == 1:
        return _("mañana a las %(hour)s") % {"hour": hour(at, zone)}
    day = format_date(local, "D, M j") if is_english() else format_date(local, "D j M").lower()
    return _("%(day)s a las %(hour)s") % {"day": day, "hour": hour(at, zone)}


def masked(number: str) -> str:
    """The last four characters of an identifier behind dots: `•••• 4321`; all of it is hidden when shorter than six."""
    return f"••••{NBSP}{number[-4:]}" if len(number) >= 6 else "••••"


def local_time(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(at)


def is_english() -> bool:
    return (get_language() or "es").startswith("en")


def local_day(at: datetime, zone: str) -> date:
    """The date on the wall of `zone`."""
    return local_time(at, zone).date()


def phase_error(stored: str) -> str:
    """What stopped a phase: the refusal's own sentence, or a plain one for a fault of ours."""
    if not stored:
        return ""
    try:
        told = json.loads(stored)
    except ValueError:
        return _("La fase falló de nuestro lado y quedó registrado.")
    return _(str(told.get("message", ""))) or str(told.get("code", ""))


def label_word(label: str) -> str:
    """A column's name as a person reads it: `correo_electronico` becomes «Correo electrónico»."""
    plain = label.replace("_", " ").strip().lower()
    return str(LABELS.get(plain, plain.capitalize()))


def source_word(source: str) -> str:
    """Where a contact point comes from; a load's identifier says nothing to a person."""
    kind, _separator, _uid = source.partition(":")
    return _("de la cartera cargada") if kind == "import" else _("fuente: %(source)s") % {"source": label_word(source)}


MESSAGE_FAILURES = {
    "day-over": gettext_lazy("El día terminó antes de su hora."),
    "paid": gettext_lazy("Ya había pagado."),
    "promise-changed": gettext_lazy("La promesa cambió."),
    "plan-changed": gettext_lazy("El acuerdo cambió."),
    "agreed": gettext_lazy("La persona acababa de aceptar un acuerdo."),
    "taken-back": gettext_lazy("Quien lo escribió lo retiró antes de que saliera."),
    "too-late": gettext_lazy("Habría llegado cuando ya no servía."),
    "no-provider": gettext_lazy("Ningún proveedor atiende este canal."),
    "providers-resting": gettext_lazy("El proveedor no responde; se intentará de nuevo."),
    "receiver-refused": gettext_lazy("El destino lo rechazó."),
    "text-refused": gettext_lazy("El proveedor rechazó el texto."),
    "undelivered": gettext_lazy("No se pudo entregar."),
    "call-not-placed": gettext_lazy("La central no alcanzó a llamar."),
    "delivery-in-doubt": gettext_lazy("No se sabe si salió; no se repite solo."),
    "hole": gettext_lazy("Al texto le falta un dato."),
}


def message_state_word(state: str, channel: str = "") -> tuple[object, str]:
    """The word and tone of a message's state; what only waits in a queue does not say that it was sent."""
    if state == "sent" and channel in QUEUED_STATES:
        return QUEUED_STATES[channel]
    return MESSAGE_STATES.get(state, (state, "quiet"))


def failure_word(code: str) -> str:
    """Why a message did not leave: a code of messaging or the rule that stopped it, in words."""
    if not code:
        return ""
    known = MESSAGE_FAILURES.get(code.partition(":")[0])
    return str(known) if known is not None else rule_word(code)


def actor_word(actor: str) -> str:
    """Who did it: a user's name as it is, the system by its word."""
    if actor == "cliente":
        return _("la persona")
    return _("el sistema") if actor in ("system", "sistema") else actor or "—"
