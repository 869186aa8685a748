"""What refusals, imports and documents' faults say, in the reader's language: on screens, in the API and in commands, only so.

The sentences are written where the trouble is found, in Spanish and with its own values in them. `locale/en/sentences.toml` has the
English of each, with `{}` for a value ({0}, {1} where English takes them in another order); what is no sentence of trouble is in
the catalogue of the screens. Without Django only the former is known, so that commands without a database speak it too.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from acuerdo.base.language import terminal_language
from acuerdo.kernel.errors import Refusal

FILE = Path(__file__).resolve().parent.parent / "locale" / "en" / "sentences.toml"
# Several sentences joined by a space, as the reasons of several rules are.
BREAK = re.compile(r"(?<=[.!?]) (?=[«¿¡A-ZÁÉÍÓÚÑ])")
type Pairs = Iterable[tuple[str, str]]

_sources: list[Callable[[], Pairs]] = []


def add_sentences(source: Callable[[], Pairs]) -> None:
    """Sentences that are data of a capability: (Spanish, English), `{}` for a value. Asked when one is first wanted."""
    _sources.append(source)
    _known.cache_clear()
    _patterns.cache_clear()


def in_reader_language(sentence: str) -> str:
    """The sentence in the language of the screen or the request; as it is in Spanish, or where nobody wrote it in English."""
    from django.utils.translation import get_language, gettext  # noqa: PLC0415 - commands speak without Django

    if not sentence or (get_language() or "es").startswith("es"):
        return sentence
    return _in_english(sentence, gettext)


def in_terminal_language(sentence: str) -> str:
    """The sentence in the language of the terminal."""
    return _in_english(sentence, str) if terminal_language() == "en" else sentence


def say_refusal(refusal: Refusal, say: Callable[[str], str] = in_reader_language) -> str:
    """The sentence, after where the trouble is: file, row and column."""
    where = refusal.where
    place = [
        where.file,
        f"fila {where.row}" if where.row is not None else "",
        f"columna {where.column}" if where.column else "",
    ]
    told = ", ".join(say(part) for part in place if part)
    return f"{told}: {say(refusal.message)}" if told else say(refusal.message)


def _in_english(sentence: str, word: Callable[[str], str]) -> str:
    """`word` says in English what is no sentence of trouble: the name of a field, a state."""
    told = _whole(sentence, word)
    if told is None and len(parts := BREAK.split(sentence)) > 1:
        return " ".join(_whole(part, word) or word(part) for part in parts)
    return word(sentence) if told is None else told


def _whole(sentence: str, word: Callable[[str], str]) -> str | None:
    if (told := _known().get(sentence)) is not None:
        return told
    if (told := word(sentence)) != sentence:
        return told
    for pattern, english in _patterns():
        if found := pattern.fullmatch(sentence):
            return english.format(*(_value(value, word) for value in found.groups()))
    return None


def _value(text: str, word: Callable[[str], str]) -> str:
    """A value as it is; a sentence inside, or names in a list, in English."""
    told = _in_english(text, word) if text else text
    return told if told != text else ", ".join(word(part) if part else part for part in text.split(", "))


@cache
def _known() -> dict[str, str]:
    told: dict[str, str] = tomllib.loads(FILE.read_text("utf-8"))
    for source in _sources:
        told = {**dict(source()), **told}
    return told


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The most exact sentence first: of two that fit, the one with more words of its own."""
    filled = (pair for pair in _known().items() if "{}" in pair[0])
    ordered = sorted(filled, key=lambda pair: -len(pair[0].replace("{}", "")))
    return [
        (re.compile("(.*?)".join(map(re.escape, spanish.split("{}"))), re.DOTALL), english)
        for spanish, english in ordered
    ]
