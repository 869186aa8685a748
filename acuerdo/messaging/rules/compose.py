"""From a template and a person's facts to the text that leaves: one subject line, the text, and the letter for e-mail."""

from dataclasses import dataclass
from functools import lru_cache

from acuerdo.messaging.rules.fields import PersonFacts, clean, values_of
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.sms import transliterate
from acuerdo.messaging.rules.template import render_checked
from acuerdo.messaging.rules.tone import check_tone

SUBJECT_LENGTH_MAX = 150
# What somebody typed for this message. Consequences are not here: they are the creditor's approved and complete words.
FREE_FIELDS = ("detalle", "tema")


@dataclass(frozen=True, slots=True)
class Composed:
    """`holes` names the fields without a value, `blocked` the rule of tone that is broken: such a text must not be sent."""

    subject: str
    body: str
    body_html: str
    holes: tuple[str, ...]
    blocked: str = ""


@lru_cache(maxsize=4096)
def blocking_rule(text: str, country: str = "co") -> str:
    """The first rule of tone that keeps a text from being sent; empty when it may go."""
    findings = check_tone(text, country=country).findings
    return next((finding.rule for finding in findings if finding.severity == "block"), "")


def compose(*, channel: str, subject: str, body: str, facts: PersonFacts, country: str = "co") -> Composed:
    """Renders both texts for one person. SMS is turned into the GSM alphabet; e-mail gets its HTML letter.

    The tone is judged of the template, once for all its messages, and of what was typed for this one.
    """
    values, items = values_of(facts)
    said = (f"{subject}\n{body}", *(values[name] for name in FREE_FIELDS if values.get(name)))
    blocked = next((rule for text in said if (rule := blocking_rule(text, country.lower() or "co"))), "")
    text, missing = render_checked(body, values, items)
    head, head_missing = render_checked(subject, values, items) if subject else ("", [])
    holes = tuple(sorted({*missing, *head_missing}))
    if channel == "sms":
        return Composed("", transliterate(text).strip(), "", holes, blocked)
    if channel not in ("email", "letter"):
        return Composed("", text, "", holes, blocked)
    # A header is one line: whatever a value holds, no line break can follow it (RFC 5322, section 2.2).
    line = clean(head, SUBJECT_LENGTH_MAX)
    if channel == "letter":
        return Composed(line, text, "", holes, blocked)
    letter = html_letter(
        subject=line, body=text, sender=clean(facts.creditor), language=facts.language, link=values["enlace"]
    )
    return Composed(line, text, letter, holes, blocked)
