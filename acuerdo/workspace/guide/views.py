"""One person's guide: the card, the steps, the objections. Ticks are kept with the call while there is one."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.negotiation.public import script_in_force, tick_script, ticks_of
from acuerdo.negotiation.rules.scripts import guide_for
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.guide.preparation import prepare, situation_of
from acuerdo.workspace.queries.person import Person
from acuerdo.workspace.queries.scope import debtor_or_404
from acuerdo.workspace.tables import Attempt, Creditor
from acuerdo.workspace.views.debtor import history_of, load_person, open_call_of


@allow(AGENT, SUPERVISOR)
@never_cache
@require_GET
def guide(request: HttpRequest, uid: str) -> HttpResponse:
    """Asked for after the page of the person, so that it never makes the page wait."""
    user, today = user_of(request), clock.business_date()
    person = load_person(request, uid)
    events = history_of(request, person).events
    country, language = _country_of(person), person.debtor.language or "es"
    in_force = script_in_force(country=country, language=language)
    with translation.override(language):  # the lines are said in the person's language, whatever the screen's
        situation = situation_of(person, events, user, now=clock.now(), today=today)
    attempt = open_call_of(request, person).get("attempt")
    context = {
        "person": person,
        "card": prepare(user, person, events, today),
        "guide": guide_for(in_force.script, situation),
        "version": in_force.version,
        "attempt": attempt,
        "said": set(ticks_of(attempt.pk)) if attempt is not None else set(),
        "forbids_reason": country == "CO",
    }
    return render(request, "workspace/guide/panel.html", context)


@allow(AGENT, SUPERVISOR)
@require_POST
def tick(request: HttpRequest, uid: str, attempt_uid: str) -> HttpResponse:
    """What was said so far, sent again whole with each tick. Only by who has the call."""
    user = user_of(request)
    debtor = debtor_or_404(user, uid)
    attempt = Attempt.objects.filter(uid=attempt_uid, debtor=debtor, actor=user.username).first()
    if attempt is None:
        raise Http404
    person = load_person(request, uid)
    tick_script(
        attempt.pk, request.POST.getlist("said"), country=_country_of(person), language=debtor.language or "es",
        now=clock.now(),
    )  # fmt: skip
    return HttpResponse(status=204)


def _country_of(person: Person) -> str:
    """The creditor's country: its law is the one that binds the call."""
    found: Any = Creditor.objects.filter(pk=person.main.creditor_id).values_list("country", flat=True).first()
    return str(found or "")
