"""The agent's first screen, and the button that gives them the next person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions.next_person import take_next_person
from acuerdo.workspace.queries.queue import queue_of, read_filters
from acuerdo.workspace.queries.scope import creditor_choices
from acuerdo.workspace.tables import Debtor

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
