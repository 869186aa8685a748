"""The shapes of messages, conversations and templates."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field


class MessageOut(Schema):
    """A text for one person and what became of it. `reason` is a rule's id or a code when it did not leave."""

    uid: UUID
    debtor: UUID
    creditor: str
    obligation: UUID | None
    channel: str
    purpose: str
    template: str | None
    subject: str
    body: str
    state: str
    reason: str
    scheduled_for: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    provider: str
    updated_at: datetime


class MessagePage(Schema):
    items: list[MessageOut]
    next_cursor: str | None


class ConversationOut(Schema):
    """All that one person and the house wrote to each other. `urgency` 0 none, 1 today, 2 at once."""

    uid: UUID
    debtor: UUID
    state: str
    intent: str
    urgency: int
    channel: str
    unread: int
    assignee: str | None
    call_at: datetime | None
    last_inbound_at: datetime
    updated_at: datetime


class ConversationPage(Schema):
    items: list[ConversationOut]
    next_cursor: str | None


class Line(Schema):
    """One message of a conversation; `done` are codes of what was done at once for an answer."""

    direction: str
    at: datetime
    channel: str
    subject: str
    body: str
    intent: str | None
    done: list[str]
    state: str | None


class ConversationDetail(ConversationOut):
    lines: list[Line]


class CampaignFiguresOut(Schema):
    """Counts of people by what became of their message, for one subject (`a` is the text's own)."""

    subject: str
    people: int
    waiting: int
    scheduled: int
    sent: int
    delivered: int
    read: int
    blocked: int
    failed: int
    cancelled: int
    clicked: int
    answered: int
    stopped: int
    paid: int
    paid_minor: int


class CampaignOut(Schema):
    """One thing told to everybody whom `segment` names. `people` is 0 until it began; `channels` are in order of preference."""

    uid: UUID
    name: str
    creditor: str
    segment: str
    template: str
    channel: str
    channels: list[str]
    purpose: str
    state: str
    starts_at: datetime
    ends_at: datetime
    people: int
    paid_within_days: int
    currency: str
    updated_at: datetime


class BlockedOut(Schema):
    """People whom a rule, or the want of a contact point, keeps from it."""

    rule: str
    reason: str
    people: int


class CampaignCount(Schema):
    """What it would do, as counted before anybody approves it. `by_channel`: how many could receive it by each."""

    people: int
    judged: int
    could_leave: int
    by_channel: dict[str, int]
    blocked: list[BlockedOut]
    cost_minor: int


class CampaignDetail(CampaignOut):
    """`count` is null until it was counted, `count_failure` why it could not be; `figures` are empty until it began."""

    fields: dict[str, str]
    note: str
    counted_at: datetime | None
    count_failure: str
    count: CampaignCount | None
    figures: list[CampaignFiguresOut]


class CampaignIn(Schema):
    """`creditor` is its name; `channels` are in order of preference, and the text is approved for each. `fields` are what the text
    asks for. A second subject, of e-mail, is received by `share_b` of a hundred people."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    creditor: Annotated[str, Field(min_length=1, max_length=160)]
    segment: Annotated[str, Field(min_length=1, max_length=2000)]
    template: Annotated[str, Field(min_length=1, max_length=60)]
    channels: Annotated[list[Literal["email", "sms", "whatsapp", "letter"]], Field(min_length=1, max_length=4)]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    fields: Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(max_length=20)] = {}
    subject_b: Annotated[str, Field(max_length=160)] = ""
    share_b: Annotated[int, Field(ge=1, le=99)] = 50
    paid_within_days: Annotated[int, Field(ge=1, le=90)] = 15


class CampaignEventIn(Schema):
    """`send_back` needs a `note`. `count` counts anew."""

    event: Literal["count", "submit", "approve", "send_back", "pause", "resume", "stop"]
    note: Annotated[str, Field(max_length=300)] = ""


class CampaignPage(Schema):
    items: list[CampaignOut]
    next_cursor: str | None


class TemplateOut(Schema):
    """One version of one text; only `published` ones are sent."""

    uid: UUID
    code: str
    version: int
    channel: str
    language: str
    country: str
    stage: str
    situation: str
    purpose: str
    subject: str
    body: str
    status: str
    origin: str


class TemplatePage(Schema):
    items: list[TemplateOut]
    next_cursor: str | None
