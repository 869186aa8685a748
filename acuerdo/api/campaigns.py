"""Campaigns for other programs: written, counted, approved by a second key and followed, by the actions of the screens."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router

from acuerdo.api.access import LEADS, caller
from acuerdo.api.message_schemas import CampaignDetail, CampaignEventIn, CampaignIn, CampaignPage
from acuerdo.api.pages import page_of
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters
from acuerdo.base import clock
from acuerdo.base.jobs import app
from acuerdo.base.models import Role, User
from acuerdo.messaging.public import (
    CAMPAIGN_STEPS,
    Campaign,
    CampaignText,
    campaign_figures,
    forget_preview,
    save_campaign,
)
from acuerdo.portfolio.public import list_creditors
from acuerdo.strategy.public import check_segment

WRITES = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE})
COUNTED = ("people", "judged", "could_leave", "by_channel", "blocked", "cost_minor")
_STEPS: dict[str, Callable[..., Any]] = {"count": forget_preview, **CAMPAIGN_STEPS}
# Who knows segments counts and begins them, as after the same step on the screen.
_JOBS = {"count": "workspace:count_campaign", "approve": "workspace:begin_campaign"}
router = Router()


@router.get("/campaigns", response={200: CampaignPage, **PROBLEMS}, tags=["campaigns"], operation_id="list_campaigns")
def list_campaigns(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """The campaigns of creditors that the key may see, in a stable order."""
    found = _campaigns(caller(request, LEADS))
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    rows, following = page_of(found, filters)
    return {"items": [_campaign(row) for row in rows], "next_cursor": following}


@router.get(
    "/campaigns/{uid}", response={200: CampaignDetail, **PROBLEMS}, tags=["campaigns"], operation_id="get_campaign"
)
def get_campaign(request: HttpRequest, uid: UUID) -> Any:
    """One campaign with what was counted of it and its results."""
    return _detail(_visible(caller(request, LEADS), uid))


@router.post(
    "/campaigns", response={201: CampaignDetail, **PROBLEMS}, tags=["campaigns"], operation_id="create_campaign"
)
def create_campaign(request: HttpRequest, body: CampaignIn, idempotency_key: IdempotencyKey) -> Any:
    """Writes a draft, which is counted at once. Nothing leaves before it is submitted and another account approves it."""
    user = caller(request, WRITES)
    creditor = list_creditors(user).filter(name=body.creditor).first()
    if creditor is None or user.agency_id is not None:
        raise not_found()

    def act() -> tuple[int, dict[str, Any]]:
        check_segment(body.segment)
        made = save_campaign(_told(body, creditor.pk), by=user, now=clock.now())
        app.configure_task(_JOBS["count"]).defer(campaign_id=made.pk)
        return 201, _detail(_visible(user, made.uid))

    return once(request, idempotency_key, (body,), act)


@router.post(
    "/campaigns/{uid}/events", response={200: CampaignDetail, **PROBLEMS}, tags=["campaigns"],
    operation_id="create_campaign_event",
)  # fmt: skip
def change_campaign(request: HttpRequest, uid: UUID, body: CampaignEventIn, idempotency_key: IdempotencyKey) -> Any:
    """One step of its life, with the refusals of the screen: whoever wrote it does not approve it."""
    user = caller(request, WRITES)
    row = _visible(user, uid)

    def act() -> tuple[int, dict[str, Any]]:
        note = (body.note,) if body.event == "send_back" else ()
        _STEPS[body.event](row.pk, *note, by=user, now=clock.now())
        if body.event in _JOBS:
            app.configure_task(_JOBS[body.event]).defer(campaign_id=row.pk)
        return 200, _detail(_visible(user, uid))

    return once(request, idempotency_key, (body,), act)


def _told(body: CampaignIn, creditor_id: int) -> CampaignText:
    return CampaignText(
        name=body.name, creditor_id=creditor_id, segment=body.segment, template=body.template, channel=body.channels[0],
        starts_at=body.starts_at, ends_at=body.ends_at, fields=body.fields, subject_b=body.subject_b, share_b=body.share_b,
        paid_within_days=body.paid_within_days, further_channels=tuple(body.channels[1:]),
    )  # fmt: skip


def _campaigns(user: User) -> QuerySet[Campaign]:
    """A campaign is the lender's: an agency's key sees none."""
    found = Campaign.objects.select_related("creditor")
    return found.none() if user.agency_id is not None else found.filter(creditor__in=list_creditors(user).values("pk"))


def _visible(user: User, uid: Any) -> Campaign:
    row = _campaigns(user).filter(uid=uid).first()
    if row is None:
        raise not_found()
    return row


def _campaign(row: Campaign) -> dict[str, Any]:
    moments = {name: getattr(row, name).isoformat() for name in ("starts_at", "ends_at", "updated_at")}
    return {
        "uid": str(row.uid), "name": row.name, "creditor": row.creditor.name, "segment": row.segment,
        "template": row.template, "channel": row.channel, "channels": row.channels, "purpose": row.purpose,
        "state": row.state, "people": row.people, "paid_within_days": row.paid_within_days,
        "currency": row.creditor.currency, **moments,
    }  # fmt: skip


def _detail(row: Campaign) -> dict[str, Any]:
    """As plain values: what is answered once is kept and answered again."""
    seen = row.preview
    return {
        **_campaign(row),
        "fields": row.fields,
        "note": row.note,
        "counted_at": row.previewed_at.isoformat() if row.previewed_at else None,
        "count_failure": row.preview_failure,
        "count": {name: seen.get(name, {} if name == "by_channel" else 0) for name in COUNTED} if seen else None,
        "figures": [asdict(one) for one in campaign_figures(row.pk)],
    }
