"""Which steps the law can never permit, and which would go at another hour than the one written.

Asked of the very rules that judge a single contact, for a debtor who consented to everything, was never contacted and
has nothing against it: what is refused then is refused always. A step whose condition names days of the week is asked on
those days alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from acuerdo.policy.rules import Consent, Facts, Question, judge, load_pack
from acuerdo.strategy.rules.document import Step
from acuerdo.strategy.rules.expressions import Among, Both, Compare, Constant, Name, Node, Not
from acuerdo.strategy.rules.facts import WEEKDAYS

WEEK = 7
LAST_MINUTE, SLOT_MINUTES = 24 * 60, 30
ANY_ZONE = "America/Bogota"  # where a country has several: hours are local, so any of them answers alike


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` as in the document (`steps[3].channels`); a stable `code`; the sentence says what and how to mend it."""

    level: Literal["error", "warning"]
    code: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Opening:
    """For one channel: ever permitted on those days, at the wished minute of some, or later on some; the rule that refuses."""

    is_ever: bool
    is_at_hour: bool
    is_later: bool
    rule: str = ""


def opening_findings(index: int, step: Step, countries: Sequence[str], at: datetime) -> list[Finding]:
    """An error for each channel that can never go and for an hour that has passed whenever it opens; else warnings."""
    days, noon = possible_weekdays(step.condition), at.replace(hour=12, minute=0, second=0, microsecond=0)
    found: list[Finding] = []
    too_late: set[str] = set()
    too_early: set[str] = set()
    for country in countries:
        for place, channel in enumerate(step.channels):
            opening = permitted(country.lower(), channel, step.purpose, step.minute, noon, days)
            if not opening.is_ever:
                words = f"la ley de {country} nunca permite «{channel}» para este paso ({opening.rule}); cambie el canal o los días"
                found.append(Finding("error", "never-permitted", f"steps[{index}].channels[{place}]", words))
            elif not opening.is_at_hour:
                (too_early if opening.is_later else too_late).add(country)
    path = f"steps[{index}].hour"
    if too_late:
        words = f"a las {step.hour} nunca se permite contactar en {', '.join(sorted(too_late))}; escriba una hora más temprana"
        found.append(Finding("error", "hour-never-permitted", path, words))
    if too_early:
        words = f"a las {step.hour} aún no se permite en {', '.join(sorted(too_early))}; saldría en la primera hora permitida"
        found.append(Finding("warning", "hour-too-early", path, words))
    return found


@lru_cache(maxsize=4096)
def permitted(
    country: str, channel: str, purpose: str, minute: int, at: datetime, days: tuple[str, ...] = WEEKDAYS
) -> Opening:
    """What the country's pack answers over the week that follows, on the days given."""
    pack = load_pack(country)
    zone = ZoneInfo(pack.zones[0] if pack.zones else ANY_ZONE)
    facts = Facts(consents=(Consent(channel, datetime(1970, 1, 1, tzinfo=UTC)),), balance_minor=1, balance_due_minor=1)

    def denial(moment: datetime) -> str:
        """Empty when it may go then; else the rule that refuses."""
        verdict = judge(pack, Question(at=moment, channel=channel, purpose=purpose, zones=(zone.key,)), facts)
        return "" if verdict.is_allowed else next(rule.id for rule in verdict.rules if rule.verdict == "deny")

    midnight = at.astimezone(zone).replace(hour=0, minute=0)
    dates = [midnight + timedelta(days=day) for day in range(1, WEEK + 1)]
    chosen = [date for date in dates if WEEKDAYS[date.weekday()] in days]
    if any(not denial(date + timedelta(minutes=minute)) for date in chosen):
        return Opening(is_ever=True, is_at_hour=True, is_later=True)
    slots = [(date, slot) for date in chosen for slot in range(0, LAST_MINUTE, SLOT_MINUTES)]
    open_slots = [slot for date, slot in slots if not denial(date + timedelta(minutes=slot))]
    rule = "" if open_slots else denial(chosen[0] + timedelta(minutes=minute)) if chosen else "weekday"
    return Opening(bool(open_slots), is_at_hour=False, is_later=any(slot > minute for slot in open_slots), rule=rule)


def possible_weekdays(condition: Node) -> tuple[str, ...]:
    """The days of the week on which the condition may hold, whatever the other facts are."""
    return tuple(day for day in WEEKDAYS if _may_hold(condition, {"weekday": day}) is not False)


def _may_hold(node: Node, known: Mapping[str, str]) -> bool | None:
    """True or False where the known facts settle it; None where the others do."""
    match node:
        case Constant(bool(value)):
            return value
        case Compare(Name(fact), "==" | "!=" as sign, Constant(value)) if fact in known:
            return (known[fact] == value) == (sign == "==")
        case Among(Name(fact), values, is_negated) if fact in known:
            return (known[fact] in values) != is_negated
        case Not(part):
            inner = _may_hold(part, known)
            return None if inner is None else not inner
        case Both(parts, all_of):
            answers = [_may_hold(part, known) for part in parts]
            if (not all_of) in answers:
                return not all_of
            return None if None in answers else all_of
        case _:
            return None
