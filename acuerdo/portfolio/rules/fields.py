"""The canonical fields that a portfolio file may carry, whatever its columns are called.

A field has a kind, which decides how its cells are read. `repeated` fields (phones, e-mails) may have several columns.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "id", "money", "date", "rate", "integer", "phone", "email", "flag", "choice"]


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical field: `label` is the Spanish name shown in the mapping screen."""

    name: str
    kind: Kind
    label: str
    group: str = "obligation"
    repeated: bool = False
    choices: tuple[str, ...] = ()


_COMPONENTS = {
    "principal": "capital",
    "contract_interest": "interés corriente",
    "late_interest": "interés de mora",
    "insurance": "seguros",
    "collection_fee": "gastos de cobranza",
    "other_fees": "otros conceptos",
}

KINDS = ("loan", "card", "invoice")
STATUSES = ("active", "paid", "written_off", "sold", "returned", "unassigned")
ROLES = ("debtor", "co_debtor", "guarantor", "reference")
FREQUENCIES = ("monthly", "biweekly", "weekly")
METHODS = ("french", "german", "bullet")
RATE_KINDS = ("effective_annual", "nominal_annual", "periodic")

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("obligation_number", "id", "Número de obligación"),
        Field("account_number", "id", "Cuenta (se une al número de operación)"),
        Field("kind", "choice", "Clase de obligación", choices=KINDS),
        Field("product", "text", "Producto"),
        Field("branch", "text", "Sucursal o agencia"),
        Field("region", "text", "Regional o zona"),
        Field("creditor", "text", "Acreedor"),
        Field("currency", "text", "Moneda"),
        Field("principal", "money", "Valor desembolsado"),
        Field("disbursed_on", "date", "Fecha de desembolso"),
        Field("rate", "rate", "Tasa de interés"),
        Field("rate_kind", "choice", "Clase de tasa", choices=RATE_KINDS),
        Field("late_rate", "rate", "Tasa de mora"),
        Field("term", "integer", "Plazo (cuotas)"),
        Field("term_days", "integer", "Plazo en días"),
        Field("frequency", "choice", "Periodicidad", choices=FREQUENCIES),
        Field("method", "choice", "Sistema de amortización", choices=METHODS),
        Field("instalment_amount", "money", "Valor de la cuota"),
        Field("instalments_overdue", "integer", "Cuotas vencidas"),
        Field("instalments_paid", "integer", "Cuotas pagadas"),
        Field("instalments_pending", "integer", "Cuotas pendientes"),
        Field("first_due_on", "date", "Fecha de la primera cuota"),
        Field("due_on", "date", "Fecha de vencimiento"),
        Field("overdue_since", "date", "Fecha de inicio de mora"),
        Field("balance_total", "money", "Saldo total"),
        Field("balance_due", "money", "Saldo vencido (exigible)"),
        *(Field(f"balance_{name}", "money", f"Saldo de {label}") for name, label in _COMPONENTS.items()),
        Field("days_past_due", "integer", "Días de mora"),
        Field("written_off_on", "date", "Fecha de castigo"),
        Field("settled_on", "date", "Fecha de cancelación"),
        Field("last_payment_amount", "money", "Valor del último pago"),
        Field("last_payment_on", "date", "Fecha del último pago"),
        Field("status", "choice", "Estado", choices=STATUSES),
        Field("disputed", "flag", "En disputa"),
        Field("do_not_contact", "flag", "No contactar", group="debtor"),
        Field("do_not_call", "flag", "No llamar", group="debtor"),
        Field("deceased", "flag", "Fallecido", group="debtor"),
        Field("insolvent", "flag", "En insolvencia", group="debtor"),
        Field("represented", "flag", "Con representante o apoderado", group="debtor"),
        Field("id_type", "text", "Tipo de documento", group="debtor"),
        Field("id_number", "id", "Número de documento", group="debtor"),
        Field("name", "text", "Nombre completo o razón social", group="debtor"),
        Field("given_names", "text", "Nombres", group="debtor"),
        Field("family_names", "text", "Apellidos", group="debtor"),
        Field("second_family_name", "text", "Segundo apellido", group="debtor"),
        Field("company_name", "text", "Razón social", group="debtor"),
        Field("address", "text", "Dirección", group="debtor", repeated=True),
        Field("city", "text", "Ciudad o distrito", group="debtor"),
        Field("province", "text", "Provincia", group="debtor"),
        Field("department", "text", "Departamento", group="debtor"),
        Field("phone", "phone", "Teléfono", group="debtor", repeated=True),
        Field("email", "email", "Correo electrónico", group="debtor", repeated=True),
        Field("participant_role", "choice", "Calidad (titular, codeudor, avalista)", group="related", choices=ROLES),
        *(
            Field(f"{prefix}_{name}", kind, f"{label} {title}", group="related")  # type: ignore[arg-type]
            for prefix, title in (
                ("co_debtor", "del codeudor"),
                ("guarantor", "del avalista"),
                ("reference", "de la referencia"),
            )
            for name, kind, label in (
                ("id_type", "text", "Tipo de documento"),
                ("id_number", "id", "Documento"),
                ("name", "text", "Nombre"),
                ("phone", "phone", "Teléfono"),
                ("email", "email", "Correo"),
            )
        ),
        Field("instalment_number", "integer", "Número de cuota", group="instalment"),
        Field("instalment_due_on", "date", "Vencimiento de la cuota", group="instalment"),
        *(
            Field(f"instalment_{name}", "money", f"Cuota: {label}", group="instalment")
            for name, label in _COMPONENTS.items()
            if name != "late_interest"
        ),
        Field("instalment_total", "money", "Cuota: total", group="instalment"),
        Field("payment_reference", "id", "Número del comprobante de pago", group="payment"),
        Field("payment_amount", "money", "Valor pagado", group="payment"),
        Field("paid_on", "date", "Fecha de pago", group="payment"),
    )
}

BALANCE_COMPONENTS = tuple(f"balance_{name}" for name in _COMPONENTS)
INSTALMENT_COMPONENTS = tuple(f"instalment_{name}" for name in _COMPONENTS if name != "late_interest")

# Kept out on purpose. The first is law (Colombia, Ley 2300 de 2023, art. 7: the reason for default may not be asked, and
# product.md section 14 drops the column); the second is data minimisation: nothing in collections needs them.
FORBIDDEN = "forbidden"
NOT_KEPT = "not_kept"


def kinds(kind: Kind) -> frozenset[str]:
    """The names of the fields of one kind."""
    return frozenset(name for name, field in FIELDS.items() if field.kind == kind)
