"""How offers and plans are said: a name, a headline to read aloud, what happens if something changes, the states."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.kernel.money import format_minor
from acuerdo.negotiation.rules.offers import Offer, OfferInstalment
from acuerdo.workspace import wording

KIND_WORDS = {
    "early_payment": gettext_lazy("Ponerse al día en estos días"),
    "full_payment": gettext_lazy("Pagar toda la deuda"),
    "promise": gettext_lazy("Promesa de un pago"),
    "split": gettext_lazy("Dos pagos"),
    "extension": gettext_lazy("Prórroga"),
    "plan": gettext_lazy("Plan de pagos"),
    "refinancing": gettext_lazy("Refinanciación"),
    "restructuring": gettext_lazy("Reestructuración"),
    "hardship_reduced": gettext_lazy("Cuota más liviana por unos meses"),
    "hardship_paused": gettext_lazy("Pausa de pagos"),
}
PLAN_STATES = {
    "draft": (gettext_lazy("Borrador"), "quiet"),
    "pending_approval": (gettext_lazy("En aprobación"), "warn"),
    "offered": (gettext_lazy("Ofrecido"), "info"),
    "expired": (gettext_lazy("Oferta vencida"), "quiet"),
    "declined": (gettext_lazy("No se acordó"), "quiet"),
    "accepted": (gettext_lazy("Aceptado"), "info"),
    "active": (gettext_lazy("Vigente"), "ok"),
    "late": (gettext_lazy("En atraso"), "warn"),
    "paused": (gettext_lazy("En pausa"), "info"),
    "completed": (gettext_lazy("Cumplido"), "ok"),
    "broken": (gettext_lazy("Terminó sin cumplirse"), "bad"),
    "replaced": (gettext_lazy("Reemplazado"), "quiet"),
    "cancelled": (gettext_lazy("Cancelado"), "quiet"),
}

END_WORDS = {
    "customer_asked": gettext_lazy("La persona lo pidió"),
    "capture_error": gettext_lazy("Error al registrarlo"),
    "dispute": gettext_lazy("Reclamo resuelto a su favor"),
    "fraud": gettext_lazy("Posible fraude"),
    "deceased": gettext_lazy("Fallecimiento"),
    "insolvency": gettext_lazy("Insolvencia"),
    "debt_sold": gettext_lazy("Obligación vendida o retirada"),
}


def masked_receiver(value: str) -> str:
    """Enough of a number or address for its owner to know which: «•••• 4567», «c•••@correo.example»."""
    if "@" in value:
        name, _at, domain = value.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"•••• {value[-4:]}"


def headline(instalments: Sequence[OfferInstalment | Any], currency: str, review_on: Any = None) -> str:
    """«6 pagos de $ 92.000, el primero el 5 may 2026», to say aloud."""
    if not instalments:
        return _("Sin pagos hasta el %(day)s") % {"day": wording.short_day(review_on)}
    first = instalments[0]
    amount, day = format_minor(first.amount_minor, currency), wording.short_day(first.due_on)
    if len(instalments) == 1:
        return _("%(amount)s el %(day)s") % {"amount": amount, "day": day}
    told = {"count": len(instalments), "amount": amount, "day": day}
    if len({part.amount_minor for part in instalments[:-1]}) > 1:
        return _("%(count)s pagos, el primero de %(amount)s el %(day)s") % told
    return _("%(count)s pagos de %(amount)s, el primero el %(day)s") % told


def if_something_changes(offer_kind: str) -> str:
    """What the customer is told before accepting: what happens if a date cannot be kept."""
    if offer_kind == "promise":
        return _("Si algo cambia, avísenos antes de la fecha y la movemos.")
    if offer_kind == "extension":
        return _("Hasta las fechas nuevas no se suman intereses de mora. Si una se le complica, avísenos antes.")
    if offer_kind.startswith("hardship"):
        return _("Antes de que termine lo revisamos juntos; mientras tanto no se suman intereses de mora.")
    if offer_kind in ("refinancing", "restructuring"):
        return _("Si una cuota se le complica, avísenos antes de la fecha y buscamos cómo ajustarla.")
    return _(
        "Mientras se cumpla no se suman intereses de mora. Si una fecha se le complica, avísenos antes y la ajustamos; "
        "el acuerdo termina solo después de avisarle, y lo que ya pagó queda abonado."
    )


def summary(plan: Any, instalments: Sequence[Any], creditor: str) -> list[str]:
    """The sentences that are read to the customer before they say yes, in order."""
    currency = plan.currency
    told = [
        _("Con %(creditor)s acordamos: %(headline)s.")
        % {"creditor": creditor, "headline": headline(instalments, currency, plan.review_on)}
    ]
    if len(instalments) > 1:
        last = instalments[-1]
        told.append(
            _("En total %(total)s; el último pago es de %(amount)s el %(day)s.")
            % {
                "total": format_minor(plan.total_minor, currency),
                "amount": format_minor(last.amount_minor, currency),
                "day": wording.short_day(last.due_on),
            }
        )
    saving = plan.waiver_minor + plan.discount_minor
    if saving:
        told.append(_("Se le condonan %(amount)s al completarlo.") % {"amount": format_minor(saving, currency)})
    if plan.charge_minor:
        told.append(
            _("El mayor plazo suma %(amount)s de interés corriente.")
            % {"amount": format_minor(plan.charge_minor, currency)}
        )
    return [*told, if_something_changes(plan.kind), _("¿Está de acuerdo?")]


def fit_words(offer: Offer, monthly_minor: int | None, currency: str) -> str:
    """How heavy the heaviest month is, beside what the person said they can pay."""
    if not offer.burden_minor:
        return ""
    heavy = format_minor(offer.burden_minor, currency)
    if monthly_minor is None:
        return _("El mes más pesado: %(amount)s.") % {"amount": heavy}
    can = format_minor(monthly_minor, currency)
    return _("El mes más pesado: %(amount)s, de %(can)s que puede.") % {"amount": heavy, "can": can}
