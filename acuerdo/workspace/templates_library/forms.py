"""The form of a new template: which text and for whom; its words are written in the editor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.messaging.public import CHANNELS, FORMS, NewTemplate
from acuerdo.workspace import wording
from acuerdo.workspace.forms import StyledForm
from acuerdo.workspace.templates_library.wording import FORMS as FORM_WORDS
from acuerdo.workspace.templates_library.wording import LANGUAGES


class NewTemplateForm(StyledForm):
    code = forms.RegexField(
        label=_("Nombre interno"),
        regex=r"^[a-z0-9][a-z0-9_]{2,59}$",
        max_length=60,
        help_text=_("Minúsculas, cifras y guion bajo. Con este nombre la llaman las estrategias: temprana_8."),
        error_messages={"invalid": _("Use minúsculas, cifras o guion bajo; al menos tres.")},
    )
    channel = forms.ChoiceField(label=_("Canal"), choices=lambda: [(one, wording.CHANNELS[one]) for one in CHANNELS])
    language = forms.ChoiceField(label=_("Idioma"), choices=lambda: list(LANGUAGES.items()))
    form_of_address = forms.ChoiceField(
        label=_("Trato"), choices=lambda: [(one, FORM_WORDS[one]) for one in FORMS], initial="usted"
    )
    stage = forms.ChoiceField(
        label=_("Etapa"), required=False, choices=lambda: [("", _("General")), *wording.STAGES.items()]
    )
    purpose = forms.ChoiceField(
        label=_("Finalidad"), choices=lambda: list(wording.PURPOSES.items()), initial="collection"
    )
    situation = forms.CharField(label=_("Situación"), required=False, max_length=40)
    country = forms.RegexField(
        label=_("País"), regex=r"^[A-Za-z]{2}$", required=False, help_text=_("Dos letras. Vacío: para todos."),
        error_messages={"invalid": _("El país se escribe con dos letras, como CO.")},
    )  # fmt: skip
    segment = forms.CharField(label=_("Segmento"), required=False, max_length=40, help_text=_("Vacío: para todos."))

    def told(self) -> NewTemplate:
        """What was typed, as the action takes it."""
        said: dict[str, Any] = dict(self.cleaned_data)
        return NewTemplate(**{**said, "country": said["country"].upper()})
