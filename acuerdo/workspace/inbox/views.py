"""The inbox: conversations to answer beside the one that is read. Only people whom the user may see, and only what was said
with creditors whose obligations they may see."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import search_key
from acuerdo.messaging.public import (
    Conversation,
    ConversationState,
    InboundFile,
    conversations_of,
    file_path,
    offered_replies,
    reply_fields,
    send_reply,
    settle_conversation,
    take_conversation,
    thread_of,
    unknown_senders,
)
from acuerdo.portfolio.public import debtors_visible_to, visible_to
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

PAGE_ROWS = 40
STATES: Mapping[str, Any] = {
    "open": gettext_lazy("Por responder"),
    "waiting": gettext_lazy("Esperando a la persona"),
    "closed": gettext_lazy("Cerradas"),
}


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def inbox(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """The list beside the conversation that is read; on a telephone one or the other."""
    chosen = _chosen(request, uid) if uid else None
    return render(request, "workspace/inbox/list.html", _context(request, chosen))


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def reply(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Sends the agent's words; what is refused comes back with the words still there."""
    conversation = _chosen(request, uid)
    obligation = _obligation(request, conversation)
    if obligation is None:
        raise Refusal("no-obligation", _("Ya no hay una obligación vigente de la cual hablar."))
    text, key = request.POST.get("text", "")[:20_000], request.POST.get("key", "")[:60]
    try:
        send_reply(
            conversation, text, user=user_of(request), obligation_id=obligation.pk, now=clock.now(), key=f"{uid}:{key}"
        )
    except Refusal as refusal:
        context = _context(request, conversation) | {
            "typed": text,
            "refusal": in_reader_language(refusal.message),
            "key": key,
        }
        return render(request, "workspace/inbox/list.html", context, status=422)
    notes.success(request, _("La respuesta quedó en la bandeja de salida y sale en un momento."))
    return redirect("workspace:inbox:conversation", uid=uid)


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def take(request: HttpRequest, uid: UUID) -> HttpResponse:
    take_conversation(_chosen(request, uid), user=user_of(request), now=clock.now())
    return redirect("workspace:inbox:conversation", uid=uid)


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Closes, or opens again: the way back from a slip."""
    state = ConversationState.OPEN if request.POST.get("to") == "open" else ConversationState.CLOSED
    settle_conversation(_chosen(request, uid), state=state, user=user_of(request), now=clock.now())
    notes.success(request, _("Conversación reabierta.") if state == "open" else _("Conversación cerrada."))
    return redirect("workspace:inbox:conversation", uid=uid)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def unknown(request: HttpRequest) -> HttpResponse:
    """Answers of nobody we know: an agency must not look through other people's words for its own."""
    if user_of(request).agency_id is not None:
        raise PermissionDenied
    page = Paginator(unknown_senders(), PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "workspace/inbox/unknown.html", {"page": page})


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def received_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A file that a person sent, always as a download: the browser never opens it inside our pages."""
    people = debtors_visible_to(user_of(request))
    found = (
        InboundFile.objects.filter(uid=uid, inbound__debtor__in=people.values("pk"))
        .select_related("inbound__attempt")
        .first()
    )
    if found is None or found.inbound.attempt is None:
        raise Http404
    if found.inbound.attempt.creditor_id not in _creditors(request, found.inbound.attempt.debtor_id):
        raise Http404
    answer = FileResponse(
        file_path(found).open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _all(request: HttpRequest) -> QuerySet[Conversation]:
    return conversations_of(debtors_visible_to(user_of(request)))


def _chosen(request: HttpRequest, uid: UUID) -> Conversation:
    found = _all(request).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _creditors(request: HttpRequest, debtor_id: int) -> list[int]:
    mine = visible_to(user_of(request)).filter(debtor_id=debtor_id)
    return sorted(set(mine.values_list("creditor_id", flat=True)))


def _obligation(request: HttpRequest, conversation: Conversation) -> Any:
    """What a reply speaks of: of the conversation's creditor, the one with most overdue; None when the user sees none."""
    rows = visible_to(user_of(request)).filter(debtor_id=conversation.debtor_id, creditor_id=conversation.creditor_id)
    return rows.select_related("account").order_by("gone_on", "-account__balance_due_minor", "pk").first()


def _context(request: HttpRequest, chosen: Conversation | None) -> dict[str, Any]:
    state = request.GET.get("state", chosen.state if chosen else "open")
    state = state if state in STATES else "open"
    search, mine = request.GET.get("q", "")[:80], request.GET.get("mine") == "1"
    rows = _all(request).filter(state=state)
    if search.strip():
        rows = rows.filter(Q(debtor__search_name__contains=search_key(search)))
    if mine:
        rows = rows.filter(assignee=user_of(request))
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    found = list(page.object_list)
    shown = chosen or (found[0] if found else None)
    tabs = [{"code": code, "word": word, "is_current": code == state} for code, word in STATES.items()]
    context = {
        "tabs": tabs, "state": state, "search": search, "mine": mine, "page": page, "rows": found, "shown": shown,
        "is_chosen": chosen is not None, "key": str(uuid4()), "typed": "", "refusal": "",
        "may_reply": user_of(request).role in (AGENT, SUPERVISOR, DIRECTOR),
    }  # fmt: skip
    return context | (_read(request, shown) if shown else {})


def _read(request: HttpRequest, shown: Conversation) -> dict[str, Any]:
    obligation = _obligation(request, shown)
    now = clock.now()
    offered = offered_replies(shown, obligation.pk, reply_fields(shown, now), now) if obligation else []
    return {
        "thread": thread_of(shown, _creditors(request, shown.debtor_id)),
        "offered": offered,
        "obligation": obligation,
    }
