"""The form of a campaign: what it tells, to whom, when. What the chosen text asks for becomes fields of its own."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.messaging.public import FIELDS, Campaign, CampaignText, Template, told_fields_of
from acuerdo.portfolio.public import list_creditors
from acuerdo.workspace import wording
from acuerdo.workspace.campaigns.wording import FIELDS as FIELD_WORDS
from acuerdo.workspace.forms import StyledForm

LOCAL = "%Y-%m-%dT%H:%M"
TOLD = "told_"
FURTHER = ("second", "third")


def text_choices() -> list[tuple[str, str]]:
    """The approved texts of service and advertising, by code and channel."""
    found = Template.objects.filter(status="published", purpose__in=("service", "marketing"), language="es")
    rows = (
        found.exclude(channel="voice").values_list("code", "channel", "purpose").distinct().order_by("code", "channel")
    )
    return [
        (f"{code}:{channel}", f"{code} · {wording.CHANNELS[channel]} · {wording.PURPOSES[purpose]}")
        for code, channel, purpose in rows
    ]


class CampaignForm(StyledForm):
    name = forms.CharField(label=_("Nombre"), max_length=80)
    creditor = forms.ChoiceField(label=_("Acreedor"))
    segment = forms.CharField(
        label=_("A quiénes"), widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), max_length=2000,
        help_text=_(
            "Una condición con los datos del catálogo de la estrategia, como days_past_due > 0 and kind == \"loan\"."
            " «true» son todas las personas que deben."
        ),
    )  # fmt: skip
    starts_at = forms.DateTimeField(
        label=_("Empieza"), input_formats=[LOCAL], widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
    )  # fmt: skip
    ends_at = forms.DateTimeField(
        label=_("Termina"), input_formats=[LOCAL], widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        help_text=_("Los mensajes se reparten en las horas hábiles entre las dos fechas, en la hora del acreedor."),
    )  # fmt: skip
    second = forms.ChoiceField(
        label=_("Si no se puede por ese canal"), required=False,
        help_text=_("Quien no tiene ese medio, o no puede recibirlo por él, lo recibe por este. Cada persona lo recibe una vez."),
    )  # fmt: skip
    third = forms.ChoiceField(label=_("Y si tampoco"), required=False)
    paid_within_days = forms.IntegerField(
        label=_("Días para medir pagos"), min_value=1, max_value=90, initial=15,
        help_text=_("Se cuenta quién pagó dentro de estos días después de su mensaje."),
    )  # fmt: skip
    subject_b = forms.CharField(
        label=_("Segundo asunto"), max_length=160, required=False,
        help_text=_("Solo en correo. Si lo escribe, una parte lo recibe en lugar del asunto de la plantilla."),
    )  # fmt: skip
    share_b = forms.IntegerField(label=_("Parte con el segundo asunto, en %"), min_value=1, max_value=99, initial=50)

    def __init__(self, *args: Any, user: Any, text: str, **kwargs: Any) -> None:
        self.code, _colon, self.channel = text.partition(":")
        super().__init__(*args, **kwargs)
        self.creditors = {str(row.pk): row for row in list_creditors(user).order_by("name")}
        self.fields["creditor"].choices = [(pk, row.name) for pk, row in self.creditors.items()]  # type: ignore[attr-defined]
        others = [(key.partition(":")[2], word) for key, word in text_choices() if key.partition(":")[0] == self.code]
        others = [(channel, str(wording.CHANNELS[channel])) for channel, _word in others if channel != self.channel]
        for name in FURTHER:
            self.fields[name].choices = [("", _("Ninguno")), *others]  # type: ignore[attr-defined]
            if len(others) <= FURTHER.index(name):
                del self.fields[name]
        for name in told_fields_of(self.code, self.channel, *(channel for channel, _word in others)):
            self.fields[TOLD + name] = forms.CharField(label=FIELD_WORDS.get(name, FIELDS[name].says), max_length=500)
        if "email" not in {self.channel, *dict(others)}:
            del self.fields["subject_b"], self.fields["share_b"]
        self.style()

    def told(self) -> CampaignText:
        """What was typed, as the action takes it; the hours are the creditor's."""
        said = self.cleaned_data
        zone = ZoneInfo(self.creditors[said["creditor"]].timezone)
        return CampaignText(
            name=said["name"], creditor_id=int(said["creditor"]), segment=said["segment"], template=self.code,
            channel=self.channel, starts_at=_at(said["starts_at"], zone), ends_at=_at(said["ends_at"], zone),
            fields={name.removeprefix(TOLD): value for name, value in said.items() if name.startswith(TOLD)},
            subject_b=said.get("subject_b") or "", share_b=said.get("share_b") or 50,
            paid_within_days=said["paid_within_days"],
            further_channels=tuple(said[name] for name in FURTHER if said.get(name)),
        )  # fmt: skip


def initial_of(row: Campaign) -> dict[str, Any]:
    """A draft as the form shows it."""
    zone = ZoneInfo(row.creditor.timezone)
    return {
        "name": row.name, "creditor": str(row.creditor_id), "segment": row.segment,
        "starts_at": row.starts_at.astimezone(zone).replace(tzinfo=None),
        "ends_at": row.ends_at.astimezone(zone).replace(tzinfo=None),
        **dict(zip(FURTHER, row.channels[1:], strict=False)),
        "paid_within_days": row.paid_within_days, "subject_b": row.subject_b, "share_b": row.share_b,
        **{TOLD + name: value for name, value in row.fields.items()},
    }  # fmt: skip


def _at(local: datetime, zone: ZoneInfo) -> datetime:
    """Django read the hour in the installation's zone; what was typed is the creditor's."""
    return local.replace(tzinfo=zone).astimezone(UTC)
