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
CONTACTABILITY = ("unknown", "none", "low", "good")
PLAN_STANDINGS = ("none", "kept", "late", "at_risk", "paused")
CASE_KINDS = ("none", "complaint", "dispute", "hardship")
CASE_REASONS = (
    "none", "trato", "horario", "frecuencia", "tercero", "informacion", "otro", "condiciones", "facturacion", "pago", "producto",
    "no_reconoce", "pausa", "cuota_menor", "otra_fecha", "mas_plazo", "apoyo",
)  # fmt: skip
AFFORDABILITY = ("unknown", "covers", "tight", "short")
COMMITMENT = ("none", "keeps", "partial", "breaks")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Characteristics that must never decide how a person is treated; a condition that names one is refused.
PROTECTED = (
    "age", "birth_date", "civil_status", "disability", "ethnicity", "gender", "health", "marital_status", "nationality", "origin",
    "political_opinion", "pregnancy", "race", "religion", "sex", "sexual_orientation",
    "edad", "estado_civil", "etnia", "genero", "nacionalidad", "origen", "raza", "salud", "sexo",
)  # fmt: skip


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
    Fact(
        "affordability",
        "text",
        "Lo que dijo que puede pagar al mes frente a sus cuotas: cubre todas, al menos la mitad, menos",
        "What they said they can pay a month against their instalments: all, at least half, less",
        AFFORDABILITY,
    ),
    # the debt's own proportions
    Fact("late_interest", "money", "Interés de mora", "Late interest"),
    Fact(
        "paid_percent", "int", "Pagado, en % de lo pagado más el saldo", "Paid, in % of what was paid plus the balance"
    ),
    Fact("overdue_percent", "int", "Exigible, en % del saldo", "Balance due, in % of the balance"),
    Fact(
        "instalments_due",
        "int",
        "Cuotas que caben en lo exigible (0 sin cuota)",
        "Instalments that fit in the balance due",
    ),
    Fact("region", "text", "Estado o ciudad con norma propia", "State or city with a rule of its own"),
    Fact(
        "tenure_months", "int", "Meses desde su primera obligación vigente", "Months since the oldest active obligation"
    ),
    # how past delays went (12 months)
    Fact(
        "max_days_past_due_12m",
        "int",
        "Mayor mora en 12 meses, con la de hoy",
        "Longest delay in 12 months, with today's",
    ),
    Fact(
        "times_late_12m", "int", "Veces en mora en 12 meses, con la de hoy", "Times past due in 12 months, with today's"
    ),
    Fact(
        "times_cured_alone_12m",
        "int",
        "Veces que se puso al día sin contacto en 12 meses",
        "Times cured without a contact in 12 months",
    ),
    Fact(
        "paid_after_reminder",
        "bool",
        "Se puso al día tras un contacto en 12 meses",
        "Cured within 7 days of a contact in 12 months",
    ),
    # what the person told
    Fact("dispute", "bool", "La persona tiene una disputa abierta", "The person has an open dispute"),
    Fact("vulnerable", "bool", "Informó una situación especial, vigente", "A special situation they told of stands"),
    Fact("days_since_hardship", "int", "Días desde que informó dificultad", "Days since they told of hardship"),
    Fact("days_since_dispute", "int", "Días desde la última disputa", "Days since the last dispute"),
    Fact(
        "last_answer",
        "text",
        "Código de la última gestión con resultado (35 días)",
        "Code of the last outcome (35 days)",
    ),
    Fact("own_hours_chosen", "bool", "Eligió su horario de contacto", "Chose their hours of contact"),
    # how they can be reached
    Fact("has_address", "bool", "Tiene dirección válida", "Has a valid address"),
    Fact("consent_letter", "bool", "Autorizó carta", "Authorised letters"),
    Fact("reachable_channels", "int", "Canales con dato y autorización", "Channels with a contact point and consent"),
    Fact("calls_7_days", "int", "Llamadas en 7 días", "Calls in 7 days"),
    Fact("messages_7_days", "int", "Mensajes en 7 días", "Messages in 7 days"),
    Fact("last_answer_days", "int", "Días desde la última conversación", "Days since the last conversation"),
    Fact(
        "unanswered_in_row",
        "int",
        "Contactos sin respuesta desde la última conversación",
        "Contacts unanswered since the last talk",
    ),
    Fact(
        "contactability", "text", "Qué tan fácil responde (30 días)", "How easily they answer (30 days)", CONTACTABILITY
    ),
    # promises
    Fact("promises_made", "int", "Promesas hechas", "Promises made"),
    Fact("partly_kept_promises", "int", "Promesas cumplidas en parte en 180 días", "Promises partly kept in 180 days"),
    Fact("days_since_promise", "int", "Días desde que hizo la última promesa", "Days since the last promise was made"),
    Fact("commitment", "text", "Cómo cumple sus promesas", "How they keep promises", COMMITMENT),
    # agreements
    Fact("plan_standing", "text", "Cómo va su acuerdo de pago", "How their payment plan stands", PLAN_STANDINGS),
    Fact("plan_due_in", "int", "Días que faltan para la cuota del acuerdo", "Days to the plan's next instalment"),
    # cases
    Fact("case_kind", "text", "Último caso de la persona", "The person's last case", CASE_KINDS),
    Fact("case_reason", "text", "De qué trató su último caso", "What their last case was about", CASE_REASONS),
    Fact("days_since_case", "int", "Días desde su último caso", "Days since their last case"),
    # the day
    Fact("weekday", "text", "Día de la semana", "Day of the week", WEEKDAYS),
    Fact("month_day", "int", "Día del mes", "Day of the month"),
)

FACTS: dict[str, Fact] = {fact.code: fact for fact in _ALL}
