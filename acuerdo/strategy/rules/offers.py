"""The offers that a step may name: the kinds of negotiation's policy, and `hardship` for all that eases a difficulty.

What each person may really be offered, with its figures, is negotiation's answer; a step says only which is put first.
"""

from acuerdo.negotiation.rules.offers.figures import KINDS

HARDSHIP = "hardship"
OFFERS: dict[str, tuple[str, str]] = {
    "early_payment": ("pago de lo vencido en pocos días", "paying what is due within days"),
    "full_payment": ("pago total", "paying in full"),
    "promise": ("promesa de pago", "a promise to pay"),
    "split": ("lo vencido en dos pagos", "what is due in two payments"),
    "extension": ("prórroga", "an extension"),
    "plan": ("acuerdo por cuotas", "a payment plan"),
    "refinancing": ("refinanciación", "refinancing"),
    "restructuring": ("reestructuración", "restructuring"),
    "hardship_reduced": ("cuota más liviana por unos meses", "a lighter instalment for some months"),
    "hardship_paused": ("pausa de pagos", "a pause of payments"),
    HARDSHIP: ("alivio por dificultad", "relief for hardship"),
}
assert set(KINDS) <= set(OFFERS), "every kind of offer has its words"
_BEFORE = {"dificultad": HARDSHIP}  # as the first documents wrote it


def offer_of(name: str) -> str:
    """The offer that a step names; empty for none or an unknown one."""
    code = _BEFORE.get(name, name)
    return code if code in OFFERS else ""


def offer_words(name: str, language: str) -> str:
    code = offer_of(name)
    return OFFERS[code][0 if language == "es" else 1] if code else ""
