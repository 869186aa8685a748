"""Logging a call without leaving the debtor page: ask the gate, choose the outcome by typing, save, take it back."""

import json
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.agenda.public import is_promised_now
from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import PlannedContact, PointState, find_disposition, keeps_notes
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions import calls
from acuerdo.workspace.agenda.views import appointments_of_person
from acuerdo.workspace.outcome_form import OutcomeForm, Owed, consequences, outcome_options
from acuerdo.workspace.queries.person import Person
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of
from acuerdo.workspace.tables import Attempt, ContactPoint
from acuerdo.workspace.views.debtor import add_ways, history_of, load_person

UNDO_SALT = "workspace.call.undo"
UNDO_SECONDS = 300


@allow(AGENT, SUPERVISOR)
@require_POST
def call(request: HttpRequest, uid: str, point_uid: str) -> HttpResponse:
    """Before a number is dialled the gate is asked; its refusal names the rule and the next permitted moment."""
    person = load_person(request, uid)
    point = ContactPoint.objects.filter(debtor=person.debtor, uid=point_uid, kind="phone").first()
    if point is None:
        raise Http404
    line = person.main
    contact = PlannedContact(
        debtor_id=person.debtor.pk,
        creditor_id=line.creditor_id,
        channel="call",
        obligation_id=line.id,
        contact_point_id=point.pk,
        purpose="requested" if is_promised_now(person.debtor.pk, clock.now()) else "collection",
    )
    permit = calls.ask_to_call(contact, by=user_of(request), now=clock.now())
    if permit.attempt is None:
        context = {"person": person, "point": point, "refusal": _refusal(permit.verdict, person.debtor.timezone)}
        return _with_events(render(request, "workspace/call/refused.html", context), {"ac:contact": {}})
    answer = _panel(request, person, attempt=permit.attempt, point=point)
    return _with_events(answer, {"ac:dial": {"number": point.value}, "ac:contact": {}})


@allow(AGENT, SUPERVISOR)
@require_http_methods(["GET", "POST"])
def incoming(request: HttpRequest, uid: str) -> HttpResponse:
    person = load_person(request, uid)
    if request.method == "GET":
        return _panel(request, person, attempt=None, point=None)
    line = _chosen_line(person, request.POST.get("obligation", ""))
    contact = PlannedContact(person.debtor.pk, line.creditor_id, "call", obligation_id=line.id)
    return _save(request, person.debtor, attempt=None, contact=contact)


@allow(AGENT, SUPERVISOR)
@require_GET
def outcome_fields(request: HttpRequest, uid: str) -> HttpResponse:
    """The fields of a code for an obligation, with what saving brings about."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    owed = _owed(request, found, request.GET.get("obligation", ""))
    disposition = find_disposition(request.GET.get("code", ""))
    form = OutcomeForm(disposition=disposition, owed=owed, today=clock.business_date())
    context = {"form": form, "disposition": disposition, "consequences": consequences(disposition)}
    return render(request, "workspace/call/fields.html", context)


@allow(AGENT, SUPERVISOR)
@require_POST
def record(request: HttpRequest, attempt_uid: str) -> HttpResponse:
    attempt = _attempt_or_404(request, attempt_uid)
    return _save(request, attempt.debtor, attempt=attempt, contact=None)


@allow(AGENT, SUPERVISOR)
@require_POST
def give_up(request: HttpRequest, attempt_uid: str) -> HttpResponse:
    attempt = _attempt_or_404(request, attempt_uid)
    calls.give_up_call(attempt, by=user_of(request), now=clock.now())
    person = load_person(request, str(attempt.debtor.uid))
    answer = render(request, "workspace/debtor/today.html", {"person": person})
    text = _("La llamada quedó sin hacer y no cuenta.")
    return _with_events(answer, {"ac:toast": {"text": text, "tone": "info"}, "ac:contact": {}})


@allow(AGENT, SUPERVISOR)
@require_POST
def undo(request: HttpRequest, attempt_uid: str) -> HttpResponse:
    """Within five minutes, by who recorded it: an outgoing call is asked for again, an incoming one disappears."""
    attempt = _attempt_or_404(request, attempt_uid)
    try:
        told = signing.loads(request.POST.get("token", ""), salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise Refusal("outcome-undo-late", _LATE) from None
    if told["attempt"] != attempt.pk:
        raise Http404
    user = user_of(request)
    owed = obligations_of(user).filter(debtor=attempt.debtor)
    calls.undo_call(
        attempt.pk,
        obligation_ids=list(owed.values_list("pk", flat=True)),
        promise_id=told["promise"],
        hold_ids=told["holds"],
        recorded_at=datetime.fromisoformat(told["at"]),
        point=PointState(**told["point"]) if told["point"] else None,
        by=user,
        now=clock.now(),
        today=clock.business_date(),
    )
    attempt.refresh_from_db()
    person = load_person(request, str(attempt.debtor.uid))
    context = {
        "person": person,
        "attempt": attempt,
        "point": attempt.contact_point,
        "timeline": history_of(request, person),
        "appointments": appointments_of_person(user, person.debtor),
    }
    context |= outcome_options(attempt if attempt.direction == "out" else None)
    answer = render(request, "workspace/call/undone.html", context)
    stays = any(hold.pk in told["holds"] for hold in person.holds)
    text = _("Deshecho. La pausa sigue: solo Cumplimiento puede levantarla.") if stays else _("Deshecho.")
    return _with_events(answer, {"ac:toast": {"text": text, "tone": "warn" if stays else "ok"}, "ac:contact": {}})


_LATE = "Ya pasaron cinco minutos: registre el resultado correcto o pida a Cumplimiento que levante la pausa."


def _save(request: HttpRequest, debtor: Any, *, attempt: Any, contact: PlannedContact | None) -> HttpResponse:
    """The page is read once, after the outcome: what it shows has changed by then."""
    user, now, today = user_of(request), clock.now(), clock.business_date()
    code = request.POST.get("code", "")
    if not code:
        return _again(request, debtor, attempt, None, _("Elija qué pasó en la llamada."))
    owed = _owed(request, debtor, request.POST.get("obligation", ""))
    form = OutcomeForm(request.POST, disposition=find_disposition(code), owed=owed, today=today)
    if not form.is_valid():
        return _again(request, debtor, attempt, form, "")
    try:
        with transaction.atomic():
            if contact is not None:
                done = calls.record_incoming(contact, form.told(), by=user, now=now, today=today)
            else:
                done = calls.record_call(attempt, form.told(), by=user, now=now, today=today)
    except Refusal as refusal:
        return _again(request, debtor, attempt, form, in_reader_language(refusal.message))
    return _done(request, str(debtor.uid), done)


def _done(request: HttpRequest, uid: str, done: calls.Recorded) -> HttpResponse:
    person = load_person(request, uid)
    add_ways(request, person)
    token = {
        "attempt": done.attempt.pk,
        "promise": done.promise.pk if done.promise is not None else None,
        "holds": [hold.pk for hold in done.holds],
        "at": done.at.isoformat(),
        "point": vars_of(done.point),
    }
    context = {
        "person": person,
        "done": done,
        "label": wording.disposition_word(done.disposition.code),
        "token": signing.dumps(token, salt=UNDO_SALT),
        "appointments": appointments_of_person(user_of(request), person.debtor),
    }
    answer = render(request, "workspace/call/done.html", context)
    return _with_events(answer, {"ac:toast": {"text": _("Gestión guardada"), "tone": "ok"}, "ac:contact": {}})


def vars_of(point: PointState | None) -> dict[str, Any] | None:
    """The point's state as the signed token carries it."""
    if point is None:
        return None
    return {"is_valid": point.is_valid, "invalid_reason": point.invalid_reason, "ownership": point.ownership}


