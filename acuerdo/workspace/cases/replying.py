"""Writing to the person of a case by the approved library, the case's documents, and who may be given it.

The text of an answer leaves ten minutes after it was given, so that whoever gave it may still take it back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import PlannedMessage, best_points, blocking_rule, plan_batch, withdraw_planned
from acuerdo.messaging.rules.fields import date_text
from acuerdo.policy.public import note_reply
from acuerdo.policy.rules.petitions import UNDO_WINDOW, UNDOABLE, answer_key
from acuerdo.portfolio.public import papers_of
from acuerdo.workspace import wording
from acuerdo.workspace.tables import Obligation, PetitionPaper

ANSWER = "disputa_resuelta"
CHANNELS = ("email", "whatsapp", "sms")
DETAIL_LENGTH_MAX = 500
# The approved texts that fit a case, by its kind.
TEXTS = {
    "complaint": ("queja_recibida", ANSWER, "documentos_faltan"),
    "dispute": ("disputa_recibida", ANSWER, "documentos_faltan"),
    "hardship": ("propuesta_recibida", ANSWER, "documentos_faltan"),
}
OTHER_TEXTS = (ANSWER, "documentos_faltan")


def workers(user: User) -> QuerySet[User]:
    """The colleagues who answer cases, of the user's own house."""
    roles = [Role.SUPERVISOR, Role.COMPLIANCE, Role.DIRECTOR]
    house = Q(agency__isnull=True) if user.agency_id is None else Q(agency_id=user.agency_id)
    return User.objects.filter(house, is_active=True, role__in=roles).order_by("full_name", "username")


def case_number(case: Any) -> str:
    """What the person can quote: the complaint book's number, else one of the year."""
    return case.book_number or f"{case.started_on.year}-{str(case.uid)[-6:].upper()}"


def channels_of(case: Any) -> list[tuple[str, str]]:
    """The channels by which the person can be written to."""
    points = best_points([case.debtor_id])
    return [(one, str(wording.CHANNELS[one])) for one in CHANNELS if (case.debtor_id, one) in points]


def texts_of(case: Any) -> list[tuple[str, str]]:
    return [(code, code.replace("_", " ").capitalize()) for code in TEXTS.get(case.kind, OTHER_TEXTS)]


def send_answer(case: Any, channel: str, text: str, *, by: User, now: datetime) -> None:
    """The answer by its approved text, once the time to take it back is over. Refuses as `send_text`."""
    _plan(case, channel, ANSWER, text, by=by, now=now, not_before=now + UNDO_WINDOW, key=answer_key(case.uid, now))


@transaction.atomic
def send_text(case: Any, channel: str, code: str, text: str, *, token: str, by: User, now: datetime) -> None:
    """One approved text about the case. Refuses `reply-text`, `reply-long`, `message-tone` and `reply-not-sent`."""
    if code not in TEXTS.get(case.kind, OTHER_TEXTS):
        raise Refusal("reply-text", "Ese texto no es de este tipo de solicitud: elija otro de la lista.")
    _plan(case, channel, code, text, by=by, now=now, not_before=now, key=f"case-text:{case.uid}:{token[:36]}")
    note_reply(case.pk, said=f"{code.replace('_', ' ').capitalize()} · {wording.CHANNELS[channel]}", user=by, now=now)


def take_back(step: Any, now: datetime) -> bool:
    """The answer of a step that was undone does not leave."""
    return step.event == "answer" and withdraw_planned(answer_key(step.petition.uid, step.at), now)


def may_undo(steps: Sequence[Any], user: User, now: datetime) -> bool:
    """Whether the button makes sense; the action decides."""
    last = steps[-1] if steps else None
    is_own = last is not None and last.actor == user.username and last.event in UNDOABLE
    return bool(is_own and last is not None and last.before and now <= last.at + UNDO_WINDOW)


def papers_of_case(case: Any) -> list[Any]:
    """The case's documents, newest first."""
    return [link.paper for link in PetitionPaper.objects.filter(petition=case).select_related("paper").order_by("-pk")]


def other_papers(case: Any) -> list[Any]:
    """Papers of its obligation that are not the case's yet."""
    linked = PetitionPaper.objects.filter(petition=case, paper=OuterRef("pk"))
    return list(papers_of(Obligation.objects.filter(pk=case.obligation_id)).filter(~Exists(linked))[:50])


def _plan(
    case: Any, channel: str, code: str, text: str, *, by: User, now: datetime, not_before: datetime, key: str
) -> None:
    said = text.strip()
    if len(said) > DETAIL_LENGTH_MAX:
        raise Refusal("reply-long", "Por mensaje caben 500 letras: acorte la respuesta o envíela por carta.")
    if said and blocking_rule(said, case.creditor.country.lower()):
        raise Refusal("message-tone", "El texto no puede salir así: quite lo que presiona o acusa.")
    lead = _lead(case)
    fields = {
        "caso": case_number(case), "detalle": said, "fecha_respuesta": date_text(case.due_on, case.debtor.language),
    }  # fmt: skip
    wish = PlannedMessage(
        plan_key=key, debtor_id=case.debtor_id, creditor_id=case.creditor_id, obligation_ids=(lead,), channel=channel,
        template=code, not_before=not_before, purpose="requested",
        context={"writer": by.full_name, "fields": fields, "by": by.username, "is_patient": True, "case": str(case.uid)},
    )  # fmt: skip
    outcome = plan_batch([wish], now)[0]
    if outcome.state != "scheduled" and outcome.reason != "known":
        why = wording.failure_word(outcome.reason)
        raise Refusal("reply-not-sent", f"Ese mensaje no puede salir: {why or outcome.reason}")


def _lead(case: Any) -> int:
    """The case's own obligation, else one of the person with the creditor. Refuses `reply-not-sent` without any."""
    if case.obligation_id is not None:
        return int(case.obligation_id)
    found = Obligation.objects.filter(Q(debtor_id=case.debtor_id) & Q(creditor_id=case.creditor_id)).order_by(
        "gone_on", "-pk"
    )
    first = found.values_list("pk", flat=True).first()
    if first is None:
        raise Refusal("reply-not-sent", "La persona no tiene obligaciones con este acreedor.")
    return int(first)
