"""The form of one appointment; its hour is the person's own."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acuerdo.agenda.public import Wish
from acuerdo.kernel.calendar import next_business_day
from acuerdo.workspace.agenda.wording import KINDS
from acuerdo.workspace.forms import StyledForm

MOMENT = "%Y-%m-%dT%H:%M"


class MomentForm(StyledForm):
    """A day and hour in the person's zone."""

    starts_at = forms.DateTimeField(
        label=_("Día y hora de la persona"), input_formats=[MOMENT],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )  # fmt: skip

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)

    def clean_starts_at(self) -> datetime:
        typed: datetime = self.cleaned_data["starts_at"]
        return timezone.make_naive(typed).replace(tzinfo=self.zone)


class AppointmentForm(MomentForm):
    kind = forms.ChoiceField(label=_("Cómo"))
    place = forms.CharField(label=_("Dónde, si es en la oficina o una visita"), required=False, max_length=160)
    note = forms.CharField(label=_("Para recordar (opcional)"), required=False, max_length=300)

    field_order = ("kind", "starts_at", "place", "note")

    def __init__(self, *args: Any, today: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(code, word) for code, word in KINDS.items() if code != "video" or settings.VIDEO_URL]
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]
        self.fields["kind"].widget.attrs["data-focus"] = ""
        day = next_business_day(today + timedelta(days=1), country)
        self.fields["starts_at"].initial = datetime.combine(day, time(10))

    def told(self) -> Wish:
        """Only after `is_valid`."""
        values = self.cleaned_data
        return Wish(values["kind"], values["starts_at"], place=values["place"], note=values["note"])