def _again(request: HttpRequest, debtor: Any, attempt: Any, form: OutcomeForm | None, sentence: str) -> HttpResponse:
    """The form as it was typed with what is wrong: 422, which htmx swaps in."""
    person = load_person(request, str(debtor.uid))
    context = {
        "person": person,
        "attempt": attempt,
        "point": attempt.contact_point if attempt is not None else None,
        "form": form,
        "problem": sentence,
        "chosen_obligation": request.POST.get("obligation", ""),
        **outcome_options(attempt),
    }
    if form is not None:
        context["disposition"] = form.disposition
        context["chosen_label"] = wording.disposition_word(form.disposition.code)
        context["consequences"] = consequences(form.disposition)
    return render(request, "workspace/call/panel.html", context, status=422)


def _panel(request: HttpRequest, person: Person, *, attempt: Any, point: Any) -> HttpResponse:
    context = {"person": person, "attempt": attempt, "point": point, **outcome_options(attempt)}
    return render(request, "workspace/call/panel.html", context)


def _refusal(verdict: Any, zone: str) -> dict[str, Any]:
    english = wording.is_english()
    reasons = [
        {"sentence": wording.rule_word(rule["id"]) if english else rule["reason"], "citation": rule["citation"]}
        for rule in verdict.rules
        if rule["verdict"] == "deny"
    ]
    next_at = verdict.next_allowed_at
    return {"reasons": reasons, "when": wording.near_moment(next_at, clock.now(), zone) if next_at else ""}


def _owed(request: HttpRequest, debtor: Any, obligation_uid: str) -> Owed:
    """The figures of the chosen obligation, the most overdue one when none is chosen."""
    found = obligations_of(user_of(request)).filter(debtor=debtor).select_related("account", "creditor")
    if obligation_uid:
        found = found.filter(uid=obligation_uid)
    row = found.order_by("-account__balance_due_minor", "pk").first()
    if row is None:
        raise Http404
    ways = tuple(str(way.get("name", "")) for way in row.creditor.ways_to_pay if way.get("name"))
    account = row.account
    return Owed(
        row.pk, account.currency, row.creditor.country, account.balance_due_minor, account.next_due_minor, ways,
        debtor.timezone or row.creditor.timezone, keeps_notes(row.creditor, clock.business_date()),
    )  # fmt: skip


def _chosen_line(person: Person, obligation_uid: str) -> Any:
    return next((line for line in person.obligations if line.uid == obligation_uid), person.main)


def _attempt_or_404(request: HttpRequest, attempt_uid: str) -> Any:
    found = Attempt.objects.filter(uid=attempt_uid).select_related("debtor", "contact_point").first()
    if found is None:
        raise Http404
    debtor_or_404(user_of(request), found.debtor.uid)
    return found


def _with_events(answer: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    answer["HX-Trigger"] = json.dumps(events)
    return answer
