"""Reading the day's decisions: who is contacted, how and when, why, and why the others are not; and the run as a whole."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from acuerdo.api.access import EVERYONE, LEADS, caller
from acuerdo.api.pages import cursor_after, number_in
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import Amount, ListFilters, Problem
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.money import plain_text
from acuerdo.portfolio.public import visible_to
from acuerdo.strategy.public import Decision, DecisionRun
from acuerdo.strategy.rules.price_words import gap_sentence, price_sentences
from acuerdo.strategy.rules.reasons import say

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
LANGUAGES = ("es", "en")


class ReasonOut(Schema):
    """`code` is stable; `sentence` is for people, in the language asked for."""

    code: str
    sentence: str


class OptionOut(Schema):
    """A contact that could have been made and what it would have been worth."""

    channel: str
    score: int


class DecisionOut(Schema):
    """One obligation on one date. `channel` null: no contact, and the reasons say why not, the main one first.

    `score` is what the contact is expected to bring beyond its cost, in hundredths of a common unit; `price` what the
    capacity that it uses would bring elsewhere. `probability` is the chance, by the draws, of the group the person is in.
    """

    run_on: date
    obligation: UUID
    debtor: UUID
    creditor: str
    stage: str
    segment: str
    step: str
    channel: str | None
    is_lead: bool
    planned_at: datetime | None
    state: str
    score: int
    price: int
    options: list[OptionOut]
    reasons: list[ReasonOut]
    balance_due: Amount
    currency: str
    days_past_due: int
    strategy: str | None
    strategy_version: int | None
    variant: str
    probability: str


class DecisionPage(Schema):
    items: list[DecisionOut]
    next_cursor: str | None


class DropOut(ReasonOut):
    obligations: int


class ResourceOut(Schema):
    """`price` is null where some is left over; else the sentence says what more of it would bring."""

    code: str
    capacity: int
    used: int
    price: str | None
    sentence: str


class RunOut(Schema):
    """From the portfolio that the key may see to its contacts, every drop named; and, of the whole run, what was scarce.

    `gap_ppm`: no other plan could bring more than so many millionths over this one.
    """

    run_on: date
    engine: str
    strategy: str
    strategy_version: int
    portfolio: int
    drops: list[DropOut]
    contacts: dict[str, int]
    states: dict[str, int]
    gap_ppm: int | None
    gap: str
    resources: list[ResourceOut]


class DecisionFilters(ListFilters):
    """`run_on` is today when left out. `updated_since` keeps a date whose run ended at or after that instant."""

    run_on: date | None = None
    obligation: UUID | None = None
    debtor: UUID | None = None
    channel: str = ""
    state: str = ""
    reason: Annotated[str, Field(max_length=60)] = ""
    language: str = "es"


@router.get("/decisions", response={200: DecisionPage, **PROBLEMS}, tags=["decisions"], operation_id="list_decisions")
def list_decisions(request: HttpRequest, filters: Query[DecisionFilters]) -> Any:
    """Why each obligation is or is not contacted on a date. Repeat with `next_cursor` until it is null."""
    user = caller(request, EVERYONE if filters.obligation or filters.debtor else LEADS)
    found = _filtered(_seen(user, filters.run_on or clock.business_date()), filters)
    rows = list(
        found.filter(obligation_id__gt=number_in(filters.cursor)).order_by("obligation_id")[: filters.limit + 1]
    )
    page = rows[: filters.limit]
    following = cursor_after(page[-1].obligation_id) if len(rows) > filters.limit else None
    return {"items": [_shown(row, _language(filters.language)) for row in page], "next_cursor": following}


@router.get(
    "/decisions/{run_on}", response={200: RunOut, **PROBLEMS}, tags=["decisions"], operation_id="get_decision_run"
)
def get_decision_run(request: HttpRequest, run_on: date, language: str = "es") -> Any:
    """The date's run as totals: the funnel, the plan's distance from the best possible, and the price of what is scarce."""
    user, language = caller(request, LEADS), _language(language)
    run = DecisionRun.objects.select_related("strategy").filter(run_on=run_on, finished_at__isnull=False).first()
    if run is None:
        raise not_found()
    counted = _seen(user, run_on).order_by().values_list("channel", "state", "reasons__0").annotate(rows=Count("*"))
    drops: dict[str, int] = {}
    contacts: dict[str, int] = {}
    states: dict[str, int] = {}
    for channel, state, reason, rows in counted:
        if channel:
            contacts[channel] = contacts.get(channel, 0) + rows
            states[state] = states.get(state, 0) + rows
        else:
            drops[reason] = drops.get(reason, 0) + rows
    ranked = sorted(drops.items(), key=lambda item: (-item[1], item[0]))
    return {
        "run_on": run_on, "engine": run.engine, "strategy": run.strategy.code, "strategy_version": run.strategy.version,
        "portfolio": sum(drops.values()) + sum(contacts.values()),
        "drops": [{"code": code, "sentence": say(code, language), "obligations": rows} for code, rows in ranked],
        "contacts": contacts, "states": states, "gap_ppm": run.allocation.get("gap_ppm"),
        "gap": gap_sentence(run.allocation, language), "resources": _resources(run.allocation, language),
    }  # fmt: skip


def _seen(user: User, run_on: date) -> QuerySet[Decision]:
    return Decision.objects.filter(Exists(visible_to(user).filter(pk=OuterRef("obligation_id"))), run_on=run_on)


def _filtered(found: QuerySet[Decision], filters: DecisionFilters) -> QuerySet[Decision]:
    if filters.obligation is not None:
        found = found.filter(obligation__uid=filters.obligation)
    if filters.debtor is not None:
        found = found.filter(debtor__uid=filters.debtor)
    if filters.channel:
        found = found.filter(channel="" if filters.channel == "none" else filters.channel)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.reason:
        found = found.filter(reasons__0=filters.reason)
    if filters.updated_since is not None:
        recent = DecisionRun.objects.filter(finished_at__gte=filters.updated_since).values("run_on")
        found = found.filter(run_on__in=recent)
    return found.select_related("obligation", "obligation__account", "debtor", "creditor", "strategy")


def _language(asked: str) -> str:
    return asked if asked in LANGUAGES else "es"


def _shown(row: Any, language: str) -> dict[str, Any]:
    currency = row.obligation.account.currency
    pairs = [option.rpartition(":") for option in row.options]
    return {
        "run_on": row.run_on, "obligation": row.obligation.uid, "debtor": row.debtor.uid, "creditor": row.creditor.name,
        "stage": row.stage, "segment": row.segment, "step": row.step, "channel": row.channel or None, "is_lead": row.is_lead,
        "planned_at": row.planned_at, "state": row.state, "score": row.score, "price": row.price,
        "options": [{"channel": channel, "score": int(score)} for channel, _, score in pairs],
        "reasons": [{"code": code, "sentence": say(code, language)} for code in row.reasons],
        "balance_due": plain_text(row.balance_due_minor, currency), "currency": currency, "days_past_due": row.days_past_due,
        "strategy": row.strategy.code if row.strategy else None,
        "strategy_version": row.strategy.version if row.strategy else None, "variant": row.variant,
        "probability": f"{row.probability_bp / 10_000:.4f}",
    }  # fmt: skip


def _resources(allocation: dict[str, Any], language: str) -> list[dict[str, Any]]:
    prices = {one["code"]: one["price"] for one in allocation.get("resources", [])}
    return [
        {
            "code": told.code, "capacity": told.capacity, "used": told.used, "sentence": told.sentence,
            "price": f"{prices[told.code]:.6f}" if prices[told.code] else None,
        }
        for told in price_sentences(allocation, language)
    ]  # fmt: skip
