"""The shapes of requests and answers. Amounts are texts with all the currency's decimals; identifiers are uids."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

Amount = Annotated[str, Field(examples=["500000.00"], description="Decimal text in the currency's main unit")]


class Problem(Schema):
    """Problem details (RFC 9457). `code` is stable; `title` is a sentence for people."""

    type: str
    status: int
    code: str
    title: str
    where: str | None = None
    errors: list[dict[str, str]] | None = None


class NextDue(Schema):
    on: date
    amount: Amount


class ObligationOut(Schema):
    """An obligation with its money as of `state_as_of`."""

    uid: UUID
    number: str
    kind: str
    product: str
    creditor: str
    debtor: UUID
    currency: str
    status: str
    balance_source: str
    state_as_of: date | None
    balance: Amount
    balance_due: Amount
    days_past_due: int
    due_since: date | None
    bucket: str
    stage: str
    next_due: NextDue | None
    updated_at: datetime


class ObligationPage(Schema):
    items: list[ObligationOut]
    next_cursor: str | None


class DebtorOut(Schema):
    """A person or company. The document is masked: only its last characters leave the system."""

    uid: UUID
    kind: str
    full_name: str
    document_type: str
    document_masked: str
    language: str
    timezone: str
    city: str
    obligations: list[UUID]


class ScheduleRow(Schema):
    number: int
    due_on: date
    principal: Amount
    contract_interest: Amount
    insurance: Amount
    fees: Amount
    total: Amount
    balance: Amount


class ScheduleOut(Schema):
    currency: str
    instalments: list[ScheduleRow]


class EntryOut(Schema):
    """One leg of a double entry; those of a `transaction` sum to zero. Debits are positive."""

    transaction: UUID
    kind: str
    component: str
    instalment: int | None
    amount: Amount
    currency: str
    effective_on: date
    recorded_at: datetime
    payment: UUID | None
    event: UUID | None


class EntryPage(Schema):
    items: list[EntryOut]
    next_cursor: str | None


class PartOut(Schema):
    component: str
    origin: Amount
    paid: Amount
    waived: Amount
    transferred: Amount
    owed: Amount
    due: Amount


class CapOut(Schema):
    annual: str
    citation: str


class RateOut(Schema):
    kind: str
    annual: str
    daily: str
    is_capped: bool
    cap: CapOut | None


class TrancheOut(Schema):
    """days × base × daily rate; the amounts of an instalment's tranches sum to its `accrued`."""

    from_: date = Field(alias="from")
    to: date
    days: int
    base: Amount
    rate: RateOut
    amount: Amount


class LateOut(Schema):
    instalment: int
    due_on: date
    accrued: Amount
    carried: Amount
    settled: Amount
    owed: Amount
    tranches: list[TrancheOut]


class ShareOut(Schema):
    instalment: int
    component: str
    amount: Amount
    on: date


class PaymentLineOut(Schema):
    uid: UUID
    transactions: list[UUID]
    on: date
    amount: Amount
    allocation: list[ShareOut]
    unallocated: Amount
    reversed_on: date | None
    reversal_reason: str = ""
    returned: Amount
    is_recovery: bool


class StatementOut(Schema):
    """What is owed and of what it is made; `source` is `core` where the figures are the lender's own."""

    obligation: UUID
    known_at: datetime | None = None
    source: str
    currency: str
    as_of: date
    balance: dict[str, Amount]
    balance_due: dict[str, Amount]
    unallocated: Amount
    due_since: date | None
    days_past_due: int
    bucket: str
    stage: str
    next_due: NextDue | None
    is_written_off: bool
    components: list[PartOut]
    instalments: list[dict[str, Any]]
    late_interest: list[LateOut]
    payments: list[PaymentLineOut]
    changes: list[dict[str, Any]]
    rate: RateOut | None
    waterfall: list[str]
    order: str
    pauses: list[dict[str, date]]
    tomorrow: dict[str, Any]
    payoff: dict[str, Amount] | None
    core: dict[str, Any] | None
    regulatory_class: dict[str, str] | None


class PaymentIn(Schema):
    """Money received. `reference` is the sender's own name for it; the same one for a creditor is the same payment."""

    obligation: UUID
    amount: Amount
    currency: Annotated[str, Field(min_length=3, max_length=3, examples=["COP"])]
    paid_on: date
    reference: Annotated[str, Field(min_length=1, max_length=120)]


class StateOut(Schema):
    balance: Amount
    balance_due: Amount
    days_past_due: int
    bucket: str
    stage: str


class PaymentOut(Schema):
    """The payment and what it changed. `is_new` false: it was here already and nothing changed."""

    uid: UUID
    obligation: UUID
    amount: Amount
    currency: str
    paid_on: date
    reference: str
    is_new: bool
    allocation: list[ShareOut]
    unallocated: Amount
    before: StateOut
    after: StateOut


class ListFilters(Schema):
    """`updated_since`: only what changed at or after this instant (with its zone)."""

    updated_since: AwareDatetime | None = None
    cursor: str = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
