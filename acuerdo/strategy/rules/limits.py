"""How much can be done in a day, what a contact costs, and the figures that stop what goes wrong."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from acuerdo.kernel.money import minor_from_decimal
from acuerdo.strategy.rules.parts import Code, Currency, CurrencyAmount, MessageChannel, Part, WholeHour

type GuardMetric = Literal[
    "complaints_per_1000", "opt_outs_per_1000", "blocked_percent", "broken_promise_percent", "cost_per_contact"
]


class Capacity(Part):
    """Daily limits. A channel without a limit is not limited; calls are limited by agents and, where given, by their minutes.

    `agent_minutes` says for each skill the minutes of agents in each local hour; `minutes_per_call` what one call takes.
    `budget` is the day's money for contacts in each currency, by the costs below.
    """

    calls_per_agent: Annotated[int, Field(ge=0, le=1_000)] = 60
    minutes_per_call: Annotated[int, Field(ge=1, le=120)] = 4
    agent_minutes: dict[Code, dict[WholeHour, Annotated[int, Field(ge=0, le=100_000)]]] = Field(default_factory=dict)
    messages: dict[MessageChannel, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    budget: dict[Currency, CurrencyAmount] = Field(default_factory=dict)

    def calls_by_minutes(self, skill: str) -> int | None:
        """Calls that the minutes of a skill allow in a day; None when they are not limited."""
        hours = self.agent_minutes.get(skill)
        return None if hours is None else sum(hours.values()) // self.minutes_per_call


class Costs(Part):
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


class Guard(Part):
    """A variant is paused when `metric` is above `worst` with at least `contacts_min` contacts behind it."""

    metric: GuardMetric
    worst: Annotated[Decimal, Field(ge=0, le=Decimal(10**9))]
    contacts_min: Annotated[int, Field(ge=1)] = 200
