"""What compliance reads: the gate's verdicts and the stops in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.text import search_key
from acuerdo.portfolio.public import debtors_visible_to
from acuerdo.workspace import wording
from acuerdo.workspace.tables import Hold, Verdict

OUTCOMES = ("deny", "allow", "refuse")


@dataclass(frozen=True, slots=True)
class VerdictFilters:
    outcome: str
    channel: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleCount:
    rule: str
    word: str
    citation: str
    count: int


@dataclass(frozen=True, slots=True)
class VerdictDay:
    allowed: int
    denied: int
    refused: int
    rules: list[RuleCount]


def read_verdict_filters(asked: Mapping[str, str]) -> VerdictFilters:
    outcome, channel = asked.get("outcome", "deny"), asked.get("channel", "")
    return VerdictFilters(
        outcome=outcome if outcome in (*OUTCOMES, "all") else "deny",
        channel=channel if channel in wording.CHANNELS else "",
        rule=asked.get("rule", "")[:60],
        text=asked.get("q", "")[:80].strip(),
    )


def verdicts_of(user: User, day: date) -> QuerySet[Any]:
    """The gate's answers of one date about people whom the user may see."""
    start = datetime.combine(day, time(), tzinfo=clock.zone())
    found: QuerySet[Any] = Verdict.objects.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if user.sees_all_creditors and user.agency_id is None:
        return found
    return found.filter(debtor_id__in=debtors_visible_to(user).values("pk"))


def narrowed(found: QuerySet[Any], filters: VerdictFilters) -> QuerySet[Any]:
    if filters.outcome != "all":
        found = found.filter(verdict=filters.outcome)
    if filters.channel:
        found = found.filter(channel=filters.channel)
    if filters.rule:
        found = found.filter(first_rule=filters.rule)
    for word in search_key(filters.text).split():
        found = found.filter(Q(debtor__search_name__contains=word) | Q(debtor__id_number=word))
    return found.select_related("debtor", "creditor").order_by("-at", "-pk")


def verdict_day(found: QuerySet[Any]) -> VerdictDay:
    """How many of each answer, and the rules that stopped contacts, most first."""
    counts = dict(found.order_by().values_list("verdict").annotate(n=Count("pk")))
    rows = found.exclude(verdict="allow").order_by().values_list("first_rule").annotate(n=Count("pk")).order_by("-n")
    rules = rule_counts(dict(rows))
    return VerdictDay(counts.get("allow", 0), counts.get("deny", 0), counts.get("refuse", 0), rules)


def rule_counts(by_rule: Mapping[str, int]) -> list[RuleCount]:
    """Counts by rule in the words of the screens, in the order given."""
    return [
        RuleCount(rule, str(wording.rule_word(rule)), wording.rule_citation(rule), number)
        for rule, number in by_rule.items()
    ]


def holds_in_force(user: User, *, now: datetime, kind: str = "") -> QuerySet[Any]:
    """Stops of people whom the user may see, the oldest review date first."""
    found: QuerySet[Any] = Hold.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), lifted_at__isnull=True)
    if not (user.sees_all_creditors and user.agency_id is None):
        found = found.filter(debtor_id__in=debtors_visible_to(user).values("pk"))
    if kind:
        found = found.filter(kind=kind)
    return found.select_related("debtor", "obligation").order_by("review_on", "starts_at", "pk")
