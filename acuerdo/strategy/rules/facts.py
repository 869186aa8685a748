"""The facts that a strategy may ask about, one row an obligation: name, type, words, and the value that means "none".

A fact never is null: absence has a value of its own (`NEVER` days, an empty text), so that all engines and plain Python
agree on every comparison. Amounts are minor units of the obligation's currency and are compared with `amount(COP=…)`.
"""

from dataclasses import dataclass
from typing import Literal

type FactType = Literal["int", "bool", "text", "money"]

NEVER = 9999  # days: it has not happened, or there is no such date
STAGES = ("none", "preventive", "due", "early", "middle", "late", "written_off")
KINDS = ("loan", "card", "invoice")
CHANNELS = ("sms", "email", "whatsapp", "voice", "call", "visit", "letter")


@dataclass(frozen=True, slots=True)
class Fact:
    """`values` lists every text that the fact can be; empty means any text."""

    code: str
    type: FactType
    spanish: str
    english: str
    values: tuple[str, ...] = ()


_ALL = (
    Fact(
        "day",
        "int",
        "Día en la línea: mora en positivo, días que faltan en negativo",
        "Day on the line: past due positive, to go negative",
    ),
    Fact("days_past_due", "int", "Días de mora", "Days past due"),
    Fact("days_to_due", "int", "Días que faltan para la próxima cuota", "Days to the next instalment"),
    Fact("stage", "text", "Etapa según los umbrales de la estrategia", "Stage by the strategy's thresholds", STAGES),
    Fact("bucket", "text", "Franja de mora", "Arrears bucket"),
    Fact("kind", "text", "Tipo de obligación", "Kind of obligation", KINDS),
    Fact("product", "text", "Producto", "Product"),
    Fact("creditor", "text", "Acreedor", "Creditor"),
    Fact("country", "text", "País del acreedor", "Creditor's country"),
    Fact("currency", "text", "Moneda", "Currency"),
    Fact("balance", "money", "Saldo total", "Total balance"),
    Fact("balance_due", "money", "Saldo exigible", "Balance due"),
    Fact("next_due", "money", "Valor de la próxima cuota", "Amount of the next instalment"),
    Fact(
        "exposure",
        "money",
        "Saldo de la persona en esta moneda con este acreedor",
        "Person's balance in this currency with this creditor",
    ),
    Fact("last_payment", "money", "Último pago", "Last payment"),
    Fact("days_since_payment", "int", "Días desde el último pago", "Days since the last payment"),
    Fact("days_since_disbursed", "int", "Días desde el desembolso", "Days since disbursement"),
    Fact("company", "bool", "Es empresa", "Is a company"),
    Fact("obligations", "int", "Obligaciones vigentes de la persona", "Person's active obligations"),
    Fact("obligations_overdue", "int", "Obligaciones en mora de la persona", "Person's obligations past due"),
    Fact("open_promise", "bool", "Tiene promesa vigente", "Has an open promise"),
    Fact("promise_due_in", "int", "Días que faltan para la promesa", "Days to the promised date"),
    Fact("promise_amount", "money", "Valor prometido", "Amount promised"),
    Fact("broken_promises", "int", "Promesas incumplidas en 180 días", "Promises broken in 180 days"),
    Fact("kept_promises", "int", "Promesas cumplidas en 180 días", "Promises kept in 180 days"),
    Fact("days_since_broken", "int", "Días desde la última promesa incumplida", "Days since the last broken promise"),
    Fact("has_email", "bool", "Tiene correo válido", "Has a valid e-mail"),
    Fact("has_mobile", "bool", "Tiene celular válido", "Has a valid mobile"),
    Fact("has_phone", "bool", "Tiene teléfono válido", "Has a valid telephone"),
    Fact("consent_email", "bool", "Autorizó correo", "Authorised e-mail"),
    Fact("consent_sms", "bool", "Autorizó SMS", "Authorised SMS"),
    Fact("consent_whatsapp", "bool", "Autorizó WhatsApp", "Authorised WhatsApp"),
    Fact("consent_voice", "bool", "Autorizó mensaje de voz", "Authorised voice message"),
    Fact("consent_call", "bool", "Autorizó llamada", "Authorised calls"),
    Fact("contacts_7_days", "int", "Contactos en 7 días", "Contacts in 7 days"),
    Fact("contacts_30_days", "int", "Contactos en 30 días", "Contacts in 30 days"),
    Fact(
        "answers_30_days", "int", "Conversaciones con la persona en 30 días", "Conversations with the person in 30 days"
    ),
    Fact("last_contact_days", "int", "Días desde el último contacto", "Days since the last contact"),
    Fact("last_channel", "text", "Canal del último contacto", "Channel of the last contact", ("", *CHANNELS)),
    Fact("placed", "bool", "Asignada a una agencia", "Placed with an agency"),
)

FACTS: dict[str, Fact] = {fact.code: fact for fact in _ALL}
