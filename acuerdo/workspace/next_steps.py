"""The next action that each outcome proposes, and its date: what the agent may change before saving."""

from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acuerdo.kernel.calendar import next_business_day

# Days until the agent returns to it (dispositions: CD-INT is followed once, CD-NAO rests a week); others leave it to the strategy.
FOLLOW_UPS = {
    "CD-INT": 3,
    "CD-NAO": 7,
    "CD-DES": 2,
    "CD-FEC": 2,
    "CD-PAG": 1,
    "CD-DEB": 5,
    "CD-TRF": 1,
    "CD-IDI": 1,
    "CI-VIA": 1,
}
SENTENCES: dict[str, Promise] = {
    "CD-INT": _("Próximo paso: concretar valor y fecha."),
    "CD-NAO": _("Próximo paso: proponer otra opción, no antes de una semana."),
    "CD-DES": _("Próximo paso: responder su propuesta."),
    "CD-FEC": _("Próximo paso: confirmar la fecha nueva."),
    "CD-PAG": _("Próximo paso: confirmar que el pago llegó."),
    "CD-DEB": _("Próximo paso: confirmar que el débito quedó activo."),
    "CD-TRF": _("Próximo paso: confirmar que la atendieron."),
    "CD-IDI": _("Próximo paso: llamar con el apoyo que pidió."),
    "CI-VIA": _("Próximo paso: llamar a la hora que indicaron."),
}
BY_STRATEGY = _("Sin fecha, la estrategia decide el próximo intento, otro día y a otra hora.")


def follow_up_on(code: str, today: date, country: str) -> date | None:
    """The working day proposed for the next step, None where the strategy goes on by itself."""
    days = FOLLOW_UPS.get(code)
    return next_business_day(today + timedelta(days=days), country) if days else None


def next_sentence(code: str) -> Promise:
    """What the next step is for."""
    return SENTENCES.get(code, BY_STRATEGY)
