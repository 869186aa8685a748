"""What one person allows: the authorisation of each channel with its proof, and their own hours."""

from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.permits import wording as words
from acuerdo.workspace.views.debtor import load_person

LEADS = frozenset({SUPERVISOR, COMPLIANCE, DIRECTOR})


@allow(AGENT, SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def permits(request: HttpRequest, uid: str) -> HttpResponse:
    """A POST records what the person says, as `what` tells: consent, revocation, hours or hours-off. Everybody may narrow; only a
    lead records what widens (an authorisation, or the document that lets the hours go beyond the law's)."""
    person, user, problem = load_person(request, uid), user_of(request), ""
    if request.method == "POST":
        try:
            _record(request.POST, person.debtor.pk, user)
            return redirect("workspace:permits:page", uid=uid)
        except Refusal as refusal:
            problem = in_reader_language(refusal.message)
    own = policy.own_hours_of(person.debtor.pk)
    context = {
        "person": person, "problem": problem, "told": request.POST, "today": clock.business_date(),
        "consents": policy.consents_of(person.debtor.pk), "own": own,
        "hours": words.hours_lines(own.hours) if own is not None else [], "spans": _spans(request.POST),
        "channels": [(code, word) for code, word in wording.CHANNELS.items() if code],
        "purposes": [(code, wording.PURPOSES[code]) for code in ("collection", "marketing")],
        "sources": list(words.SOURCES.items()), "may_widen": user.role in LEADS,
    }  # fmt: skip
    return render(request, "workspace/permits/page.html", context, status=422 if problem else 200)


def _spans(told: Any) -> list[dict[str, Any]]:
    """The form's rows with what was typed."""
    return [
        {"code": code, "word": word, "from": told.get(f"{code}-from", ""), "to": told.get(f"{code}-to", "")}
        for code, word in words.SPANS.items()
    ]


def _record(told: Any, debtor_id: int, user: User) -> None:
    common: dict[str, Any] = {"actor": user.username, "now": clock.now()}
    match told.get("what"):
        case "revocation":
            policy.revoke_consent(debtor_id, told.get("channel", ""), purpose=told.get("purpose", ""), **common)
        case "hours-off":
            policy.clear_own_hours(debtor_id, **common)
        case "hours":
            instrument = told.get("instrument", "").strip()[:200]
            if instrument and user.role not in LEADS:
                raise Refusal(
                    "not-allowed", "El documento que amplía el horario lo registra un supervisor o cumplimiento."
                )
            policy.set_own_hours(
                debtor_id, _hours(told), instrument=instrument, given_at=_given_at(told.get("given_on", "")), **common
            )
        case _:
            if user.role not in LEADS:
                raise Refusal("not-allowed", "La autorización de un canal la registra un supervisor o cumplimiento.")
            _grant(told, debtor_id, common)


def _grant(told: Any, debtor_id: int, common: dict[str, Any]) -> None:
    proof, source = told.get("proof", "").strip()[:200], told.get("source", "").strip()[:60]
    if not proof or not source:
        raise Refusal("consent-proof-missing", "Diga cómo se dio la autorización y dónde está su prueba.")
    policy.grant_consent(
        debtor_id, told.get("channel", ""), purpose=told.get("purpose", "") or "collection", source=source, proof=proof,
        granted_at=_given_at(told.get("given_on", "")), **common,
    )  # fmt: skip


def _hours(told: Any) -> dict[str, list[list[str]]]:
    hours = {row["code"]: [[row["from"], row["to"]]] if row["from"] or row["to"] else [] for row in _spans(told)}
    if not any(hours.values()):
        raise Refusal("invalid-windows", "Escriba al menos una franja, con su comienzo y su fin.")
    return hours


def _given_at(text: str) -> datetime | None:
    """Today is this moment; an earlier day counts from its beginning."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refusal("invalid-date", "Escriba un día del calendario.") from error
    return None if day is None or day == clock.business_date() else datetime.combine(day, time(), tzinfo=clock.zone())
