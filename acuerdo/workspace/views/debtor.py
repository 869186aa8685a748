"""The debtor page and its parts: the page itself, the semáforo, the history, the document in full."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.portfolio.public import panels_for
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions.documents import see_document
from acuerdo.workspace.outcome_form import outcome_options
from acuerdo.workspace.panel_words import CONTACT_ROLES
from acuerdo.workspace.queries.light import lights_of
from acuerdo.workspace.queries.person import Person, person_of
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of
from acuerdo.workspace.queries.signals import habit_of
from acuerdo.workspace.queries.timeline import PAGE, timeline_of
from acuerdo.workspace.tables import Attempt
from acuerdo.workspace.views.queue import SESSION_FILTERS, labels_on

SHOWN_MAX = 1_000


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def debtor(request: HttpRequest, uid: str) -> HttpResponse:
    person = load_person(request, uid)
    add_ways(request, person)
    ids = [line.id for line in person.obligations]
    context = {
        "person": person, "timeline": _timeline(request, person.debtor, ids), **open_call_of(request, person),
        "contact_roles": CONTACT_ROLES.items(), "connected": panels_for(user_of(request), person.creditor_names),
    }  # fmt: skip
    return render(request, "workspace/debtor/page.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def light(request: HttpRequest, uid: str) -> HttpResponse:
    """Asked for after the page, and again each minute: at seven in the evening it turns by itself."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    about = obligations_of(user).filter(debtor=found).order_by("-account__balance_due_minor", "pk")[0]
    lights = lights_of(found, about.creditor_id, about.pk, now=clock.now())
    return render(request, "workspace/debtor/light.html", {"debtor": found, "lights": lights})


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def timeline(request: HttpRequest, uid: str) -> HttpResponse:
    user = user_of(request)
    found = debtor_or_404(user, uid)
    ids = list(obligations_of(user).filter(debtor=found).values_list("pk", flat=True))
    context = {"person": {"debtor": found}, "timeline": _timeline(request, found, ids)}
    return render(request, "workspace/debtor/timeline.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def habit(request: HttpRequest, uid: str) -> HttpResponse:
    """How the person has been paying, asked for after the page."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    lines = list(obligations_of(user).filter(debtor=found).select_related("account"))
    context = {"habit": habit_of(lines, found.pk, clock.business_date()), "labels": labels_on(user, found)}
    return render(request, "workspace/debtor/habit.html", context)


@allow(AGENT, SUPERVISOR, COMPLIANCE)
@require_POST
def unmask(request: HttpRequest, uid: str) -> HttpResponse:
    user = user_of(request)
    found = debtor_or_404(user, uid)
    number = see_document(found, by=user, now=clock.now())
    return render(request, "workspace/debtor/document.html", {"person": {"debtor": found}, "document_number": number})


def load_person(request: HttpRequest, uid: str) -> Person:
    """The person as this user may see them; 404 when they may not."""
    user = user_of(request)
    return person_of(user, debtor_or_404(user, uid), today=clock.business_date())


def _timeline(request: HttpRequest, found: Any, obligation_ids: list[int]) -> Any:
    kind = request.GET.get("kind", "")
    asked = request.GET.get("shown", "")
    shown = min(int(asked), SHOWN_MAX) if asked.isdigit() else PAGE
    sees_all = user_of(request).agency_id is None
    query = request.GET.get("q", "")
    return timeline_of(found.pk, obligation_ids, sees_all=sees_all, kind=kind, shown=max(shown, PAGE), query=query)


def history_of(request: HttpRequest, person: Person) -> Any:
    """The newest events of the person's history, as the page first shows them."""
    ids = [line.id for line in person.obligations]
    return timeline_of(person.debtor.pk, ids, sees_all=user_of(request).agency_id is None)


def add_ways(request: HttpRequest, person: Person) -> None:
    """Back to the list the user came from, with its filters."""
    if not person.may_work:
        person.up_url, person.up_label = reverse("workspace:portfolio"), _("Cartera")
        return
    query = str(request.session.get(SESSION_FILTERS, ""))
    person.up_url = reverse("workspace:queue") + (f"?{query}" if query else "")
    person.up_label = _("Cola")


def open_call_of(request: HttpRequest, person: Person) -> dict[str, Any]:
    """The panel's context when this user has a call to this person without outcome, so that a reload loses nothing."""
    since = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = (
        Attempt.objects.filter(
            debtor=person.debtor,
            actor=user_of(request).username,
            channel="call",
            direction="out",
            status="reserved",
            disposition="",
            at__gte=since,
        )
        .select_related("contact_point")
        .order_by("-at")
        .first()
    )
    return {"attempt": found, "point": found.contact_point, **outcome_options(found)} if found is not None else {}
