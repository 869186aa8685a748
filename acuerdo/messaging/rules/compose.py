"""From a template and a person's facts to the text that leaves: one subject line, the text, and the letter for e-mail."""

from dataclasses import dataclass

from acuerdo.messaging.rules.fields import PersonFacts, clean, values_of
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.sms import transliterate
from acuerdo.messaging.rules.template import missing_values, render

SUBJECT_LENGTH_MAX = 150


@dataclass(frozen=True, slots=True)
class Composed:
    """`holes` names the fields without a value: such a text must not be sent."""

    subject: str
    body: str
    body_html: str
    holes: tuple[str, ...]


def compose(*, channel: str, subject: str, body: str, facts: PersonFacts) -> Composed:
    """Renders both texts for one person. SMS is turned into the GSM alphabet; e-mail gets its HTML letter."""
    values, items = values_of(facts)
    holes = tuple(sorted({*missing_values(subject, values, items), *missing_values(body, values, items)}))
    text = render(body, values, items)
    if channel == "sms":
        return Composed("", transliterate(text), "", holes)
    if channel != "email":
        return Composed("", text, "", holes)
    # A header is one line: whatever a value holds, no line break can follow it (RFC 5322, section 2.2).
    line = clean(render(subject, values, items), SUBJECT_LENGTH_MAX)
    letter = html_letter(
        subject=line, body=text, sender=clean(facts.creditor), language=facts.language, link=values["enlace"]
    )
    return Composed(line, text, letter, holes)
