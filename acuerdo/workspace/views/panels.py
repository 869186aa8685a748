"""Parts of the debtor page that are asked for after it: the running plan, connected systems, who answers in a company."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.rules.plan_states import IN_FORCE
from acuerdo.portfolio.public import consult_panel, name_company_contact, panels_for
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.agreements.queries import plans_seen
from acuerdo.workspace.panel_words import CONTACT_ROLES, fact_text, title_of
from acuerdo.workspace.queries.plan_card import card_of
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of
from acuerdo.workspace.views.debtor import load_person


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def plan_card(request: HttpRequest, uid: str) -> HttpResponse:
    """The plans in force that the user may see whole: next payment, paid and left."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    cards = [card_of(plan, clock.business_date()) for plan in plans_seen(user, found).filter(state__in=IN_FORCE)]
    return render(request, "workspace/debtor/plan_card.html", {"debtor": found, "cards": cards})


@allow(AGENT, SUPERVISOR)
@never_cache
@require_http_methods(["GET", "POST"])
def consult(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """One connected system's answer. What leaves a trace there is asked by POST, by a person's press."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    names = list(obligations_of(user).filter(debtor=found).values_list("creditor__name", flat=True))
    spec = next((one for one in panels_for(user, names) if one.code == code), None)
    if spec is None:
        raise Http404
    context: dict[str, Any] = {"debtor": found, "spec": spec, "title": title_of(spec), "answer": None}
    if spec.is_automatic or request.method == "POST":
        answer = consult_panel(found, code, by=user, now=clock.now())
        context |= {"answer": answer, "facts": [fact_text(fact, spec) for fact in answer.facts], "now": clock.now()}
    return render(request, "workspace/debtor/connected.html", context)


@allow(AGENT, SUPERVISOR)
@require_POST
def contact_role(request: HttpRequest, uid: str, point_uid: UUID) -> HttpResponse:
    """Who in a company answers at one of its means of contact."""
    user = user_of(request)
    person = load_person(request, uid)
    if str(point_uid) not in [str(point.uid) for point in person.contact_points]:
        raise Http404
    try:
        name_company_contact(
            point_uid, name=request.POST.get("name", ""), role=request.POST.get("role", ""), by=user, now=clock.now()
        )
    except Refusal as refusal:
        if refusal.code == "contact-point-unknown":
            raise Http404 from None
        raise
    context = {"person": load_person(request, uid), "contact_roles": CONTACT_ROLES.items()}
    return render(request, "workspace/debtor/contact_points.html", context)
