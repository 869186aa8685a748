"""The offer policy: dated rows of data, read once, asked by country and day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.rules.offers.figures import ROLES, OfferKind, PlanFrequency, Role


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(_Row):
    """Payments within so many days of today, in the stages named."""

    within_days: int = Field(ge=0)
    payments: int = Field(default=1, ge=1)
    stages: list[str]


class PlanLimits(_Row):
    instalments: dict[str, int]
    first_within_days: int = Field(ge=1)
    frequencies: list[PlanFrequency]
    shown: list[int]


class ExtensionLimits(_Row):
    """At most so many overdue instalments, the first new date within so many days, so many times in so many months."""

    instalments: int = Field(ge=1)
    within_days: int = Field(ge=1)
    times: int = Field(ge=1)
    months: int = Field(ge=1)
    stages: list[str]


class ReschedulingLimits(_Row):
    refinancing_until_days: int
    instalments: int = Field(ge=2)
    stages: list[str]


class HardshipLimits(_Row):
    reduced_share: Decimal = Field(gt=0, lt=1)
    reduced_months: int = Field(ge=1)
    paused_months: int = Field(ge=1)


class Shares(_Row):
    """The share forgiven: offered to everyone, and what each role may grant. Never less for a higher role."""

    offered: Decimal = Field(default=Decimal(0), ge=0, le=1)
    agent: Decimal = Field(default=Decimal(0), ge=0, le=1)
    supervisor: Decimal = Field(default=Decimal(0), ge=0, le=1)
    director: Decimal = Field(default=Decimal(0), ge=0, le=1)

    def model_post_init(self, _context: object) -> None:
        if not self.offered <= self.agent <= self.supervisor <= self.director:
            raise ValueError("shares must not shrink from offered to agent, supervisor and director")

    def role_for(self, share: Decimal) -> Role:
        """The first role that may grant it; refuses `offer-outside-policy`."""
        for role in ROLES:
            if share <= getattr(self, role):
                return role
        raise outside_policy()


class Relief(_Row):
    waiver: Shares = Shares()
    discount: Shares = Shares()


class OfferPolicy(_Row):
    """One row of the document; the comments in `data/offer_policy.yaml` say what each field means."""

    country: str
    from_on: date = Field(alias="from")
    valid_days: int = Field(ge=1)
    units: dict[str, int]
    least_instalment: dict[str, int]
    early_payment: Window
    full_payment: Window
    split: Window
    extension: ExtensionLimits
    plan: PlanLimits
    rescheduling: ReschedulingLimits
    hardship: HardshipLimits
    relief: dict[str, dict[OfferKind, Relief]]

    def unit_minor(self, currency: str) -> int:
        return self.units.get(currency, 1)

    def least_minor(self, currency: str) -> int:
        return self.least_instalment.get(currency, 1)

    def relief_of(self, stage: str, kind: OfferKind) -> Relief:
        """What may be forgiven for a kind of offer at a stage; nothing where the document is silent."""
        return self.relief.get(stage, {}).get(kind, Relief())


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    rows: tuple[OfferPolicy, ...]

    def on(self, day: date, country: str) -> OfferPolicy:
        """The country's newest row in force on `day`, else the general one; refuses `offer-policy-missing`."""
        found = [row for row in self.rows if row.country in ("", country) and row.from_on <= day]
        if not found:
            raise Refusal("offer-policy-missing", f"No hay una política de acuerdos vigente el {day:%d/%m/%Y}.")
        return max(found, key=lambda row: (row.country, row.from_on))


def read_policy(text: str) -> PolicyDocument:
    """The document from its YAML. Raises pydantic.ValidationError for an unknown key or a figure that cannot be."""
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    return PolicyDocument(tuple(OfferPolicy.model_validate(row) for row in rows))


@lru_cache(maxsize=1)
def shipped_policy() -> PolicyDocument:
    """The document that ships with the product."""
    return read_policy(files("acuerdo.negotiation.data").joinpath("offer_policy.yaml").read_text(encoding="utf-8"))


def policy_on(day: date, country: str) -> OfferPolicy:
    """The policy in force on `day` in a country; refuses `offer-policy-missing`."""
    return shipped_policy().on(day, country)


def outside_policy() -> Refusal:
    """The refusal that never says where the floor is."""
    return Refusal(
        "offer-outside-policy",
        "Esa propuesta no está entre lo que se puede acordar hoy. Vea las alternativas o proponga otra.",
    )
