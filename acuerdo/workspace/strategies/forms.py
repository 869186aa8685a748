"""Forms of one segment and one step: what they give is written into the document, which alone decides whether it is valid."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.workspace import wording as words
from acuerdo.workspace.strategies import wording

CHANNELS = ("sms", "email", "whatsapp", "voice", "call", "letter")
CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}
BOX = {"class": "form-check-input"}


def _text(label: Any, *, is_required: bool = False, help_text: Any = "", **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={**CONTROL, **attributes})
    return forms.CharField(label=label, required=is_required, help_text=help_text, max_length=1_000, widget=widget)


def _number(label: Any, *, help_text: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs=CONTROL)
    return forms.IntegerField(label=label, required=False, help_text=help_text, widget=widget)


def _choice(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=list(choices), widget=forms.Select(attrs=SELECT))


class SegmentForm(forms.Form):
    code = _text(_("Código"), is_required=True, help_text=_("Minúsculas, cifras y _"))
    title = _text(_("Título"), is_required=True)
    when = _text(_("Condición"), help_text=_("Vacía: todos los que no cayeron antes"), spellcheck="false")
    leave_alone = _choice(_("¿Se contactan?"), wording.ALONE.items())

    def fields_of_item(self, before: dict[str, Any]) -> dict[str, Any]:
        """The item as it is written: what is left empty is left out."""
        return merged(before, self.cleaned_data)


class StepForm(forms.Form):
    code = _text(_("Código"), is_required=True, help_text=_("Minúsculas, cifras y _"))
    title = _text(_("Título"), is_required=True)
    day = _number(_("Día"), help_text=_("−5 es cinco días antes; vacío: cuando se cumpla la condición"))
    relative_to = _choice(_("Se cuenta desde el día"), wording.RELATIVE.items())
    open_days = _number(_("Días que queda abierto"))
    repeat_days = _number(_("Se repite cada (días)"))
    until = _number(_("Hasta el día"))
    wait_days = _number(_("Días mínimos desde el último contacto"))
    channels = _text(_("Canales, en orden"), is_required=True, help_text=", ".join(CHANNELS))
    template = _text(_("Plantilla"), list="plantillas")
    script = _text(_("Guion de la llamada"))
    tone = _choice(_("Tono"), wording.TONES.items())
    offer = _text(_("Política de ofertas"))
    hour = _text(_("Hora preferida"), help_text=_("09:30, hora de la persona"))
    hour_policy = _choice(_("Cuándo sale"), wording.HOUR_POLICIES.items())
    purpose = _choice(_("Para qué"), [(code, words.PURPOSES[code]) for code in ("collection", "reminder")])
    segments = forms.MultipleChoiceField(
        label=_("Segmentos (ninguno: todos)"), required=False, widget=forms.CheckboxSelectMultiple(attrs=BOX)
    )
    when = _text(_("Condición"), spellcheck="false")
    stop_when = _text(_("Salida: deja de tocar cuando"), spellcheck="false")

    def __init__(self, *arguments: Any, segments: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["segments"].choices = segments  # type: ignore[attr-defined]

    def fields_of_item(self, before: dict[str, Any]) -> dict[str, Any]:
        """The item as it is written: channels as a list, what is left empty left out."""
        told = dict(self.cleaned_data)
        told["channels"] = [code.strip().lower() for code in told["channels"].split(",") if code.strip()]
        return merged(before, told)


# What a document means when it says nothing: these are not written.
_SILENT = {
    "leave_alone": "", "relative_to": "due", "open_days": 3, "wait_days": 0, "tone": "neutral", "hour_policy": "fixed",
    "purpose": "collection", "when": "true", "stop_when": "false", "hour": "09:00",
}  # fmt: skip


def initial_of(item: dict[str, Any]) -> dict[str, Any]:
    """What a form shows of an item as written."""
    shown = {**_SILENT, **item}
    shown["when"] = "" if shown["when"] == "true" else shown["when"]
    shown["stop_when"] = "" if shown["stop_when"] == "false" else shown["stop_when"]
    shown["channels"] = ", ".join(map(str, item.get("channels") or []))
    return shown


def merged(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The item's fields in their order, those of the form changed, those it does not know kept."""
    found = {name: value for name, value in before.items() if name not in told}
    given = {name: value for name, value in told.items() if value not in ("", None, [])}
    given = {name: value for name, value in given.items() if name in before or _SILENT.get(name) != value}
    ordered = [name for name in before if name in given or name in found] + [
        name for name in given if name not in before
    ]
    return {name: given.get(name, found.get(name)) for name in ordered}
