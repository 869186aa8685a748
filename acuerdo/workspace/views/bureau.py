"""Before a report to a credit bureau: what each debt of a person still needs and from when; a notice and the authorisation."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.portfolio.public import visible_to
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, allow, user_of
from acuerdo.workspace.views.debtor import load_person

REASONS = {
    "not-authorised": gettext_lazy("Falta la autorización de la persona para reportar."),
    "disputed": gettext_lazy("La deuda está en disputa."),
    "too-late": gettext_lazy("Pasó el último día posible para reportar esta mora."),
    "notice-missing": gettext_lazy("Falta el aviso previo."),
    "second-notice-missing": gettext_lazy("Falta el segundo aviso, en otro día: la deuda es pequeña."),
    "notice-too-recent": gettext_lazy("El aviso es muy reciente: espere el plazo."),
    "not-in-default": gettext_lazy("No está en mora: nada que reportar."),
    "terms-missing": gettext_lazy("No hay plazos cargados para este país: no se reporta."),
    "wage-missing": gettext_lazy("Falta el salario mínimo de esta fecha: no se reporta."),
}
CHANNELS = ("letter", "email", "sms", "whatsapp")


@allow(COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def bureau(request: HttpRequest, uid: str) -> HttpResponse:
    """The debts of a person with their answers; a POST records a notice (`what=notice`) or the authorisation."""
    person, problem = load_person(request, uid), ""
    found = visible_to(user_of(request)).filter(debtor=person.debtor).select_related("account", "creditor")
    obligations = list(found.order_by("pk"))
    if request.method == "POST":
        try:
            _record(request, obligations)
            return redirect("workspace:bureau", uid=uid)
        except Refusal as refusal:
            problem = _(refusal.message)
    context = {
        "person": person, "rows": _rows(obligations), "problem": problem, "told": request.POST, "channels": CHANNELS,
        "today": clock.business_date(),
    }  # fmt: skip
    return render(request, "workspace/bureau.html", context, status=422 if problem else 200)


def _rows(obligations: list[Any]) -> list[dict[str, Any]]:
    answers = policy.bureau_answers(obligations, clock.business_date())
    notices = policy.bureau_notices_of([one.pk for one in obligations])
    return [
        {
            "obligation": one,
            "answer": answers[one.pk],
            "reasons": [REASONS[code] for code in answers[one.pk].reasons],
            "notices": notices.get(one.pk, []),
        }
        for one in obligations
    ]


def _record(request: HttpRequest, obligations: list[Any]) -> None:
    told, user, today = request.POST, user_of(request), clock.business_date()
    one = next((line for line in obligations if str(line.uid) == told.get("obligation", "")), None)
    if one is None:
        raise Refusal("obligation-missing", "Elija la obligación de la que trata.")
    day, proof = _day(told.get("day", "")), told.get("proof", "")
    common: dict[str, Any] = {"proof": proof, "actor": user.username, "today": today, "now": clock.now()}
    if told.get("what") == "notice":
        policy.record_bureau_notice(one.pk, sent_on=day, channel=told.get("channel", ""), **common)
    else:
        policy.authorise_bureau_report(one.debtor_id, one.creditor_id, granted_on=day, **common)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("invalid-date", "Escriba un día del calendario.") from error
