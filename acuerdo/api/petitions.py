"""Complaints and requests of the data subject as cases with clocks; the audit trail."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router

from acuerdo.api.access import EVERYONE, LEADS, caller, obligation_for
from acuerdo.api.pages import cursor_after, number_in, uid_in
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.api.policy_schemas import (
    AuditPage,
    DataAnswerIn,
    DataRequestIn,
    PetitionIn,
    PetitionOut,
    PetitionPage,
)
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters
from acuerdo.base import clock
from acuerdo.base.models import AuditEntry, Role, User
from acuerdo.policy.public import (
    Petition,
    answer_and_erase,
    answer_petition,
    open_petition,
    petitions_visible_to,
)
from acuerdo.policy.rules.petitions import DATA_KINDS

router = Router()
ANSWERING = frozenset({Role.COMPLIANCE, Role.DIRECTOR})
AUDITORS = frozenset({Role.COMPLIANCE, Role.DIRECTOR, Role.ADMIN})


@router.get(
    "/complaints", response={200: PetitionPage, **PROBLEMS}, tags=["complaints"], operation_id="list_complaints"
)
def list_complaints(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Complaints about conduct, in a stable order."""
    return _page(petitions_visible_to(caller(request, LEADS)).filter(kind="complaint"), filters)


@router.post(
    "/complaints", response={201: PetitionOut, **PROBLEMS}, tags=["complaints"], operation_id="create_complaint"
)
def create_complaint(request: HttpRequest, body: PetitionIn, idempotency_key: IdempotencyKey) -> Any:
    """Opens a complaint: its clock runs, and collection of the person stops until compliance has answered."""
    user = caller(request, EVERYONE)
    return once(request, idempotency_key, (body,), lambda: (201, _open(user, body, "complaint")))


@router.get(
    "/complaints/{uid}", response={200: PetitionOut, **PROBLEMS}, tags=["complaints"], operation_id="get_complaint"
)
def get_complaint(request: HttpRequest, uid: UUID) -> Any:
    """One complaint."""
    return _one(petitions_visible_to(caller(request, LEADS)).filter(kind="complaint"), uid)


@router.get(
    "/data-requests",
    response={200: PetitionPage, **PROBLEMS},
    tags=["data-requests"],
    operation_id="list_data_requests",
)
def list_data_requests(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Requests of data subjects (access, correction, deletion, revocation), in a stable order."""
    return _page(petitions_visible_to(caller(request, LEADS)).filter(kind__in=DATA_KINDS), filters)


@router.post(
    "/data-requests",
    response={201: PetitionOut, **PROBLEMS},
    tags=["data-requests"],
    operation_id="create_data_request",
)
def create_data_request(request: HttpRequest, body: DataRequestIn, idempotency_key: IdempotencyKey) -> Any:
    """Opens a request with the law's clock. A revocation ends the person's authorisations at once."""
    user = caller(request, EVERYONE)
    return once(request, idempotency_key, (body,), lambda: (201, _open(user, body, body.kind)))


@router.get(
    "/data-requests/{uid}", response={200: PetitionOut, **PROBLEMS}, tags=["data-requests"],
    operation_id="get_data_request",
)  # fmt: skip
def get_data_request(request: HttpRequest, uid: UUID) -> Any:
    """One request."""
    return _one(petitions_visible_to(caller(request, LEADS)).filter(kind__in=DATA_KINDS), uid)


@router.post(
    "/data-requests/{uid}/answer", response={200: PetitionOut, **PROBLEMS}, tags=["data-requests"],
    operation_id="create_data_answer",
)  # fmt: skip
def answer_data_request(request: HttpRequest, uid: UUID, body: DataAnswerIn, idempotency_key: IdempotencyKey) -> Any:
    """Answers a request, and erases the person where it asks so. Refused while a duty to keep holds, saying until when."""
    user = caller(request, ANSWERING)
    visible = petitions_visible_to(user).filter(kind__in=DATA_KINDS).select_related("debtor", "creditor", "obligation")

    def act() -> tuple[int, Any]:
        found = visible.filter(uid=uid).first()
        if found is None:
            raise not_found()
        answer = answer_and_erase if body.erase else answer_petition
        answer(found.pk, resolution=body.resolution, answer=body.answer, user=user, now=clock.now())
        return 200, shown(visible.get(pk=found.pk))

    return once(request, idempotency_key, (str(uid), body), act)


@router.get("/audit", response={200: AuditPage, **PROBLEMS}, tags=["audit"], operation_id="list_audit")
def list_audit(request: HttpRequest, filters: Query[ListFilters], chain: str = "policy") -> Any:
    """One chain of the audit trail, in order. For a caller who sees the whole installation."""
    user = caller(request, AUDITORS)
    if user.agency_id is not None or not user.sees_all_creditors:
        raise not_found()
    found = AuditEntry.objects.filter(chain=chain, sequence__gt=number_in(filters.cursor)).order_by("sequence")
    if filters.updated_since is not None:
        found = found.filter(at__gte=filters.updated_since)
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    items = [
        {
            "sequence": one.sequence, "at": one.at, "actor": one.actor, "action": one.action,
            "subject_type": one.subject_type, "subject": one.subject_uid, "payload": one.payload,
            "digest": bytes(one.digest).hex(),
        }
        for one in page
    ]  # fmt: skip
    return {"items": items, "next_cursor": cursor_after(page[-1].sequence) if len(rows) > filters.limit else None}


def _page(found: Any, filters: ListFilters) -> dict[str, Any]:
    found = found.select_related("debtor", "creditor", "obligation").order_by("uid")
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    if filters.updated_since is not None:
        found = found.filter(Q(updated_at__gte=filters.updated_since))
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    following = cursor_after(page[-1].uid) if len(rows) > filters.limit else None
    return {"items": [shown(one) for one in page], "next_cursor": following}


def _one(found: Any, uid: UUID) -> dict[str, Any]:
    petition = found.select_related("debtor", "creditor", "obligation").filter(uid=uid).first()
    if petition is None:
        raise not_found()
    return shown(petition)


def _open(user: User, body: PetitionIn, kind: str) -> dict[str, Any]:
    obligation = obligation_for(user, body.obligation)
    petition = open_petition(
        obligation.debtor_id, obligation.creditor_id, kind, text=body.text, source=body.source, actor=user.username,
        now=clock.now(), received_at=body.received_at, obligation_id=obligation.pk,
    )  # fmt: skip
    return shown(petition)


def shown(one: Petition) -> dict[str, Any]:
    """A case as it leaves; with its person, creditor and obligation at hand."""
    plain = ("kind", "state", "text", "source", "owner", "is_extended", "resolution", "answer", "citation")
    moments = ("received_at", "due_on", "legend_on", "ended_at", "updated_at")
    return {
        "uid": str(one.uid), "debtor": str(one.debtor.uid), "creditor": one.creditor.name,
        "obligation": str(one.obligation.uid) if one.obligation else None,
        **{name: getattr(one, name) for name in plain},
        **{name: at.isoformat() if (at := getattr(one, name)) else None for name in moments},
    }  # fmt: skip
