"""Samples of messages as they would read, without planning, storing or asking the gate for anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from acuerdo.messaging.models import Template
from acuerdo.messaging.queries import (
    Gathered,
    TemplateKey,
    Wanted,
    gather,
    published_templates,
    source_of,
    template_for,
)
from acuerdo.messaging.rules.compose import compose


@dataclass(frozen=True, slots=True)
class Sample:
    """`problem` is empty, `paid`, `no-template`, or `hole:<field>`; then there is no text."""

    wanted: Wanted
    subject: str
    body: str
    problem: str = ""


def compose_samples(wishes: Sequence[Wanted], now: datetime) -> list[Sample]:
    """Each wish rendered with the person's facts of now, in order; a fixed number of queries."""
    gathered = gather(wishes)
    templates = published_templates(wish.template for wish in wishes)
    return [
        _sample(wish, gathered, templates, now) for wish in wishes if wish.obligation_ids[0] in gathered.obligations
    ]


def _sample(wish: Wanted, gathered: Gathered, templates: Mapping[TemplateKey, list[Template]], now: datetime) -> Sample:
    source = source_of(gathered, wish, now)
    if source.facts is None:
        return Sample(wish, "", "", "paid")
    template = template_for(templates, wish.template, wish.channel, source.facts.language, source.variant)
    if template is None:
        return Sample(wish, "", "", "no-template")
    text = compose(channel=wish.channel, subject=template.subject, body=template.body, facts=source.facts)
    if text.holes:
        return Sample(wish, "", "", f"hole:{text.holes[0]}")
    return Sample(wish, text.subject, text.body)
