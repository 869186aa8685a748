"""Forms of the workspace: they read and check what was typed; what it does stands in actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.base.models import Role, User
from acuerdo.workspace import wording


class StyledForm(forms.Form):
    """Gives each widget the kit's class and marks the wrong ones, so that templates stay free of it."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.style()

    def style(self) -> None:
        """Once more after fields were added."""
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _class_of(field.widget))

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                widget = self.fields[name].widget
                widget.attrs["class"] = f"{_class_of(widget)} is-invalid"


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class UserForm(StyledForm):
    full_name = forms.CharField(label=_("Nombre completo"), max_length=120)
    username = forms.RegexField(
        label=_("Usuario"),
        regex=r"^[a-z0-9][a-z0-9._-]{2,59}$",
        max_length=60,
        help_text=_("Minúsculas, cifras, punto o guion; al menos tres."),
        error_messages={"invalid": _("Use minúsculas, cifras, punto o guion; al menos tres.")},
    )
    email = forms.EmailField(label=_("Correo"), required=False)
    role = forms.ChoiceField(label=_("Perfil"), choices=lambda: [(role, wording.ROLES[role]) for role in Role.values])
    scope = forms.ChoiceField(label=_("Qué cartera ve"))
    creditors = forms.MultipleChoiceField(
        label=_("Acreedores"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Solo si eligió «los acreedores marcados»."),
    )

    def __init__(
        self, *args: Any, creditors: list[tuple[str, str]], agencies: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        every = [("all", _("Todos los acreedores")), ("some", _("Los acreedores marcados"))]
        placed = [(f"agency:{uid}", _("Lo asignado a la agencia %(name)s") % {"name": name}) for uid, name in agencies]
        self.fields["scope"].choices = every + placed  # type: ignore[attr-defined]
        self.fields["creditors"].choices = creditors  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Ya hay una persona con ese usuario."))
        return username

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("scope") == "some" and not told.get("creditors"):
            self.add_error("creditors", _("Marque al menos un acreedor."))
        return told
