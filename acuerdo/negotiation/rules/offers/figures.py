"""The values of a negotiation: what is owed, what the person wishes, what is asked for, and what may be agreed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from acuerdo.ledger.rules.components import Amounts, no_amounts
from acuerdo.ledger.rules.terms import ScheduleTerms

type OfferKind = Literal[
    "early_payment",
    "full_payment",
    "promise",
    "split",
    "extension",
    "plan",
    "refinancing",
    "restructuring",
    "hardship_reduced",
    "hardship_paused",
]
# What an offer settles: what has fallen due, all that is owed as it stands, what closes the debt today, or only its own payments.
type Basis = Literal["due", "balance", "closing", "part"]
type Role = Literal["agent", "supervisor", "director"]
type PlanFrequency = Literal["weekly", "biweekly", "monthly"]

KINDS: tuple[OfferKind, ...] = (
    "early_payment",
    "full_payment",
    "promise",
    "split",
    "extension",
    "plan",
    "refinancing",
    "restructuring",
    "hardship_reduced",
    "hardship_paused",
)
ROLES: tuple[Role, ...] = ("agent", "supervisor", "director")
PER_MONTH: dict[PlanFrequency, int] = {"weekly": 4, "biweekly": 2, "monthly": 1}
# From the mildest to the gravest: joint offers follow the gravest stage of the obligations they join.
STAGE_ORDER = ("none", "preventive", "due", "early", "middle", "late", "written_off")


@dataclass(frozen=True, slots=True)
class Overdue:
    """An instalment that has fallen due, with what it still owes in all."""

    number: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Debt:
    """One obligation's figures on the day. `due` is what has fallen due, `balance` everything owed, by component, minor units.

    `left` are its instalments still to come, as (due date, amount). `schedule` are the terms of a loan whose books Acuerdo
    keeps: without them it cannot get a new schedule here (the core of the creditor keeps the dates). Of our own books too:
    `closing` is what closes the debt today, interest of later days left out, and `overdue` its instalments fallen due.
    `extensions` were agreed in the policy's last months.
    """

    obligation_id: int
    due: Amounts
    balance: Amounts
    days_past_due: int
    stage: str
    left: tuple[tuple[date, int], ...] = ()
    schedule: ScheduleTerms | None = None
    closing: Amounts = field(default_factory=no_amounts)
    overdue: tuple[Overdue, ...] = ()
    extensions: int = 0

    def owed(self, basis: Basis) -> Amounts:
        """What is settled on a basis; what closes a debt of another's books is its balance. Not for `part`."""
        if basis == "due":
            return self.due
        return self.closing if basis == "closing" and any(self.closing.values()) else self.balance

    @property
    def due_minor(self) -> int:
        return sum(self.due.values())

    @property
    def balance_minor(self) -> int:
        return sum(self.balance.values())


@dataclass(frozen=True, slots=True)
class Case:
    """What is being negotiated with one person: obligations of one creditor in one currency. `today` is its business date.

    `has_hardship` is only ever volunteered by the person; nobody asks for its cause (Colombia, Ley 2300 de 2023, art. 7).
    """

    debts: tuple[Debt, ...]
    currency: str
    country: str
    today: date
    has_hardship: bool = False

    @property
    def stage(self) -> str:
        return max((debt.stage for debt in self.debts), key=STAGE_ORDER.index)

    @property
    def days_past_due(self) -> int:
        return max(debt.days_past_due for debt in self.debts)

    def owed(self, basis: Basis) -> Amounts:
        return _sum(debt.owed(basis) for debt in self.debts)

    @property
    def due(self) -> Amounts:
        return _sum(debt.due for debt in self.debts)

    @property
    def balance(self) -> Amounts:
        return _sum(debt.balance for debt in self.debts)

    @property
    def due_minor(self) -> int:
        return sum(debt.due_minor for debt in self.debts)

    @property
    def balance_minor(self) -> int:
        return sum(debt.balance_minor for debt in self.debts)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person says they can pay: `amount_minor` each time, from `first_on` on, every so often. All of it optional."""

    amount_minor: int | None = None
    first_on: date | None = None
    frequency: PlanFrequency = "monthly"

    @property
    def monthly_minor(self) -> int | None:
        return None if self.amount_minor is None else self.amount_minor * PER_MONTH[self.frequency]


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """One thing asked for. Shares None take what the policy offers to everyone; `months` is for hardship."""

    kind: OfferKind
    first_on: date
    instalments: int = 1
    frequency: PlanFrequency = "monthly"
    amount_minor: int | None = None  # a promise of less than what is due
    down_payment_minor: int = 0
    waiver_share: Decimal | None = None
    discount_share: Decimal | None = None
    months: int = 1


@dataclass(frozen=True, slots=True)
class OfferInstalment:
    number: int
    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the person can say yes to. total = owed − waiver − discount + charge = sum of its instalments, exactly.

    `owed_minor` is what the offer settles, of `basis`. `charge_minor` is the
    contract interest that a longer term adds. `burden_minor` is the most that falls in one month, with the contract's own
    instalments. `approval` names the role whose yes is needed; None when whoever asks may say it.
    """

    kind: OfferKind
    request: OfferRequest
    owed_minor: int
    waiver_minor: int
    discount_minor: int
    charge_minor: int
    instalments: tuple[OfferInstalment, ...]
    burden_minor: int
    valid_until: date
    approval: Role | None
    stops_late_interest: bool = False
    review_on: date | None = None
    basis: Basis = "part"
    waived: Amounts = field(default_factory=no_amounts)

    @property
    def total_minor(self) -> int:
        return self.owed_minor - self.waiver_minor - self.discount_minor + self.charge_minor

    @property
    def saving_minor(self) -> int:
        return self.waiver_minor + self.discount_minor

    @property
    def first_on(self) -> date | None:
        return self.instalments[0].due_on if self.instalments else None

    @property
    def last_on(self) -> date | None:
        return self.instalments[-1].due_on if self.instalments else None


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    total = no_amounts()
    for one in amounts:
        for component in total:
            total[component] += one[component]
    return total
