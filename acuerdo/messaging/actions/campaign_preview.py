"""What a campaign would do, before anybody approves it: who, how many, who is blocked by which rule, cost, samples, worst case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from acuerdo.messaging.actions.campaigns import Addressed
from acuerdo.messaging.actions.templates import text_of
from acuerdo.messaging.models import Campaign
from acuerdo.messaging.previews import compose_samples
from acuerdo.messaging.queries import Wanted, best_points, published_templates, template_for
from acuerdo.messaging.rules.judgement import TemplateText, judge_template
from acuerdo.messaging.rules.sms import segments
from acuerdo.policy.public import Judged, PlannedContact, judge_contacts

JUDGED_MAX = 20_000
MEASURED = 200
SHOWN = 3


def preview_campaign(
    row: Campaign, people: Sequence[Addressed], now: datetime, *, message_cost_minor: int
) -> dict[str, Any]:
    """Figures as plain values. Every person is looked at, above 20,000 an even part of them, and `judged` says how many.

    `could_leave`: reachable, and permitted at some moment of the period; `blocked` counts the others by rule. The cost is of
    those who could get it, by the average number of SMS parts of two hundred rendered texts.
    """
    looked_at = _evenly(people, JUDGED_MAX)
    at = max(row.starts_at, now)
    blocked: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    could: list[Addressed] = []
    for batch in batched(looked_at, 1000):
        points = best_points(one.debtor_id for one in batch)
        reachable = [one for one in batch if (one.debtor_id, row.channel) in points]
        blocked["no-contact-point"] += len(batch) - len(reachable)
        asked = [_contact(row, one, points) for one in reachable]
        for one, judged in zip(reachable, judge_contacts(asked, at), strict=True):
            if _fits(judged, row):
                could.append(one)
            else:
                rule = next(rule for rule in judged.verdict.rules if rule.verdict == "deny")
                blocked[rule.id] += 1
                reasons.setdefault(rule.id, rule.reason)
    texts = compose_samples([_wanted(row, one) for one in _evenly(could, MEASURED)], now)
    good = [text for text in texts if not text.problem]
    parts = [segments(text.body).count if row.channel == "sms" else 1 for text in good]
    scale = len(people) / len(looked_at) if looked_at else 1
    messages = round(len(could) * scale)
    return {
        "people": len(people),
        "obligations": sum(len(one.obligation_ids) for one in people),
        "judged": len(looked_at),
        "could_leave": messages,
        "blocked": [
            {"rule": rule, "reason": reasons.get(rule, ""), "people": round(count * scale)}
            for rule, count in blocked.most_common()
            if count
        ],
        "parts_average": round(sum(parts) / len(parts), 2) if parts else 1,
        "cost_minor": round(messages * message_cost_minor * (sum(parts) / len(parts) if parts else 1)),
        "problems": dict(Counter(text.problem for text in texts if text.problem)),
        "samples": [{"subject": text.subject, "body": text.body} for text in good[:SHOWN]],
        "worst": _worst(row),
    }


def _evenly(people: Sequence[Addressed], count: int) -> Sequence[Addressed]:
    if len(people) <= count:
        return people
    step = len(people) / count
    return [people[int(place * step)] for place in range(count)]


def _contact(row: Campaign, one: Addressed, points: Mapping[tuple[int, str], tuple[int, str]]) -> PlannedContact:
    return PlannedContact(
        debtor_id=one.debtor_id, creditor_id=row.creditor_id, channel=row.channel, purpose=row.purpose,
        obligation_id=one.obligation_ids[0], contact_point_id=points[one.debtor_id, row.channel][0],
    )  # fmt: skip


def _fits(judged: Judged, row: Campaign) -> bool:
    opens_at = judged.verdict.next_allowed_at
    return judged.verdict.is_allowed or (opens_at is not None and opens_at <= row.ends_at)


def _wanted(row: Campaign, one: Addressed) -> Wanted:
    context = {"fields": row.fields}
    return Wanted(one.debtor_id, row.creditor_id, one.obligation_ids, row.channel, row.template, context)


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
