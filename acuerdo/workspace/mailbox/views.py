"""Reading what the sandbox delivered. A letter's HTML is shown in a frame without script, network or our cookies."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.messaging.public import Message, answer_in_sandbox, sandbox_deliveries
from acuerdo.portfolio.public import debtors_visible_to
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

CHANNELS: Mapping[str, Any] = {
    "email": gettext_lazy("Correo"),
    "sms": gettext_lazy("SMS"),
    "whatsapp": gettext_lazy("WhatsApp"),
}
PAGE_ROWS = 30
THREAD_ROWS = 30
LETTER_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": "",
}


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def mailbox(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """The list beside the message that is read; on a telephone one or the other."""
    chosen = _chosen(request, uid) if uid else None
    channel = chosen.channel if chosen else request.GET.get("channel", "")
    channel = channel if channel in CHANNELS else "email"
    search = request.GET.get("q", "")[:80]
    page = Paginator(_deliveries(request, [channel], search), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    shown = chosen or (rows[0] if rows else None)
    context = {
        "channels": [{"code": code, "word": word, "is_current": code == channel} for code, word in CHANNELS.items()],
        "channel": channel,
        "search": search,
        "page": page,
        "rows": rows,
        "shown": shown,
        "is_chosen": chosen is not None,
        "may_answer": user_of(request).role in (SUPERVISOR, DIRECTOR, ADMIN),
        "thread": _thread(request, shown) if shown and channel != "email" else [],
        "people": _people([*rows, *([shown] if shown else [])]),
    }
    return render(request, "workspace/mailbox/list.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def letter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The HTML part of one e-mail, as it was sent."""
    delivery = _chosen(request, uid)
    if not delivery.body_html:
        raise Http404
    return HttpResponse(delivery.body_html)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the receiver would type back: it goes the way of any answer, into the person's conversation."""
    delivery = _chosen(request, uid)
    text = request.POST.get("text", "").strip()
    row = answer_in_sandbox(delivery.message_uid, text, clock.now()) if text else None
    if row is None:
        notes.error(request, _("Escriba lo que respondería la persona."))
    else:
        notes.success(request, _("La respuesta llegó a las conversaciones."))
    return redirect("workspace:mailbox:message", uid=uid)


def _deliveries(request: HttpRequest, channels: Sequence[str], search: str = "") -> QuerySet[Any]:
    """Those of people whom the user may see."""
    people = debtors_visible_to(user_of(request))
    mine = Message.objects.filter(debtor__in=people.values("pk")).values("uid")
    return sandbox_deliveries(channels=channels, search=search).filter(message_uid__in=mine)


def _chosen(request: HttpRequest, uid: UUID) -> Any:
    delivery = _deliveries(request, list(CHANNELS)).filter(message_uid=uid).first()
    if delivery is None:
        raise Http404
    return delivery


def _thread(request: HttpRequest, shown: Any) -> list[Any]:
    """What the same telephone received on the channel, oldest first, as its owner scrolls through it."""
    same = _deliveries(request, [shown.channel]).filter(receiver=shown.receiver)
    return list(same[:THREAD_ROWS])[::-1]


def _people(deliveries: Sequence[Any]) -> dict[UUID, Message]:
    """The message of each delivery, with its person: the sandbox itself knows only addresses."""
    uids = [delivery.message_uid for delivery in deliveries]
    found = Message.objects.filter(uid__in=uids).select_related("debtor").defer("body", "body_html")
    return {row.uid: row for row in found}  # type: ignore[misc]
