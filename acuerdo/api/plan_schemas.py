"""The shapes of offers, plans and promises. Amounts are texts with all the currency's decimals; identifiers are uids."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from acuerdo.api.schemas import Amount
from acuerdo.negotiation.rules.offers.figures import OfferKind, PlanFrequency


class WishIn(Schema):
    """What the person says they can pay: so much each time, from a date, every so often. All of it optional."""

    amount: Amount | None = None
    first_on: date | None = None
    frequency: PlanFrequency = "monthly"


class OffersIn(Schema):
    """`obligations` are of one person, creditor and currency. `has_hardship` only when the person said so themselves."""

    obligations: list[UUID] = Field(min_length=1, max_length=20)
    wish: WishIn = WishIn()
    has_hardship: bool = False


class OfferInstalmentOut(Schema):
    number: int
    due_on: date
    amount: Amount


class OfferOut(Schema):
    """total = owed − waiver − discount + charge = the sum of its instalments. `request` is what POST /plans takes back."""

    kind: OfferKind
    currency: str
    owed: Amount
    waiver: Amount
    discount: Amount
    charge: Amount
    total: Amount
    heaviest_month: Amount
    instalments: list[OfferInstalmentOut]
    review_on: date | None
    valid_until: date
    approval: str | None
    fits_wish: bool
    request: dict[str, Any]


class OffersOut(Schema):
    """The best for the customer first."""

    offers: list[OfferOut]


class PlanIn(Schema):
    """`request` as an offer gave it. `reason` is needed when somebody else has to approve it."""

    obligations: list[UUID] = Field(min_length=1, max_length=20)
    request: dict[str, Any]
    has_hardship: bool = False
    reason: str = Field(default="", max_length=300)


class PlanOut(Schema):
    uid: UUID
    debtor: UUID
    creditor: str
    obligations: list[UUID]
    kind: OfferKind
    state: str
    currency: str
    owed: Amount
    waiver: Amount
    discount: Amount
    charge: Amount
    total: Amount
    paid: Amount
    instalments: list[OfferInstalmentOut]
    made_on: date
    valid_until: date
    review_on: date | None
    accepted_at: datetime | None
    ended_on: date | None
    approval: str | None
    updated_at: datetime


class PlanPage(Schema):
    items: list[PlanOut]
    next_cursor: str | None


class AcceptanceIn(Schema):
    """How the customer said yes: the one-time code they received, or the recording in which they say it."""

    method: Literal["code", "voice"]
    proof: str = Field(min_length=1, max_length=120)


class CodeIn(Schema):
    channel: Literal["sms", "whatsapp", "email"]


class CodeOut(Schema):
    """By which channel the code went, and until when it serves."""

    channel: str
    expires_at: datetime


class PromiseIn(Schema):
    obligation: UUID
    amount: Amount
    due_on: date
    way_to_pay: str = Field(default="", max_length=60)


class PromiseOut(Schema):
    uid: UUID
    obligation: UUID
    debtor: UUID
    amount: Amount
    currency: str
    made_on: date
    due_on: date
    ends_on: date
    state: str
    paid: Amount
    updated_at: datetime


class PromisePage(Schema):
    items: list[PromiseOut]
    next_cursor: str | None
