"""Requests of data subjects and complaints: the list by deadline, a new one, and one case with its steps."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.rules.petitions import REASONS, terms_of
from acuerdo.workspace import petition_words as words
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.cases import replying
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.permits.own_page import own_address
from acuerdo.workspace.queries import petitions as queries
from acuerdo.workspace.views.debtor import load_person

PAGE_ROWS = 50
type Step = Callable[[int, str, User, datetime, str], Any]


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def petitions(request: HttpRequest) -> HttpResponse:
    filters, today = queries.read_filters(request.GET), clock.business_date()
    user = user_of(request)
    every = queries.narrowed(policy.petitions_visible_to(user), filters, today=today, me=user.username)
    page = Paginator(every, PAGE_ROWS).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": [queries.shown(one, today) for one in page.object_list],
        "filters": filters,
        "summary": queries.summary_of(policy.petitions_visible_to(user_of(request)), today),
        "kinds": list(words.KINDS.items()),
        "states": list(queries.STATES.items()),
        "reasons": list(words.REASONS.items()),
        "owners": list(words.OWNERS.items()),
    }
    return render(request, "workspace/petitions.html", context)


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def petitions_export(request: HttpRequest) -> HttpResponse:
    """For the regulator: every case that the filters show, with its clock and its answer."""
    filters, today = queries.read_filters(request.GET), clock.business_date()
    user = user_of(request)
    found = queries.narrowed(policy.petitions_visible_to(user), filters, today=today, me=user.username)
    header = [
        _("caso"), _("tipo"), _("estado"), _("recibida"), _("vence"), _("prorrogada"), _("terminada"), _("resultado"),
        _("titular"), _("documento"), _("acreedor"), _("responsable"), _("norma"), _("motivo"), _("libro"),
    ]  # fmt: skip
    rows = (
        [
            one.uid, one.kind, one.state, one.received_at.isoformat(), one.due_on.isoformat(), int(one.is_extended),
            one.ended_at.isoformat() if one.ended_at else "", one.resolution, one.debtor.full_name,
            wording.masked(one.debtor.id_number), one.creditor.name, one.owner, one.citation, one.reason, one.book_number,
        ]
        for one in found.iterator(chunk_size=2_000)
    )  # fmt: skip
    return csv_response(f"solicitudes-{today:%Y-%m-%d}.csv", header, rows)


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """Erasures that were granted and wait: what keeps each person, and until when."""
    seen = policy.petitions_visible_to(user_of(request)).values("pk")
    page = Paginator(policy.waiting_erasures().filter(pk__in=seen), PAGE_ROWS).get_page(request.GET.get("page", "1"))
    rows = [
        {"waiting": one, "reasons": [(words.KEPT[kept.code], kept) for kept in one.keeps]}
        for one in policy.explain_waiting(list(page.object_list), today=clock.business_date())
    ]
    return render(request, "workspace/erasures.html", {"page": page, "rows": rows})


@allow(AGENT, SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def new_petition(request: HttpRequest, uid: str) -> HttpResponse:
    person = load_person(request, uid)
    context: dict[str, Any] = {
        "person": person, "kinds": list(words.KINDS.items()), "sources": list(words.SOURCES.items()),
        "told": request.POST, "today": clock.business_date(),
        "reasons": [(words.KINDS[kind], [(code, words.REASONS[code]) for code in codes]) for kind, codes in REASONS.items()],
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "workspace/petition_new.html", context)
    try:
        made = _open(request, person)
    except Refusal as refusal:
        return render(
            request,
            "workspace/petition_new.html",
            {**context, "problem": in_reader_language(refusal.message)},
            status=422,
        )
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
        reason=_reason(told.get("kind", ""), told.get("reason", "")),
    )  # fmt: skip


def _reason(kind: str, reason: str) -> str:
    """A reason of another kind was left over when the kind was changed."""
    return reason if reason in REASONS.get(kind, ()) else ""


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
    return show_case(request, found_or_404(request, uid))


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_POST
def petition_step(request: HttpRequest, uid: str, event: str) -> HttpResponse:
    """One step of the case; what is refused is said on the same page with the text kept."""
    found, step = found_or_404(request, uid), STEPS.get(event)
    if step is None:
        raise Http404
    if not policy.may_work_on(user_of(request), found.kind):
        raise PermissionDenied
    text, extra = request.POST.get("text", ""), request.POST.get("owner" if event == "take" else "resolution", "")
    if event == "answer" and request.POST.get("erase"):
        step = _answer_and_erase
    if event == "answer" and request.POST.get("reply"):
        step = _answering(found, request.POST["reply"], step)
    try:
        step(found.pk, text, user_of(request), clock.now(), extra)
    except Refusal as refusal:
        return show_case(
            request, found_or_404(request, uid), problem=in_reader_language(refusal.message), event=event, text=text
        )
    return redirect("workspace:petition", uid=uid)


def _answer_and_erase(pk: int, text: str, user: User, now: datetime, resolution: str) -> Any:
    return policy.answer_and_erase(pk, resolution=resolution, answer=text, user=user, now=now)


def _answering(found: Any, channel: str, step: Step) -> Step:
    """The step, and the answer on its way to the person by an approved text; both or neither."""

    @transaction.atomic
    def act(pk: int, text: str, user: User, now: datetime, more: str) -> Any:
        answered = step(pk, text, user, now, more)
        replying.send_answer(found, channel, text, by=user, now=now)
        return answered

    return act


def _take(pk: int, _text: str, user: User, now: datetime, owner: str) -> Any:
    chosen = replying.workers(user).filter(username=owner).first() if owner else user
    if chosen is None:
        raise Refusal("petition-owner", "Elija a quién se asigna.")
    return policy.take_petition(pk, owner=chosen, user=user, now=now)


@transaction.atomic
def _undo(pk: int, _text: str, user: User, now: datetime, _more: str) -> Any:
    step = policy.undo_step(pk, user=user, now=now)
    replying.take_back(step, now)
    return step


STEPS: dict[str, Step] = {
    "take": _take,
    "undo": _undo,
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


def found_or_404(request: HttpRequest, uid: str) -> Any:
    """The case, within what the user may see."""
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


def show_case(request: HttpRequest, found: Any, *, problem: str = "", event: str = "", text: str = "") -> HttpResponse:
    """The page of a case; what was refused is said at its form, `event`, with its text kept."""
    today, terms = clock.business_date(), terms_of(found.creditor.country, found.kind)
    user = user_of(request)
    may_work = policy.may_work_on(user, found.kind)
    steps = list(found.steps.all())
    context = {
        "may_work": may_work,
        "write_token": uuid4(),
        "workers": [one for one in replying.workers(user) if policy.may_work_on(one, found.kind)] if may_work else [],
        "channels": replying.channels_of(found) if may_work else [],
        "texts": replying.texts_of(found) if may_work else [],
        "papers": replying.papers_of_case(found),
        "other_papers": replying.other_papers(found) if may_work else [],
        "may_undo": may_work and replying.may_undo(steps, user, clock.now()),
        "case": queries.shown(found, today),
        "steps": [(step, words.EVENTS.get(step.event, step.event)) for step in steps],
        "forms": queries.forms_of(found, terms, today) if may_work else [],
        "resolutions": list(words.RESOLUTIONS.items()),
        "erasure": _erasure(request, found, today),
        "own_address": request.build_absolute_uri(own_address(found.uid)) if may_work else "",
        "problem": problem,
        "failed_event": event,
        "failed_text": text,
    }
    return render(request, "workspace/petition.html", context, status=422 if problem else 200)
