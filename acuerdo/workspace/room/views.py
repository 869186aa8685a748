"""The room, one agent's hours and notes, and what open pages tell of who is where."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.agenda import public as agenda
from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.public import debtors_visible_to
from acuerdo.strategy.public import document_of, published_strategy
from acuerdo.workspace.access import AGENT, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions.coaching import answer_note, write_note
from acuerdo.workspace.actions.presence import beat, choose_state, colleagues_at
from acuerdo.workspace.models import CoachingNote
from acuerdo.workspace.queries.room import agents_of, room_of
from acuerdo.workspace.queries.scope import debtor_or_404
from acuerdo.workspace.room.wording import LANGUAGES, NOTE_TONES, REFUSALS, WEEKDAYS
from acuerdo.workspace.tables import Attempt

NOTES_SHOWN, CONTACTS_SHOWN = 50, 15
SPANS_A_DAY, UNCOVERED_SHOWN = 2, 50


@allow(SUPERVISOR, DIRECTOR)
@require_GET
def room(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), clock.now()
    context = (
        {"uncovered": agenda.uncovered_appointments(user, now)[:UNCOVERED_SHOWN]} if user.role == SUPERVISOR else {}
    )
    return render(request, "workspace/room/room.html", _room(request) | context)


@allow(SUPERVISOR, DIRECTOR)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The part that the page asks for anew every five seconds."""
    return render(request, "workspace/room/board.html", _room(request))


@allow(AGENT, SUPERVISOR)
@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    """A page is open; with a person on it, the answer says which colleagues have them too."""
    user, now = user_of(request), clock.now()
    debtor_id = _person(request)
    beat(user, debtor_id, now=now, today=clock.business_date())
    names = colleagues_at(user, debtor_id, now=now) if debtor_id is not None else []
    return render(request, "workspace/room/also_here.html", {"names": names})


@allow(AGENT, SUPERVISOR)
@require_POST
def state(request: HttpRequest) -> HttpResponse:
    choose_state(user_of(request), request.POST.get("state", ""), now=clock.now(), today=clock.business_date())
    return redirect("workspace:home")


