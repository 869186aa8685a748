"""«¿Cómo se calcula?»: the definition behind each number of the screens, in words (reference: kpis.md)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Definition:
    """`kpi` is the number of the registry where the figure is one of its indicators."""

    key: str
    name: Any
    words: Any
    grain: Any
    kpi: str = ""


_GRAIN_EVENT = _("Se cuentan hechos de hoy, en la hora de la instalación.")
_GRAIN_OBLIGATION = _("Se cuentan obligaciones que usted puede ver, al cierre de la última corrida.")
_GRAIN_AMOUNT = _("Valores exactos; cada moneda va aparte y no se suman entre sí.")

DEFINITIONS: dict[str, Definition] = {
    one.key: one
    for one in (
        Definition(
            "planned",
            _("Contactos planeados"),
            _(
                "Filas de la lista de hoy con una acción y que llevan el contacto de la persona. Una persona con "
                "tres deudas tiene un solo contacto."
            ),
            _GRAIN_EVENT,
        ),
        Definition(
            "sent",
            _("Mensajes enviados"),
            _("Mensajes que salieron hoy, entregados o no. Los programados y los bloqueados no cuentan."),
            _GRAIN_EVENT,
        ),
        Definition(
            "delivered",
            _("Mensajes entregados"),
            _(
                "Mensajes de hoy con entrega o lectura confirmada ÷ mensajes enviados hoy. Un enviado sin acuse "
                "no se cuenta como entregado."
            ),
            _GRAIN_EVENT,
            "K29",
        ),
        Definition(
            "blocked",
            _("Bloqueados por regla"),
            _(
                "Contactos que hoy se quisieron hacer y una regla impidió. Un bloqueo protege a la persona: no es un intento."
            ),
            _GRAIN_EVENT,
            "K71",
        ),
        Definition(
            "calls",
            _("Llamadas hechas"),
            _(
                "Llamadas salientes de hoy con resultado. Las autorizadas que no se marcaron y las canceladas no cuentan."
            ),
            _GRAIN_EVENT,
            "K24",
        ),
        Definition(
            "right_party",
            _("Contactos directos"),
            _(
                "Llamadas salientes de hoy con la identidad de la persona obligada verificada ÷ llamadas hechas. "
                "Mide los datos, no el mérito de un gestor."
            ),
            _GRAIN_EVENT,
            "K25",
        ),
        Definition(
            "promises_made",
            _("Promesas hechas"),
            _("Promesas registradas hoy y su valor. Las reprogramadas cuentan aparte."),
            _GRAIN_AMOUNT,
            "K30",
        ),
        Definition(
            "promises_kept",
            _("Promesas cumplidas"),
            _(
                "De las promesas juzgadas hoy: cumplidas ÷ (cumplidas + cumplidas en parte + incumplidas). Nunca "
                "se divide por todas las hechas."
            ),
            _GRAIN_AMOUNT,
            "K31",
        ),
        Definition(
            "promises_due",
            _("Promesas que vencen"),
            _(
                "Promesas vigentes con fecha de hoy. Se juzgan con los pagos recibidos hasta la fecha más los días de gracia."
            ),
            _GRAIN_AMOUNT,
        ),
        Definition(
            "ageing",
            _("Cartera por franja y etapa"),
            _(
                "Saldo y vencido de las obligaciones activas según los días de mora, contados desde el día "
                "siguiente al vencimiento."
            ),
            _GRAIN_OBLIGATION,
            "K01",
        ),
        Definition(
            "delinquency",
            _("Índice de mora"),
            _(
                "Saldo total de obligaciones con un día o más de mora ÷ saldo total de obligaciones activas no castigadas."
            ),
            _GRAIN_OBLIGATION,
            "K01",
        ),
        Definition(
            "funnel",
            _("De la cartera a los contactos"),
            _(
                "Cada obligación activa tiene hoy una fila: una acción con sus motivos, o ninguna con el motivo "
                "de por qué no. La suma de todas las filas es la cartera."
            ),
            _GRAIN_OBLIGATION,
        ),
        Definition(
            "scarcity",
            _("Lo que escasea hoy"),
            _(
                "Lo que recuperaría una unidad más de cada recurso, según el reparto de la corrida: minutos de gestores, "
                "mensajes por canal y presupuesto. Es una estimación con la tabla de puntos de la estrategia."
            ),
            _GRAIN_EVENT,
        ),
        Definition(
            "agents",
            _("Por gestor"),
            _(
                "Llamadas salientes de hoy, contactos directos y promesas registradas por cada persona. No es "
                "una clasificación: mida calidad y trato a la vez."
            ),
            _GRAIN_EVENT,
        ),
    )
}
