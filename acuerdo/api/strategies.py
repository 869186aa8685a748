"""Reading strategies: the versions, one document with what it changes, its JSON Schema, and the catalogue of facts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from acuerdo.api.access import LEADS, caller
from acuerdo.api.pages import cursor_after, number_in
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters, Problem
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.public import Strategy, check_text
from acuerdo.strategy.rules.facts import FACTS
from acuerdo.strategy.rules.schema import strategy_schema

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


class StrategyOut(Schema):
    """One version. `status`: draft, in_review, scheduled, published, retired."""

    uid: UUID
    code: str
    version: int
    status: str
    created_at: datetime
    created_by: str
    submitted_by: str
    published_at: datetime | None
    published_by: str
    starts_on: date | None
    ends_on: date | None
    change_reason: str


class StrategyDetail(StrategyOut):
    """A version with its YAML document as written."""

    document: str


class StrategyPage(Schema):
    items: list[StrategyOut]
    next_cursor: str | None


class FindingOut(Schema):
    """`level`: error stops a version from being sent to review; warning is told."""

    level: str
    code: str
    line: int
    path: str
    message: str


class CheckIn(Schema):
    document: str


class CheckOut(Schema):
    is_valid: bool
    findings: list[FindingOut]


class FactOut(Schema):
    code: str
    type: str
    spanish: str
    english: str
    values: list[str]


@router.get(
    "/strategies", response={200: StrategyPage, **PROBLEMS}, tags=["strategies"], operation_id="list_strategies"
)
def list_strategies(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Every version in the order of writing. `updated_since`: written, sent, published or retired since then."""
    _lender(request)
    found = Strategy.objects.defer("document").filter(pk__gt=number_in(filters.cursor)).order_by("pk")
    if (since := filters.updated_since) is not None:
        touched = [
            found.filter(**{f"{name}__gte": since})
            for name in ("created_at", "submitted_at", "published_at", "retired_at")
        ]
        found = (touched[0] | touched[1] | touched[2] | touched[3]).order_by("pk")
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    return {"items": page, "next_cursor": cursor_after(page[-1].pk) if len(rows) > filters.limit else None}


@router.get(
    "/strategies/schema",
    response={200: dict[str, Any], **PROBLEMS},
    tags=["strategies"],
    operation_id="get_strategy_schema",
)
def get_schema(request: HttpRequest) -> Any:
    """The JSON Schema (draft 2020-12) of strategy documents."""
    _lender(request)
    return strategy_schema()


@router.get(
    "/strategies/facts",
    response={200: list[FactOut], **PROBLEMS},
    tags=["strategies"],
    operation_id="list_strategy_facts",
)
def list_facts(request: HttpRequest) -> Any:
    """What a condition may ask about an obligation."""
    _lender(request)
    return [
        {
            "code": fact.code,
            "type": fact.type,
            "spanish": fact.spanish,
            "english": fact.english,
            "values": list(fact.values),
        }
        for fact in FACTS.values()
    ]


@router.post(
    "/strategies/check", response={200: CheckOut, **PROBLEMS}, tags=["strategies"], operation_id="create_strategy_check"
)
def check_strategy(request: HttpRequest, body: CheckIn) -> Any:
    """Whether a document reads, and what the law, the templates and the segments have against it. Nothing is saved."""
    _lender(request)
    try:
        found = check_text(body.document, clock.now())
    except Refusal as refusal:
        faults = getattr(refusal, "faults", None)
        if faults is None:
            raise
        told = [
            {
                "level": "error",
                "code": "bad-strategy",
                "line": one.line,
                "path": one.path,
                "message": in_reader_language(one.message),
            }
            for one in faults
        ]
        return {"is_valid": False, "findings": told}
    findings = [
        {
            "level": one.level,
            "code": one.code,
            "line": line,
            "path": one.path,
            "message": in_reader_language(one.message),
        }
        for line, one in found
    ]
    return {"is_valid": not any(one["level"] == "error" for one in findings), "findings": findings}


@router.get(
    "/strategies/{uid}", response={200: StrategyDetail, **PROBLEMS}, tags=["strategies"], operation_id="get_strategy"
)
def get_strategy(request: HttpRequest, uid: UUID) -> Any:
    """One version with its document."""
    _lender(request)
    found = Strategy.objects.filter(uid=uid).first()
    if found is None:
        raise not_found()
    return found


def _lender(request: HttpRequest) -> User:
    """Whoever asks; an agency has no say in the lender's strategies."""
    user = caller(request, LEADS)
    if user.agency_id is not None:
        raise not_found()
    return user
