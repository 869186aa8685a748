"""The words of connected systems' panels and of who answers in a company."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import format_minor, minor_from_plain_text
from acuerdo.portfolio.rules.panels import PanelSpec, Shown
from acuerdo.workspace import wording

CONTACT_ROLES = {
    "payments": gettext_lazy("Pagos"),
    "treasury": gettext_lazy("Tesorería"),
    "accounting": gettext_lazy("Contabilidad"),
    "legal_representative": gettext_lazy("Representante legal"),
    "owner": gettext_lazy("Dueño"),
    "other": gettext_lazy("Otra área"),
}


def title_of(spec: PanelSpec) -> str:
    return spec.title_en or spec.title if wording.is_english() else spec.title


def fact_text(fact: Shown, spec: PanelSpec) -> tuple[str, str]:
    """(label, value) in the reader's language; a value that is not what the document says it is reads as it came."""
    label = fact.label_en if wording.is_english() else fact.label
    try:
        return label, _value(fact, spec)
    except (Refusal, ValueError):
        return label, fact.value


def _value(fact: Shown, spec: PanelSpec) -> str:
    if fact.kind == "money" and spec.currency:
        return format_minor(minor_from_plain_text(fact.value, spec.currency), spec.currency)
    if fact.kind == "date":
        return str(wording.short_day(date.fromisoformat(fact.value[:10])))
    if fact.kind == "flag":
        return _("sí") if fact.value == "true" else _("no")
    return fact.value
