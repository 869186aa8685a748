"""What was agreed: the terms of a schedule, of late interest and of allocation."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from acuerdo.kernel.money import Rounding
from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL, AllocationOrder, Component
from acuerdo.ledger.rules.day_counts import DayCount
from acuerdo.ledger.rules.due_dates import Frequency
from acuerdo.ledger.rules.fee_tariffs import FeeTerms

type Method = Literal["french", "german", "bullet"]
type LateBase = Literal["overdue_principal", "outstanding_principal"]

METHODS: tuple[Method, ...] = ("french", "german", "bullet")
LATE_BASES: tuple[LateBase, ...] = ("overdue_principal", "outstanding_principal")


@dataclass(frozen=True, slots=True)
class Instalment:
    """One due date and what falls due on it, by component, in minor units."""

    number: int
    due_on: date
    principal_minor: int
    contract_interest_minor: int = 0
    insurance_minor: int = 0
    fees_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.contract_interest_minor + self.insurance_minor + self.fees_minor


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """How a loan is paid back. Amounts in minor units; `unit_minor` is what amounts round to (100 = the COP peso).

    `grace_instalments` first instalments pay interest alone; `balloon_minor` of the principal waits for the last one;
    `payment_minor` fixes the level instalment instead of computing it (the last one takes the difference).
    """

    currency: str
    principal_minor: int
    disbursed_on: date
    first_due_on: date
    instalments: int
    frequency: Frequency
    method: Method
    rate: Rate
    day_count: DayCount = "30/360"
    rounding: Rounding = "half_up"
    unit_minor: int = 1
    grace_instalments: int = 0
    balloon_minor: int = 0
    payment_minor: int | None = None
    insurance_minor: int = 0
    fees_minor: int = 0


@dataclass(frozen=True, slots=True)
class LateInterestTerms:
    """Late interest as agreed; `cap` names the dated table that limits it, None where the law sets none.

    `outstanding_principal` is for debts validly accelerated: then the whole principal bears late interest.
    """

    rate: Rate
    cap: str | None = None
    base: LateBase = "overdue_principal"
    days_per_year: int = 365


@dataclass(frozen=True, slots=True)
class PrepaymentTerms:
    """A charge for paying the loan off before its term, as a share of the principal that was not due yet.

    `free_up_to_minor`: loans of no more than that (what was lent) prepay free by law. Colombia: 880 minimum wages of the year
    (Ley 1555 de 2012, art. 1), which the lender's terms state because the wage changes every year.
    """

    charge: Decimal
    free_up_to_minor: int


@dataclass(frozen=True, slots=True)
class ObligationTerms:
    """All that replay needs beside the schedule. `late_interest` None means that none was agreed, `prepayment` None that
    paying before the term costs nothing. `disbursed_on` is when the first instalment's interest began.

    With `fees`, a collection fee is played only where the law and the disclosed tariff allow it; without, it is taken as a
    fact that was checked when it was charged.
    """

    currency: str
    late_interest: LateInterestTerms | None = None
    waterfall: tuple[Component, ...] = DEFAULT_WATERFALL
    order: AllocationOrder = "oldest_instalment_first"
    rounding: Rounding = "half_up"
    unit_minor: int = field(default=1)
    fees: FeeTerms | None = None
    disbursed_on: date | None = None
    prepayment: PrepaymentTerms | None = None
