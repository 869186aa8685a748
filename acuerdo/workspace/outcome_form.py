"""The form of a call's outcome: its fields follow from the code, with sensible values, and say what saving will bring about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.agenda.public import Wish
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.calendar import next_business_day
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_mark_in, format_minor, parse_minor
from acuerdo.policy.public import Disposition, all_dispositions
from acuerdo.workspace import wording
from acuerdo.workspace.actions.calls import APPOINTMENTS, NEW_PROMISE, CallOutcome
from acuerdo.workspace.forms import StyledForm
from acuerdo.workspace.next_steps import follow_up_on, next_sentence

PROMISE_DAYS = 3
# What agents choose most, in the order of the list before anything is typed.
COMMON = ("NC-NCO", "CD-PTP", "CD-VOL", "CD-PPA", "CI-NOM", "NC-BUZ", "CD-YAP", "CI-EQU", "CD-INT", "CD-DIF", "CI-SID")
CALL_FAMILIES = ("CD", "CI", "NC")
INCOMING_FAMILIES = ("CD", "CI")
NEEDS = (
    ("pausa", gettext_lazy("Una pausa")),
    ("cuota_menor", gettext_lazy("Una cuota menor")),
    ("otra_fecha", gettext_lazy("Otra fecha")),
    ("mas_plazo", gettext_lazy("Más plazo")),
    ("ver_detalle", gettext_lazy("Ver el detalle")),
    ("revision", gettext_lazy("Una revisión")),
    ("apoyo", gettext_lazy("Apoyo de una persona")),
    ("otro_canal", gettext_lazy("Otro canal")),
)
CATEGORIES = (
    ("condiciones", gettext_lazy("Condiciones del contrato")),
    ("facturacion", gettext_lazy("Error de facturación")),
    ("pago", gettext_lazy("Problema con un pago")),
    ("producto", gettext_lazy("Problema con el producto")),
    ("no_reconoce", gettext_lazy("No reconoce la deuda")),
)
SCOPES = (("canal", gettext_lazy("Solo por llamada")), ("todos", gettext_lazy("Por ningún medio")))
MEETINGS = (
    ("office", gettext_lazy("En la oficina")),
    ("video", gettext_lazy("Por videollamada")),
    ("visit", gettext_lazy("Visita a la persona")),
)
LABELS = {
    "amount": gettext_lazy("Valor"), "due_on": gettext_lazy("Fecha"), "paid_on": gettext_lazy("Fecha del pago"),
    "means": gettext_lazy("Medio de pago"), "instrument": gettext_lazy("Medio de pago"), "starts_on": gettext_lazy("Desde"),
    "plan": gettext_lazy("Plan"), "offer": gettext_lazy("Oferta"), "request": gettext_lazy("Qué pide"), "day": gettext_lazy("Día del mes"),
    "need": gettext_lazy("Qué le ayudaría"), "policy": gettext_lazy("Póliza o producto"), "category": gettext_lazy("Tipo de reclamo"),
    "text": gettext_lazy("En palabras de la persona"), "call_at": gettext_lazy("Día y hora de la persona"), "kind": gettext_lazy("Cómo"),
    "preference": gettext_lazy("Canal, horario o idioma"), "scope": gettext_lazy("Hasta dónde"), "to": gettext_lazy("A quién"),
    "name": gettext_lazy("Nombre"), "position": gettext_lazy("Ubicación"), "photo": gettext_lazy("Foto del sobre"),
}  # fmt: skip
DATES = ("due_on", "paid_on", "starts_on")
CHOICES = {"need": NEEDS, "category": CATEGORIES, "scope": SCOPES}


@dataclass(frozen=True, slots=True)
class Owed:
    """What the form starts from: the chosen obligation's figures and the ways to pay of its creditor."""

    obligation_id: int
    currency: str
    country: str
    balance_due_minor: int
    next_due_minor: int
    ways_to_pay: tuple[str, ...]
    timezone: str = "America/Bogota"
    keeps_notes: bool = True

    @property
    def promise_minor(self) -> int:
        return self.balance_due_minor or self.next_due_minor


