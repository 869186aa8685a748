"""Today's board: what was planned, what went out, what a rule stopped, what was agreed, and where the portfolio stands.

Every count starts from what the user may see. Amounts keep their currency; a day is the business date of the installation.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.ledger.public import buckets_in_force
from acuerdo.portfolio.public import debtors_visible_to
from acuerdo.strategy.rules.reasons import REASONS
from acuerdo.workspace import wording
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.tables import Attempt, Decision, Message, Promise, Verdict

WENT_OUT = ("sent", "delivered", "read")
MADE = ("answered", "unanswered", "failed", "sent")
GROUPS = ("nothing_owed", "strategy", "protection", "law", "reach", "person", "capacity")


@dataclass(frozen=True, slots=True)
class Money:
    """How many and how much of one currency."""

    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Judged:
    kept: int
    partly_kept: int
    broken: int
    kept_amounts: list[Money]

    @property
    def judged(self) -> int:
        return self.kept + self.partly_kept + self.broken

    @property
    def share(self) -> float | None:
        return self.kept / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel's day: the plan, and what became of its messages or calls."""

    channel: str
    planned: int
    waiting: int
    sent: int
    delivered: int
    failed: int
    blocked: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    rule: str
    sentence: str
    citation: str
    count: int
    people: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Obligations that stop here: `reason` is the code that the rows can be listed by."""

    reason: str
    word: str
    count: int


@dataclass(slots=True)
class FunnelStep:
    """A group of reasons, or what became of the actions. `left` is what remains after it."""

    name: str
    count: int
    left: int
    drops: list[Drop] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Funnel:
    total: int
    steps: list[FunnelStep]
    actions: int
    states: list[Drop]


@dataclass(frozen=True, slots=True)
class AgeingLine:
    bucket: str
    currency: str
    obligations: int
    balance_minor: int
    balance_due_minor: int
    share: float | None


@dataclass(frozen=True, slots=True)
class StageLine:
    stage: str
    currency: str
    obligations: int
    balance_minor: int
    balance_due_minor: int


@dataclass(frozen=True, slots=True)
class AgentLine:
    name: str
    calls: int
    contacts: int
    right_party: int
    promises: int
    amounts: list[Money]


@dataclass(frozen=True, slots=True)
class Calls:
    made: int
    right_party: int

    @property
    def share(self) -> float | None:
        return self.right_party / self.made if self.made else None


@dataclass(frozen=True, slots=True)
class Board:
    day: date
    planned: int
    channels: list[ChannelLine]
    calls: Calls
    rules: list[RuleLine]
    promises_made: list[Money]
    promises_due: list[Money]
    judged: Judged
    ageing: list[AgeingLine]
    stages: list[StageLine]
    funnel: Funnel
    agents: list[AgentLine]

    @property
    def unauthorised(self) -> int:
        """Obligations of today without a contact because the person authorised no channel."""
        return sum(
            drop.count for step in self.funnel.steps for drop in step.drops if drop.reason.endswith("no-consent")
        )

    @property
    def sent(self) -> int:
        return sum(line.sent for line in self.channels)

    @property
    def delivered(self) -> int:
        return sum(line.delivered for line in self.channels)

    @property
    def delivered_share(self) -> float | None:
        return self.delivered / self.sent if self.sent else None

    @property
    def blocked(self) -> int:
        return sum(line.count for line in self.rules)

    @property
    def delinquency(self) -> list[tuple[str, float | None]]:
        """Balance with a day or more of arrears ÷ balance, for each currency (K01 a)."""
        totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for line in self.ageing:
            totals[line.currency][0] += line.balance_minor if line.bucket != "current" else 0
            totals[line.currency][1] += line.balance_minor
        return [(currency, late / whole if whole else None) for currency, (late, whole) in totals.items()]


def board_of(user: User, *, day: date, with_agents: bool) -> Board:
    """Everything about one date in about ten queries."""
    start, end = _bounds(day)
    decisions = _seen(Decision.objects.filter(run_on=day), user)
    denied = _denied(user, start, end)
    standing = _standing(user)
    return Board(
        day=day,
        planned=decisions.filter(is_lead=True).exclude(channel="").count(),
        channels=_channels(user, decisions, denied, start, end),
        calls=_calls(user, start, end),
        rules=_rules(denied),
        promises_made=_sums(_seen(Promise.objects.filter(made_on=day).exclude(state="cancelled"), user)),
        promises_due=_sums(_seen(Promise.objects.filter(due_on=day, state__in=["open", "verifying"]), user)),
        judged=_judged(user, day),
        ageing=_ageing(standing),
        stages=_stages(standing),
        funnel=_funnel(decisions),
        agents=_agents(user, day, start, end) if with_agents else [],
    )


def decisions_of(user: User, *, day: date, reason: str, state: str, channel: str) -> QuerySet[Any]:
    """The rows behind a figure of the board: today's decisions with this main reason, state or channel."""
    found = _seen(Decision.objects.filter(run_on=day), user)
    if reason:
        found = found.filter(channel="", reasons__0=reason)
    if state:
        found = found.filter(state=state).exclude(channel="")
    if channel:
        found = found.filter(channel=channel, is_lead=True)
    return found.select_related("debtor", "creditor", "obligation", "obligation__account").order_by(
        "-score", "obligation_id"
    )


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), tzinfo=clock.zone())
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.zone())


