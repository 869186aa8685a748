"""What was agreed, in one sentence of a message."""

from collections.abc import Sequence
from datetime import date

from acuerdo.messaging.rules.fields import date_text, money_text

_WORDS = {
    "es": {
        "none": "sin pagos hasta el {day}",
        "one": "{amount} el {day}",
        "equal": "{count} pagos de {amount}, el primero el {day}",
        "other": "{count} pagos, el primero de {amount} el {day}",
    },
    "en": {
        "none": "no payments until {day}",
        "one": "{amount} on {day}",
        "equal": "{count} payments of {amount}, the first on {day}",
        "other": "{count} payments, the first of {amount} on {day}",
    },
}


def agreed_in_words(parts: Sequence[tuple[date, int]], currency: str, *, review_on: date | None, language: str) -> str:
    """`parts` are (due date, amount in minor units) in order; the last may differ from the others without being said apart."""
    words = _WORDS.get(language, _WORDS["es"])
    if not parts:
        return words["none"].format(day=date_text(review_on, language)) if review_on else ""
    day, amount = parts[0]
    told = {"count": len(parts), "amount": money_text(amount, currency), "day": date_text(day, language)}
    if len(parts) == 1:
        return words["one"].format(**told)
    return words["equal" if len({one for _, one in parts[:-1]}) == 1 else "other"].format(**told)