class OutcomeForm(StyledForm):
    def __init__(self, *args: Any, disposition: Disposition, owed: Owed, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.disposition, self.owed, self.today = disposition, owed, today
        for name in disposition.fields:
            self.fields[name] = _field(name, owed, today, disposition.code)
        if disposition.code in NEW_PROMISE and owed.ways_to_pay:
            ways = [("", _("Sin definir")), *((way, way) for way in owed.ways_to_pay)]
            self.fields["way_to_pay"] = forms.ChoiceField(label=_("Cómo pagará"), choices=ways, required=False)
        if disposition.code == "CD-CIT":
            self.fields["place"] = forms.CharField(
                label=_("Dónde, si es en la oficina o una visita"), required=False, max_length=160
            )
        self._add_next_step()
        if owed.keeps_notes:
            self.fields["note"] = forms.CharField(
                label=_("Nota (opcional)"),
                required=False,
                max_length=1_000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Qué se acordó, sin opiniones. No escriba motivos de la mora."),
            )
        self.style()
        self._focus_first(disposition)

    def _add_next_step(self) -> None:
        """The date proposed by the code, to be changed or emptied; what stops contact has its own date of review."""
        if self.disposition.holds or self.disposition.code in (*NEW_PROMISE, *APPOINTMENTS, "CD-REN"):
            return
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.fields["next_on"] = forms.DateField(
            label=_("Volver a gestionar el (opcional)"), required=False, widget=widget, input_formats=["%Y-%m-%d"],
            initial=follow_up_on(self.disposition.code, self.today, self.owed.country),
            help_text=str(next_sentence(self.disposition.code)),
        )  # fmt: skip

    def clean_next_on(self) -> date | None:
        chosen: date | None = self.cleaned_data["next_on"]
        if chosen is not None and chosen <= self.today:
            raise forms.ValidationError(_("Elija un día después de hoy."))
        return chosen

    def clean_call_at(self) -> datetime:
        """The hour is the person's own, wherever this screen is."""
        typed: datetime = self.cleaned_data["call_at"]
        return timezone.make_naive(typed).replace(tzinfo=ZoneInfo(self.owed.timezone))

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("kind") in ("office", "visit") and not told.get("place"):
            self.add_error("place", _("Escriba el lugar de la cita."))
        return told

    def clean_amount(self) -> int:
        try:
            text = self.cleaned_data["amount"]
            amount = parse_minor(text, self.owed.currency, decimal_mark_in(self.owed.currency))
        except Refusal as refusal:
            raise forms.ValidationError(in_reader_language(refusal.message)) from None
        if amount <= 0:
            raise forms.ValidationError(_("Escriba un valor mayor que cero."))
        return amount

    def told(self) -> CallOutcome:
        """What was typed, for the action; only after `is_valid`."""
        values = self.cleaned_data
        fields = {name: _plain(values[name]) for name in self.disposition.fields}
        return CallOutcome(
            code=self.disposition.code,
            obligation_id=self.owed.obligation_id,
            fields=fields,
            note=values.get("note", ""),
            amount_minor=values.get("amount"),
            due_on=values.get("due_on"),
            way_to_pay=values.get("way_to_pay", ""),
            appointment=self._appointment(),
        )

    def _appointment(self) -> Wish | None:
        """The hour agreed, or the agent's own next step at nine of its day."""
        values = self.cleaned_data
        if self.disposition.code == "CD-VOL":
            return Wish("phone", values["call_at"])
        if self.disposition.code == "CD-CIT":
            return Wish(values["kind"], values["call_at"], place=values.get("place", ""))
        if values.get("next_on") is None:
            return None
        at = datetime.combine(values["next_on"], time(9), tzinfo=ZoneInfo(self.owed.timezone))
        return Wish("follow_up", at, note=values.get("note", ""))

    def _focus_first(self, disposition: Disposition) -> None:
        """With fields to fill the first one takes the focus, else the button that saves."""
        if disposition.fields and not self.is_bound:
            self.fields[disposition.fields[0]].widget.attrs["data-focus"] = ""


def _field(name: str, owed: Owed, today: date, code: str) -> forms.Field:
    label = LABELS.get(name, name)
    if name == "amount":
        start = (
            format_minor(owed.promise_minor, owed.currency, has_symbol=False) if code in ("CD-PTP", "CD-PAG") else ""
        )
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        return forms.CharField(label=f"{label} ({owed.currency})", max_length=30, initial=start, widget=widget)
    if name in DATES:
        start_on = today if name == "paid_on" else next_business_day(today + timedelta(days=PROMISE_DAYS), owed.country)
        widget_date = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return forms.DateField(label=label, initial=start_on, widget=widget_date, input_formats=["%Y-%m-%d"])
    if name == "call_at":
        widget_moment = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        day = next_business_day(today + timedelta(days=1), owed.country)
        return forms.DateTimeField(
            label=label, widget=widget_moment, input_formats=["%Y-%m-%dT%H:%M"],
            initial=datetime.combine(day, time(10)),
        )  # fmt: skip
    if name == "kind":
        offered = [(code, word) for code, word in MEETINGS if code != "video" or settings.VIDEO_URL]
        return forms.ChoiceField(label=label, choices=offered)
    if name in CHOICES:
        return forms.ChoiceField(label=label, choices=CHOICES[name])
    if name in ("means", "instrument") and owed.ways_to_pay:
        return forms.ChoiceField(label=label, choices=[(way, way) for way in (*owed.ways_to_pay, _("Otro"))])
    return forms.CharField(label=label, max_length=300)


def consequences(disposition: Disposition) -> list[str]:
    """What saving brings about at once, in words, so that nobody stops a person's contact without knowing."""
    told = [_hold_sentence(hold) for hold in disposition.holds]
    if disposition.code in NEW_PROMISE:
        told.append(_("Queda una promesa vigente: no se contacta a la persona hasta su fecha y los días de gracia."))
    if disposition.code == "CD-REN":
        told.append(_("La promesa anterior queda reprogramada; solo se puede mover una vez."))
    if disposition.code in NEW_PROMISE:
        told.append(_("La víspera se le recuerda; si la fecha pasa sin pago, la estrategia propone el paso siguiente."))
    if disposition.code in APPOINTMENTS:
        told.append(_("Se le confirma por escrito, se le recuerda la víspera y a su hora es la primera de la cola."))
    if disposition.point == "close":
        told.append(_("Este número no se vuelve a usar para esta persona."))
    if disposition.point == "lower":
        told.append(_("Baja la seguridad de que este número sea de la persona."))
    if disposition.second_look:
        told.append(_("Pasa a otra persona para que lo revise."))
    if disposition.family == "CI":
        told.append(_("No mencione la deuda ni el motivo de la llamada."))
    return told


def _hold_sentence(hold: Any) -> str:
    kind = wording.HOLDS.get(hold.kind, hold.kind)
    where = {
        "person": _("todo contacto con la persona"),
        "obligation": _("todo contacto por esta obligación"),
        "channel": _("este canal"),
        "chosen": _("el contacto por donde pidió"),
    }[hold.scope]
    if hold.days:
        return _("Detiene %(where)s por %(days)d días: %(kind)s.") % {"where": where, "days": hold.days, "kind": kind}
    return _("Detiene %(where)s hasta que alguien lo levante: %(kind)s.") % {"where": where, "kind": kind}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def outcome_options(attempt: Any) -> dict[str, Any]:
    """The codes that a person may choose on a call, the most common first."""
    families = CALL_FAMILIES if attempt is not None else INCOMING_FAMILIES
    tree = [one for one in all_dispositions().values() if one.is_for_people and one.family in families]
    tree.sort(key=lambda one: COMMON.index(one.code) if one.code in COMMON else len(COMMON))
    english = wording.is_english()
    options = [
        {
            "code": one.code,
            "label": one.en if english else one.es,
            "words": " ".join([one.code, one.es, one.en, *one.words]),
            "stops": bool(one.holds),
        }
        for one in tree
    ]
    return {"options": options}