def _seen(found: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Rows about obligations that the user may see; nobody who sees everything pays for the check."""
    if user.sees_all_creditors and user.agency_id is None:
        return found
    return found.filter(obligation_id__in=obligations_of(user).values("pk"))


def _seen_people(found: QuerySet[Any], user: User) -> QuerySet[Any]:
    if user.sees_all_creditors and user.agency_id is None:
        return found
    return found.filter(debtor_id__in=debtors_visible_to(user).values("pk"))


def _denied(user: User, start: datetime, end: datetime) -> QuerySet[Any]:
    return _seen_people(Verdict.objects.filter(at__gte=start, at__lt=end).exclude(verdict="allow"), user)


def _channels(
    user: User, decisions: QuerySet[Any], denied: QuerySet[Any], start: datetime, end: datetime
) -> list[ChannelLine]:
    planned = dict(decisions.filter(is_lead=True).exclude(channel="").values_list("channel").annotate(n=Count("*")))
    blocked = dict(denied.values_list("channel").annotate(n=Count("*")))
    states: dict[str, dict[str, int]] = defaultdict(dict)
    messages = _seen_people(Message.objects.filter(scheduled_for__gte=start, scheduled_for__lt=end), user)
    attempts = _seen_people(Attempt.objects.filter(at__gte=start, at__lt=end, channel="call", direction="out"), user)
    for channel, state, number in messages.values_list("channel", "state").annotate(n=Count("*")):
        states[channel][state] = number
    for channel, state, number in attempts.values_list("channel", "status").annotate(n=Count("*")):
        states[channel][state] = number
    return [
        _channel_line(channel, planned.get(channel, 0), blocked.get(channel, 0), states[channel])
        for channel in wording.CHANNELS
        if channel and (channel in planned or channel in blocked or states.get(channel))
    ]


def _channel_line(channel: str, planned: int, blocked: int, states: dict[str, int]) -> ChannelLine:
    """For calls, sent means made and delivered means answered."""
    out = ("answered", "unanswered", *WENT_OUT)
    return ChannelLine(
        channel=channel,
        planned=planned,
        waiting=sum(states.get(state, 0) for state in ("scheduled", "sending", "reserved")),
        sent=sum(states.get(state, 0) for state in out),
        delivered=sum(states.get(state, 0) for state in ("delivered", "read", "answered")),
        failed=states.get("failed", 0),
        blocked=blocked,
    )


def _calls(user: User, start: datetime, end: datetime) -> Calls:
    made = Q(status__in=MADE)
    found = _seen_people(Attempt.objects.filter(at__gte=start, at__lt=end, channel="call", direction="out"), user)
    row = found.aggregate(made=Count("pk", filter=made), right_party=Count("pk", filter=made & Q(right_party=True)))
    return Calls(row["made"], row["right_party"])


def _rules(denied: QuerySet[Any]) -> list[RuleLine]:
    rows = (
        denied.values_list("first_rule").annotate(n=Count("*"), people=Count("debtor_id", distinct=True)).order_by("-n")
    )
    return [
        RuleLine(
            rule,
            wording.rule_word(rule) if rule else _("Falta un dato para decidir"),
            wording.rule_citation(rule),
            number,
            people,
        )
        for rule, number, people in rows
    ]


def _sums(found: QuerySet[Any]) -> list[Money]:
    rows = (
        found.order_by().values_list("currency").annotate(n=Count("*"), amount=Sum("amount_minor")).order_by("currency")
    )
    return [Money(currency, number, amount) for currency, number, amount in rows]


def _judged(user: User, day: date) -> Judged:
    found = _seen(Promise.objects.filter(decided_on=day, state__in=["kept", "partly_kept", "broken"]), user)
    states = dict(found.order_by().values_list("state").annotate(n=Count("*")))
    amounts = _sums(found.filter(state="kept")) if states.get("kept") else []
    return Judged(states.get("kept", 0), states.get("partly_kept", 0), states.get("broken", 0), amounts)


type Standing = tuple[str, str, str, str, int, int, int]


def _standing(user: User) -> list[Standing]:
    """(currency, status, bucket, stage, obligations, balance, balance due) of what is worked: one pass for both tables."""
    found = obligations_of(user).filter(account__status__in=["active", "written_off"]).order_by()
    rows = found.values_list("account__currency", "account__status", "account__bucket", "account__stage").annotate(
        n=Count("pk"), balance=Sum("account__balance_minor"), due=Sum("account__balance_due_minor")
    )
    return list(rows)


def _added(rows: Iterable[tuple[str, str, int, int, int]]) -> dict[tuple[str, str], list[int]]:
    """By currency and code: obligations, balance and balance due."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for currency, code, *figures in rows:
        sums[currency, code] = [known + more for known, more in zip(sums[currency, code], figures, strict=True)]
    return sums


def _ageing(standing: Iterable[Standing]) -> list[AgeingLine]:
    active = _added((row[0], row[2], *row[4:]) for row in standing if row[1] == "active")
    totals: dict[str, int] = defaultdict(int)
    for (currency, _bucket), (_number, balance, _due) in active.items():
        totals[currency] += balance
    lines = [
        AgeingLine(bucket, currency, number, balance, due, balance / totals[currency] if totals[currency] else None)
        for (currency, bucket), (number, balance, due) in active.items()
    ]
    order = [bucket.name for bucket in buckets_in_force(clock.business_date())]
    return sorted(lines, key=lambda line: (line.currency, _position(line.bucket, order)))


def _stages(standing: Iterable[Standing]) -> list[StageLine]:
    sums = _added((row[0], row[3], *row[4:]) for row in standing)
    lines = [StageLine(stage, currency, *figures) for (currency, stage), figures in sums.items()]
    return sorted(lines, key=lambda line: (line.currency, _position(line.stage, tuple(wording.STAGES))))


def _position(code: str, order: Iterable[str]) -> int:
    known = list(order)
    return known.index(code) if code in known else len(known)


def _funnel(decisions: QuerySet[Any]) -> Funnel:
    """From every obligation of the day to its contacts: what leaves on the way, by group and by reason."""
    rows = decisions.order_by().values_list("channel", "state", "reasons__0").annotate(n=Count("*"))
    without: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    states: dict[str, int] = defaultdict(int)
    for channel, state, reason, number in rows:
        if channel:
            states[state] += number
        else:
            without[_group_of(reason)][reason] += number
    total = sum(states.values()) + sum(sum(group.values()) for group in without.values())
    return Funnel(total, _steps(without, total), sum(states.values()), _state_drops(states))


def _steps(without: dict[str, dict[str, int]], total: int) -> list[FunnelStep]:
    steps, left = [], total
    for group in GROUPS:
        reasons = without.get(group)
        if reasons:
            count = sum(reasons.values())
            left -= count
            drops = [Drop(reason, wording.reason_word(reason), number) for reason, number in reasons.items()]
            steps.append(
                FunnelStep(str(wording.REASON_GROUPS[group]), count, left, sorted(drops, key=lambda drop: -drop.count))
            )
    return steps


def _state_drops(states: dict[str, int]) -> list[Drop]:
    return [
        Drop(state, str(word), states[state]) for state, word in wording.DECISION_STATES.items() if states.get(state)
    ]


def _group_of(reason: str) -> str:
    bare = reason.rpartition(":")[2]
    found = REASONS.get(bare)
    return found.group if found is not None else "law"


def _agents(user: User, day: date, start: datetime, end: datetime) -> list[AgentLine]:
    """Who called today, by name, with what was agreed. In order of name: it is not a ranking."""
    attempts = _seen_people(
        Attempt.objects.filter(at__gte=start, at__lt=end, channel="call", direction="out", status__in=MADE), user
    )
    rows = (
        attempts.order_by()
        .values_list("actor")
        .annotate(
            calls=Count("pk"),
            contacts=Count("pk", filter=Q(status="answered")),
            right=Count("pk", filter=Q(right_party=True)),
        )
    )
    calls = {actor: (made, answered, right) for actor, made, answered, right in rows}
    amounts: dict[str, list[Money]] = defaultdict(list)
    promised = _seen(Promise.objects.filter(made_on=day).exclude(state="cancelled"), user).order_by()
    for actor, currency, number, amount in promised.values_list("actor", "currency").annotate(
        n=Count("*"), a=Sum("amount_minor")
    ):
        amounts[actor].append(Money(currency, number, amount))
    people = User.objects.filter(username__in={*calls, *amounts}, role="agent").order_by("full_name")
    return [
        AgentLine(
            person.full_name,
            *calls.get(person.username, (0, 0, 0)),
            sum(money.count for money in amounts[person.username]),
            amounts[person.username],
        )
        for person in people
    ]
