"""The agent's first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.queries.queue import queue_of, read_filters
from acuerdo.workspace.queries.scope import creditor_choices

SESSION_FILTERS = "queue_filters"


@allow(AGENT, SUPERVISOR)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The filters live in the address, and in the session so that «Siguiente» and the way back keep them."""
    user, filters = user_of(request), read_filters(request.GET)
    if request.session.get(SESSION_FILTERS, "") != filters.as_query():
        request.session[SESSION_FILTERS] = filters.as_query()
    page = request.GET.get("page", "1")
    context = {
        "queue": queue_of(user, filters, today=clock.business_date(), now=clock.now(), page_number=page),
        "filters": filters,
        "stages": [(code, word) for code, word in wording.STAGES.items() if code != "none"],
        "creditors": creditor_choices(user),
    }
    return render(request, "workspace/queue.html", context)