@allow(SUPERVISOR, DIRECTOR)
@require_http_methods(["GET", "POST"])
def agent(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One agent: hours, absences, skills, languages, notes and the last contacts."""
    found = agents_of(user_of(request)).filter(uid=uid).first()
    if found is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            text = _change(request, found)
        except (Refusal, ValueError) as trouble:
            problem = say(trouble)
        else:
            messages.success(request, text)
            return redirect("workspace:room:agent", uid)
    context = _agent_context(request, found) | {"problem": problem}
    return render(request, "workspace/room/agent.html", context, status=422 if problem else 200)


@allow(AGENT)
@require_http_methods(["GET", "POST"])
def notes(request: HttpRequest) -> HttpResponse:
    """The agent's own notes; opening the list marks nothing: each one is read, or answered, by its own button."""
    user = user_of(request)
    own = CoachingNote.objects.filter(agent=user).select_related("author", "attempt__debtor").order_by("-made_at")
    problem = ""
    if request.method == "POST":
        note = own.filter(uid=_uid(request.POST.get("note", ""))).first()
        if note is None:
            raise Http404
        try:
            answer_note(note.pk, answer=request.POST.get("answer", ""), by=user, now=clock.now())
            return redirect("workspace:room:notes")
        except Refusal as refusal:
            problem = say(refusal)
    context = {"notes": own[:NOTES_SHOWN], "problem": problem}
    return render(request, "workspace/room/notes.html", context, status=422 if problem else 200)


@allow(SUPERVISOR)
@require_POST
def listen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """To an agent's call of now, through whoever serves live calls; 404 while nobody does."""
    found = agents_of(user_of(request)).filter(uid=uid).first()
    if found is None or not settings.LIVE_CALLS:
        raise Http404
    served = import_string(settings.LIVE_CALLS)()
    call = served.of_agents([found.username]).get(found.username)
    how = request.POST.get("how", "listen")
    if call is None or not call.may_listen or how not in ("listen", "whisper", "join"):
        raise Http404
    return redirect(served.listen(call.call, by=user_of(request).username, how=how))


def say(trouble: Exception) -> str:
    """A refusal in the reader's language; what could not be read as an hour or a day."""
    if isinstance(trouble, Refusal):
        return str(REFUSALS.get(trouble.code, in_reader_language(trouble.message)))
    return _("Revise las horas y las fechas: alguna no se entiende.")


def _room(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    return {"room": room_of(user_of(request), now), "can_listen": bool(settings.LIVE_CALLS), "now": now}


def _person(request: HttpRequest) -> int | None:
    """The person on the page, if the user may see them."""
    try:
        uid = UUID(request.POST.get("person", ""))
    except ValueError:
        return None
    key: int | None = debtors_visible_to(user_of(request)).filter(uid=uid).values_list("pk", flat=True).first()
    return key


def _change(request: HttpRequest, found: Any) -> str:
    by, now, told = user_of(request), clock.now(), request.POST
    match told.get("act"):
        case "shifts":
            agenda.set_shifts(found, _spans(told), by=by, now=now)
            return _("Turnos guardados. El reparto del próximo día los cuenta.")
        case "absence":
            covered = agenda.add_absence(
                found,
                date.fromisoformat(told.get("from_on", "")),
                date.fromisoformat(told.get("to_on", "")),
                by=by,
                now=now,
            )
            return _absence_word(covered)
        case "present":
            agenda.remove_absence(found, _uid(told.get("absence", "")), by=by, now=now)
            return _("Ausencia retirada.")
        case "profile":
            agenda.set_profile(found, skills=told.getlist("skill"), languages=told.getlist("language"), by=by, now=now)
            return _("Habilidades e idiomas guardados.")
        case "note":
            attempt = _attempt(request, found, told.get("attempt", ""))
            write_note(
                found, text=told.get("text", ""), tone=told.get("tone", ""), action=told.get("action", ""),
                attempt=attempt, by=by, now=now,
            )  # fmt: skip
            return _("Nota enviada.")
    raise Http404


def _absence_word(covered: agenda.Covered) -> str:
    told = [_("Ausencia guardada.")]
    if covered.moved:
        text = ngettext("%(n)d cita pasó a otra persona.", "%(n)d citas pasaron a otras personas.", covered.moved)
        told.append(text % {"n": covered.moved})
    if covered.left:
        text = ngettext(
            "%(n)d cita queda en la sala por reasignar.", "%(n)d citas quedan en la sala por reasignar.", covered.left
        )
        told.append(text % {"n": covered.left})
    return " ".join(told)


def _spans(told: Any) -> list[agenda.Span]:
    """The week's fields: `0-1-from`, `0-1-to`… ; an empty pair is no shift."""
    spans = []
    for weekday in range(7):
        for number in range(SPANS_A_DAY):
            start, end = told.get(f"{weekday}-{number}-from", ""), told.get(f"{weekday}-{number}-to", "")
            if start or end:
                spans.append(agenda.Span(weekday, time.fromisoformat(start), time.fromisoformat(end)))
    return spans


def _attempt(request: HttpRequest, found: Any, uid: str) -> Any:
    """The contact that a note is about: one of this agent's, with somebody whom the writer may see."""
    if not uid:
        return None
    row = Attempt.objects.filter(uid=_uid(uid), actor=found.username).select_related("debtor").first()
    if row is None:
        raise Http404
    debtor_or_404(user_of(request), row.debtor.uid)
    return row


def _agent_context(request: HttpRequest, found: Any) -> dict[str, Any]:
    now, today = clock.now(), clock.business_date()
    hours = agenda.hours_of([found.pk], today)[found.pk]
    by_day: dict[int, list[Any]] = {number: [] for number in range(7)}
    for span in hours.spans:
        by_day[span.weekday].append(span)
    week = [
        (number, word, (by_day[number] + [None] * SPANS_A_DAY)[:SPANS_A_DAY]) for number, word in enumerate(WEEKDAYS)
    ]
    skills, languages = agenda.profile_of(found)
    visible = debtors_visible_to(user_of(request))
    recent = Attempt.objects.filter(actor=found.username, at__gt=now - timedelta(days=7), debtor__in=visible)
    return {
        "agent": found, "hours": hours, "week": week, "skills": skills, "languages": languages,
        "known_skills": sorted({*_skills(), *skills}), "known_languages": LANGUAGES, "tones": NOTE_TONES,
        "notes": CoachingNote.objects.filter(agent=found).select_related("author").order_by("-made_at")[:NOTES_SHOWN],
        "recent": recent.exclude(disposition="").select_related("debtor").order_by("-at")[:CONTACTS_SHOWN],
        "today": today,
    }  # fmt: skip


def _skills() -> set[str]:
    """The skills that the strategy in force asks of calls."""
    strategy = published_strategy()
    return {step.skill for step in document_of(strategy).steps} if strategy is not None else set()


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
