"""The agent's first screen, and the button that gives them the next person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.agenda.public import calls_due
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions import lists
from acuerdo.workspace.actions.next_person import take_next_person
from acuerdo.workspace.models import DebtorLabel, SavedFilter
from acuerdo.workspace.queries.queue import is_uid, queue_of, read_filters, waiting
from acuerdo.workspace.queries.room import agents_of
from acuerdo.workspace.queries.scope import creditor_choices
from acuerdo.workspace.tables import Debtor

SESSION_FILTERS = "queue_filters"
SOON, PROMISED_SHOWN, LABELS_SHOWN = timedelta(hours=4), 6, 100
REFUSALS = {
    "filter-name": gettext_lazy("Escriba un nombre para esta vista."),
    "filter-empty": gettext_lazy("Elija primero algún filtro."),
    "filter-many": gettext_lazy("Ya tiene 30 vistas guardadas: borre alguna."),
    "agent-unknown": gettext_lazy("Elija a alguien de su equipo."),
    "label-empty": gettext_lazy("Escriba la etiqueta."),
    "bulk-nobody": gettext_lazy("Marque al menos a una persona."),
    "bulk-act": gettext_lazy("Elija qué hacer."),
}


@allow(AGENT, SUPERVISOR)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The filters live in the address, and in the session so that «Siguiente» and the way back keep them."""
    user, filters = user_of(request), read_filters(request.GET)
    if request.session.get(SESSION_FILTERS, "") != filters.as_query():
        request.session[SESSION_FILTERS] = filters.as_query()
    page, now = request.GET.get("page", "1"), clock.now()
    context = {
        "queue": queue_of(user, filters, today=clock.business_date(), now=now, page_number=page),
        "filters": filters,
        "stages": [(code, word) for code, word in wording.STAGES.items() if code != "none"],
        "creditors": creditor_choices(user),
        "now": now,
        "promised": list(calls_due(user, now + SOON).filter(agent=user)[:PROMISED_SHOWN]),
        "saved": list(SavedFilter.objects.filter(user=user).order_by("name")),
        "labels": labels_of(user),
        "agents": list(agents_of(user)) if user.role == SUPERVISOR else [],
    }
    return render(request, "workspace/queue.html", context)


@allow(AGENT, SUPERVISOR)
@require_POST
def saved_filters(request: HttpRequest) -> HttpResponse:
    """Names the present view, or forgets a named one."""
    user, query = user_of(request), str(request.session.get(SESSION_FILTERS, ""))
    forget = request.POST.get("forget", "")
    try:
        if is_uid(forget):
            lists.forget_filter(user, forget)
        else:
            lists.save_filter(user, request.POST.get("name", ""), query)
            messages.success(request, _("Vista guardada."))
    except Refusal as refusal:
        messages.warning(request, str(REFUSALS.get(refusal.code) or in_reader_language(refusal.message)))
    return redirect(reverse("workspace:queue") + (f"?{query}" if query else ""))


@allow(SUPERVISOR)
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """GET: whom the filters of the queue name, to be ticked, before anything is done. POST: does it to those that are ticked."""
    user, today = user_of(request), clock.business_date()
    query = str(request.session.get(SESSION_FILTERS, ""))
    filters = read_filters(QueryDict(query).dict())
    rows = waiting(user, filters, today).select_related("agent")
    problem = ""
    if request.method == "POST":
        ticked = [uid for uid in request.POST.getlist("obligation")[: lists.ROWS_MAX] if is_uid(uid)]
        chosen = list(rows.filter(obligation__uid__in=ticked))
        try:
            messages.success(request, _bulk(request, chosen))
            return redirect(reverse("workspace:queue") + (f"?{query}" if query else ""))
        except Refusal as refusal:
            problem = str(REFUSALS.get(refusal.code) or in_reader_language(refusal.message))
    shown = list(rows[: lists.ROWS_MAX + 1])
    context = {
        "rows": shown[: lists.ROWS_MAX], "has_more": len(shown) > lists.ROWS_MAX, "query": query, "problem": problem,
        "agents": list(agents_of(user)), "labels": labels_of(user), "most": lists.ROWS_MAX,
    }  # fmt: skip
    return render(request, "workspace/queue_bulk.html", context, status=422 if problem else 200)


def _bulk(request: HttpRequest, chosen: list[Any]) -> str:
    by, now, told = user_of(request), clock.now(), request.POST
    if not chosen:
        raise Refusal("bulk-nobody", "Marque al menos a una persona.")
    match told.get("act"):
        case "assign":
            count = lists.reassign_calls(chosen, told.get("agent", ""), by=by, now=now, today=clock.business_date())
        case "label":
            count = lists.put_label(chosen, told.get("label", ""), by=by, now=now)
        case "unlabel":
            count = lists.remove_label(chosen, told.get("label", ""), by=by, now=now)
        case _:
            raise Refusal("bulk-act", "Elija qué hacer.")
    return ngettext("%(n)d persona cambió.", "%(n)d personas cambiaron.", count) % {"n": count}


def labels_on(user: User, debtor: Any) -> list[str]:
    """The words that the user's house has on one person."""
    found = DebtorLabel.objects.filter(agency=user.agency_id, debtor=debtor).order_by("label")
    return list(found.values_list("label", flat=True))


def labels_of(user: User) -> list[str]:
    """The words that the user's house has on people of today's queue or any other."""
    found = DebtorLabel.objects.filter(agency=user.agency_id).order_by("label")
    return list(found.values_list("label", flat=True).distinct()[:LABELS_SHOWN])


@allow(AGENT, SUPERVISOR)
@require_POST
def next_person(request: HttpRequest) -> HttpResponse:
    """The best person whom nobody else has, within the filters of the queue; back to the queue when there is none."""
    query = str(request.session.get(SESSION_FILTERS, ""))
    found = take_next_person(
        user_of(request), read_filters(QueryDict(query).dict()), now=clock.now(), today=clock.business_date(),
        leave_id=_person_id(request.POST.get("leave", "")),
    )  # fmt: skip
    if found is None:
        messages.info(
            request, _("Ahora no hay otra persona a quien se pueda llamar. Revise los filtros o vuelva más tarde.")
        )
        return redirect("workspace:queue")
    return redirect("workspace:debtor", found.uid)


def _person_id(uid: str) -> int | None:
    try:
        key: int | None = Debtor.objects.filter(uid=UUID(uid)).values_list("pk", flat=True).first()
    except ValueError:
        return None
    return key
