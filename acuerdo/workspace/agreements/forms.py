"""What the person says they can pay, and one offer built by hand. They only read what was typed; `negotiation` decides."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_mark_in, parse_minor
from acuerdo.negotiation.rules.offers import OfferRequest, Wish
from acuerdo.workspace.agreements.wording import KIND_WORDS
from acuerdo.workspace.forms import StyledForm

FREQUENCIES = (
    ("monthly", gettext_lazy("Cada mes")),
    ("biweekly", gettext_lazy("Cada quincena")),
    ("weekly", gettext_lazy("Cada semana")),
)
# What the calculator builds; a promise is logged with the call, hardship and new schedules are offered as they are.
BY_HAND = ("plan", "split", "early_payment", "full_payment")


class MoneyField(forms.CharField):
    """Minor units of the form's currency from what a person writes: 95.000, $ 95.000, 95000."""

    def __init__(self, *, currency: str = "COP", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_minor(text, self.currency, decimal_mark_in(self.currency))
        except Refusal as refusal:
            raise forms.ValidationError(in_reader_language(refusal.message)) from None


class _InCurrency(StyledForm):
    def __init__(self, *args: Any, currency: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    format="%Y-%m-%d", attrs={"type": "date", "min": today.isoformat(), **field.widget.attrs}
                )
        self.style()


class WishForm(_InCurrency):
    amount = MoneyField(label=gettext_lazy("Puede pagar"), required=False)
    first_on = forms.DateField(label=gettext_lazy("Desde el"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("Cada cuánto"), choices=FREQUENCIES, initial="monthly")
    hardship = forms.BooleanField(
        label=gettext_lazy("La persona contó que pasa por una dificultad"),
        required=False,
        help_text=gettext_lazy("Solo si ella lo dijo; no se pregunta el motivo."),
    )

    def wish(self) -> Wish:
        """What was typed; nothing where it cannot be read (the form shows why)."""
        told = self.cleaned_data if self.is_valid() else {}
        return Wish(told.get("amount"), told.get("first_on"), told.get("frequency") or "monthly")

    @property
    def has_hardship(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["hardship"])


class QuoteForm(_InCurrency):
    kind = forms.ChoiceField(label=gettext_lazy("Qué acuerdo"), choices=[(kind, KIND_WORDS[kind]) for kind in BY_HAND])
    instalments = forms.IntegerField(label=gettext_lazy("Pagos"), min_value=1, max_value=60, initial=3)
    frequency = forms.ChoiceField(label=gettext_lazy("Cada cuánto"), choices=FREQUENCIES, initial="monthly")
    first_on = forms.DateField(label=gettext_lazy("Primer pago"))
    down_payment = MoneyField(label=gettext_lazy("Inicial, hoy"), required=False)
    waiver = forms.IntegerField(
        label=gettext_lazy("Condonar mora y gastos, %"), min_value=0, max_value=100, required=False
    )
    discount = forms.IntegerField(label=gettext_lazy("Quita de capital, %"), min_value=0, max_value=100, required=False)

    def request(self) -> OfferRequest:
        """What was asked for, of a valid form. Shares left empty take what the policy offers everyone."""
        told = self.cleaned_data
        return OfferRequest(
            kind=told["kind"],
            first_on=told["first_on"],
            instalments=told["instalments"],
            frequency=told["frequency"],
            down_payment_minor=told["down_payment"] or 0,
            waiver_share=_share(told["waiver"]),
            discount_share=_share(told["discount"]),
        )


def _share(percent: int | None) -> Decimal | None:
    return None if percent is None else Decimal(percent) / 100
