"""The panel of one message: channel by its light, text with the person's own figures, tone while one writes."""

import json
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import PlanOutcome, ToneReport, check_tone
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.contact import choices
from acuerdo.workspace.contact.sending import TEXT_LENGTH_MAX, Letter, send_by_hand
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of
from acuerdo.workspace.templates_library.wording import RULES, WHYS
from acuerdo.workspace.views.debtor import history_of, load_person

# Refusals by code, so that both languages have them.
REFUSALS = {
    "message-channel": gettext_lazy("Elija por dónde y qué enviar."),
    "message-text": gettext_lazy("Ese texto no sirve para esta persona hoy: elija otro de la lista."),
    "message-empty": gettext_lazy("Escriba el mensaje."),
    "message-long": gettext_lazy("El mensaje pasa de 500 letras: acórtelo."),
    "message-tone": gettext_lazy("El texto no puede salir así. La revisión dice qué corregir."),
}


@allow(AGENT, SUPERVISOR)
@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, uid: str) -> HttpResponse:
    """GET: the form. POST: the message goes to the outbox, or the form comes back with why not (422)."""
    if request.method == "GET":
        return render(request, "workspace/contact/panel.html", _context(request, uid, request.GET))
    debtor, obligation = _about(request, uid, request.POST)
    try:
        outcome = send_by_hand(obligation, _letter(request.POST), by=user_of(request), now=clock.now())
    except Refusal as refusal:
        return _again(request, uid, str(REFUSALS[refusal.code]))
    if outcome.state not in ("scheduled", "sending", "sent", "delivered", "read"):
        return _again(request, uid, _why_not(outcome))
    return _done(request, uid, debtor, outcome)


@allow(AGENT, SUPERVISOR)
@require_GET
def preview(request: HttpRequest, uid: str) -> HttpResponse:
    """The message as it would read, and the tone of what was typed so far."""
    return render(request, "workspace/contact/preview.html", _context(request, uid, request.GET))


def _about(request: HttpRequest, uid: str, asked: QueryDict) -> tuple[Any, Any]:
    """The person and the obligation spoken of, the most overdue one when none is chosen."""
    user = user_of(request)
    debtor = debtor_or_404(user, uid)
    found = obligations_of(user).filter(debtor=debtor).select_related("account", "creditor", "debtor")
    if asked.get("obligation"):
        found = found.filter(uid=_uid(str(asked["obligation"])))
    row = found.order_by("-account__balance_due_minor", "pk").first()
    if row is None:
        raise Http404
    return debtor, row


def _context(request: HttpRequest, uid: str, asked: QueryDict) -> dict[str, Any]:
    user, now = user_of(request), clock.now()
    debtor, obligation = _about(request, uid, asked)
    channels = choices.channels_for(debtor, obligation, now=now)
    known = [one.channel for one in channels]
    channel = asked.get("channel", "") if asked.get("channel") in known else (known[0] if known else "")
    texts = choices.texts_for(obligation, channel, writer=user.full_name, now=now) if channel else []
    code = asked.get("template", "") if asked.get("template") in [one.code for one in texts] else choices.FREE
    text = asked.get("text", "")[:TEXT_LENGTH_MAX] if code == choices.FREE else ""
    sample = None
    if channel and (text or code != choices.FREE):
        sample = choices.sample_of(obligation, channel, code, writer=user.full_name, text=text, now=now)
    tone = check_tone(text, channel=channel, country=obligation.creditor.country.lower()) if text else None
    others = (
        obligations_of(user)
        .filter(debtor=debtor)
        .select_related("account")
        .order_by("-account__balance_due_minor", "pk")
    )
    return {
        "debtor": debtor, "obligation": obligation, "obligations": list(others), "channels": channels,
        "chosen": next((one for one in channels if one.channel == channel), None), "texts": texts, "code": code,
        "is_free": code == choices.FREE, "text": text, "sample": sample, "findings": _findings(tone),
        "is_blocked": tone is not None and tone.verdict == "block", "is_requested": asked.get("requested") == "on",
        "token": uuid4(), "length_max": TEXT_LENGTH_MAX,
    }  # fmt: skip


def _findings(report: ToneReport | None) -> list[dict[str, Any]]:
    """What to mend, what blocks first. That it does not name the creditor is no fault: the text around it does."""
    found = (
        [one for one in report.findings if one.rule not in ("missing_creditor", "amount_without_date")]
        if report
        else []
    )
    return [
        {"word": RULES.get(one.rule, one.rule), "text": one.text, "why": WHYS.get(one.rule, one.why),
         "suggestion": one.suggestion, "tone": "bad" if one.severity == "block" else "warn"}
        for one in sorted(found, key=lambda one: one.severity != "block")
    ]  # fmt: skip


def _letter(asked: QueryDict) -> Letter:
    channel, code = asked.get("channel", ""), asked.get("template", "")
    if channel not in choices.CHANNELS or not code:
        raise Refusal("message-channel", "Elija por dónde y qué enviar.")
    text = asked.get("text", "") if code == choices.FREE else ""
    return Letter(channel, code, text, asked.get("requested") == "on", _uid(asked.get("token", "")))


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _again(request: HttpRequest, uid: str, problem: str) -> HttpResponse:
    context = _context(request, uid, request.POST) | {"problem": problem}
    return _with_events(render(request, "workspace/contact/panel.html", context, status=422), {"ac:contact": {}})


def _done(request: HttpRequest, uid: str, debtor: Any, outcome: PlanOutcome) -> HttpResponse:
    person, now = load_person(request, uid), clock.now()
    is_later = outcome.scheduled_for is not None and outcome.scheduled_for > now
    when = (
        wording.near_moment(outcome.scheduled_for, now, debtor.timezone) if is_later and outcome.scheduled_for else ""
    )
    context = {"person": person, "channel": outcome.item.channel, "when": when, "timeline": history_of(request, person)}
    answer = render(request, "workspace/contact/done.html", context)
    return _with_events(answer, {"ac:toast": {"text": _("Mensaje en camino"), "tone": "ok"}, "ac:contact": {}})


def _why_not(outcome: PlanOutcome) -> str:
    if outcome.state == "cancelled":
        return _("Esta obligación ya no tiene saldo: no hay nada que escribir.")
    if outcome.reason.startswith("tone:"):
        return _("El texto no puede salir así. La revisión dice qué corregir.")
    return _("No salió: %(why)s") % {"why": wording.failure_word(outcome.reason)}


def _with_events(answer: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    answer["HX-Trigger"] = json.dumps(events)
    return answer
