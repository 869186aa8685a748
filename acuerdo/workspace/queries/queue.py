"""The agent's queue: today's calls of the worklist, most valuable first, narrowed by filters that live in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from acuerdo.base.models import Role, User
from acuerdo.kernel.text import search_key
from acuerdo.strategy.public import document_of
from acuerdo.workspace import wording
from acuerdo.workspace.models import DebtorLabel
from acuerdo.workspace.queries.light import Light, call_lights
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.tables import Decision, DecisionRun, Promise

PAGE_ROWS = 25
OPEN_STATES = ("planned", "queued")
NOBODY = "nadie"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address says; `amount_minor` counts in hundredths, as every currency of the portfolio does on this field."""

    stage: str = ""
    creditor: str = ""
    promise: str = ""
    amount_text: str = ""
    text: str = ""
    agent: str = ""
    label: str = ""

    @property
    def is_set(self) -> bool:
        return any((self.stage, self.creditor, self.promise, self.amount_text, self.text, self.agent, self.label))

    @property
    def amount_minor(self) -> int:
        digits = "".join(char for char in self.amount_text if char.isdigit())
        return int(digits[:15]) * 100 if digits else 0

    def as_query(self) -> str:
        """The part of an address that brings these filters back."""
        named = {
            "stage": self.stage,
            "creditor": self.creditor,
            "promise": self.promise,
            "amount": self.amount_text,
            "q": self.text,
            "agent": self.agent,
            "label": self.label,
        }
        return urlencode({name: value for name, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Alert:
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    url: str
    name: str
    city: str
    creditor: str
    number: str
    stage: str
    currency: str
    balance_due_minor: int
    days_past_due: int
    reason: str
    light: Light
    alerts: list[Alert]


@dataclass(frozen=True, slots=True)
class Queue:
    rows: list[QueueRow]
    page: Page[Any]
    total: int


def read_filters(asked: Mapping[str, str]) -> Filters:
    """Unknown stages and promises are taken as none; texts are cut."""
    stage, promise = asked.get("stage", ""), asked.get("promise", "")
    return Filters(
        stage=stage if stage in wording.STAGES else "",
        creditor=asked.get("creditor", "") if is_uid(asked.get("creditor", "")) else "",
        promise=promise if promise in ("due", "broken") else "",
        amount_text=asked.get("amount", "")[:20].strip(),
        text=asked.get("q", "")[:80].strip(),
        agent=asked.get("agent", "")[:36] if asked.get("agent") == NOBODY or is_uid(asked.get("agent", "")) else "",
        label=asked.get("label", "")[:40].strip(),
    )


def is_uid(text: str) -> bool:
    """Whether the text can name a row; anything else would be an error of the database."""
    return len(text) == 36 and all(char in "0123456789abcdef-" for char in text.lower())


def queue_of(user: User, filters: Filters, *, today: date, now: datetime, page_number: str = "1") -> Queue:
    """One page of the calls that wait for this user today."""
    page = _page(_with_alerts(waiting(user, filters, today), today), page_number)
    decisions = list(page.object_list)
    lights = call_lights(decisions, now=now)
    titles = step_titles(today, {decision.step for decision in decisions if decision.step})
    rows = [_row(decision, lights[decision.obligation_id], titles) for decision in decisions]
    return Queue(rows, page, page.paginator.count)


def waiting(user: User, filters: Filters, today: date) -> QuerySet[Any]:
    """Calls to do, of people the user may see: an agent's own and those that nobody holds, every one for a supervisor."""
    visible = obligations_of(user).filter(pk=OuterRef("obligation_id"))
    found: QuerySet[Any] = Decision.objects.filter(
        Exists(visible), run_on=today, channel="call", is_lead=True, state__in=OPEN_STATES
    )
    if user.role == Role.AGENT:
        found = found.filter(Q(agent_id=user.pk) | Q(agent_id__isnull=True))
    found = found.select_related("debtor", "creditor", "obligation", "obligation__account")
    return _labelled(_narrowed(found, filters, today), filters, user).order_by("-score", "obligation_id")


def _labelled(found: QuerySet[Any], filters: Filters, user: User) -> QuerySet[Any]:
    """By who holds the call and by the house's own words on the person."""
    if filters.agent == NOBODY:
        found = found.filter(agent_id__isnull=True)
    elif filters.agent:
        found = found.filter(agent__uid=filters.agent)
    if filters.label:
        own = DebtorLabel.objects.filter(agency=user.agency_id, label=filters.label)
        found = found.filter(debtor_id__in=own.values("debtor_id"))
    return found


def _narrowed(found: QuerySet[Any], filters: Filters, today: date) -> QuerySet[Any]:
    if filters.stage:
        found = found.filter(stage=filters.stage)
    if filters.creditor:
        found = found.filter(creditor__uid=filters.creditor)
    if filters.amount_minor:
        found = found.filter(balance_due_minor__gte=filters.amount_minor)
    if filters.promise == "due":
        found = found.filter(
            _promise(state__in=["open", "verifying"], due_on__range=(today, today + timedelta(days=1)))
        )
    if filters.promise == "broken":
        found = found.filter(_promise(state__in=["broken", "partly_kept"], decided_on__gte=today - timedelta(days=7)))
    for word in search_key(filters.text).split():
        found = found.filter(Q(debtor__search_name__contains=word) | Q(obligation__number__icontains=word))
    return found


def _promise(**facts: Any) -> Exists:
    return Exists(Promise.objects.filter(obligation_id=OuterRef("obligation_id"), **facts))


def _with_alerts(found: QuerySet[Any], today: date) -> QuerySet[Any]:
    week = today - timedelta(days=7)
    with_alerts: QuerySet[Any] = found.annotate(
        has_open_promise=_promise(state__in=["open", "verifying"]),
        has_broken_promise=_promise(state__in=["broken", "partly_kept"], decided_on__gte=week),
        currency=F("obligation__account__currency"),
    )
    return with_alerts


def _page(found: QuerySet[Any], page_number: str) -> Page[Any]:
    """The page and how many there are in one question; a page past the end shows the first."""
    number = int(page_number) if page_number.isdigit() and int(page_number) > 0 else 1
    counted = found.annotate(total=Window(Count("*")))
    rows = list(counted[(number - 1) * PAGE_ROWS : number * PAGE_ROWS])
    if not rows and number > 1:
        return _page(found, "1")
    paginator = Paginator(found, PAGE_ROWS)
    paginator.count = rows[0].total if rows else 0
    return Page(rows, number, paginator)


def step_titles(on: date, codes: set[str]) -> Mapping[str, str]:
    """The names of the steps that decided the date, remembered by the process until a code appears that it does not know."""
    if not codes <= _titles_on(on).keys():
        _titles_on.cache_clear()
    return _titles_on(on)


@lru_cache(maxsize=8)
def _titles_on(on: date) -> Mapping[str, str]:
    run = DecisionRun.objects.filter(run_on=on).select_related("strategy").first()
    return {step.code: step.title for step in document_of(run.strategy).steps} if run is not None else {}


def of_skills(found: QuerySet[Any], skills: Sequence[str], today: date) -> QuerySet[Any]:
    """Only the calls of steps that ask for one of these skills; without skills, every call."""
    if not skills:
        return found
    steps = _skills_on(today)
    return found.filter(step__in=[code for code, skill in steps.items() if skill in skills])


@lru_cache(maxsize=8)
def _skills_on(on: date) -> Mapping[str, str]:
    run = DecisionRun.objects.filter(run_on=on).select_related("strategy").first()
    return {step.code: step.skill for step in document_of(run.strategy).steps} if run is not None else {}


def _reason(decision: Any, titles: Mapping[str, str]) -> str:
    """What the strategy wants of the call and why today: the channel's own reasons are for the person's page."""
    told = [wording.reason_word(code) for code in decision.reasons if not code.startswith("channel-")]
    return ". ".join([title for title in [titles.get(decision.step, "")] if title] + told[:1])


def _row(decision: Any, light: Light, titles: Mapping[str, str]) -> QueueRow:
    return QueueRow(
        url=reverse("workspace:debtor", args=[decision.debtor.uid]),
        name=decision.debtor.full_name,
        city=decision.debtor.city,
        creditor=decision.creditor.name,
        number=decision.obligation.number,
        stage=decision.stage,
        currency=decision.currency,
        balance_due_minor=decision.balance_due_minor,
        days_past_due=decision.days_past_due,
        reason=_reason(decision, titles),
        light=light,
        alerts=_alerts(decision),
    )


def _alerts(decision: Any) -> list[Alert]:
    alerts = []
    if decision.has_open_promise:
        alerts.append(Alert(_("Promesa vigente"), "info"))
    if decision.has_broken_promise:
        alerts.append(Alert(_("Promesa incumplida"), "warn"))
    return alerts
