"""When one person may be contacted by one channel in the days ahead: the open spans of each local day, or why there is none.

Between two edges (where hours open or close, a stop ends, an authorisation begins or ends) the gate's answer cannot change,
so one question in each piece tells the whole day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from acuerdo.kernel.verdict import RuleOutcome
from acuerdo.policy.rules.facts import Facts, Question
from acuerdo.policy.rules.gate import judge
from acuerdo.policy.rules.hours import closing_only, day_start, instant, microseconds, open_spans
from acuerdo.policy.rules.pack import Pack

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DayWindows:
    """One local day: half-open spans in the person's zone; `stops` are the rules that close it, of its most open piece."""

    on: date
    spans: tuple[Span, ...]
    stops: tuple[RuleOutcome, ...]


def permitted_days(pack: Pack, question: Question, facts: Facts, *, days: int) -> list[DayWindows]:
    """The local day of `question.at` and those after, `days` in all, history standing still. What has passed is left out.

    Raises what `judge` raises; a person without a known zone has no local days: an empty list.
    """
    zones = question.zones or pack.zones
    if not zones:
        return []
    first = instant(microseconds(question.at), zones[0]).date()
    return [_day(pack, question, facts, zones, first + timedelta(days=ahead)) for ahead in range(days)]


def _day(pack: Pack, question: Question, facts: Facts, zones: tuple[str, ...], on: date) -> DayWindows:
    spans: list[tuple[int, int]] = []
    stops: tuple[RuleOutcome, ...] | None = None
    for start, end in pairwise(_edges(pack, question, facts, zones, on)):
        verdict = judge(pack, replace(question, at=instant(start, zones[0])), facts)
        if verdict.is_allowed:
            joins = bool(spans) and spans[-1][1] == start
            spans[-1:] = [(spans[-1][0], end)] if joins else [*spans[-1:], (start, end)]
            continue
        denied = tuple(rule for rule in verdict.rules if rule.verdict == "deny")
        if stops is None or len(denied) < len(stops):
            stops = denied
    told = tuple((instant(start, zones[0]), instant(end, zones[0])) for start, end in spans)
    return DayWindows(on, told, () if told else stops or ())


def _edges(pack: Pack, question: Question, facts: Facts, zones: tuple[str, ...], on: date) -> list[int]:
    """Every instant of the day at which the answer may change, with its first (or now) and its end."""
    first, end = day_start(zones[0], on.toordinal()), day_start(zones[0], on.toordinal() + 1)
    first = max(first, microseconds(question.at))
    inside = {us for us in _changes(pack, facts, zones, on) if first < us < end}
    return sorted({first, end, *inside}) if first < end else []


def _changes(pack: Pack, facts: Facts, zones: tuple[str, ...], on: date) -> Iterator[int]:
    sets = {rule.windows for rule in pack.rules if rule.kind == "hours"}
    if facts.own_hours is not None:
        own, minutes = facts.own_hours.windows, {rule.minutes for rule in pack.rules if rule.kind == "own_hours"}
        sets |= {closing_only(own, one) if one else own for one in minutes}
        yield from _moments(facts.own_hours.given_at, facts.own_hours.revoked_at)
    for zone in zones:
        for day in range(on.toordinal() - 1, on.toordinal() + 2):
            yield day_start(zone, day)
            for windows in sets:
                yield from (us for span in open_spans(windows, pack.calendar, zone, day) for us in span)
    for hold in facts.holds:
        yield from _moments(hold.starts_at, hold.ends_at)
    for consent in facts.consents:
        yield from _moments(consent.granted_at, consent.revoked_at)
    hours = {rule.reply_hours for rule in pack.rules if rule.reply_hours}
    for contact in facts.history:
        if contact.direction == "in":
            yield from (microseconds(contact.at + timedelta(hours=reach)) for reach in hours)


def _moments(*moments: datetime | None) -> Iterator[int]:
    yield from (microseconds(moment) for moment in moments if moment is not None)
