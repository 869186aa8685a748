"""The gate: every rule that applies must let the contact pass, in every time zone that may be the person's."""

from collections.abc import Iterator
from datetime import date, datetime

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.verdict import RuleOutcome, Verdict
from acuerdo.policy.rules.conditions import Case, opens_at, see_case
from acuerdo.policy.rules.facts import Facts, Question, refuse_future
from acuerdo.policy.rules.hours import instant, local_day, microseconds
from acuerdo.policy.rules.pack import Pack, Rule
from acuerdo.policy.rules.words import say_reason

ZONE_RULE = "common.zone.known"
CALENDAR_RULE = "common.calendar.known"
HORIZON = 400 * 86_400_000_000  # a contact a year away is no plan
STEPS = 4000  # some hours, the customer's and the law's, meet only after many openings of one of them


def judge(pack: Pack, question: Question, facts: Facts) -> Verdict:
    """The verdict of `pack` on one contact.

    Lists every rule that denies. `next_allowed_at` is the first instant from the question's on at which, history
    standing still, nothing denies; None when no wait helps. Contact that the person starts is never refused. Raises
    Refusal for what makes no sense: future history, unknown settings, looser readings that nobody approved.
    """
    refuse_future(facts, question.at)
    if question.direction == "in":
        return Verdict("allow", (), question.at, pack.version)
    zones = question.zones or pack.zones
    if not zones:
        return _missing(pack, ZONE_RULE, "No se sabe la zona horaria de la persona; sin ella no se puede contactar.")
    try:
        return _judge(pack, question, facts, zones)
    except Refusal as error:
        if error.code != "holiday-calendar-missing":
            raise
        return _missing(pack, CALENDAR_RULE, error.message)


def _judge(pack: Pack, question: Question, facts: Facts, zones: tuple[str, ...]) -> Verdict:
    us = microseconds(question.at)
    chosen = pack.choose(facts.settings, date.fromordinal(local_day(us, zones[0])))
    rules = pack.select(question, chosen, facts)
    counted = pack.counted(chosen)
    cases = tuple(see_case(question, facts, calendar=pack.calendar, zone=zone, counted=counted) for zone in zones)
    stopped = list(_closed(rules, cases, us))
    outcomes = tuple(_outcome(rule, case, opens) for rule, opens, case in stopped)
    openings = [opens for rule, opens, _ in stopped if rule.effect == "deny"]
    if not openings:
        return Verdict("allow", outcomes, question.at, pack.version)
    blocking = tuple(rule for rule in rules if rule.effect == "deny")
    opens = (
        None
        if None in openings
        else _next_allowed(blocking, cases, us, max(one for one in openings if one is not None))
    )
    return Verdict("deny", outcomes, None if opens is None else instant(opens, zones[0]), pack.version)


def _closed(rules: tuple[Rule, ...], cases: tuple[Case, ...], us: int) -> Iterator[tuple[Rule, int | None, Case]]:
    """The rules that do not pass now, each with its lower bound over all zones and the first zone in which it stops."""
    days = [local_day(us, case.zone) for case in cases]
    for rule in rules:
        stopped = []
        for case, day in zip(cases, days, strict=True):
            opens = opens_at(rule, case, us, day)
            if opens != us:
                stopped.append((opens, case))
        if stopped:
            bounds = [opens for opens, _ in stopped]
            yield rule, None if None in bounds else max(one for one in bounds if one is not None), stopped[0][1]


def _outcome(rule: Rule, case: Case, opens: int | None) -> RuleOutcome:
    moment: datetime | None = None if opens is None else instant(opens, case.zone)
    missing = rule.kind == "registry" and case.facts.excluded_number is None
    return RuleOutcome(
        id=rule.id,
        verdict="deny" if rule.effect == "deny" else "allow",
        citation=rule.citation,
        reason=say_reason(rule.reason, rule, case),
        next_allowed_at=moment,
        is_missing_data=missing,
        values={
            "effective_from": date.fromordinal(rule.effective_from).isoformat(),
            "reason_en": rule.reason_en,
            "kind": rule.kind,
        },
    )


def _next_allowed(rules: tuple[Rule, ...], cases: tuple[Case, ...], asked: int, bound: int) -> int | None:
    """The least instant at which all pass: each rule's answer is a lower bound, so the largest is one too.

    `bound` is the first such bound, from the rules that are closed at `asked`.
    """
    now = bound
    for _ in range(STEPS):
        if now - asked > HORIZON:
            return None
        latest = now
        for case in cases:
            day = local_day(now, case.zone)
            for rule in rules:
                opens = _opens_or_unknown(rule, case, now, day)
                if opens is None:
                    return None
                latest = max(latest, opens)
        if latest == now:
            return now
        now = latest
    return None


def _opens_or_unknown(rule: Rule, case: Case, us: int, day: int) -> int | None:
    """None as well where the search runs past the last holiday calendar: nobody can promise that moment."""
    try:
        return opens_at(rule, case, us, day)
    except Refusal:
        return None


def _missing(pack: Pack, rule: str, reason: str) -> Verdict:
    outcome = RuleOutcome(rule, "deny", "Acuerdo: sin el dato no se decide", reason, is_missing_data=True)
    return Verdict("deny", (outcome,), None, pack.version)
