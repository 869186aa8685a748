"""The agenda's pages and the changes of one appointment. Everything is asked again of `agenda`'s own actions."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.agenda import public as agenda
from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.agenda.calendar import agenda_of
from acuerdo.workspace.agenda.forms import AppointmentForm, MomentForm
from acuerdo.workspace.agenda.wording import REFUSALS
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of

CALENDAR = "text/calendar; charset=utf-8"
RESULTS = {"cumplida": "hold", "no-llego": "absent"}


@allow(AGENT, SUPERVISOR)
@require_GET
def week(request: HttpRequest) -> HttpResponse:
    today = clock.business_date()
    context = {
        "agenda": agenda_of(
            user_of(request), view=request.GET.get("view", "day"), who=request.GET.get("who", ""),
            on=_day(request.GET.get("day", ""), today), today=today,
        )
    }  # fmt: skip
    return render(request, "workspace/agenda/agenda.html", context)


@allow(AGENT, SUPERVISOR)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, uid: str) -> HttpResponse:
    """GET: the form beside the person. POST: books and confirms, or the form comes back with why not (422)."""
    user, now = user_of(request), clock.now()
    debtor = debtor_or_404(user, uid)
    obligation = _obligation(request, debtor)
    zone = debtor.timezone or obligation.creditor.timezone
    form = AppointmentForm(
        request.POST if request.method == "POST" else None, zone=zone, today=clock.business_date(),
        country=obligation.creditor.country,
    )  # fmt: skip
    context: dict[str, Any] = {"debtor": debtor, "form": form, "appointments": appointments_of_person(user, debtor)}
    if request.method == "GET":
        return render(request, "workspace/agenda/book.html", context)
    if not form.is_valid():
        return render(request, "workspace/agenda/book.html", context, status=422)
    try:
        with transaction.atomic():
            made = agenda.book_appointment(
                obligation, form.told(), agent=user, actor=user.username, now=now, has_video=bool(settings.VIDEO_URL)
            )
            told = agenda.tell_appointment(made, now=now)
    except Refusal as refusal:
        context["problem"] = say(refusal)
        return render(request, "workspace/agenda/book.html", context, status=422)
    context |= {"made": made, "told": told, "appointments": appointments_of_person(user, debtor), "zone": zone}
    answer = render(request, "workspace/agenda/booked.html", context)
    answer["HX-Trigger"] = json.dumps({"ac:toast": {"text": _("Cita agendada"), "tone": "ok"}, "ac:contact": {}})
    return answer


@allow(AGENT, SUPERVISOR)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """One appointment: its facts, and moving or cancelling it, which tells the person; a supervisor hands it to somebody else."""
    row = _appointment(request, uid)
    zone, act = row.debtor.timezone, request.POST.get("act", "")
    form = MomentForm(
        request.POST if act == "move" else None, zone=zone,
        initial={"starts_at": row.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)},
    )  # fmt: skip
    problem = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                done = _change(request, row, act, form)
        except Refusal as refusal:
            problem = say(refusal)
        else:
            if done:
                messages.success(request, done)
                return redirect("workspace:agenda:appointment", row.uid)
    context: dict[str, Any] = {
        "row": row, "form": form, "zone": zone, "video": agenda.video_of(row), "problem": problem,
        "is_over": row.starts_at <= clock.now(), "colleagues": _colleagues(request, row),
    }  # fmt: skip
    return render(
        request, "workspace/agenda/appointment.html", context, status=422 if request.method == "POST" else 200
    )


def _change(request: HttpRequest, row: Any, act: str, form: MomentForm) -> str:
    """Does it and says so; an empty text when the form has faults."""
    who: dict[str, Any] = {"actor": user_of(request).username, "now": clock.now()}
    if act == "cancel":
        gone = agenda.cancel_appointment(row.pk, reason=request.POST.get("reason", ""), **who)
        return _("Cita cancelada.") + " " + _told_word(agenda.tell_change(gone, now=who["now"]))
    if act == "hand":
        agent = next((one for one in _colleagues(request, row) if str(one.uid) == request.POST.get("agent", "")), None)
        if agent is None:
            raise Refusal("appointment-agent", "Esa persona no puede atender la cita a esa hora: elija otra.")
        agenda.move_appointment(row.pk, row.starts_at, agent=agent, **who)
        return _("Ahora la atiende %(who)s, a la misma hora.") % {"who": agent.full_name}
    if not form.is_valid():
        return ""
    moved = agenda.move_appointment(row.pk, form.cleaned_data["starts_at"], **who)
    return _("Cita movida.") + " " + _told_word(agenda.tell_change(moved, now=who["now"]))


def _colleagues(request: HttpRequest, row: Any) -> list[Any]:
    """Who could keep a coming appointment instead; only a supervisor hands it over."""
    is_coming = row.state == "booked" and row.starts_at > clock.now()
    return agenda.stand_ins(row) if is_coming and user_of(request).role == SUPERVISOR else []


def _told_word(told: Any) -> str:
    if told is None or told.state not in ("scheduled", "sending", "sent"):
        return _("Ningún canal permite avisarle ahora: cuénteselo cuando hablen.")
    return _("Se le avisa a la persona.")


@allow(AGENT, SUPERVISOR)
@require_POST
def result(request: HttpRequest, uid: str, word: str) -> HttpResponse:
    """By hand: it took place, or the person did not come."""
    event = RESULTS.get(word)
    if event is None:
        raise Http404
    row = _appointment(request, uid)
    agenda.end_appointment(row.pk, event, actor=user_of(request).username, now=clock.now())  # type: ignore[arg-type]
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("workspace:agenda:appointment", row.uid)


@allow(AGENT, SUPERVISOR)
@require_GET
def calendar(request: HttpRequest, uid: str) -> HttpResponse:
    """The appointment as an iCalendar file."""
    return as_file(agenda.calendar_text(agenda.invitation_of(_appointment(request, uid))))


def as_file(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=CALENDAR)
    answer["Content-Disposition"] = 'attachment; filename="cita.ics"'
    return answer


@allow(AGENT, SUPERVISOR)
@require_GET
def person(request: HttpRequest, uid: str) -> HttpResponse:
    """One person's appointments, asked for after their page."""
    found = debtor_or_404(user_of(request), uid)
    context = {"appointments": appointments_of_person(user_of(request), found), "zone": found.timezone}
    return render(request, "workspace/agenda/person.html", context)


def appointments_of_person(user: Any, debtor: Any) -> list[Any]:
    """The coming appointments of one person and the last few, the coming first."""
    rows = agenda.appointments_of(user).filter(debtor=debtor).order_by("-starts_at")[:6]
    return sorted(rows, key=lambda row: (row.state != "booked", -row.starts_at.timestamp()))


def say(refusal: Refusal) -> str:
    """The sentence of a refusal in the reader's language; the law's own sentence as it is."""
    return str(REFUSALS.get(refusal.code, in_reader_language(refusal.message)))


def _appointment(request: HttpRequest, uid: str) -> Any:
    found = agenda.appointments_of(user_of(request)).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _obligation(request: HttpRequest, debtor: Any) -> Any:
    found = obligations_of(user_of(request)).filter(debtor=debtor).select_related("creditor", "account")
    row = found.order_by("-account__balance_due_minor", "pk").first()
    if row is None:
        raise Http404
    return row


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
