"""What a person allows and forbids: authorisations by channel, and stops. The same actions as the screens'."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Query, Router, Status

from acuerdo.api.access import EVERYONE, LEADS, caller, key_in
from acuerdo.api.idempotency import Answer, answer_once
from acuerdo.api.pages import cursor_after, instant_in
from acuerdo.api.policy_schemas import (
    ConsentIn,
    ConsentList,
    ConsentOut,
    HoldIn,
    HoldList,
    HoldOut,
    LiftIn,
    OwnHoursIn,
    OwnHoursOut,
    RevocationIn,
    RevocationOut,
    TimelinePage,
)
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters, Problem
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.policy.public import (
    Consent,
    Hold,
    clear_own_hours,
    grant_consent,
    lift_hold,
    own_contacts,
    own_hours_of,
    place_hold,
    revoke_consent,
    set_own_hours,
)
from acuerdo.portfolio.public import debtors_visible_to, list_creditors, visible_to

IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
router = Router()


@router.get(
    "/debtors/{uid}/consents", response={200: ConsentList, **PROBLEMS}, tags=["debtors"], operation_id="list_consents"
)
def list_consents(request: HttpRequest, uid: UUID) -> Any:
    """The person's authorisations, those revoked as well, oldest first."""
    debtor_id = debtor_for(caller(request, EVERYONE), uid)
    return {
        "items": [_consent(one) for one in Consent.objects.filter(debtor_id=debtor_id).order_by("granted_at", "pk")]
    }


@router.post(
    "/debtors/{uid}/consents", response={201: ConsentOut, **PROBLEMS}, tags=["debtors"], operation_id="create_consent"
)
def create_consent(request: HttpRequest, uid: UUID, body: ConsentIn, idempotency_key: IdempotencyKey) -> Any:
    """Records an authorisation; one of the same channel and purpose that stands is answered as it is."""
    user = caller(request, LEADS)

    def act() -> Answer:
        told = body.model_dump(exclude_none=True)
        consent = grant_consent(
            debtor_for(user, uid), told.pop("channel"), actor=user.username, now=clock.now(), **told
        )
        return 201, _consent(consent)

    return once(request, idempotency_key, (uid, body), act)


@router.post(
    "/debtors/{uid}/consent-revocations", response={200: RevocationOut, **PROBLEMS}, tags=["debtors"],
    operation_id="create_consent_revocation",
)  # fmt: skip
def create_consent_revocation(
    request: HttpRequest, uid: UUID, body: RevocationIn, idempotency_key: IdempotencyKey
) -> Any:
    """Ends the person's authorisations of a channel at once; how many stood."""
    user = caller(request, EVERYONE)

    def act() -> Answer:
        count = revoke_consent(
            debtor_for(user, uid), body.channel, actor=user.username, now=clock.now(), purpose=body.purpose or ""
        )
        return 200, {"revoked": count}

    return once(request, idempotency_key, (uid, body), act)


@router.get("/debtors/{uid}/holds", response={200: HoldList, **PROBLEMS}, tags=["debtors"], operation_id="list_holds")
def list_holds(request: HttpRequest, uid: UUID) -> Any:
    """Every stop ever placed on the person's contact, with who ended it and why, oldest first."""
    debtor_id = debtor_for(caller(request, EVERYONE), uid)
    holds = Hold.objects.filter(debtor_id=debtor_id).select_related("obligation").order_by("starts_at", "pk")
    return {"items": [_hold(one) for one in holds]}


@router.post("/debtors/{uid}/holds", response={201: HoldOut, **PROBLEMS}, tags=["debtors"], operation_id="create_hold")
def create_hold(request: HttpRequest, uid: UUID, body: HoldIn, idempotency_key: IdempotencyKey) -> Any:
    """Stops contact at once. The same stop placed again keeps the later end."""
    user = caller(request, EVERYONE)

    def act() -> Answer:
        debtor_id = debtor_for(user, uid)
        obligation_id = None
        if body.obligation is not None:
            obligation_id = visible_to(user).filter(uid=body.obligation).values_list("pk", flat=True).first()
            if obligation_id is None:
                raise not_found()
        hold = place_hold(
            debtor_id, body.kind, reason=body.reason, actor=user.username, now=clock.now(), obligation_id=obligation_id,
            channel=body.channel or "", ends_at=body.ends_at, review_on=body.review_on,
        )  # fmt: skip
        return 201, _hold(hold)

    return once(request, idempotency_key, (uid, body), act)


