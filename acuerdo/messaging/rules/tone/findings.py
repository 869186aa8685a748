"""What a rule found and where, and texts folded for matching without moving any character."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

type Severity = Literal["block", "warn", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are positions in the text as given; `suggestion` is a kinder way to say it, in Spanish."""

    rule: str
    severity: Severity
    start: int
    end: int
    text: str
    why: str
    suggestion: str

    def as_json(self) -> dict[str, str | int]:
        """One element of `findings[]` in `acuerdo tone check`."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "why": self.why,
            "suggestion": self.suggestion,
        }


def folded(text: str) -> str:
    """Lower case without accents, character for character, so that positions hold in both."""
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What each character becomes, worked out the first time that it is met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        bare = "".join(part for part in unicodedata.normalize("NFD", char.lower()) if not unicodedata.combining(part))
        self[code] = bare if len(bare) == 1 else char
        return self[code]


_FOLDED = _Folded()
