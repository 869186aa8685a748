"""The shapes of messages, conversations and templates."""

from datetime import datetime
from uuid import UUID

from ninja import Schema


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
    """One thing told to everybody whom `segment` names. `people` is 0 until it began."""

    uid: UUID
    name: str
    creditor: str
    segment: str
    template: str
    channel: str
    purpose: str
    state: str
    starts_at: datetime
    ends_at: datetime
    people: int
    paid_within_days: int
    currency: str
    updated_at: datetime


class CampaignDetail(CampaignOut):
    figures: list[CampaignFiguresOut]


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
