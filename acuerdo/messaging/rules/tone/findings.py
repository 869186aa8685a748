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
    return "".join(_FOLDED.get(char) or _fold(char) for char in text)


def _fold(char: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFD", char.lower()) if not unicodedata.combining(part))
    return bare if len(bare) == 1 else char


_FOLDED = {char: char for char in "abcdefghijklmnopqrstuvwxyz 0123456789.,;:()$/\n-"} | dict(
    zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunaeiouun", strict=True)
)
