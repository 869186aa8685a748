"""The words of the movements' screens."""

from django.utils.translation import gettext_lazy as _

KIND_WORDS = {
    "payment": _("Pago"),
    "reversal": _("Reverso de un pago"),
    "fee": _("Gasto de cobranza"),
    "waiver": _("Condonación"),
    "discount": _("Quita de capital"),
    "pause": _("Pausa de intereses de mora"),
    "write_off": _("Castigo"),
    "settlement": _("Pago total antes del plazo"),
    "extension": _("Prórroga"),
    "chargeback": _("Contracargo"),
    "refund": _("Devolución del saldo a favor"),
    "restructuring": _("Reestructuración"),
    "refinancing": _("Refinanciación"),
}
COMPONENT_WORDS = {
    "late_interest": _("Interés de mora"),
    "collection_fee": _("Gastos de cobranza"),
    "contract_interest": _("Interés corriente"),
    "insurance": _("Seguros"),
    "fees": _("Otros cargos de la cuota"),
    "principal": _("Capital"),
}
FIGURE_WORDS = {
    "balance": _("Total de la obligación"),
    "due": _("Para ponerse al día"),
    "days": _("Días de mora"),
    "next": _("Próxima cuota"),
    "credit": _("Saldo a favor"),
}
