"""A strategy document: who is in it, how people are divided, which step falls on which day, and how much can be done.

Segments and steps are lists in order: the first that applies wins. Obligations on hold never reach the strategy.
"""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.experiment import HUNDRED, Experiment
from acuerdo.strategy.rules.limits import Capacity, Costs, Guard
from acuerdo.strategy.rules.parts import DAY_MIN, Code, Conditional, Currency, Part, StageCode, Title
from acuerdo.strategy.rules.reasons import ALONE_REASONS
from acuerdo.strategy.rules.step import Retry, Step

__all__ = [
    "Capacity", "Costs", "Experiment", "Guard", "Retry", "Scope", "Segment", "StageStarts", "Step", "StrategyDocument", "Target",
]  # fmt: skip


class Scope(Part):
    """Empty lists mean all. Creditors and products by name, countries by two letters."""

    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    creditors: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    stages: tuple[StageCode, ...] = ()


class StageStarts(Part):
    """The first day of each stage on the day line."""

    preventive: Annotated[int, Field(ge=DAY_MIN, le=-1)] = -15
    due: Literal[0] = 0
    early: Annotated[int, Field(ge=1, le=60)] = 1
    middle: Annotated[int, Field(ge=2, le=365)] = 31
    late: Annotated[int, Field(ge=3, le=730)] = 61

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.early < self.middle < self.late:
            raise ValueError("las etapas deben empezar en orden: early < middle < late")
        return self


class Segment(Conditional):
    """`leave_alone` names the reason to do nothing for these people today."""

    code: Code
    title: Title
    leave_alone: Literal[ALONE_REASONS] | None = None  # type: ignore[valid-type]


class Target(Part):
    """What the strategy is for, in one sentence, and who answers for it."""

    goal: Annotated[str, StringConstraints(max_length=300)] = ""
    owner: Annotated[str, StringConstraints(max_length=120)] = ""


class StrategyDocument(Part):
    code: Code
    title: Title
    target: Target = Target()
    scope: Scope = Scope()
    stages: StageStarts = StageStarts()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=60)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]
    capacity: Capacity = Capacity()
    costs: dict[Currency, Costs] = Field(default_factory=dict)
    control_percent: Annotated[Decimal, Field(ge=0, le=50, decimal_places=2)] = Decimal(0)
    experiments: Annotated[tuple[Experiment, ...], Field(max_length=10)] = ()
    guards: tuple[Guard, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _refuse_twice("segmento", [segment.code for segment in self.segments])
        _refuse_twice("paso", [step.code for step in self.steps])
        _refuse_twice("experimento", [experiment.code for experiment in self.experiments])
        self._check_served()
        self._check_experiments()
        for currency, costs in self.costs.items():
            for concept in Costs.model_fields:
                _fits(costs, concept, currency)
        return self

    def _check_served(self) -> None:
        alone = {segment.code for segment in self.segments if segment.leave_alone}
        known = {segment.code for segment in self.segments}
        for step in self.steps:
            if missing := set(step.segments) - known:
                raise ValueError(f"el paso «{step.code}» nombra el segmento «{min(missing)}», que no existe")
            if useless := set(step.segments) & alone:
                raise ValueError(
                    f"el paso «{step.code}» nombra «{min(useless)}», que se deja tranquilo: nunca llegaría"
                )
            if missing := set(step.variants) - set(self.variant_names):
                raise ValueError(f"el paso «{step.code}» nombra la variante «{min(missing)}», que no existe")

    def _check_experiments(self) -> None:
        total = sum((experiment.share for experiment in self.experiments), Decimal(0))
        if total > HUNDRED:
            raise ValueError(
                f"los experimentos suman el {total} por ciento de las personas: no pueden pasar de 100, porque nadie está en dos"
            )

    @property
    def variant_names(self) -> tuple[str, ...]:
        """`experiment/variant` of every experiment."""
        return tuple(f"{one.code}/{variant.code}" for one in self.experiments for variant in one.variants)

    def treated(self, step: Step) -> tuple[str, ...]:
        """Segments that the step serves: those it names, or all that are not left alone."""
        return step.segments or tuple(segment.code for segment in self.segments if not segment.leave_alone)


def _refuse_twice(what: str, codes: list[str]) -> None:
    repeated = [code for code, times in Counter(codes).items() if times > 1]
    if repeated:
        raise ValueError(f"hay dos veces el {what} «{repeated[0]}»")


def _fits(costs: Costs, concept: str, currency: str) -> None:
    try:
        costs.minor(concept, currency)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None
