"""The rules of words, read from `messaging/data/tone.toml`: what to find, why it hurts, and how to say it better."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from re import _parser  # type: ignore[attr-defined]  # the tree of a pattern; a test holds its answers to `finditer`
from typing import Any

from acuerdo.messaging.rules.tone.findings import Severity

_WORD_START = re.compile(r"\b\w")
_WORDS = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One rule of words, ready to match on folded text. `countries` empty: everywhere.

    `letters` are those that a match can begin with, always at the beginning of a word; None where it may begin anywhere.
    """

    rule: str
    severity: Severity
    why: str
    suggestion: str
    pattern: re.Pattern[str]
    but_not: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    along: re.Pattern[str] | None
    countries: frozenset[str]
    letters: frozenset[str] | None

    def matches(self, plain: str, starts: Mapping[str, Sequence[int]]) -> Iterator[re.Match[str]]:
        """As `finditer` of the pattern, tried only where a word begins with one of its letters: most rules of most texts are
        then settled without a look. `starts` are the places of words by their first letter (`word_starts`)."""
        if self.letters is None:
            yield from self.pattern.finditer(plain)
            return
        end = 0
        for place in sorted([place for letter in self.letters for place in starts.get(letter, ())]):
            if place >= end and (match := self.pattern.match(plain, place)) is not None:
                yield match
                end = match.end()


def word_starts(plain: str) -> dict[str, list[int]]:
    """Where words begin, by their first letter."""
    found: dict[str, list[int]] = {}
    for match in _WORD_START.finditer(plain):
        found.setdefault(match.group(), []).append(match.start())
    return found


def first_letters(pattern: str) -> frozenset[str] | None:
    """The letters that a match of a pattern begins with if every match begins a word; None where that cannot be told."""
    parsed = _parser.parse(pattern)
    branches = parsed[0][1][1] if len(parsed) == 1 and str(parsed[0][0]) == "BRANCH" else [parsed]
    if any(not len(branch) or str(branch[0][1]) != "AT_BOUNDARY" for branch in branches):
        return None
    letters = _firsts(parsed)
    if letters is None or "" in letters or not all(letter.isalnum() for letter in letters):
        return None
    return frozenset(letters)


def _firsts(items: Any) -> set[str] | None:
    """The characters that these items can begin with; "" among them when they may match nothing."""
    found: set[str] = set()
    for operation, argument in items:
        here = _firsts_of(str(operation), argument)
        if here is None:
            return None
        found |= here - {""}
        if "" not in here:
            return found
    return found | {""}


def _firsts_of(operation: str, argument: Any) -> set[str] | None:
    match operation:
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return {""}
        case "LITERAL":
            return {chr(argument)}
        case "IN":
            plain = [value for kind, value in argument if str(kind) == "LITERAL"]
            return {chr(code) for code in plain} if len(plain) == len(argument) else None
        case "BRANCH":
            return _united([_firsts(branch) for branch in argument[1]])
        case "SUBPATTERN":
            return _firsts(argument[3])
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _united([_firsts(argument[2]), {""} if argument[0] == 0 else set()])
        case _:
            return None


def _united(sets: Sequence[set[str] | None]) -> set[str] | None:
    return None if None in sets else set().union(*(one for one in sets if one is not None))


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
            letters=first_letters("|".join(expanded(text) for text in row["patterns"])),
        )
        for row in document["phrase"]
    )
