"""What every part of a strategy document is made of: codes, bounds, and a condition that is read when it is given."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import EXPONENTS
from acuerdo.strategy.rules.expressions import Node, parse_condition

type Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,38}$")]
type Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
type Currency = Literal[tuple(sorted(EXPONENTS))]  # type: ignore[valid-type]
type StageCode = Literal["none", "preventive", "due", "early", "middle", "late", "written_off"]
type ChannelCode = Literal["sms", "email", "whatsapp", "voice", "call", "letter"]
type MessageChannel = Literal["sms", "email", "whatsapp", "voice", "letter"]
type Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
type WholeHour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3])$")]
type CurrencyAmount = Annotated[Decimal, Field(ge=0, le=Decimal(10**9))]
type Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
DAY_MIN, DAY_MAX = -60, 3_650


class Part(BaseModel):
    """A group of fields: unknown ones are refused, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def readable(text: str) -> str:
    """The condition itself; ValueError with the place and the remedy when it cannot be read."""
    try:
        parse_condition(text)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None
    return text


class Conditional(Part):
    """A part that holds for the obligations that meet `when`."""

    when: str = Field("true", description="Condición sobre los hechos del catálogo · condition over the facts")

    @field_validator("when")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text)

    @property
    def condition(self) -> Node:
        return parse_condition(self.when)
