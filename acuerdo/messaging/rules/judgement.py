"""Everything that is said of a text before a person approves it: what is wrong, how it sounds, what it costs, how it reads.

One judgement for the editor, for submitting and for approving, so that none of them can be more lenient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from acuerdo.messaging.rules.fields import clean, sample_values
from acuerdo.messaging.rules.library import library, required_of
from acuerdo.messaging.rules.sms import Segments, segments, transliterate
from acuerdo.messaging.rules.template import Problem, missing_values, render, validate
from acuerdo.messaging.rules.tone import Finding, ToneReport, check_tone

# A text message in more parts than this is an e-mail; WhatsApp takes 1,024 characters in a template's body.
SMS_PARTS_MAX, WHATSAPP_LENGTH_MAX, SUBJECT_LENGTH_MAX, BODY_LENGTH_MAX = 5, 1024, 150, 8000
WITH_SUBJECT = ("email", "letter")

type WhatsAppCategory = Literal["utility", "marketing"]
type Values = tuple[Mapping[str, str], Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text with what decides how it is judged."""

    channel: str
    language: str
    purpose: str
    subject: str
    body: str
    code: str = ""
    country: str = ""
    form_of_address: str = "usted"


@dataclass(frozen=True, slots=True)
class Preview:
    """A text with its values. `cost` is of an SMS: as it would leave, and as it was written if accents were kept."""

    subject: str
    body: str
    length: int
    cost: Segments | None
    cost_with_accents: Segments | None
    holes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`problems` and blocking findings keep a text from being submitted; the rest is worth another look."""

    problems: tuple[Problem, ...]
    tone: ToneReport
    subject_findings: tuple[Finding, ...]
    worst: Preview | None

    @property
    def may_be_sent(self) -> bool:
        findings = (*self.tone.findings, *self.subject_findings)
        return not self.problems and all(finding.severity != "block" for finding in findings)


def judge_template(text: TemplateText) -> Judgement:
    """Checks the text as written and in its worst case: longest name, largest amount, three obligations."""
    problems = validate(subject=text.subject, body=text.body, required=_required(text))
    if not text.body.strip():
        problems.append(Problem("empty", 0, "", "Escriba el texto del mensaje."))
    if text.channel in WITH_SUBJECT and not text.subject.strip():
        problems.append(Problem("no-subject", 0, "", "Un correo o una carta necesita un asunto."))
    worst = None
    if not any(problem.code in _UNRENDERABLE for problem in problems):
        worst = preview(text, sample_values(text.language))
        problems += _misfits(text, worst)
    return Judgement(tuple(problems), _tone(text, text.body, text.channel), _subject_findings(text), worst)


def preview(text: TemplateText, values: Values) -> Preview:
    """The text as its receiver gets it. Raises ValueError for a template with problems of form."""
    known, items = values
    body = render(text.body, known, items)
    holes = {*missing_values(text.body, known, items), *missing_values(text.subject, known, items)}
    is_sms = text.channel == "sms"
    sent = transliterate(body) if is_sms else body
    return Preview(
        subject=clean(render(text.subject, known, items), SUBJECT_LENGTH_MAX) if text.channel in WITH_SUBJECT else "",
        body=sent,
        length=len(sent),
        cost=segments(sent) if is_sms else None,
        cost_with_accents=segments(body) if is_sms else None,
        holes=tuple(sorted(holes)),
    )


def whatsapp_category(purpose: str) -> WhatsAppCategory:
    """How the provider classes a text: what offers something is marketing, the rest serves an account (utility)."""
    return "marketing" if purpose == "marketing" else "utility"


_UNRENDERABLE = {"unknown-field", "stray-brace", "unclosed-part", "part-mismatch", "empty"}


def _required(text: TemplateText) -> tuple[str, ...]:
    """What the library asks of the same text, else what its purpose asks for."""
    known = {(one.code, one.channel): one.requires for one in library()}
    return known.get((text.code, text.channel)) or required_of(text.purpose)


def _misfits(text: TemplateText, worst: Preview) -> list[Problem]:
    if worst.cost is not None and worst.cost.count > SMS_PARTS_MAX:
        message = f"En el peor caso ocupa {worst.cost.count} SMS; el máximo es {SMS_PARTS_MAX}. Acorte el texto."
        return [Problem("too-long", 0, "", message)]
    limit = WHATSAPP_LENGTH_MAX if text.channel == "whatsapp" else BODY_LENGTH_MAX
    if worst.length > limit:
        message = f"En el peor caso tiene {worst.length} caracteres; el máximo de este canal es {limit}."
        return [Problem("too-long", 0, "", message)]
    return []


def _tone(text: TemplateText, said: str, channel: str) -> ToneReport:
    return check_tone(said, country=text.country or "co", channel=channel, form_of_address=text.form_of_address)


def _subject_findings(text: TemplateText) -> tuple[Finding, ...]:
    return _tone(text, text.subject, "").findings if text.subject else ()
