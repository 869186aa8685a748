"""What a document that reads well may still get wrong: steps the law never permits, missing texts, people left out.

Errors stop a version from being sent to review; warnings are told. The law is asked through the very rules that judge a
single contact, with every consent given and nothing against it: what is refused then is refused always.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from acuerdo.messaging.rules.library import REQUIRED
from acuerdo.messaging.rules.template import validate
from acuerdo.policy.rules import pack_codes
from acuerdo.strategy.rules.document import Step, StrategyDocument
from acuerdo.strategy.rules.expressions import facts_used
from acuerdo.strategy.rules.lawful import Finding, opening_findings
from acuerdo.strategy.rules.offers import OFFERS, offer_of

__all__ = [
    "Finding", "KnownText", "SegmentCount", "check_counts", "check_document", "facts_of", "lines_of",
]  # fmt: skip

TEXT_CHANNELS = ("sms", "whatsapp", "email", "voice", "letter")


@dataclass(frozen=True, slots=True)
class KnownText:
    """One published text of messaging."""

    code: str
    channel: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """`taken`: obligations that fall in the segment; `also`: that meet its condition but an earlier segment took them."""

    code: str
    taken: int
    also: int


def check_document(
    document: StrategyDocument,
    texts: Sequence[KnownText],
    countries: Iterable[str],
    at: datetime,
    scripts: Iterable[str] = (),
) -> list[Finding]:
    """Findings in the order of the document. `countries`: where the portfolio's creditors are, two letters.

    `scripts`: the names of the guides of a call that are in force.
    """
    guides = sorted(set(scripts))
    wanted = sorted({*document.scope.countries} or {*countries})
    found = _check_countries(wanted)
    found += _check_segments(document)
    found += _check_capacity(document)
    for index, step in enumerate(document.steps):
        found += _check_law(index, step, wanted, at)
        found += _check_texts(index, step, texts)
        found += _check_named(index, step, guides)
    return found + _check_reach(document)


def check_counts(counts: Sequence[SegmentCount], left_out: int) -> list[Finding]:
    """Overlaps and people left out, with how many, over a snapshot."""
    found = []
    for index, count in enumerate(counts):
        path = f"segments[{index}].when"
        if count.taken == 0 and count.also:
            words = f"«{count.code}» no recibe a nadie: sus {count.also} obligaciones cayeron en uno anterior; súbalo en la lista"
            found.append(Finding("warning", "segment-shadowed", path, words))
        elif count.also:
            words = f"{count.also} obligaciones que cumplen «{count.code}» cayeron en un segmento anterior; {count.taken} quedan en este"
            found.append(Finding("warning", "segment-overlap", path, words))
        elif count.taken == 0:
            found.append(Finding("warning", "segment-empty", path, f"nadie cumple hoy «{count.code}»"))
    if left_out:
        words = f"{left_out} obligaciones no caen en ningún segmento; agregue al final uno sin «when» para los demás"
        found.append(Finding("warning", "people-left-out", "segments", words))
    return found


def _check_countries(countries: Sequence[str]) -> list[Finding]:
    known = {code.upper() for code in pack_codes()}
    return [
        Finding(
            "error",
            "no-rules",
            "scope.countries",
            f"no hay reglas de contacto para «{country}»: no se contactaría a nadie",
        )
        for country in countries
        if country not in known
    ]


def _check_segments(document: StrategyDocument) -> list[Finding]:
    found, open_at = [], None
    for index, segment in enumerate(document.segments):
        if open_at is not None:
            words = f"«{segment.code}» nunca recibe a nadie: «{document.segments[open_at].code}» va antes y no tiene condición"
            found.append(Finding("warning", "segment-unreachable", f"segments[{index}]", words))
        elif segment.when.strip() == "true":
            open_at = index
    if open_at is None:
        words = "el último segmento tiene condición: quien no la cumpla queda por fuera"
        found.append(
            Finding("warning", "people-may-be-left-out", f"segments[{len(document.segments) - 1}].when", words)
        )
    served = {code for step in document.steps for code in document.treated(step)}
    for index, segment in enumerate(document.segments):
        if segment.code not in served and not segment.leave_alone:
            found.append(
                Finding(
                    "warning", "segment-without-step", f"segments[{index}]", f"ningún paso atiende «{segment.code}»"
                )
            )
    return found


def _check_capacity(document: StrategyDocument) -> list[Finding]:
    capacity, found = document.capacity, []
    calls = any("call" in step.channels for step in document.steps)
    if calls and capacity.calls_per_agent == 0:
        words = "es 0 y hay pasos que llaman: todos pasarían a su canal siguiente o quedarían sin contacto"
        found.append(Finding("warning", "capacity-zero", "capacity.calls_per_agent", words))
    for channel, limit in capacity.messages.items():
        if limit == 0 and any(channel in step.channels for step in document.steps):
            words = f"es 0 y hay pasos por «{channel}»: no saldría ninguno"
            found.append(Finding("warning", "capacity-zero", f"capacity.messages.{channel}", words))
    if capacity.agent_minutes:
        for index, step in enumerate(document.steps):
            if "call" in step.channels and step.skill not in capacity.agent_minutes:
                words = f"no hay minutos de gestores con la habilidad «{step.skill}» en «capacity.agent_minutes»"
                found.append(Finding("error", "skill-without-minutes", f"steps[{index}].skill", words))
    return found


def _check_law(index: int, step: Step, countries: Sequence[str], at: datetime) -> list[Finding]:
    return opening_findings(index, step, [country for country in countries if country.lower() in pack_codes()], at)


def _check_texts(index: int, step: Step, texts: Sequence[KnownText]) -> list[Finding]:
    """The template exists for each channel that writes, in Spanish at least, and none lacks a field it must have."""
    wanted = [channel for channel in step.channels if channel in TEXT_CHANNELS]
    own = [text for text in texts if text.code == step.template]
    path = f"steps[{index}].template"
    if wanted and not own:
        return [
            Finding(
                "error",
                "template-unknown",
                path,
                f"no hay una plantilla publicada «{step.template}»{_near(step.template, texts)}",
            )
        ]
    found = []
    for channel in wanted:
        versions = [text for text in own if text.channel == channel]
        if not versions:
            words = f"la plantilla «{step.template}» no tiene texto para «{channel}»: agréguelo o quite el canal"
            found.append(Finding("error", "template-without-channel", path, words))
        found += [
            Finding(
                "error",
                f"template-{problem.code}",
                path,
                f"plantilla «{text.code}» ({channel}, {text.language}): {problem.message}",
            )
            for text in versions
            for problem in validate(
                subject=text.subject, body=text.body, required=REQUIRED if step.purpose == "collection" else ()
            )
        ]
    return found


def _check_named(index: int, step: Step, scripts: Sequence[str]) -> list[Finding]:
    """The offer and the guide of a call that a step names exist."""
    found = []
    if step.offer and not offer_of(step.offer):
        words = f"no hay una oferta «{step.offer}»" + (
            _nearest(step.offer, list(OFFERS)) or f"; use una de: {', '.join(OFFERS)}"
        )
        found.append(Finding("error", "offer-unknown", f"steps[{index}].offer", words))
    if step.script and step.script not in scripts:
        words = f"no hay un guion «{step.script}»" + (
            _nearest(step.script, scripts) or f"; use uno de: {', '.join(scripts)}"
        )
        found.append(Finding("error", "script-unknown", f"steps[{index}].script", words))
    return found


def _near(code: str, texts: Sequence[KnownText]) -> str:
    return _nearest(code, sorted({text.code for text in texts}))


def _nearest(code: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is wrong

    near = get_close_matches(code, known, n=1)
    return f"; ¿quiso decir «{near[0]}»?" if near else ""


def _check_reach(document: StrategyDocument) -> list[Finding]:
    """Steps on the same day for the same people: the later one would only ever carry what the first could not."""
    found: list[Finding] = []
    seen: dict[tuple[int, tuple[str, ...], tuple[str, ...], str], str] = {}
    for index, step in enumerate(document.steps):
        for day in step.days_on_line:
            key = (day, tuple(sorted(document.treated(step))), tuple(sorted(step.variants)), step.when)
            if key in seen:
                words = f"cae el día {day} para las mismas personas que «{seen[key]}», que va antes: no llegaría nunca ese día"
                found.append(Finding("warning", "step-shadowed", f"steps[{index}].day", words))
                break
            seen[key] = step.code
    return found


def facts_of(document: StrategyDocument) -> set[str]:
    """Every fact that the document asks about."""
    conditions = [segment.condition for segment in document.segments]
    conditions += [condition for step in document.steps for condition in (step.condition, step.stop_condition)]
    return set().union(*(facts_used(condition) for condition in conditions))


def lines_of(findings: Sequence[Finding], line_of: Mapping[str, int]) -> list[tuple[int, Finding]]:
    """Each finding with the line of its path, or of the nearest group above it."""
    return [(_line(finding.path, line_of), finding) for finding in findings]


def _line(path: str, line_of: Mapping[str, int]) -> int:
    while path and path not in line_of:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return line_of.get(path, 0)