@router.post(
    "/debtors/{uid}/holds/{hold}/lift", response={200: HoldOut, **PROBLEMS}, tags=["debtors"],
    operation_id="create_hold_lift",
)  # fmt: skip
def create_hold_lift(request: HttpRequest, uid: UUID, hold: UUID, body: LiftIn, idempotency_key: IdempotencyKey) -> Any:
    """Ends a stop early. Facts of the person or the law end only by a key of compliance."""
    user = caller(request, EVERYONE)

    def act() -> Answer:
        found = Hold.objects.filter(uid=hold, debtor_id=debtor_for(user, uid)).values_list("pk", flat=True).first()
        if found is None:
            raise not_found()
        return 200, _hold(lift_hold(found, user=user, reason=body.reason, now=clock.now()))

    return once(request, idempotency_key, (uid, hold, body), act)


@router.get(
    "/debtors/{uid}/timeline", response={200: TimelinePage, **PROBLEMS}, tags=["debtors"], operation_id="list_timeline"
)
def list_timeline(request: HttpRequest, uid: UUID, filters: Query[ListFilters]) -> Any:
    """The person's own ledger of contacts, latest first: made, received, and stopped with the sentence of the rule. It is what a
    portal shows to the customer; of the creditors that the key may see."""
    user = caller(request, EVERYONE)
    found = own_contacts(
        debtor_for(user, uid), creditor_ids=list(list_creditors(user).values_list("pk", flat=True)),
        before=instant_in(filters.cursor), since=filters.updated_since, limit=filters.limit,
    )  # fmt: skip
    following = cursor_after(found.lines[-1].at.isoformat()) if found.has_more else None
    return {"items": found.lines, "next_cursor": following}


@router.get(
    "/debtors/{uid}/own-hours", response={200: OwnHoursOut, **PROBLEMS}, tags=["debtors"], operation_id="get_own_hours"
)
def get_own_hours(request: HttpRequest, uid: UUID) -> Any:
    """The hours that the person asked for; `hours` null where the law's alone hold."""
    return _own_hours(debtor_for(caller(request, EVERYONE), uid))


@router.post(
    "/debtors/{uid}/own-hours",
    response={201: OwnHoursOut, **PROBLEMS},
    tags=["debtors"],
    operation_id="create_own_hours",
)
def create_own_hours(request: HttpRequest, uid: UUID, body: OwnHoursIn, idempotency_key: IdempotencyKey) -> Any:
    """Replaces the person's own hours; null ends them. Only with an `instrument`, later than the contract, may they go beyond the
    law's, and only a lead's key records one."""
    user = caller(request, LEADS if body.instrument else EVERYONE)

    def act() -> Answer:
        debtor_id = debtor_for(user, uid)
        if body.hours is None:
            clear_own_hours(debtor_id, actor=user.username, now=clock.now())
        else:
            hours = {day: [list(span) for span in spans] for day, spans in body.hours.items()}
            set_own_hours(
                debtor_id, hours, actor=user.username, now=clock.now(), instrument=body.instrument,
                given_at=body.given_at,
            )  # fmt: skip
        told = _own_hours(debtor_id)
        return 201, {**told, "given_at": told["given_at"].isoformat() if told["given_at"] else None}

    return once(request, idempotency_key, (uid, body), act)


def _own_hours(debtor_id: int) -> dict[str, Any]:
    own = own_hours_of(debtor_id)
    if own is None:
        return {"hours": None, "instrument": "", "given_at": None}
    return {"hours": own.hours, "instrument": own.instrument, "given_at": own.given_at}


def debtor_for(user: User, uid: UUID) -> int:
    """The person's key; refuses `not-found` when the user may not see them."""
    found = debtors_visible_to(user).filter(uid=uid).values_list("pk", flat=True).first()
    if found is None:
        raise not_found()
    return int(found)


def once(request: HttpRequest, idempotency_key: str, asked: tuple[Any, ...], act: Any) -> Any:
    sent = {"path": request.path, "asked": [one.model_dump(mode="json") for one in asked if hasattr(one, "model_dump")]}
    status, answer = answer_once(key_in(request), idempotency_key, sent, act, now=clock.now())
    return Status(status, answer)


def _consent(one: Consent) -> dict[str, Any]:
    return {
        "uid": str(one.uid), "channel": one.channel, "purpose": one.purpose, "granted_at": one.granted_at.isoformat(),
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None, "source": one.source, "proof": one.proof,
    }  # fmt: skip


def _hold(one: Hold) -> dict[str, Any]:
    moments = {name: getattr(one, name) for name in ("starts_at", "ends_at", "review_on", "lifted_at")}
    return {
        "uid": str(one.uid), "kind": one.kind, "obligation": str(one.obligation.uid) if one.obligation else None,
        "channel": one.channel or None, "reason": one.reason, "placed_by": one.placed_by, "lift_reason": one.lift_reason,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }  # fmt: skip
