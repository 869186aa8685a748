"""Offers, plans and promises for other programs: the same policy, prices and actions as at the agent's desk."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from acuerdo.api.access import EVERYONE, caller, key_in, obligation_for
from acuerdo.api.idempotency import Answer, answer_once
from acuerdo.api.pages import cursor_after, uid_in
from acuerdo.api.payments import IdempotencyKey
from acuerdo.api.plan_schemas import (
    AcceptanceIn,
    CodeIn,
    CodeOut,
    OffersIn,
    OffersOut,
    PlanIn,
    PlanOut,
    PlanPage,
    PromiseIn,
    PromiseOut,
    PromisePage,
)
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters, Problem
from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.kernel.money import minor_from_plain_text, plain_text
from acuerdo.messaging import public as messaging
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.rules.offers import Offer, Wish, offers_for, policy_on
from acuerdo.negotiation.rules.offers.documents import read_request, request_document
from acuerdo.negotiation.rules.offers.figures import ROLES
from acuerdo.negotiation.rules.offers.figures import Role as Authority
from acuerdo.negotiation.rules.offers.suggesting import fits
from acuerdo.portfolio.public import visible_to

AGREES = frozenset({Role.AGENT, Role.SUPERVISOR, Role.DIRECTOR})
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}

router = Router()


@router.post("/plans/offers", response={200: OffersOut, **PROBLEMS}, tags=["plans"], operation_id="list_offers")
def list_offers(request: HttpRequest, body: OffersIn) -> Any:
    """What may be agreed today on these obligations, the best for the customer first. Nothing is written."""
    user, today = caller(request, AGREES), clock.business_date()
    case = negotiation.load_case(_chosen(user, body.obligations), today, has_hardship=body.has_hardship)
    amount = None if body.wish.amount is None else minor_from_plain_text(body.wish.amount, case.currency)
    wish = Wish(amount, body.wish.first_on, body.wish.frequency)
    found = offers_for(case, wish, policy_on(today, case.country), _authority(user))
    return {"offers": [_offer(offer, wish, case.currency) for offer in found]}


@router.post("/plans", response={201: PlanOut, **PROBLEMS}, tags=["plans"], operation_id="create_plan")
def create_plan(request: HttpRequest, body: PlanIn, idempotency_key: IdempotencyKey) -> Any:
    """Puts an offer in writing: `offered`, or `pending_approval` when another role must say yes."""
    user = caller(request, AGREES)
    sent = body.model_dump(mode="json")

    def act() -> Answer:
        made = negotiation.propose_plan(
            _chosen(user, body.obligations), read_request(body.request), role=_authority(user), actor=user.username,
            now=clock.now(), today=clock.business_date(), has_hardship=body.has_hardship, reason=body.reason,
        )  # fmt: skip
        return 201, _as_json(made.uid, user)

    return Status(*answer_once(key_in(request), idempotency_key, sent, act, now=clock.now()))


@router.get("/plans", response={200: PlanPage, **PROBLEMS}, tags=["plans"], operation_id="list_plans")
def list_plans(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Plans all of whose obligations the key may see, in a stable order; `updated_since` for what changed."""
    found = _plans(caller(request, EVERYONE)).order_by("uid")
    rows, following = _page(found, filters)
    return {"items": [_plan(row) for row in rows], "next_cursor": following}


@router.get("/plans/{uid}", response={200: PlanOut, **PROBLEMS}, tags=["plans"], operation_id="get_plan")
def get_plan(request: HttpRequest, uid: UUID) -> Any:
    """One plan."""
    return _plan(_plan_for(caller(request, EVERYONE), uid))


@router.post(
    "/plans/{uid}/acceptance", response={200: PlanOut, **PROBLEMS}, tags=["plans"], operation_id="create_acceptance"
)
def create_acceptance(request: HttpRequest, uid: UUID, body: AcceptanceIn) -> Any:
    """The customer's yes to an offered plan, with its proof. Only now does the ledger change.

    It needs no `Idempotency-Key`: a plan is accepted once, and a repeated request is told `plan-state`. Wrong codes count.
    """
    user = caller(request, AGREES)
    # Outside any transaction of ours: a wrong code must stay counted although the request is refused.
    messaging.accept_agreement(
        _plan_for(user, uid).pk, method=body.method, proof=body.proof, actor=user.username, now=clock.now(),
        today=clock.business_date(),
    )  # fmt: skip
    return _plan(_plan_for(user, uid))


@router.post("/plans/{uid}/codes", response={201: CodeOut, **PROBLEMS}, tags=["plans"], operation_id="create_code")
def create_code(request: HttpRequest, uid: UUID, body: CodeIn) -> Any:
    """Sends the customer a new one-time code by the channel named; the code itself is told to nobody else.

    It needs no `Idempotency-Key`: a second request within a minute is told `code-too-soon`.
    """
    user = caller(request, AGREES)
    sent = messaging.send_code(
        _plan_for(user, uid).uid, body.channel, actor=user.username, now=clock.now(), today=clock.business_date()
    )
    return Status(201, {"channel": sent.channel, "expires_at": sent.expires_at})


