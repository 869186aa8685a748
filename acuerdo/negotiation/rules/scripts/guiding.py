"""From a script and what is known of a case to the lines to say: filled, narrowed to the stage, likely objections first."""

from collections.abc import Mapping
from dataclasses import dataclass

from acuerdo.negotiation.rules.scripts.document import _FIELD, Line, Objection, Script

OBJECTIONS_FIRST = 9  # as many as the number keys


@dataclass(frozen=True, slots=True)
class Situation:
    """`facts` are of `document.FACTS`; `values` fill the fields, and what is missing or empty leaves its line out."""

    stage: str
    facts: frozenset[str]
    values: Mapping[str, str]

    @property
    def tokens(self) -> frozenset[str]:
        return self.facts | {f"stage:{self.stage}"}


@dataclass(frozen=True, slots=True)
class GuideStep:
    id: str
    title: str
    aim: str
    say: tuple[str, ...]
    must: tuple[str, ...]
    avoid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    steps: tuple[GuideStep, ...]
    phrases: tuple[str, ...]
    likely: tuple[Objection, ...]
    others: tuple[Objection, ...]


def guide_for(script: Script, situation: Situation) -> Guide:
    """The guide of one case. The objections are in order of likelihood, the document's order among equals."""
    steps = tuple(
        GuideStep(step.id, step.title, step.aim, _said(step.say, situation), step.must, step.avoid)
        for step in script.steps
    )
    ranked = sorted(script.objections, key=lambda one: -_matches(one, situation))
    return Guide(steps, script.phrases, tuple(ranked[:OBJECTIONS_FIRST]), tuple(ranked[OBJECTIONS_FIRST:]))


def _said(lines: tuple[Line, ...], situation: Situation) -> tuple[str, ...]:
    """The lines that fit; those made for this very case (`when`) come before the general ones."""
    fitting = [line for line in lines if _fits(line, situation)]
    ordered = [line for line in fitting if line.when] + [line for line in fitting if not line.when]
    return tuple(text for line in ordered if (text := _filled(line.text, situation.values)))


def _fits(line: Line, situation: Situation) -> bool:
    is_stage = not line.stages or situation.stage in line.stages
    return is_stage and (not line.when or bool(situation.facts.intersection(line.when)))


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields, or nothing when one of them has no value."""
    if any(not values.get(name) for name in _FIELD.findall(text)):
        return ""
    return _FIELD.sub(lambda match: values[match.group(1)], text)


def _matches(objection: Objection, situation: Situation) -> int:
    return len(situation.tokens.intersection(objection.likely))
