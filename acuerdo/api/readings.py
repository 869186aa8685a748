"""The readings of contact law: what each country's rules leave open, and which reading each creditor follows, by whose word."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from acuerdo.api.access import LEADS, caller
from acuerdo.api.pages import cursor_after, number_in
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters
from acuerdo.base import clock
from acuerdo.base.models import Role
from acuerdo.policy.public import PolicyReading, approve_reading, list_readings, readings_in_force
from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.policy.rules.pack import Setting
from acuerdo.portfolio.public import list_creditors

router = Router()
APPROVING = frozenset({Role.COMPLIANCE, Role.DIRECTOR})
Code = Annotated[str, Field(min_length=1, max_length=60)]


class OptionOut(Schema):
    """`is_followed`: what binds until somebody approves another; `needs_approval`: milder than that."""

    value: str
    words: str
    is_followed: bool
    needs_approval: bool


class SettingOut(Schema):
    pack: str
    name: str
    title: str
    text: str
    citation: str
    options: list[OptionOut]


class SettingList(Schema):
    items: list[SettingOut]


class ReadingIn(Schema):
    """`approved_on`: the day from which it is followed; the gate waits until that day has begun everywhere."""

    creditor: UUID
    name: Code
    value: Code
    approved_on: date
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class ReadingOut(Schema):
    creditor: UUID
    creditor_name: str
    pack: str
    name: str
    value: str
    approved_by: str
    approved_on: date
    reason: str
    recorded_at: datetime
    is_in_force: bool


class ReadingFilters(ListFilters):
    creditor: UUID | None = None
    pack: Annotated[str, Field(max_length=8)] = ""
    name: Annotated[str, Field(max_length=40)] = ""
    standing: Literal["all", "in_force"] = "all"


class ReadingPage(Schema):
    items: list[ReadingOut]
    next_cursor: str | None


@router.get(
    "/policy-settings",
    response={200: SettingList, **PROBLEMS},
    tags=["policy-readings"],
    operation_id="list_policy_settings",
)
def list_policy_settings(request: HttpRequest) -> Any:
    """What each country's rules leave open, with every reading in words, in the language of `Accept-Language`."""
    caller(request, LEADS)
    return {
        "items": [_setting(code, one) for code in sorted(pack_codes()) for one in load_pack(code).settings.values()]
    }


@router.get(
    "/policy-readings",
    response={200: ReadingPage, **PROBLEMS},
    tags=["policy-readings"],
    operation_id="list_policy_readings",
)
def list_policy_readings(request: HttpRequest, filters: Query[ReadingFilters]) -> Any:
    """Every reading ever approved for the creditors in sight, in the order of approval, with who approved it, when and why."""
    creditors = list_creditors(caller(request, LEADS))
    if filters.creditor is not None:
        creditors = creditors.filter(uid=filters.creditor)
    every = list_readings(list(creditors.values_list("pk", flat=True)), pack=filters.pack)
    standing = {one.pk for one in readings_in_force(every, clock.business_date())}
    since, after = filters.updated_since, number_in(filters.cursor)
    found = [
        one
        for one in sorted(every, key=lambda one: one.pk)
        if one.pk > after
        and (not filters.name or one.name == filters.name)
        and (filters.standing == "all" or one.pk in standing)
        and (since is None or one.recorded_at >= since)
    ]
    page = found[: filters.limit]
    following = cursor_after(page[-1].pk) if len(found) > filters.limit else None
    return {"items": [_reading(one, is_in_force=one.pk in standing) for one in page], "next_cursor": following}


@router.post(
    "/policy-readings",
    response={201: ReadingOut, **PROBLEMS},
    tags=["policy-readings"],
    operation_id="create_policy_reading",
)
def create_policy_reading(request: HttpRequest, body: ReadingIn, idempotency_key: IdempotencyKey) -> Any:
    """Approves a reading for a creditor from a day on, in the name of the key's account; the audit trail keeps it."""
    user = caller(request, APPROVING)

    def act() -> tuple[int, Any]:
        creditor = list_creditors(user).filter(uid=body.creditor).first()
        if creditor is None:
            raise not_found()
        reading = approve_reading(
            creditor.pk, creditor.country.lower(), body.name, body.value, user=user, approved_on=body.approved_on,
            reason=body.reason, now=clock.now(),
        )  # fmt: skip
        standing = readings_in_force(list_readings([creditor.pk]), clock.business_date())
        shown = _reading(reading, is_in_force=any(one.pk == reading.pk for one in standing))
        return 201, ReadingOut(**shown).model_dump(mode="json")

    return once(request, idempotency_key, (body,), act)


def _setting(code: str, one: Setting) -> dict[str, Any]:
    is_english = (get_language() or "es").startswith("en")
    words = one.words if is_english else one.words_es
    return {
        "pack": code, "name": one.name, "title": one.title if is_english else one.title_es,
        "text": one.text if is_english else one.text_es, "citation": one.citation,
        "options": [
            {
                "value": value, "words": words[value], "is_followed": value == (one.installed or one.default),
                "needs_approval": value in one.needs_approval,
            }
            for value in one.options
        ],
    }  # fmt: skip


def _reading(one: PolicyReading, *, is_in_force: bool) -> dict[str, Any]:
    return {
        "creditor": one.creditor.uid, "creditor_name": one.creditor.name, "pack": one.pack, "name": one.name,
        "value": one.value, "approved_by": one.approved_by, "approved_on": one.approved_on, "reason": one.reason,
        "recorded_at": one.recorded_at, "is_in_force": is_in_force,
    }  # fmt: skip
