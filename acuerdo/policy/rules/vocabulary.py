"""The closed lists that questions, facts and packs are written in."""

from acuerdo.kernel.errors import Refusal

CHANNELS = ("sms", "email", "whatsapp", "voice", "call", "visit", "letter")
PURPOSES = ("collection", "reminder", "service", "marketing", "requested")
EXEMPT_PURPOSES = (
    "service",
    "requested",
)  # answers and confirmations do not use up a cap (CO: Ley 2300 de 2023, art. 8)
# What a reading may make the caps count besides contacts that collect: payment confirmations, and contacts with the other
# persons bound by the same debt.
COUNTABLE = ("service", "other_parties")
RECIPIENTS = ("debtor", "co_debtor", "guarantor", "reference", "third_party")
DIRECTIONS = ("out", "in")

# Order fixes the bit that the decision run uses for each hold: append, never reorder.
HOLDS = (
    "dispute",
    "insolvency",
    "deceased",
    "already_paid",
    "represented",
    "do_not_contact",
    "wrong_person",
    "complaint",
    "vulnerable",
    "hardship",
    "insurance_claim",
    "legal_review",
    "cooling_off",
    "information_due",
    "in_review",
    "commitment",
    "identity_doubt",
    "fraud",
    "lawsuit",
    "authority_order",
)
EVIDENCE = ("visit_authorisation", "unreachable_documented")
DAY_KINDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
CONFIDENCE = ("A", "Bq", "Bm", "Bs", "C", "product")

CHANNEL_NAMES = {
    "sms": "SMS",
    "email": "correo",
    "whatsapp": "WhatsApp",
    "voice": "mensaje de voz",
    "call": "llamada",
    "visit": "visita",
    "letter": "carta",
}
HOLD_NAMES = {
    "dispute": "deuda en disputa",
    "insolvency": "insolvencia",
    "deceased": "fallecimiento informado",
    "already_paid": "dice que ya pagó, en verificación",
    "represented": "tiene representante",
    "do_not_contact": "pidió no ser contactado",
    "wrong_person": "no es la persona",
    "complaint": "reclamo en trámite",
    "vulnerable": "situación especial",
    "hardship": "dificultad de pago en estudio",
    "insurance_claim": "seguro o siniestro en trámite",
    "legal_review": "revisión legal",
    "cooling_off": "pausa después de la última conversación",
    "information_due": "información pendiente de enviar",
    "in_review": "solicitud en estudio",
    "commitment": "promesa o plan vigente",
    "identity_doubt": "titularidad del medio en duda",
    "fraud": "suplantación o fraude",
    "lawsuit": "proceso judicial",
    "authority_order": "orden de autoridad",
}


def hold_bit(kind: str) -> int:
    """The bit of a hold in the decision run's mask."""
    return 1 << HOLDS.index(kind)


def one_of(value: str, allowed: tuple[str, ...], *, field: str) -> str:
    """`value` itself; refuses `unknown-<field>` when the list does not hold it."""
    if value not in allowed:
        raise Refusal(f"unknown-{field}", f"«{value}» no es un valor de «{field}»; use uno de: {', '.join(allowed)}.")
    return value
