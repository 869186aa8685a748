"""Stops: placing and lifting one on the debtor page, and the list of those in force."""

import json

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import lift_hold as lift
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions.calls import place_hold as place
from acuerdo.workspace.queries.compliance import holds_in_force
from acuerdo.workspace.tables import Hold
from acuerdo.workspace.views.debtor import history_of, load_person

PAGE_ROWS = 50


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def holds(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in wording.HOLDS else ""
    found = holds_in_force(user_of(request), now=clock.now(), kind=kind)
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page", "1"))
    context = {"page": page, "kind": kind, "kinds": list(wording.HOLDS.items())}
    return render(request, "workspace/holds.html", context)


@allow(AGENT, SUPERVISOR, COMPLIANCE)
@require_POST
def place_hold(request: HttpRequest, uid: str) -> HttpResponse:
    person = load_person(request, uid)
    try:
        place(
            person.debtor.pk,
            request.POST.get("kind", ""),
            reason=request.POST.get("reason", ""),
            by=user_of(request),
            now=clock.now(),
        )
    except Refusal as refusal:
        context = {"person": person, "hold_problem": in_reader_language(refusal.message)}
        return render(request, "workspace/debtor/holds.html", context, status=422)
    return _changed(request, uid, _("Pausa puesta: ya nadie puede contactar a esta persona."))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def lift_hold(request: HttpRequest, uid: str, hold_uid: str) -> HttpResponse:
    person = load_person(request, uid)
    hold = Hold.objects.filter(uid=hold_uid, debtor=person.debtor).first()
    if hold is None:
        raise Http404
    lift(hold.pk, user=user_of(request), reason=request.POST.get("reason", ""), now=clock.now())
    return _changed(request, uid, _("Pausa levantada."))


def _changed(request: HttpRequest, uid: str, sentence: str) -> HttpResponse:
    person = load_person(request, uid)
    context = {"person": person, "timeline": history_of(request, person)}
    answer = render(request, "workspace/debtor/holds_changed.html", context)
    answer["HX-Trigger"] = json.dumps({"ac:toast": {"text": sentence, "tone": "ok"}, "ac:contact": {}})
    return answer
