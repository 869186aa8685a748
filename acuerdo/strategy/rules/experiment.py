"""Experiments inside a strategy: which people take part in which, and in which variant, for as long as it lasts.

Each experiment takes a share of the people; the shares are lanes laid one after the other on one draw, so nobody is in
two experiments. Inside a lane a second draw, salted by the experiment, chooses the variant. Both depend only on the
person, so a person stays where they are, whatever obligation and whatever day. An experiment added at the end moves
nobody of those before it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from acuerdo.strategy.rules.dice import PARTS, draw
from acuerdo.strategy.rules.limits import Guard
from acuerdo.strategy.rules.parts import Code, Part, Percent, Title

LANES = "experiments"  # the salt of the lanes, the same in every strategy
HUNDRED = Decimal(100)


class Variant(Part):
    code: Code
    title: Title
    percent: Percent


class Experiment(Part):
    """The first variant is the champion. `goal` is what is compared; `guards` pause a variant that does harm."""

    code: Code
    title: Title
    share: Percent = HUNDRED
    variants: Annotated[tuple[Variant, ...], Field(min_length=2, max_length=6)]
    goal: Literal["cured_30_days", "paid_30_days", "promise_kept", "answered"] = "cured_30_days"
    guards: tuple[Guard, ...] = ()
    paused: tuple[Code, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        codes = [variant.code for variant in self.variants]
        repeated = [code for code, times in Counter(codes).items() if times > 1]
        if repeated:
            raise ValueError(f"hay dos veces la variante «{repeated[0]}»")
        total = sum((variant.percent for variant in self.variants), Decimal(0))
        if total != HUNDRED:
            raise ValueError(f"los porcentajes de las variantes suman {total}: deben sumar 100")
        if unknown := set(self.paused) - set(codes):
            raise ValueError(f"«paused» nombra la variante «{min(unknown)}», que no existe")
        if self.paused and codes[0] in self.paused:
            raise ValueError(f"la variante «{codes[0]}» es la campeona y no se puede pausar")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("«ends_on» es anterior a «starts_on»")
        return self

    def runs_on(self, on: date) -> bool:
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Lane:
    """People whose lane draw is in [low, high); `bounds` are the upper ends of the variants on the experiment's own draw."""

    experiment: str
    low: int
    high: int
    variants: tuple[tuple[str, int], ...]


def lanes(experiments: Sequence[Experiment], on: date, paused: Iterable[str] = ()) -> list[Lane]:
    """The lanes in order, on a date. A paused variant (`experiment/variant`) falls back to the champion of its experiment,
    and outside its dates an experiment keeps its lane but divides nobody."""
    stopped, found, low = set(paused), [], 0
    for experiment in experiments:
        high = low + int(experiment.share * 100)
        bounds, upper = [], 0
        champion = f"{experiment.code}/{experiment.variants[0].code}"
        for variant in experiment.variants:
            upper += int(variant.percent * 100)
            name = f"{experiment.code}/{variant.code}"
            is_paused = variant.code in experiment.paused or name in stopped
            bounds.append(((champion if is_paused else name) if experiment.runs_on(on) else "", upper))
        found.append(Lane(experiment.code, low, high, tuple(bounds)))
        low = high
    assert low <= PARTS, "shares were checked when the document was read"
    return found


def variant_of(dice: int, found: Sequence[Lane]) -> str:
    """`experiment/variant` of one person; empty for whoever is in no lane (plain reference for the engines)."""
    place = draw(dice, LANES)
    for lane in found:
        if lane.low <= place < lane.high:
            own = draw(dice, lane.experiment)
            return next(name for name, upper in lane.variants if own < upper)
    return ""


def probability_of(name: str, found: Sequence[Lane]) -> float:
    """The chance with which a person falls in that variant, lane and draw together; what is logged with each decision."""
    if not name:
        return 1 - sum(lane.high - lane.low for lane in found) / PARTS
    for lane in found:
        last = 0
        chance = 0
        for variant, upper in lane.variants:
            chance += (upper - last) if variant == name else 0
            last = upper
        if chance:
            return (lane.high - lane.low) / PARTS * chance / PARTS
    return 0.0
