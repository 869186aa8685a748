"""What a campaign would do, before anybody approves it: who, how many, who is blocked by which rule, cost, samples, worst case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from acuerdo.messaging.actions.campaign_channels import Addressed, choose_channels
from acuerdo.messaging.actions.templates import text_of
from acuerdo.messaging.models import Campaign
from acuerdo.messaging.previews import Sample, compose_samples
from acuerdo.messaging.queries import Wanted, published_templates, template_for
from acuerdo.messaging.rules.judgement import TemplateText, judge_template
from acuerdo.messaging.rules.sms import segments

JUDGED_MAX = 20_000
MEASURED = 200
SHOWN = 3


def preview_campaign(
    row: Campaign, people: Sequence[Addressed], now: datetime, *, message_costs_minor: Mapping[str, int]
) -> dict[str, Any]:
    """Figures as plain values. Every person is looked at, above 20,000 an even part of them, and `judged` says how many.

    `could_leave`: reachable, and permitted at some moment of the period, by the first channel that is; `by_channel` says how many
    by each. `blocked` counts the others by rule. The cost is of those who could get it, by the average number of SMS parts of two
    hundred rendered texts.
    """
    looked_at = _evenly(people, JUDGED_MAX)
    at = max(row.starts_at, now)
    blocked: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    could: dict[str, list[Addressed]] = {channel: [] for channel in row.channels}
    for batch in batched(looked_at, 1000):
        for one, choice in zip(batch, choose_channels(row, batch, at).values(), strict=True):
            if choice.could_leave:
                could[choice.channel].append(one)
            else:
                blocked[choice.rule] += 1
                reasons.setdefault(choice.rule, choice.reason)
    scale = len(people) / len(looked_at) if looked_at else 1
    texts = [text for channel, found in could.items() for text in _texts(row, channel, found, now)]
    good = [text for text in texts if not text.problem]
    parts = [segments(text.body).count for text in good if text.wanted.channel == "sms"]
    parts_average = sum(parts) / len(parts) if parts else 1
    by_channel = {channel: round(len(found) * scale) for channel, found in could.items()}
    cost = sum(
        number * message_costs_minor.get(channel, 0) * (parts_average if channel == "sms" else 1)
        for channel, number in by_channel.items()
    )
    return {
        "people": len(people),
        "obligations": sum(len(one.obligation_ids) for one in people),
        "judged": len(looked_at),
        "could_leave": sum(by_channel.values()),
        "by_channel": by_channel,
        "blocked": [
            {"rule": rule, "reason": reasons.get(rule, ""), "people": round(count * scale)}
            for rule, count in blocked.most_common()
            if count
        ],
        "parts_average": round(parts_average, 2),
        "cost_minor": round(cost),
        "problems": dict(Counter(text.problem for text in texts if text.problem)),
        "samples": _samples(good, row.channels),
        "worst": _worst(row),
    }


def _texts(row: Campaign, channel: str, people: Sequence[Addressed], now: datetime) -> list[Sample]:
    return compose_samples([_wanted(row, one, channel) for one in _evenly(people, MEASURED)], now)


def _samples(texts: Sequence[Sample], channels: Sequence[str]) -> list[dict[str, str]]:
    """Three of one channel, one of each where there are several."""
    each = SHOWN if len(channels) == 1 else 1
    shown = [text for channel in channels for text in [one for one in texts if one.wanted.channel == channel][:each]]
    return [{"channel": text.wanted.channel, "subject": text.subject, "body": text.body} for text in shown]


def _evenly(people: Sequence[Addressed], count: int) -> Sequence[Addressed]:
    if len(people) <= count:
        return people
    step = len(people) / count
    return [people[int(place * step)] for place in range(count)]


def _wanted(row: Campaign, one: Addressed, channel: str) -> Wanted:
    context = {"fields": row.fields}
    return Wanted(one.debtor_id, row.creditor_id, one.obligation_ids, channel, row.template, context)


def _worst(row: Campaign) -> dict[str, Any]:
    """The text at its longest, with what this campaign says itself."""
    template = template_for(published_templates([row.template]), row.template, row.channel, "es")
    if template is None:
        return {}
    text = text_of(template)
    body, subject = text.body, text.subject
    for name, value in row.fields.items():
        # As a value and not as a template: braces that somebody typed stay what they are.
        shown = value.replace("{", "(").replace("}", ")")
        body, subject = body.replace(f"{{{name}}}", shown), subject.replace(f"{{{name}}}", shown)
    judged = judge_template(
        TemplateText(text.channel, text.language, text.purpose, subject, body, form_of_address=text.form_of_address)
    )
    worst = judged.worst
    if worst is None:
        return {}
    return {
        "subject": worst.subject,
        "body": worst.body,
        "length": worst.length,
        "parts": worst.cost.count if worst.cost else 1,
    }
