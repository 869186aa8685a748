"""Messages, conversations and templates for other programs: what was sent and what became of it, what people answered."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router

from acuerdo.api.access import EVERYONE, LEADS, caller
from acuerdo.api.message_schemas import (
    ConversationDetail,
    ConversationPage,
    MessageOut,
    MessagePage,
    TemplatePage,
)
from acuerdo.api.pages import page_of
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters, Problem
from acuerdo.base.models import User
from acuerdo.messaging.public import (
    Conversation,
    Message,
    Template,
    conversations_of,
    thread_of,
)
from acuerdo.portfolio.public import debtors_visible_to, visible_to

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get("/messages", response={200: MessagePage, **PROBLEMS}, tags=["messages"], operation_id="list_messages")
def list_messages(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Messages about obligations that the key may see, in a stable order; `updated_since` for what changed."""
    found = _messages(caller(request, LEADS))
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    rows, following = page_of(found, filters)
    return {"items": [_message(row) for row in rows], "next_cursor": following}


@router.get("/messages/{uid}", response={200: MessageOut, **PROBLEMS}, tags=["messages"], operation_id="get_message")
def get_message(request: HttpRequest, uid: UUID) -> Any:
    """One message with its delivery state."""
    row = _messages(caller(request, EVERYONE)).filter(uid=uid).first()
    if row is None:
        raise not_found()
    return _message(row)


@router.get(
    "/conversations",
    response={200: ConversationPage, **PROBLEMS},
    tags=["conversations"],
    operation_id="list_conversations",
)
def list_conversations(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """The conversations of people whom the key may see, in a stable order."""
    found = conversations_of(debtors_visible_to(caller(request, LEADS)))
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    rows, following = page_of(found, filters)
    return {"items": [_conversation(row) for row in rows], "next_cursor": following}


@router.get(
    "/conversations/{uid}", response={200: ConversationDetail, **PROBLEMS}, tags=["conversations"],
    operation_id="get_conversation",
)  # fmt: skip
def get_conversation(request: HttpRequest, uid: UUID) -> Any:
    """One conversation with its newest hundred lines, oldest first, of the creditors that the key may see."""
    user = caller(request, EVERYONE)
    row = conversations_of(debtors_visible_to(user)).filter(uid=uid).first()
    if row is None:
        raise not_found()
    mine = visible_to(user).filter(debtor_id=row.debtor_id).values_list("creditor_id", flat=True)
    return {**_conversation(row), "lines": [_line(line) for line in thread_of(row, sorted(set(mine)))]}


@router.get("/templates", response={200: TemplatePage, **PROBLEMS}, tags=["templates"], operation_id="list_templates")
def list_templates(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Every version of every text of the library, in a stable order."""
    caller(request, LEADS)
    rows, following = page_of(Template.objects.order_by("uid"), filters)
    return {"items": [_template(row) for row in rows], "next_cursor": following}


def _messages(user: User) -> QuerySet[Message]:
    mine = Message.objects.filter(obligation__in=visible_to(user).values("pk"))
    return mine.select_related("debtor", "creditor", "obligation", "template")


def _message(row: Message) -> dict[str, Any]:
    return {
        "uid": row.uid, "debtor": row.debtor.uid, "creditor": row.creditor.name,
        "obligation": row.obligation.uid if row.obligation else None, "channel": row.channel, "purpose": row.purpose,
        "template": row.template.code if row.template else None, "subject": row.subject, "body": row.body,
        "state": row.state, "reason": row.failure, "scheduled_for": row.scheduled_for, "sent_at": row.sent_at,
        "delivered_at": row.delivered_at, "provider": row.provider, "updated_at": row.updated_at,
    }  # fmt: skip


def _conversation(row: Conversation) -> dict[str, Any]:
    return {
        "uid": row.uid, "debtor": row.debtor.uid, "state": row.state, "intent": row.intent, "urgency": row.urgency,
        "channel": row.channel, "unread": row.unread, "assignee": row.assignee.username if row.assignee else None,
        "call_at": row.call_at, "last_inbound_at": row.last_inbound_at, "updated_at": row.updated_at,
    }  # fmt: skip


def _line(line: Any) -> dict[str, Any]:
    if line.inbound is not None:
        row = line.inbound
        return {
            "direction": "in", "at": line.at, "channel": row.channel, "subject": row.subject, "body": row.body,
            "intent": row.intent, "done": row.done, "state": None,
        }  # fmt: skip
    row = line.message
    return {
        "direction": "out", "at": line.at, "channel": row.channel, "subject": row.subject, "body": row.body,
        "intent": None, "done": [], "state": row.state,
    }  # fmt: skip


def _template(row: Template) -> dict[str, Any]:
    return {
        "uid": row.uid, "code": row.code, "version": row.version, "channel": row.channel, "language": row.language,
        "country": row.country, "stage": row.stage, "situation": row.situation, "purpose": row.purpose,
        "subject": row.subject, "body": row.body, "status": row.status, "origin": row.origin,
    }  # fmt: skip
