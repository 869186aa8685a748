"""The rules of words, read from `messaging/data/tone.toml`: what to find, why it hurts, and how to say it better."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from acuerdo.messaging.rules.tone.findings import Severity

_WORDS = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One rule of words, ready to match on folded text. `countries` empty: everywhere."""

    rule: str
    severity: Severity
    why: str
    suggestion: str
    pattern: re.Pattern[str]
    but_not: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    along: re.Pattern[str] | None
    countries: frozenset[str]


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """Every phrase of the file, in its order. Raises KeyError for a rule without a reason or a list that is not there."""
    document = tomllib.loads(files("acuerdo.messaging").joinpath("data", "tone.toml").read_text("utf-8"))
    words: dict[str, str] = document["words"]

    def expanded(text: str) -> str:
        return _WORDS.sub(lambda match: expanded(words[match.group(1)]), text)

    def pattern(row: dict[str, str], key: str) -> re.Pattern[str] | None:
        return re.compile(expanded(row[key])) if key in row else None

    return tuple(
        Phrase(
            rule=row["rule"],
            severity=row["severity"],
            why=document["why"][row["rule"]],
            suggestion=row["suggestion"],
            pattern=re.compile("|".join(expanded(text) for text in row["patterns"])),
            but_not=pattern(row, "but_not"),
            unless=pattern(row, "unless"),
            along=pattern(row, "along"),
            countries=frozenset(row.get("countries", ())),
        )
        for row in document["phrase"]
    )