@router.get("/promises", response={200: PromisePage, **PROBLEMS}, tags=["promises"], operation_id="list_promises")
def list_promises(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Promises on obligations that the key may see, in a stable order; `updated_since` for what changed."""
    found = negotiation.promises_within(visible_to(caller(request, EVERYONE))).order_by("uid")
    rows, following = _page(found, filters)
    return {"items": [_promise(row) for row in rows], "next_cursor": following}


@router.post("/promises", response={201: PromiseOut, **PROBLEMS}, tags=["promises"], operation_id="create_promise")
def create_promise(request: HttpRequest, body: PromiseIn, idempotency_key: IdempotencyKey) -> Any:
    """Records that the person will pay an amount by a date."""
    user = caller(request, AGREES)
    obligation = obligation_for(user, body.obligation)

    def act() -> Answer:
        made = negotiation.make_promise(
            obligation_id=obligation.pk, amount_minor=minor_from_plain_text(body.amount, obligation.account.currency),
            due_on=body.due_on, way_to_pay=body.way_to_pay, actor=user.username, now=clock.now(),
            today=clock.business_date(),
        )  # fmt: skip
        made.refresh_from_db(fields=["uid"])
        return 201, PromiseOut.model_validate(_promise(made)).model_dump(mode="json")

    sent = body.model_dump(mode="json")
    return Status(*answer_once(key_in(request), idempotency_key, sent, act, now=clock.now()))


def _chosen(user: User, uids: Sequence[UUID]) -> Any:
    """The obligations named; refuses `not-found` when the key may not see one of them."""
    found = visible_to(user).filter(uid__in=uids)
    if found.count() != len(set(uids)):
        raise not_found()
    return found


def _authority(user: User) -> Authority:
    return next((role for role in ROLES if role == user.role), "agent")


def _plans(user: User) -> Any:
    found = negotiation.plans_within(visible_to(user)).select_related("debtor", "creditor")
    return found.prefetch_related("instalments", "obligations__obligation")


def _plan_for(user: User, uid: Any) -> Any:
    found = _plans(user).filter(uid=uid).first()
    if found is None:
        raise not_found()
    return found


def _page(found: Any, filters: ListFilters) -> tuple[list[Any], str | None]:
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    return page, cursor_after(page[-1].uid) if len(rows) > filters.limit else None


def _as_json(uid: Any, user: User) -> dict[str, Any]:
    return PlanOut.model_validate(_plan(_plan_for(user, uid))).model_dump(mode="json")


def _parts(instalments: Any, currency: str) -> list[dict[str, Any]]:
    rows = sorted(instalments, key=lambda part: part.number)
    return [
        {"number": part.number, "due_on": part.due_on, "amount": plain_text(part.amount_minor, currency)}
        for part in rows
    ]  # fmt: skip


def _amounts(told: Any, currency: str) -> dict[str, str]:
    names = ("owed", "waiver", "discount", "charge", "total")
    return {name: plain_text(getattr(told, f"{name}_minor"), currency) for name in names}


def _offer(offer: Offer, wish: Wish, currency: str) -> dict[str, Any]:
    return {
        "kind": offer.kind, "currency": currency, **_amounts(offer, currency),
        "heaviest_month": plain_text(offer.burden_minor, currency), "instalments": _parts(offer.instalments, currency),
        "review_on": offer.review_on, "valid_until": offer.valid_until, "approval": offer.approval,
        "fits_wish": fits(offer, wish), "request": request_document(offer.request),
    }  # fmt: skip


def _plan(plan: Any) -> dict[str, Any]:
    currency = plan.currency
    return {
        "uid": plan.uid, "debtor": plan.debtor.uid, "creditor": plan.creditor.name,
        "obligations": [row.obligation.uid for row in plan.obligations.all()], "kind": plan.kind, "state": plan.state,
        "currency": currency, **_amounts(plan, currency), "paid": plain_text(plan.paid_minor, currency),
        "instalments": _parts(plan.instalments.all(), currency), "made_on": plan.made_on,
        "valid_until": plan.valid_until, "review_on": plan.review_on, "accepted_at": plan.accepted_at,
        "ended_on": plan.ended_on, "approval": plan.approval_role or None, "updated_at": plan.updated_at,
    }  # fmt: skip


def _promise(promise: Any) -> dict[str, Any]:
    return {
        "uid": promise.uid, "obligation": promise.obligation.uid, "debtor": promise.debtor.uid,
        "amount": plain_text(promise.amount_minor, promise.currency), "currency": promise.currency,
        "made_on": promise.made_on, "due_on": promise.due_on, "ends_on": promise.ends_on, "state": promise.state,
        "paid": plain_text(promise.paid_minor, promise.currency), "updated_at": promise.updated_at,
    }  # fmt: skip
