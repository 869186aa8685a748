"""A strategy document: who is in it, how people are divided, which step falls on which day, and how much can be done.

Segments and steps are lists in order: the first that applies wins. A step falls on one day of the line (−5 is five days
before the due date, 8 is the eighth day past due), may repeat, and stays open a few days, so that a closed day or a full
list delays it instead of losing it; any contact since it fell counts as having done it. A step without a day falls
whenever its condition holds. Obligations on hold never reach the strategy.
"""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import EXPONENTS, minor_from_decimal
from acuerdo.strategy.rules.expressions import Node, parse_condition
from acuerdo.strategy.rules.reasons import ALONE_REASONS

type Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,38}$")]
type Currency = Literal[tuple(sorted(EXPONENTS))]  # type: ignore[valid-type]
type SteppedStage = Literal["preventive", "due", "early", "middle", "late", "written_off"]
type ChannelCode = Literal["sms", "email", "whatsapp", "voice", "call", "letter"]
type Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
type CurrencyAmount = Annotated[Decimal, Field(ge=0, le=Decimal(10**9))]
DAY_MIN, DAY_MAX = -60, 3_650


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scope(_Part):
    """Empty lists mean all. Creditors by name, countries by two letters."""

    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    creditors: tuple[str, ...] = ()


class StageStarts(_Part):
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


class _Conditional(_Part):
    when: str = "true"

    @field_validator("when")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            parse_condition(text)
        except Refusal as refusal:
            raise ValueError(refusal.message) from None
        return text

    @property
    def condition(self) -> Node:
        return parse_condition(self.when)


class Segment(_Conditional):
    """`leave_alone` names the reason to do nothing for these people today."""

    code: Code
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    leave_alone: Literal[ALONE_REASONS] | None = None  # type: ignore[valid-type]


class Step(_Conditional):
    """`channels` in order of preference. `template` is a code of messaging; a call needs none. `on_promise`: the day counts
    from the promised date instead of the due date, −1 is the day before."""

    code: Code
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    day: Annotated[int, Field(ge=DAY_MIN, le=DAY_MAX)] | None = None
    open_days: Annotated[int, Field(ge=1, le=60)] = 3
    repeat_days: Annotated[int, Field(ge=2, le=365)] | None = None
    until: Annotated[int, Field(ge=DAY_MIN, le=DAY_MAX)] | None = None
    on_promise: bool = False
    segments: tuple[Code, ...] = ()
    channels: Annotated[tuple[ChannelCode, ...], Field(min_length=1, max_length=4)]
    template: Annotated[str, StringConstraints(max_length=60)] = ""
    purpose: Literal["collection", "reminder"] = "collection"
    hour: Hour = "09:00"

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("un canal está dos veces en «channels»")
        if not self.template and set(self.channels) != {"call"}:
            raise ValueError("falta «template»: solo un paso que únicamente llama puede ir sin plantilla")
        if (self.repeat_days is None) != (self.until is None):
            raise ValueError("«repeat_days» y «until» van juntos: cada cuántos días y hasta qué día")
        self._check_days()
        return self

    def _check_days(self) -> None:
        if self.day is None:
            if self.when == "true" or self.on_promise or self.until is not None:
                raise ValueError(
                    "un paso sin «day» necesita «when», y no admite «on_promise», «repeat_days» ni «until»"
                )
            return
        if self.until is not None and self.until < self.day:
            raise ValueError("«until» es anterior a «day»")
        if self.repeat_days is not None and self.open_days > self.repeat_days:
            raise ValueError("«open_days» no puede pasar de «repeat_days»")
        if self.on_promise and (self.repeat_days is not None or self.day > 0):
            raise ValueError("con «on_promise», «day» va de −60 a 0 y no se repite")

    @property
    def minute(self) -> int:
        """Preferred local minute of the day."""
        hours, minutes = self.hour.split(":")
        return int(hours) * 60 + int(minutes)


class Capacity(_Part):
    """Daily limits. A channel without a limit is not limited; calls are limited by agents."""

    calls_per_agent: Annotated[int, Field(ge=0, le=1_000)] = 60
    messages: dict[Literal["sms", "email", "whatsapp", "voice", "letter"], Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict
    )


class Costs(_Part):
    """In whole units of the currency; `fatigue` is the price put on each contact of the last 7 days."""

    sms: CurrencyAmount = Decimal(0)
    email: CurrencyAmount = Decimal(0)
    whatsapp: CurrencyAmount = Decimal(0)
    voice: CurrencyAmount = Decimal(0)
    call: CurrencyAmount = Decimal(0)
    letter: CurrencyAmount = Decimal(0)
    fatigue: CurrencyAmount = Decimal(0)

    def minor(self, concept: str, currency: str) -> int:
        return minor_from_decimal(getattr(self, concept), currency)


class StrategyDocument(_Part):
    code: Code
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    scope: Scope = Scope()
    stages: StageStarts = StageStarts()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=60)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]
    capacity: Capacity = Capacity()
    costs: dict[Currency, Costs] = Field(default_factory=dict)
    control_percent: Annotated[Decimal, Field(ge=0, le=50, decimal_places=2)] = Decimal(0)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _refuse_twice("segmento", [segment.code for segment in self.segments])
        _refuse_twice("paso", [step.code for step in self.steps])
        alone = {segment.code for segment in self.segments if segment.leave_alone}
        known = {segment.code for segment in self.segments}
        for step in self.steps:
            if missing := set(step.segments) - known:
                raise ValueError(f"el paso «{step.code}» nombra el segmento «{min(missing)}», que no existe")
            if useless := set(step.segments) & alone:
                raise ValueError(
                    f"el paso «{step.code}» nombra «{min(useless)}», que se deja tranquilo: nunca llegaría"
                )
        for currency, costs in self.costs.items():
            for concept in Costs.model_fields:
                _fits(costs, concept, currency)
        return self

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
