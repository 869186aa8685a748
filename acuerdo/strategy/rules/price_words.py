"""The prices of a run in words for a director: what one more hour, message or unit of budget would bring today.

A price is the score that the last unit of a resource brings; the score's unit of ranking turns it into money of the
portfolio's main currency, so it is told as an approximation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acuerdo.kernel.money import format_minor
from acuerdo.strategy.rules.reasons import CHANNEL_WORDS
from acuerdo.strategy.rules.scorecard import UNIT_MINOR

MESSAGES = 1_000  # of one more message no one thinks
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Told:
    """One resource: its words, how much of it the plan uses, and what more of it would bring (None: some is left over)."""

    code: str
    name: str
    used: int
    capacity: int
    sentence: str
    brings_minor: int | None

    @property
    def share(self) -> float | None:
        return self.used / self.capacity if self.capacity else None


def price_sentences(
    allocation: Mapping[str, Any], language: str, groups: Mapping[str, str] | None = None
) -> list[Told]:
    """Every resource of a run, the dearest first. `groups` names the groups of agents by their code."""
    currency = allocation.get("currency") or "USD"
    told = [_told(one, currency, language, groups or {}) for one in allocation.get("resources", [])]
    return sorted(told, key=lambda one: (-(one.brings_minor or 0), one.code))


def gap_sentence(allocation: Mapping[str, Any], language: str) -> str:
    """How far the plan is from the best that any plan could be."""
    percent = f"{allocation.get('gap_ppm', 0) / 10_000:.3f}"
    if language == "es":
        return f"Ningún reparto de la capacidad de hoy rendiría más de {percent.replace('.', ',')} % sobre este."
    return f"No plan for today's capacity could bring more than {percent} % over this one."


def _told(one: Mapping[str, Any], currency: str, language: str, groups: Mapping[str, str]) -> Told:
    kind, _, rest = one["code"].partition(":")
    name, unit, units = _name(kind, rest, language, groups)
    brings = round(one["price"] * units * UNIT_MINOR.get(currency, 100) / 100)
    es = language == "es"
    if one["capacity"] == 0:
        sentence = f"{name}: hoy no hay capacidad." if es else f"{name}: there is no capacity today."
        return Told(one["code"], name, one["used"], 0, sentence, None)
    if one["price"] <= 0:
        sentence = (
            f"{name}: alcanza para todo lo que conviene hoy."
            if es
            else f"{name}: enough for all that is worth doing today."
        )
        return Told(one["code"], name, one["used"], one["capacity"], sentence, None)
    if kind == "budget":
        sentence = _budget(rest, one["price"], language)
    else:
        amount = format_minor(brings, currency)
        verb = "recuperarían" if kind == "messages" else "recuperaría"
        sentence = f"{unit} {verb} cerca de {amount}." if es else f"{unit} would recover about {amount}."
    return Told(one["code"], name, one["used"], one["capacity"], sentence, brings)


def _name(kind: str, rest: str, language: str, groups: Mapping[str, str]) -> tuple[str, str, int]:
    """(the resource's name, one more of it in words, how many units that is)."""
    es = language == "es"
    if kind == "messages":
        word = CHANNEL_WORDS[rest][0 if es else 1]
        return word, (f"Mil mensajes más por {word}" if es else f"A thousand more messages by {word}"), MESSAGES
    if kind == "budget":
        return (f"Presupuesto en {rest}" if es else f"Budget in {rest}"), "", 1
    if kind == "minutes":
        skill, _, hour = rest.partition(":")
        name = f"Minutos de «{skill}», {hour}:00" if es else f"Minutes of “{skill}”, {hour}:00"
        return (
            name,
            (f"Una hora más de «{skill}» a las {hour}:00" if es else f"One more hour of “{skill}” at {hour}:00"),
            MINUTES,
        )
    named = groups.get(rest, "")
    name = ("Gestores" if es else "Agents") + (f" ({named})" if named else "")
    more = "Una hora más de gestor" if es else "One more agent-hour"
    return name, more + (f" ({named})" if named else ""), MINUTES


def _budget(currency: str, price: float, language: str) -> str:
    """What a unit of budget brings, in units of itself."""
    times = f"{price * UNIT_MINOR.get(currency, 100) / 100:.1f}"
    if language == "es":
        return f"Cada {currency} más de presupuesto recuperaría cerca de {times.replace('.', ',')} {currency}."
    return f"Each {currency} more of budget would recover about {times} {currency}."
