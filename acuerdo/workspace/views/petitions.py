"""Requests of data subjects and complaints: the list by deadline, a new one, and one case with its steps."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.rules.petitions import terms_of
from acuerdo.workspace import petition_words as words
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries import petitions as queries
from acuerdo.workspace.views.debtor import load_person

PAGE_ROWS = 50
type Step = Callable[[int, str, User, datetime, str], Any]


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def petitions(request: HttpRequest) -> HttpResponse:
    filters, today = queries.read_filters(request.GET), clock.business_date()
    every = queries.narrowed(policy.petitions_visible_to(user_of(request)), filters, today=today)
    page = Paginator(every, PAGE_ROWS).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": [queries.shown(one, today) for one in page.object_list],
        "filters": filters,
        "summary": queries.summary_of(policy.petitions_visible_to(user_of(request)), today),
        "kinds": list(words.KINDS.items()),
        "states": list(queries.STATES.items()),
    }
    return render(request, "workspace/petitions.html", context)


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def petitions_export(request: HttpRequest) -> HttpResponse:
    """For the regulator: every case that the filters show, with its clock and its answer."""
    filters, today = queries.read_filters(request.GET), clock.business_date()
    found = queries.narrowed(policy.petitions_visible_to(user_of(request)), filters, today=today)
    header = [
        _("caso"), _("tipo"), _("estado"), _("recibida"), _("vence"), _("prorrogada"), _("terminada"), _("resultado"),
        _("titular"), _("documento"), _("acreedor"), _("responsable"), _("norma"),
    ]  # fmt: skip
    rows = (
        [
            one.uid, one.kind, one.state, one.received_at.isoformat(), one.due_on.isoformat(), int(one.is_extended),
            one.ended_at.isoformat() if one.ended_at else "", one.resolution, one.debtor.full_name,
            wording.masked(one.debtor.id_number), one.creditor.name, one.owner, one.citation,
        ]
        for one in found.iterator(chunk_size=2_000)
    )  # fmt: skip
    return csv_response(f"solicitudes-{today:%Y-%m-%d}.csv", header, rows)


@allow(AGENT, SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def new_petition(request: HttpRequest, uid: str) -> HttpResponse:
    person = load_person(request, uid)
    context: dict[str, Any] = {
        "person": person, "kinds": list(words.KINDS.items()), "sources": list(words.SOURCES.items()),
        "told": request.POST, "today": clock.business_date(),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "workspace/petition_new.html", context)
    try:
        made = _open(request, person)
    except Refusal as refusal:
        return render(request, "workspace/petition_new.html", {**context, "problem": _(refusal.message)}, status=422)
    return redirect("workspace:petition", uid=made.uid) if _may_see(request) else redirect("workspace:debtor", uid=uid)


def _open(request: HttpRequest, person: Any) -> policy.Petition:
    told, now = request.POST, clock.now()
    line = next((one for one in person.obligations if str(one.uid) == told.get("obligation", "")), None)
    if line is None:
        raise Refusal("obligation-missing", "Elija la obligación de la que trata.")
    return policy.open_petition(
        person.debtor.pk, line.creditor_id, told.get("kind", ""), text=told.get("text", ""),
        source=told.get("source", "") or "call", actor=user_of(request).username, now=now,
        received_at=_received_at(told.get("received_on", "")), obligation_id=line.id,
    )  # fmt: skip


def _received_at(text: str) -> datetime | None:
    """Today is this moment; an earlier day counts from its beginning."""
    try:
        day = datetime.fromisoformat(text).date() if text else None
    except ValueError as error:
        raise Refusal("invalid-date", "La fecha de recibo debe ser un día del calendario.") from error
    return None if day is None or day == clock.business_date() else datetime.combine(day, time(), tzinfo=clock.zone())


def _may_see(request: HttpRequest) -> bool:
    return user_of(request).role in (SUPERVISOR, COMPLIANCE, DIRECTOR)


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def petition(request: HttpRequest, uid: str) -> HttpResponse:
    return _case(request, _found(request, uid))


@allow(COMPLIANCE, DIRECTOR)
@require_POST
def petition_step(request: HttpRequest, uid: str, event: str) -> HttpResponse:
    """One step of the case; what is refused is said on the same page with the text kept."""
    found, step = _found(request, uid), STEPS.get(event)
    if step is None:
        raise Http404
    text, extra = request.POST.get("text", ""), request.POST.get("resolution", "")
    if event == "answer" and request.POST.get("erase"):
        step = _answer_and_erase
    try:
        step(found.pk, text, user_of(request), clock.now(), extra)
    except Refusal as refusal:
        return _case(request, _found(request, uid), problem=_(refusal.message), event=event, text=text)
    return redirect("workspace:petition", uid=uid)


def _answer_and_erase(pk: int, text: str, user: User, now: datetime, resolution: str) -> Any:
    return policy.answer_and_erase(pk, resolution=resolution, answer=text, user=user, now=now)


STEPS: dict[str, Step] = {
    "take": lambda pk, _text, user, now, _more: policy.take_petition(pk, owner=user, user=user, now=now),
    "ask_to_complete": lambda pk, text, user, now, _more: policy.ask_to_complete(pk, missing=text, user=user, now=now),
    "complete": lambda pk, text, user, now, _more: policy.complete_petition(pk, text=text, user=user, now=now),
    "extend": lambda pk, text, user, now, _more: policy.extend_petition(pk, reason=text, user=user, now=now),
    "transfer": lambda pk, text, user, now, _more: policy.transfer_petition(pk, to=text, user=user, now=now),
    "withdraw": lambda pk, text, user, now, _more: policy.withdraw_petition(pk, reason=text, user=user, now=now),
    "erase": lambda pk, _text, user, now, _more: policy.erase_person(pk, user=user, now=now),
    "answer": lambda pk, text, user, now, more: policy.answer_petition(
        pk, resolution=more, answer=text, user=user, now=now
    ),
}


def _found(request: HttpRequest, uid: str) -> Any:
    visible = policy.petitions_visible_to(user_of(request)).select_related("debtor", "creditor", "obligation")
    found = visible.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _erasure(request: HttpRequest, found: Any, today: date) -> dict[str, Any] | None:
    """Whether compliance may erase the person with the answer, or now that it was given; what keeps them, in words."""
    is_granted = found.state == "answered" and found.resolution in ("granted", "partly")
    is_open = found.state in ("received", "in_study")
    if found.kind != "deletion" or user_of(request).role != COMPLIANCE or not (is_granted or is_open):
        return None
    keeps = policy.what_keeps(found.debtor_id, today=today, petition_id=found.pk)
    is_done = any(step.event == "erase" for step in found.steps.all())
    return {"reasons": [(words.KEPT[one.code], one) for one in keeps], "is_granted": is_granted, "is_done": is_done}


def _case(request: HttpRequest, found: Any, *, problem: str = "", event: str = "", text: str = "") -> HttpResponse:
    today, terms = clock.business_date(), terms_of(found.creditor.country, found.kind)
    may_work = user_of(request).role in (COMPLIANCE, DIRECTOR)
    context = {
        "case": queries.shown(found, today),
        "steps": [(step, words.EVENTS.get(step.event, step.event)) for step in found.steps.all()],
        "forms": queries.forms_of(found, terms, today) if may_work else [],
        "resolutions": list(words.RESOLUTIONS.items()),
        "erasure": _erasure(request, found, today),
        "problem": problem,
        "failed_event": event,
        "failed_text": text,
    }
    return render(request, "workspace/petition.html", context, status=422 if problem else 200)
