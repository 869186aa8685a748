"""Puts a case's own facts into a rule's sentence: which channel, which hold, until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from acuerdo.policy.rules.conditions import Case
from acuerdo.policy.rules.facts import known_zone
from acuerdo.policy.rules.pack import Rule
from acuerdo.policy.rules.vocabulary import CHANNEL_NAMES, HOLD_NAMES

PLACES = ("channel", "hold", "used")


def reason_sentences(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """Every rule's reason in Spanish, `{}` for the case's own facts, with its English."""
    for rule in rules:
        spanish = rule.reason
        for place in PLACES:
            spanish = spanish.replace(f"{{{place}}}", "{}")
        yield spanish, rule.reason_en


def say_reason(sentence: str, rule: Rule, case: Case) -> str:
    """The Spanish sentence with {channel}, {hold} and {used} filled in."""
    if "{" not in sentence:
        return sentence
    return sentence.format(channel=CHANNEL_NAMES[case.question.channel], hold=_holds(rule, case), used=_used(case))


def _holds(rule: Rule, case: Case) -> str:
    """The holds that speak, with their last local day where they have one."""
    said = []
    for hold in case.facts.holds:
        if hold.kind in rule.holds and hold.channel in ("", case.question.channel):
            until = f" hasta el {_day(hold.ends_at, case)}" if hold.ends_at else ""
            said.append(HOLD_NAMES[hold.kind] + until)
    return ", ".join(dict.fromkeys(said)) or "pausa"


def _day(at: datetime, case: Case) -> str:
    return f"{at.astimezone(known_zone(case.zone)):%d/%m/%Y}"


def _used(case: Case) -> str:
    """Other channels already used, latest first."""
    others = sorted({(-event.day, event.channel) for event in case.events if event.channel != case.question.channel})
    return CHANNEL_NAMES[others[0][1]] if others else "otro canal"
