"""The last minutes of the hours: a call begun just before they end would run past them.

A row of kind `closing` says how many minutes, for which channels and under which reading; here it becomes a row beside each
row of hours that it meets (the law's, and the customer's own), which closes only those minutes. So whoever judges knows hours
alone, and an answer names whose end is near.
"""

from dataclasses import replace

from acuerdo.policy.rules.hours import closing_only
from acuerdo.policy.rules.pack import Rule

SUFFIX = ".closing"


def with_closings(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """`rules` with each closing row spelled out, at the place of the hours that it is about."""
    closings = [rule for rule in rules if rule.kind == "closing"]
    spelled: list[Rule] = []
    for rule in rules:
        if rule.kind == "closing":
            continue
        spelled.append(rule)
        if rule.kind in ("hours", "own_hours"):
            spelled.extend(
                _before_end(rule, closing) for closing in closings if set(rule.channels) & set(closing.channels)
            )
    return tuple(spelled)


def _before_end(hours: Rule, closing: Rule) -> Rule:
    return replace(
        hours,
        id=hours.id + SUFFIX,
        citation=closing.citation if hours.kind == "own_hours" else f"{hours.citation}; {closing.citation}",
        text=closing.text,
        text_es=closing.text_es,
        is_quotation=False,
        reason=closing.reason,
        reason_en=closing.reason_en,
        confidence=closing.confidence,
        when=(*hours.when, *closing.when),
        channels=tuple(channel for channel in hours.channels if channel in closing.channels),
        windows=closing_only(hours.windows, closing.minutes) if hours.kind == "hours" else (),
        minutes=closing.minutes,
    )
