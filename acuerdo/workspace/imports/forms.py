"""The forms of the import screens."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.portfolio.public import FIELDS, Profile, shipped_profiles
from acuerdo.workspace.imports.wording import DATE_WORDS, FIELD_WORDS, GROUP_WORDS, NUMBER_WORDS, OTHER_WORDS

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
EMPTY = {"empty": _("El archivo está vacío.")}


class UploadForm(forms.Form):
    """Which file, whose, and of which date."""

    file = forms.FileField(
        label=_("Archivo de la cartera"),
        error_messages=EMPTY,
        help_text=_("CSV, Excel (.xlsx, .xls) o Parquet; también comprimido con gzip."),
        widget=forms.FileInput(attrs=_TEXT | {"accept": ".csv,.txt,.xlsx,.xls,.xlsb,.ods,.parquet,.gz"}),
    )
    instalments = forms.FileField(
        label=_("Archivo de las cuotas (si lo tiene)"),
        required=False,
        error_messages=EMPTY,
        widget=forms.FileInput(attrs=_TEXT),
    )
    creditor = forms.ChoiceField(label=_("Acreedor"), widget=forms.Select(attrs=_SELECT))
    profile = forms.ChoiceField(
        label=_("Cómo se lee"),
        required=False,
        help_text=_("El perfil guarda las columnas y los formatos de este acreedor."),
        widget=forms.Select(attrs=_SELECT),
    )
    as_of = forms.DateField(
        label=_("Fecha de corte de las cifras"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_TEXT | {"type": "date"}),
    )
    partial = forms.BooleanField(
        label=_("Es un archivo parcial: lo que no menciona se queda como está"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self, *arguments: Any, creditors: list[tuple[str, str]], saved: list[str], today: date, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.fields["creditor"].choices = creditors  # type: ignore[attr-defined]
        shipped = [(name, profile.title or name) for name, profile in sorted(shipped_profiles().items())]
        groups: list[tuple[Any, Any]] = [("", _("Como siempre (lo usual de este acreedor)"))]
        if saved:
            groups.append((_("Guardados"), [(name, name) for name in saved]))
        self.fields["profile"].choices = [*groups, (_("Del producto"), shipped)]  # type: ignore[attr-defined]
        self.fields["as_of"].initial = today


def field_choices() -> list[tuple[Any, Any]]:
    """What a column may become, in groups, for one <select>."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for field in FIELDS.values():
        if field.group != "payment":
            groups.setdefault(field.group, []).append((field.name, FIELD_WORDS[field.name]))
    others = [(name, OTHER_WORDS[name]) for name in ("extra", "ignore")]
    named: list[tuple[Any, Any]] = [(GROUP_WORDS[group], choices) for group, choices in groups.items()]
    return [("", others), *named]


def style_choices() -> dict[str, list[tuple[str, Any]]]:
    """The styles that a person may state when the file does not prove them."""
    by_itself = ("", _("Lo que el archivo demuestre"))
    return {
        "numbers": [by_itself, *NUMBER_WORDS.items()],
        "dates": [by_itself, *DATE_WORDS.items()],
    }


def profile_from_post(post: Any, headers: list[str], base: Profile) -> dict[str, Any]:
    """The profile that the mapping screen's answer describes, on top of the one that it started from."""
    document = base.to_document()
    columns = {header: post.get(f"column-{index}", "extra") for index, header in enumerate(headers)}
    document["columns"] = {header: field for header, field in columns.items() if field not in ("forbidden", "not_kept")}
    document["ignore"] = [header for header, field in columns.items() if field == "ignore"]
    document["numbers"] = post.get("numbers") or None
    document["dates"] = post.get("dates") or None
    document["sheet"] = post.get("sheet", "")
    return document
