"""The shapes of reports to credit bureaus."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from acuerdo.api.policy_schemas import Channel, Reason
from acuerdo.api.schemas import Amount, ListFilters

type BureauState = Literal["due", "sent", "waiting", "ready", "blocked", "expired", "reported", "withdrawn"]


class BureauNoticeIn(Schema):
    """A notice that was sent to the last registered address; `proof` says where its proof lies."""

    sent_on: date
    channel: Channel
    proof: Annotated[str, Field(min_length=1, max_length=200)]


class BureauAuthorisationIn(Schema):
    """The person's express authorisation that the creditor may report."""

    granted_on: date
    proof: Annotated[str, Field(min_length=1, max_length=200)]


class BureauOut(Schema):
    """Whether the default may be reported to a bureau on `on`; `reasons` are codes, all that hold."""

    on: date
    verdict: Literal["allow", "deny", "refuse"]
    reasons: list[str]
    from_on: date | None
    until_on: date | None
    notices_needed: int
    notices: list[date]
    retention_end: date | None
    citation: str


class BureauReportIn(Schema):
    """The bureau to which the default is reported."""

    bureau: Annotated[str, Field(min_length=1, max_length=60)]


class BureauWithdrawalIn(Schema):
    reason: Reason


class BureauReportOut(Schema):
    """A report that was let out; it stands until `withdrawn_on`."""

    uid: UUID
    obligation: UUID
    bureau: str
    arrears_since: date
    balance: Amount
    currency: str
    released_on: date
    released_by: str
    citation: str
    withdrawn_on: date | None
    withdrawal_reason: str


class BureauCaseFilters(ListFilters):
    state: BureauState | None = None


class BureauCaseOut(Schema):
    """One default: `from_on` is when waiting alone would allow the report, `stands_until` the last day of one that stands."""

    obligation: UUID
    number: str
    debtor: UUID
    creditor: str
    state: BureauState
    reasons: list[str]
    notices: list[date]
    notices_needed: int
    from_on: date | None
    until_on: date | None
    report: BureauReportOut | None
    stands_until: date | None


class BureauCasePage(Schema):
    items: list[BureauCaseOut]
    next_cursor: str | None
