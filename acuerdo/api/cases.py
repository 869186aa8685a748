"""Disputes and hardship as cases, and the steps of every case: the same clocks, permissions and acts as on the screens."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from acuerdo.api.access import caller, obligation_for
from acuerdo.api.pages import cursor_after, uid_in
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.api.petitions import shown
from acuerdo.api.policy_schemas import PetitionIn, PetitionOut
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters
from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import withdraw_planned
from acuerdo.policy import public as policy
from acuerdo.policy.rules.petitions import answer_key

router = Router()
# As on the screens: who opens a case at the desk, and who sees the list.
OPENERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE, Role.DIRECTOR})
READERS = frozenset({Role.SUPERVISOR, Role.COMPLIANCE, Role.DIRECTOR})

type EventName = Literal["take", "ask_to_complete", "complete", "extend", "transfer", "answer", "withdraw", "undo"]
type Act = Callable[[int, "CaseEventIn", User, datetime], object]


class DisputeIn(PetitionIn):
    """What is disputed of the obligation. Collection of it stops until the case has been answered."""

    reason: Literal["", "condiciones", "facturacion", "pago", "producto", "no_reconoce"] = ""


class HardshipIn(PetitionIn):
    """What would help. Nobody asks for the cause of a hardship."""

    reason: Literal["", "pausa", "cuota_menor", "otra_fecha", "mas_plazo", "apoyo"] = ""


class CaseOut(PetitionOut):
    """A case with what it is about and, in a country with a complaint book, its number there."""

    reason: str
    book_number: str


class CasePage(Schema):
    items: list[CaseOut]
    next_cursor: str | None


class CaseFilters(ListFilters):
    """`state` received, in_study, incomplete, answered, transferred or withdrawn; `owner` a user name."""

    state: Literal["", "received", "in_study", "incomplete", "answered", "transferred", "withdrawn"] = ""
    owner: Annotated[str, Field(max_length=60)] = ""


class CaseEventIn(Schema):
    """What is to happen. `take` may name an `owner` of the same house (without one, the key's own account); `answer` needs a
    `resolution` and the answer in `text`; the other steps say in `text` what is missing, came, why, or to whom it goes. `undo`
    takes the own last step back within ten minutes."""

    event: EventName
    text: Annotated[str, Field(max_length=4_000)] = ""
    owner: Annotated[str, Field(max_length=60)] = ""
    resolution: Literal["", "granted", "partly", "denied"] = ""


class CaseStepOut(Schema):
    at: datetime
    event: str
    actor: str
    note: str


class CaseSteps(Schema):
    items: list[CaseStepOut]


def _resource(path: str, kind: str, name: str, body: type[PetitionIn], told: str) -> None:
    """List, open and show the cases of one kind under `/path`."""

    def listed(request: HttpRequest, filters: Query[CaseFilters]) -> Any:
        found = policy.petitions_visible_to(caller(request, READERS)).filter(kind=kind)
        return _page(found, filters)

    def opened(request: HttpRequest, body: Any, idempotency_key: IdempotencyKey) -> Any:
        user = caller(request, OPENERS)
        return once(request, idempotency_key, (body,), lambda: (201, _open(user, body, kind)))

    def one(request: HttpRequest, uid: UUID) -> Any:
        return _shown(_visible(caller(request, READERS), kind, uid))

    opened.__annotations__["body"] = body
    listed.__doc__ = f"{told}, in a stable order."
    opened.__doc__ = (
        f"Opens a case ({told.lower()}): its clock runs, and what it is about rests until it has been answered."
    )
    one.__doc__ = f"One case ({told.lower()})."
    router.get(f"/{path}", response={200: CasePage, **PROBLEMS}, tags=[path], operation_id=f"list_{name}s")(listed)
    router.post(f"/{path}", response={201: CaseOut, **PROBLEMS}, tags=[path], operation_id=f"create_{name}")(opened)
    router.get(f"/{path}/{{uid}}", response={200: CaseOut, **PROBLEMS}, tags=[path], operation_id=f"get_{name}")(one)


def _steps(path: str, kind: str, name: str) -> None:
    """What happened to a case, and the next step, under `/path/{uid}`."""

    def steps(request: HttpRequest, uid: UUID) -> Any:
        """What happened to the case, in order, with the notes of those who worked on it."""
        case = _visible(caller(request, READERS), kind, uid)
        rows = [{"at": one.at, "event": one.event, "actor": one.actor, "note": one.note} for one in case.steps.all()]
        return {"items": rows}

    def act(request: HttpRequest, uid: UUID, body: CaseEventIn, idempotency_key: IdempotencyKey) -> Any:
        """One step of the case by whoever answers its kind, with the screens' own refusals."""
        user = caller(request, READERS)
        case = _visible(user, kind, uid)
        if not policy.may_work_on(user, kind):
            raise PermissionDenied

        def done() -> tuple[int, Any]:
            ACTS[body.event](case.pk, body, user, clock.now())
            return 200, _shown(_visible(user, kind, uid))

        return once(request, idempotency_key, (str(uid), body), done)

    router.get(
        f"/{path}/{{uid}}/steps", response={200: CaseSteps, **PROBLEMS}, tags=[path], operation_id=f"list_{name}_steps"
    )(steps)
    router.post(
        f"/{path}/{{uid}}/events", response={200: CaseOut, **PROBLEMS}, tags=[path], operation_id=f"create_{name}_event"
    )(act)


def _take(pk: int, told: CaseEventIn, user: User, now: datetime) -> object:
    owner = user
    if told.owner:
        found = User.objects.filter(username=told.owner, is_active=True, role__in=READERS).first()
        if found is None:
            raise Refusal("petition-owner", "Elija a quién se asigna.")
        owner = found
    return policy.take_petition(pk, owner=owner, user=user, now=now)


def _answer(pk: int, told: CaseEventIn, user: User, now: datetime) -> object:
    return policy.answer_petition(pk, resolution=told.resolution, answer=told.text, user=user, now=now)


@transaction.atomic
def _undo(pk: int, _told: CaseEventIn, user: User, now: datetime) -> object:
    """An answer that the screen had put on its way to the person does not leave."""
    step = policy.undo_step(pk, user=user, now=now)
    if step.event == "answer":
        withdraw_planned(answer_key(step.petition.uid, step.at), now)
    return step


ACTS: dict[str, Act] = {
    "take": _take,
    "ask_to_complete": lambda pk, told, user, now: policy.ask_to_complete(pk, missing=told.text, user=user, now=now),
    "complete": lambda pk, told, user, now: policy.complete_petition(pk, text=told.text, user=user, now=now),
    "extend": lambda pk, told, user, now: policy.extend_petition(pk, reason=told.text, user=user, now=now),
    "transfer": lambda pk, told, user, now: policy.transfer_petition(pk, to=told.text, user=user, now=now),
    "withdraw": lambda pk, told, user, now: policy.withdraw_petition(pk, reason=told.text, user=user, now=now),
    "answer": _answer,
    "undo": _undo,
}


def _visible(user: User, kind: str, uid: UUID) -> Any:
    visible = policy.petitions_visible_to(user).select_related("debtor", "creditor", "obligation")
    found = visible.filter(kind=kind, uid=uid).first()
    if found is None:
        raise not_found()
    return found


def _open(user: User, body: Any, kind: str) -> dict[str, Any]:
    obligation = obligation_for(user, body.obligation)
    made = policy.open_petition(
        obligation.debtor_id, obligation.creditor_id, kind, text=body.text, source=body.source, actor=user.username,
        now=clock.now(), received_at=body.received_at, obligation_id=obligation.pk, reason=body.reason,
    )  # fmt: skip
    return _shown(made)


def _page(found: Any, filters: CaseFilters) -> dict[str, Any]:
    found = found.select_related("debtor", "creditor", "obligation").order_by("uid")
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    for name in ("state", "owner"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    following = cursor_after(page[-1].uid) if len(rows) > filters.limit else None
    return {"items": [_shown(one) for one in page], "next_cursor": following}


def _shown(one: Any) -> dict[str, Any]:
    return {**shown(one), "reason": one.reason, "book_number": one.book_number}


_resource("disputes", "dispute", "dispute", DisputeIn, "Disputes about an obligation")
_resource("hardship-cases", "hardship", "hardship_case", HardshipIn, "Cases of hardship")
for _path, _kind, _name in (
    ("disputes", "dispute", "dispute"),
    ("hardship-cases", "hardship", "hardship_case"),
    ("complaints", "complaint", "complaint"),
):
    _steps(_path, _kind, _name)
