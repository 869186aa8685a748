"""What a person means by an answer, by rule: what must be acted on at once is found by words, everything else is for people.

A wrong guess has a price, so each rule names what looks like it and is not: "cancelar" is "to pay" in half of the continent
and a word to stop in an SMS; "no puedo abrir el enlace" is no hardship; "me muero de pena" is no danger. Several intents may
be in one text; the first in PROTECTS leads. Texts are folded (lower case, no accents), so people's spelling matters little.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Literal

from acuerdo.kernel.text import fold

type Intent = Literal[
    "self_harm", "death", "stop", "wrong_person", "fraud", "dispute", "already_paid", "insult", "cannot_pay", "call_me",
    "human", "wants_to_pay", "thanks", "automatic", "other",
]  # fmt: skip

# What protects the person comes before money; the first found leads.
PROTECTS: tuple[Intent, ...] = (
    "self_harm", "death", "stop", "wrong_person", "fraud", "dispute", "already_paid", "insult", "cannot_pay", "call_me",
    "human", "wants_to_pay", "thanks", "automatic", "other",
)  # fmt: skip

# A few polite words around a word to stop do not change it; any other word does ("baja la cuota, por favor").
_STOP_WORDS = {
    "baja", "salir", "stop", "parar", "cancelar", "unsubscribe", "desuscribir", "desuscribirme", "remover", "quitar", "basta",
    "alto", "end", "quit", "cancel", "salirme", "bajar", "stopp", "pare", "paren",
}  # fmt: skip
_POLITE = {
    "por", "favor", "gracias", "ya", "de", "la", "lista", "su", "sus", "base", "datos", "sms", "mensajes", "mensaje", "esto",
    "esta", "este", "please", "all", "todo", "todos", "los", "las", "suscripcion", "porfavor", "porfa", "quiero", "deseo", "a",
    "solicito", "ahora", "inmediatamente", "del", "servicio", "whatsapp", "correos", "correo", "notificaciones",
}  # fmt: skip
_ALONE_ONLY = {"cancelar", "cancel", "bajar", "quitar", "alto"}

FILE = files("acuerdo.messaging.data") / "intents.toml"


def _patterns(part: str) -> dict[Intent, tuple[re.Pattern[str], ...]]:
    """The compiled patterns of `means` or `unless` by intent; <name> stands for a list of words."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"<(\w+)>", lambda match: document["words"][match[1]], pattern))

    return {name: tuple(map(compiled, rule.get(part, ()))) for name, rule in document["intents"].items()}


_COMPILED, _EXCEPT = _patterns("means"), _patterns("unless")
# Another rule's finding that settles what a text is about: a person in danger is no customer who wants a link.
_SETTLED_BY: dict[Intent, tuple[Intent, ...]] = {
    "wants_to_pay": ("already_paid", "cannot_pay", "stop"),
    "call_me": ("stop",),
}
TEXT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Meaning:
    """All intents of a text, the leading one first; "other" alone when no rule speaks."""

    intents: tuple[Intent, ...]

    @property
    def lead(self) -> Intent:
        return self.intents[0]


def read_meaning(text: str, *, is_automatic: bool = False) -> Meaning:
    """The intents of one answer. Only the first 2,000 characters are read; what was quoted must be cut off before."""
    if is_automatic:
        return Meaning(("automatic",))
    plain = _plain(text[:TEXT_MAX])
    found = {intent for intent in _COMPILED if _is_meant(intent, plain)}
    if _is_word_to_stop(plain):
        found.add("stop")
    found -= {intent for intent, others in _SETTLED_BY.items() if found.intersection(others)}
    if found - {"thanks"}:
        found.discard("thanks")
    return Meaning(tuple(intent for intent in PROTECTS if intent in found) or ("other",))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s👍🙏:.'-]|(?<!\d)[.:]|[.:](?!\d)", " ", fold(text).lower())).strip()


def _is_meant(intent: Intent, plain: str) -> bool:
    if not any(pattern.search(plain) for pattern in _COMPILED[intent]):
        return False
    return not any(pattern.search(plain) for pattern in _EXCEPT.get(intent, ()))


def _is_word_to_stop(plain: str) -> bool:
    words = re.findall(r"\w+", plain)
    if not words or len(words) > 8:
        return False
    stops = [word for word in words if word in _STOP_WORDS]
    if not stops or not all(word in _STOP_WORDS | _POLITE for word in words):
        return False
    return len(words) == 1 or any(word not in _ALONE_ONLY for word in stops)


_HALF = r"(am|pm|a m|p m|de la manana|de la tarde|de la noche)"
_CLOCK = re.compile(rf"\blas? (\d{{1,2}})(?:[:.](\d{{2}}))?\s*{_HALF}?")
_BARE_CLOCK = re.compile(rf"\b(\d{{1,2}})(?:[:.](\d{{2}}))?\s*{_HALF}\b")
_DAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")


def call_time(text: str, now: datetime) -> datetime | None:
    """When the person asks to be called; `now` is where they live. None when no hour is named.

    A bare hour from 1 to 6 is of the afternoon; an hour that has passed today is tomorrow's.
    """
    plain = _plain(text[:TEXT_MAX])
    match = _CLOCK.search(plain) or _BARE_CLOCK.search(plain)
    if match is None or not 0 <= int(match[1]) <= 23 or int(match[2] or 0) > 59:
        return None
    at = time(_hour(int(match[1]), match[3] or "", plain), int(match[2] or 0))
    days = _days_ahead(plain, now)
    wanted = datetime.combine(now.date() + timedelta(days=days or 0), at, tzinfo=now.tzinfo)
    return wanted + timedelta(days=1) if days is None and wanted <= now else wanted


def _hour(hour: int, half: str, plain: str) -> int:
    is_afternoon = half.startswith("p") or "tarde" in half or "noche" in half
    is_morning = half.startswith("a") or "manana" in half
    if not half:
        is_afternoon = "en la tarde" in plain or "por la tarde" in plain or "noche" in plain or 1 <= hour <= 6
    if is_afternoon and hour < 12:
        return hour + 12
    return 0 if is_morning and hour == 12 else hour


def _days_ahead(plain: str, now: datetime) -> int | None:
    """Days from today as the text names them; None when it names none."""
    without_morning = re.sub(r"\b(?:de|en|por) la manana\b", "", plain)
    if "pasado manana" in without_morning:
        return 2
    if re.search(r"\bmanana\b", without_morning):
        return 1
    if re.search(r"\bhoy\b", plain):
        return 0
    for number, name in enumerate(_DAYS):
        if re.search(rf"\b{name}\b", plain):
            return (number - now.weekday()) % 7 or 7
    return None
