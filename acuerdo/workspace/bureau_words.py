"""The words of reports to credit bureaus on the screens."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.policy.rules.bureau import BureauAnswer
from acuerdo.workspace import wording

# Where a default stands on its way to a bureau, with the tone of its chip.
STATES: dict[str, tuple[Any, str]] = {
    "due": (gettext_lazy("Sin aviso"), "warn"),
    "sent": (gettext_lazy("Falta otro aviso"), "warn"),
    "waiting": (gettext_lazy("Corre el plazo"), "info"),
    "ready": (gettext_lazy("Se puede reportar"), "ok"),
    "blocked": (gettext_lazy("No se puede"), "bad"),
    "expired": (gettext_lazy("Pasó el plazo"), "quiet"),
    "reported": (gettext_lazy("Reportada"), "bad"),
    "withdrawn": (gettext_lazy("Reporte retirado"), "quiet"),
}
REASONS = {
    "not-authorised": gettext_lazy("Falta la autorización de la persona para reportar."),
    "disputed": gettext_lazy("La deuda está en disputa."),
    "too-late": gettext_lazy("Pasó el último día posible para reportar esta mora."),
    "notice-missing": gettext_lazy("Falta el aviso previo."),
    "second-notice-missing": gettext_lazy("Falta el segundo aviso, en otro día: la deuda es pequeña."),
    "notice-too-recent": gettext_lazy("El aviso es muy reciente: espere el plazo."),
    "not-in-default": gettext_lazy("No está en mora: nada que reportar."),
    "terms-missing": gettext_lazy("No hay plazos cargados para este país: no se reporta."),
    "wage-missing": gettext_lazy("Falta el salario mínimo de esta fecha: no se reporta."),
}


def say_refused(answer: BureauAnswer | None) -> str:
    """Why a report is not let out, and from when it may be."""
    said = [_("Todavía no se puede reportar.")]
    if answer is not None:
        said += [str(REASONS[code]) for code in answer.reasons]
        if answer.from_on is not None:
            said.append(_("Se podrá desde el %(day)s.") % {"day": wording.short_day(answer.from_on)})
    return " ".join(said)
