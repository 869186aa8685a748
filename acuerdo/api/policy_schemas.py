"""The shapes of what the law and the customer allow: checks, authorisations, stops, petitions, the audit trail."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from acuerdo.policy.public import CHECKS_MAX, OwnContact

type Channel = Literal["sms", "email", "whatsapp", "voice", "call", "visit", "letter"]
type Purpose = Literal["collection", "reminder", "service", "marketing", "requested"]
type Evidence = Literal["visit_authorisation", "unreachable_documented"]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]


class ContactCheckIn(Schema):
    """One contact somebody wants to make. `debtor` is the person contacted: the debtor when left out, else somebody who is
    named in the obligation; what that person is in the debt comes from the records, not from the caller."""

    obligation: UUID
    debtor: UUID | None = None
    contact_point: UUID | None = None
    channel: Channel
    purpose: Purpose = "collection"
    evidence: list[Evidence] = Field(default=[], max_length=2)


class ContactChecksIn(Schema):
    """A single check is a list of one."""

    checks: list[ContactCheckIn] = Field(min_length=1, max_length=CHECKS_MAX)


class RuleOut(Schema):
    """A rule that spoke. `next_allowed_at` is when this rule alone would let the contact pass; null where no wait helps."""

    id: str
    verdict: Literal["allow", "deny"]
    citation: str
    reason: str
    reason_en: str
    effective_from: date | None = None
    next_allowed_at: datetime | None = None
    is_missing_data: bool = False


class CheckProblem(Schema):
    code: str
    title: str


class ContactCheckOut(Schema):
    """`problem` and no verdict where there was nothing to judge."""

    verdict: Literal["allow", "deny"] | None
    rules: list[RuleOut]
    next_allowed_at: datetime | None
    pack_version: str | None
    recipient: str | None
    channel: str | None
    problem: CheckProblem | None


class ContactChecksOut(Schema):
    """Answers in the order of the checks."""

    checks: list[ContactCheckOut]


class ConsentIn(Schema):
    """An authorisation that the person gave. `granted_at` is now when left out; `proof` says where the proof is kept."""

    channel: Channel
    purpose: Purpose = "collection"
    granted_at: AwareDatetime | None = None
    source: Annotated[str, Field(min_length=1, max_length=60)]
    proof: Annotated[str, Field(max_length=200)] = ""


class ConsentOut(Schema):
    uid: UUID
    channel: str
    purpose: str
    granted_at: datetime
    revoked_at: datetime | None
    source: str
    proof: str


class ConsentList(Schema):
    items: list[ConsentOut]


class RevocationIn(Schema):
    """Ends the authorisations of a channel; of one purpose only, if given."""

    channel: Channel
    purpose: Purpose | None = None


class RevocationOut(Schema):
    revoked: int


class HoldIn(Schema):
    """A stop on contact: for the person, or only about `obligation`, or only by `channel`; without an end until lifted."""

    kind: Annotated[str, Field(max_length=16)]
    reason: Reason
    obligation: UUID | None = None
    channel: Channel | None = None
    ends_at: AwareDatetime | None = None
    review_on: date | None = None


class HoldOut(Schema):
    uid: UUID
    kind: str
    obligation: UUID | None
    channel: str | None
    starts_at: datetime
    ends_at: datetime | None
    review_on: date | None
    reason: str
    placed_by: str
    lifted_at: datetime | None
    lift_reason: str


class HoldList(Schema):
    items: list[HoldOut]


class LiftIn(Schema):
    reason: Reason


class TimelinePage(Schema):
    items: list[OwnContact]
    next_cursor: str | None


class OwnHoursIn(Schema):
    """`hours` by day or range of days (`mon` … `sun`, `holiday`), each with at most one span; days left out are closed. Null ends
    the person's own hours. `instrument` names the document apart from the contract."""

    hours: dict[str, list[tuple[str, str]]] | None
    instrument: Annotated[str, Field(max_length=200)] = ""
    given_at: AwareDatetime | None = None


class OwnHoursOut(Schema):
    hours: dict[str, Any] | None
    instrument: str
    given_at: datetime | None


class PetitionIn(Schema):
    """`received_at` is now when left out."""

    obligation: UUID
    text: Text
    source: Annotated[str, Field(min_length=1, max_length=40)]
    received_at: AwareDatetime | None = None


class DataRequestIn(PetitionIn):
    """What the data subject asks."""

    kind: Literal["access", "correction", "deletion", "revocation"]


class DataAnswerIn(Schema):
    """The answer to a request. `erase`, for a deletion that is granted: the person's data go for ever in the same act."""

    resolution: Literal["granted", "partly", "denied"]
    answer: Text
    erase: bool = False


class PetitionOut(Schema):
    """A case with its clocks: `due_on` is the last day to answer, `legend_on` the last to mark disputed data as under claim."""

    uid: UUID
    kind: str
    state: str
    debtor: UUID
    obligation: UUID | None
    creditor: str
    text: str
    source: str
    received_at: datetime
    owner: str
    due_on: date
    legend_on: date | None
    is_extended: bool
    resolution: str
    answer: str
    ended_at: datetime | None
    citation: str
    updated_at: datetime


class PetitionPage(Schema):
    items: list[PetitionOut]
    next_cursor: str | None


class AuditOut(Schema):
    """One entry of a chain: its digest is the SHA-256 of the entry before and of this one's canonical text."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject_type: str
    subject: str
    payload: dict[str, Any]
    digest: str


class AuditPage(Schema):
    items: list[AuditOut]
    next_cursor: str | None
