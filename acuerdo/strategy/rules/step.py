"""One step of a strategy: on which day it falls and for whom, by which channels, with which words, and when it is over.

A step falls on one day of the line, may repeat, and stays open a few days, so that a closed day or a full list delays it
instead of losing it; any contact since it fell counts as having done it, unless it asks for a retry after no answer. The
line counts from the due date, from the promised date (−1 is the day before) or from the last contact. A step without a
day falls whenever its condition holds.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from acuerdo.strategy.rules.expressions import Node, parse_condition
from acuerdo.strategy.rules.parts import DAY_MAX, DAY_MIN, ChannelCode, Code, Conditional, Hour, Part, Title, readable

type VariantName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,38}/[a-z][a-z0-9_]{0,38}$")]


class Retry(Part):
    """After no answer the step is done again: up to `times`, `after_days` days apart, while it is open."""

    times: Annotated[int, Field(ge=1, le=5)] = 1
    after_days: Annotated[int, Field(ge=1, le=30)] = 2


class Step(Conditional):
    """`channels` in order of preference. `template` is a code of messaging; a call may go with a `script` or with none."""

    code: Code
    title: Title
    day: Annotated[int, Field(ge=DAY_MIN, le=DAY_MAX)] | None = None
    relative_to: Literal["due", "promise", "contact"] = "due"
    open_days: Annotated[int, Field(ge=1, le=60)] = 3
    repeat_days: Annotated[int, Field(ge=2, le=365)] | None = None
    until: Annotated[int, Field(ge=DAY_MIN, le=DAY_MAX)] | None = None
    wait_days: Annotated[int, Field(ge=0, le=90)] = 0
    retry: Retry | None = None
    stop_when: str = "false"
    segments: tuple[Code, ...] = ()
    variants: tuple[VariantName, ...] = ()
    channels: Annotated[tuple[ChannelCode, ...], Field(min_length=1, max_length=4)]
    template: Annotated[str, StringConstraints(max_length=60)] = ""
    script: Annotated[str, StringConstraints(max_length=60)] = ""
    tone: Literal["warm", "neutral", "formal", "firm"] = "neutral"
    offer: Annotated[str, StringConstraints(max_length=60)] = ""
    skill: Code = "general"
    purpose: Literal["collection", "reminder"] = "collection"
    hour: Hour = "09:00"
    hour_policy: Literal["fixed", "best"] = "fixed"

    @model_validator(mode="before")
    @classmethod
    def _as_written_before(cls, given: Any) -> Any:
        """Stored documents stay as they were written; the first of them said `on_promise` for what is `relative_to` now."""
        if not isinstance(given, dict) or not isinstance(given.get("on_promise"), bool) or "relative_to" in given:
            return given
        rest = {name: value for name, value in given.items() if name != "on_promise"}
        return {**rest, "relative_to": "promise"} if given["on_promise"] else rest

    @field_validator("stop_when")
    @classmethod
    def _stops(cls, text: str) -> str:
        return readable(text)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("un canal está dos veces en «channels»")
        if not self.template and set(self.channels) != {"call"}:
            raise ValueError("falta «template»: solo un paso que únicamente llama puede ir sin plantilla")
        if self.script and "call" not in self.channels:
            raise ValueError("«script» es el guion de una llamada y «channels» no tiene «call»")
        if (self.repeat_days is None) != (self.until is None):
            raise ValueError("«repeat_days» y «until» van juntos: cada cuántos días y hasta qué día")
        self._check_days()
        return self

    def _check_days(self) -> None:
        if self.day is None:
            if self.when == "true" or self.relative_to != "due" or self.until is not None:
                raise ValueError(
                    "un paso sin «day» necesita «when», y no admite «relative_to», «repeat_days» ni «until»"
                )
            return
        if self.until is not None and self.until < self.day:
            raise ValueError("«until» es anterior a «day»")
        if self.repeat_days is not None and self.open_days > self.repeat_days:
            raise ValueError("«open_days» no puede pasar de «repeat_days»")
        if self.relative_to == "promise" and (self.repeat_days is not None or self.day > 0):
            raise ValueError("con «relative_to: promise», «day» va de −60 a 0 y no se repite")
        if self.relative_to == "contact" and (self.repeat_days is not None or self.day < 1):
            raise ValueError(
                "con «relative_to: contact», «day» cuenta desde el último contacto: 1 o más, y no se repite"
            )

    @property
    def minute(self) -> int:
        """Preferred local minute of the day."""
        hours, minutes = self.hour.split(":")
        return int(hours) * 60 + int(minutes)

    @property
    def stop_condition(self) -> Node:
        return parse_condition(self.stop_when)

    @property
    def days_on_line(self) -> tuple[int, ...]:
        """The days of the line on which it falls, for those that count from the due date; none for the others."""
        if self.day is None or self.relative_to != "due":
            return ()
        return (
            tuple(range(self.day, self.until + 1, self.repeat_days)) if self.repeat_days and self.until else (self.day,)
        )
