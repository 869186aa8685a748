"""The fields that a template may place: what each says, its worst case for previews, and why some must not be missing."""

from dataclasses import dataclass

REPEATED = "obligaciones"


@dataclass(frozen=True, slots=True)
class Field:
    """`says` describes it in the editor; `sample` is its worst case, for previews; `why_required` explains a missing one."""

    says: str
    sample: str
    why_required: str = ""


FIELDS: dict[str, Field] = {
    "nombre": Field("Nombre y apellidos", "María Fernanda de la Santísima Trinidad Rodríguez Santamaría"),
    "nombre_preferido": Field("Como pidió que lo llamen; si no, su primer nombre", "María Fernanda"),
    "acreedor": Field(
        "Nombre del acreedor", "Cooperativa Multiactiva Andina", "la persona debe saber a quién le debe."
    ),
    "acreedor_razon_social": Field(
        "Razón social del acreedor", "Cooperativa Multiactiva Andina de Ahorro y Crédito Ltda."
    ),
    "producto": Field("Producto de la obligación principal", "Crédito de libre inversión"),
    "numero_final": Field("Últimas cuatro cifras de la obligación", "4821"),
    "saldo_vencido": Field("Lo exigible hoy", "$ 12.345.678", "la persona debe saber cuánto."),
    "saldo_total": Field("Todo lo que debe", "$ 123.456.789"),
    "cuota": Field("Valor de la próxima cuota", "$ 1.234.567"),
    "fecha_vencimiento": Field(
        "Fecha de la cuota", "30 de septiembre de 2026", "un valor sin fecha no se puede verificar."
    ),
    "fecha_corte": Field("Fecha de las cifras", "30 de septiembre de 2026"),
    "dias_mora": Field("Días de atraso", "118"),
    "formas_de_pago": Field(
        "Formas de pago del acreedor", "PSE, corresponsales Efecty y Baloto, oficinas, débito automático"
    ),
    "telefono_acreedor": Field("Teléfono del acreedor", "+57 601 5550100"),
    "correo_acreedor": Field("Correo del acreedor", "servicio@cooperativa.example"),
    "quien_escribe": Field("Quién firma el mensaje", "Laura Gómez"),
    "enlace": Field(
        "Enlace para pagar y responder",
        "https://pagos.cooperativa.example/a/7Yq2",
        "la persona debe saber cómo pagar o responder.",
    ),
    "promesa_valor": Field("Valor prometido", "$ 1.234.567"),
    "promesa_fecha": Field("Fecha prometida", "30 de septiembre de 2026"),
    "promesa_pagado": Field("Lo pagado de la promesa, si algo se pagó", "$ 234.567"),
    "pago_valor": Field("Valor del pago recibido", "$ 1.234.567"),
    "pago_fecha": Field("Fecha del pago recibido", "30 de septiembre de 2026"),
    "consecuencias": Field(
        "Consecuencias del atraso, en las palabras aprobadas por el acreedor", "Se causan intereses de mora."
    ),
    "plan_cuotas": Field("Número de cuotas del plan", "24"),
    "plan_cuota": Field("Valor de cada cuota del plan", "$ 1.234.567", "la persona debe saber cuánto."),
    "plan_fecha": Field(
        "Fecha de la primera o la próxima cuota del plan",
        "30 de septiembre de 2026",
        "un valor sin fecha no se puede decidir.",
    ),
    "plan_total": Field("Total que se pagaría con el plan", "$ 123.456.789"),
    "plan_avance": Field("Qué cuota del plan es", "12 de 24"),
    "descuento_valor": Field("Cuánto ahorra", "$ 1.234.567"),
    "descuento_total": Field("Cuánto paga con el descuento", "$ 12.345.678", "la persona debe saber cuánto."),
    "descuento_fecha": Field(
        "Hasta cuándo vale la propuesta", "30 de septiembre de 2026", "una propuesta sin fecha no se puede decidir."
    ),
    "fecha_desde": Field("Desde cuándo rige", "30 de septiembre de 2026"),
    "fecha_nueva": Field("Nueva fecha de pago", "30 de septiembre de 2026", "la persona debe saber cuándo."),
    "fecha_respuesta": Field(
        "Cuándo respondemos a más tardar", "30 de septiembre de 2026", "la persona debe saber cuándo tendrá respuesta."
    ),
    "fecha_limite": Field(
        "Hasta cuándo puede pagar, acordar o reclamar", "30 de septiembre de 2026", "la ley pide el plazo."
    ),
    "pausa_hasta": Field(
        "Hasta cuándo dura la pausa", "30 de septiembre de 2026", "la persona debe saber hasta cuándo."
    ),
    "cita_fecha": Field("Día de la cita", "miércoles 30 de septiembre de 2026", "una cita tiene día."),
    "cita_hora": Field("Hora de la cita", "10:30 a. m.", "una cita tiene hora."),
    "cita_lugar": Field("Dónde es la cita", "oficina Centro Histórico, carrera 7 n.º 12-34, piso 3"),
    "caso": Field("Número del caso", "2026-004821-R", "la persona debe poder citar su caso."),
    "detalle": Field(
        "Una o dos frases de quien escribe",
        "Revisamos el cobro de marzo y tiene razón: se aplicó dos veces. Devolvimos el valor a su crédito y corregimos el saldo.",
        "sin la respuesta, el mensaje no dice nada.",
    ),
    "tema": Field("Qué cambia, en pocas palabras", "el horario de la línea de atención"),
    "medio": Field("Nombre del nuevo medio de pago", "corresponsales de la red Puntored"),
    "agencia": Field("Agencia que atiende en nombre del acreedor", "Gestiones y Acuerdos del Pacífico S. A. S."),
    "codigo": Field(
        "Código de un solo uso: sale en el mensaje y no queda guardado", "******", "sin el código, el mensaje no sirve."
    ),
    "codigo_minutos": Field("Cuántos minutos sirve el código", "15"),
    "acuerdo": Field(
        "Lo acordado, en una frase",
        "12 pagos de $ 1.234.567, el primero el 30 de septiembre de 2026",
        "la persona debe saber qué acordó.",
    ),
    "autoridad": Field("Autoridad ante la que se puede reclamar", "la Superintendencia Financiera de Colombia"),
    "remitente_neutro": Field(
        "Nombre que no revela la deuda, mientras no se sabe quién lee",
        "Servicio al Cliente CMA",
        "hay que decir quién escribe.",
    ),
    "varias": Field("Tiene valor si son varias obligaciones", "3"),
    REPEATED: Field("Lista de obligaciones: una línea por cada una", ""),
    "ob_producto": Field("En la lista: producto", "Tarjeta de crédito"),
    "ob_numero_final": Field("En la lista: últimas cuatro cifras", "0077"),
    "ob_saldo": Field("En la lista: lo exigible", "$ 1.234.567"),
    "ob_fecha": Field("En la lista: fecha de la cuota", "30 de septiembre de 2026"),
    "ob_dias_mora": Field("En la lista: días de atraso", "118"),
}
OBLIGATION_FIELDS = frozenset(name for name in FIELDS if name.startswith("ob_"))
# The samples that are sentences or names of things, as an English text would have them.
SAMPLES_EN = {
    "producto": "Unsecured personal loan",
    "fecha_vencimiento": "30 September 2026",
    "fecha_corte": "30 September 2026",
    "formas_de_pago": "PSE, Efecty and Baloto agents, branches, automatic debit",
    "quien_escribe": "Laura Gómez",
    "consecuencias": "Late interest accrues.",
    "detalle": "We looked into the charge of March and you are right: it was applied twice. We returned the amount to your loan"
    " and corrected the balance.",
    "tema": "the opening hours of the service line",
    "medio": "agents of the Puntored network",
    "autoridad": "the Superintendencia Financiera de Colombia",
    "cita_fecha": "Wednesday 30 September 2026",
    "cita_lugar": "Centro Histórico branch, carrera 7 n.º 12-34, third floor",
    "plan_avance": "12 of 24",
    "acuerdo": "12 payments of $ 1.234.567, the first on 30 September 2026",
    "ob_producto": "Credit card",
    "ob_fecha": "30 September 2026",
}

# What no table holds: told with the wish to write (`context["fields"]`), and cleaned like every value.
TOLD_FIELDS = frozenset(
    name
    for name in FIELDS
    if name.startswith(("plan_", "descuento_", "cita_", "pausa_"))
    or name in {"fecha_desde", "fecha_nueva", "fecha_respuesta", "fecha_limite", "caso", "detalle", "tema", "medio"}
    or name in {"agencia", "autoridad", "remitente_neutro", "codigo", "codigo_minutos", "acuerdo"}
)
