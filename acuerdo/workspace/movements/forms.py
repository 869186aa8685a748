"""What a movement needs to know. The forms read what was typed; the ledger decides whether it may be."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acuerdo.workspace.agreements.forms import MoneyField
from acuerdo.workspace.forms import StyledForm
from acuerdo.workspace.movements.wording import COMPONENT_WORDS

type Choices = list[tuple[str, Any]]


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class ReasonForm(StyledForm):
    """Every movement says why. `choices` fill the fields that offer something of this obligation."""

    reason = forms.CharField(label=_("Motivo"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, currency: str, today: date, choices: dict[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name, field in self.fields.items():
            if isinstance(field, MoneyField):
                field.currency = currency
            if isinstance(field, forms.DateField):
                field.initial = field.initial or today
            if name in choices and isinstance(field, forms.ChoiceField):
                field.choices = choices[name]
        self.order_fields([name for name in self.fields if name != "reason"])

    def _not_ahead(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if day > self.today:
            raise forms.ValidationError(_("Elija hoy o un día anterior."))
        return day

    def clean_on(self) -> date:
        return self._not_ahead("on")


class PaymentForm(ReasonForm):
    amount = MoneyField(label=_("Valor"))
    on = _day(_("Día en que se pagó"))
    reference = forms.CharField(
        label=_("Referencia"),
        max_length=100,
        help_text=_("El número del recibo o de la consignación: la misma referencia nunca cuenta dos veces."),
    )


class ExtensionForm(ReasonForm):
    instalment = forms.ChoiceField(label=_("Desde la cuota"))
    due_on = _day(_("Nuevo vencimiento"))
    rest = forms.BooleanField(label=_("Mover las cuotas siguientes los mismos días"), required=False, initial=True)

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Elija un día después de hoy."))
        return day


class PauseForm(ReasonForm):
    from_on = _day(_("Desde"))
    to_on = _day(_("Hasta"))


class ResumeForm(ReasonForm):
    movement = forms.ChoiceField(label=_("Pausa"))
    on = _day(_("La mora corre de nuevo desde"))


class WaiverForm(ReasonForm):
    component = forms.ChoiceField(label=_("Qué se condona"))
    amount = MoneyField(label=_("Valor"))


class DiscountForm(ReasonForm):
    amount = MoneyField(label=_("Capital que se rebaja"))


class DayForm(ReasonForm):
    on = _day(_("Fecha"))


class FeeForm(ReasonForm):
    attempt = forms.ChoiceField(label=_("Gestión que lo respalda"))
    amount = MoneyField(label=_("Valor"))


class RefundForm(ReasonForm):
    amount = MoneyField(label=_("Valor que se devuelve"))
    on = _day(_("Día en que se devolvió"))
    reference = forms.CharField(label=_("Referencia de la transferencia"), max_length=100)


class ChargebackForm(ReasonForm):
    movement = forms.ChoiceField(label=_("Pago"))
    amount = MoneyField(label=_("Valor que volvió a quien pagó"))
    on = _day(_("Día en que volvió"))
    reference = forms.CharField(label=_("Referencia del banco"), max_length=100)


class ReversalForm(ReasonForm):
    movement = forms.ChoiceField(label=_("Pago"))
    on = _day(_("Fecha del reverso"))


class AnnulForm(ReasonForm):
    movement = forms.ChoiceField(label=_("Movimiento"))


def components(names: tuple[str, ...]) -> Choices:
    """The parts of the debt that may be forgiven, in words."""
    return [(name, COMPONENT_WORDS[name]) for name in names]
