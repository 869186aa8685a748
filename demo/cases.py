"""Cases of the invented month, one of each kind and in every state: what each person asked, and what was done on which day."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Petition
from acuerdo.policy.public import (
    answer_petition,
    ask_to_complete,
    complete_petition,
    extend_petition,
    open_petition,
    take_petition,
    transfer_petition,
    withdraw_petition,
)
from acuerdo.portfolio.models import Obligation
from demo.build import ACTOR
from demo.world import STARTS_ON, TODAY


@dataclass(frozen=True, slots=True)
class Story:
    """`opened` counts days from the world's first (negative: from today, 0); `steps` days from the opening."""

    opened: int
    kind: str
    reason: str
    source: str
    text: str
    steps: tuple[tuple[int, str, str], ...] = ()

    @property
    def opened_on(self) -> date:
        return (STARTS_ON if self.opened > 0 else TODAY) + timedelta(days=self.opened)


ANSWER = "Revisamos su caso con los documentos de la obligación y le enviamos el detalle por escrito."
STORIES = (
    Story(1, "complaint", "horario", "call", "Me llamaron un domingo y quiero que no se repita.", ((1, "take", ""),)),
    Story(2, "dispute", "pago", "whatsapp", "Pagué el 9 de febrero por PSE y no aparece en mi saldo.",
          ((1, "take", ""), (5, "granted", "Su pago de febrero quedó aplicado con su fecha. Gracias por el comprobante."))),
    Story(3, "access", "", "email", "Quiero saber qué datos míos tienen y a quién los entregan.",
          ((1, "take", ""), (8, "granted", ANSWER))),
    Story(4, "complaint", "trato", "letter", "Pido que me hablen de usted y sin afán.",
          ((3, "take", ""), (10, "partly", "Escuchamos la llamada, conversamos con el equipo y desde hoy se le trata de usted."))),
    Story(8, "correction", "", "email", "Mi segundo apellido está mal escrito.",
          ((1, "ask", "Envíe una copia de su documento por favor."), (6, "complete", "Envió la copia."))),
    Story(9, "dispute", "facturacion", "call", "No reconozco el cobro de un seguro.",
          ((1, "take", ""), (8, "denied", "El seguro está en el contrato que firmó; le enviamos la copia de la póliza."))),
    Story(11, "hardship", "cuota_menor", "call", "Puedo pagar la mitad de la cuota durante unos meses.",
          ((3, "take", ""), (4, "granted", "Acordamos cuota reducida por seis meses."))),
    Story(15, "complaint", "informacion", "call", "El saldo de la web no es el que me dijeron.",
          ((2, "transfer", "Canal de atención del banco, radicado 4471."),)),
    Story(16, "dispute", "no_reconoce", "letter", "Ese crédito no es mío.",
          ((1, "take", ""), (6, "withdraw", "La persona encontró el contrato."))),
    Story(-9, "deletion", "", "email", "Ya terminé de pagar: supriman mis datos.",
          ((1, "take", ""), (7, "extend", "Falta la respuesta de la central."))),
    Story(-6, "complaint", "frecuencia", "whatsapp", "Recibí dos mensajes el mismo día.",
          ((1, "ask", "Indíquenos la hora de los mensajes."),)),
    Story(-5, "hardship", "otra_fecha", "call", "Me pagan el día 5; necesito mover la fecha.", ((3, "take", ""),)),
    Story(-2, "dispute", "condiciones", "email", "La tasa no es la que firmé."),
    Story(-1, "access", "", "portal", "Envíenme el contrato y el plan de pagos."),
    Story(0, "complaint", "otro", "call", "Quiero que me escriban y no me llamen al trabajo."),
    Story(0, "hardship", "mas_plazo", "whatsapp", "Quisiera pagar en más cuotas."),
)  # fmt: skip


def go_through_cases(opened: dict[int, int], account_ids: list[int], day: date) -> None:
    """What this day brings; `opened` keeps each story's case."""
    for number, story in enumerate(STORIES):
        if story.opened_on == day and number < len(account_ids):
            opened[number] = _open(story, account_ids[number])
        for after, step, words in story.steps:
            if number in opened and story.opened_on + timedelta(days=after) == day:
                with suppress(Refusal):
                    _step(opened[number], story.kind, step, words)


def work_on_others(known: set[int]) -> None:
    """The cases that calls opened: somebody takes them the next day, and most are answered within a week."""
    now = clock.now()
    others = Petition.objects.exclude(pk__in=known).order_by("pk")
    waiting = others.filter(state="received", received_at__lt=now - timedelta(hours=20))
    studied = others.filter(state="in_study", received_at__lt=now - timedelta(days=5))
    for pk, kind in waiting.values_list("pk", "kind"):
        _step(pk, kind, "take", "")
    for pk, kind in studied.values_list("pk", "kind"):
        if pk % 4:
            _step(pk, kind, "granted", ANSWER)


def _open(story: Story, account_id: int) -> int:
    row = Obligation.objects.get(pk=account_id)
    made = open_petition(
        row.debtor_id, row.creditor_id, story.kind, text=story.text, source=story.source, actor=ACTOR, now=clock.now(),
        obligation_id=row.pk, reason=story.reason,
    )  # fmt: skip
    return int(made.pk)


def _step(case_id: int, kind: str, step: str, words: str) -> None:
    user = User.objects.get(username="supervisor" if kind in ("dispute", "hardship") else "cumplimiento")
    by: dict[str, Any] = {"user": user, "now": clock.now()}
    match step:
        case "take":
            take_petition(case_id, owner=user, **by)
        case "ask":
            ask_to_complete(case_id, missing=words, **by)
        case "complete":
            complete_petition(case_id, text=words, **by)
        case "extend":
            extend_petition(case_id, reason=words, **by)
        case "transfer":
            transfer_petition(case_id, to=words, **by)
        case "withdraw":
            withdraw_petition(case_id, reason=words, **by)
        case _:
            answer_petition(case_id, resolution=step, answer=words, **by)
