"""The form of a visit or a letter by hand, on a page of its own because it carries a photo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import all_dispositions, keeps_notes
from acuerdo.workspace import wording
from acuerdo.workspace.access import AGENT, SUPERVISOR, allow, user_of
from acuerdo.workspace.queries.light import lights_of
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of
from acuerdo.workspace.tables import ContactPoint
from acuerdo.workspace.visits.actions import LETTER, OnFoot, log_on_foot

EVIDENCE = {
    "visit_authorisation": gettext_lazy("La persona autorizó la visita por escrito"),
    "unreachable_documented": gettext_lazy("Está documentado que ningún otro medio la alcanza"),
}
REFUSALS = {
    "visit-code": gettext_lazy("Elija qué pasó en la visita."),
    "visit-photo": gettext_lazy("Adjunte la foto del sobre cerrado."),
    "disposition-field-missing": gettext_lazy("Escriba dónde fue la visita."),
}


@allow(AGENT, SUPERVISOR)
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, uid: str) -> HttpResponse:
    user, now = user_of(request), clock.now()
    debtor = debtor_or_404(user, uid)
    obligations = list(
        obligations_of(user)
        .filter(debtor=debtor)
        .select_related("creditor", "account")
        .order_by("-account__balance_due_minor", "pk")
    )
    points = list(
        ContactPoint.objects.filter(debtor=debtor, kind="address", is_valid=True).order_by("-ownership", "id")
    )
    problem = ""
    if request.method == "POST":
        obligation = _chosen(obligations, request.POST.get("obligation", "")) or obligations[0]
        point = _chosen(points, request.POST.get("point", ""))
        if point is None:
            raise Http404
        try:
            log_on_foot(obligation, point, _told(request), title=_title(now), by=user, now=now)
        except Refusal as refusal:
            problem = str(REFUSALS.get(refusal.code) or in_reader_language(refusal.message))
        else:
            messages.success(request, _("Quedó registrado, con su recibo."))
            return redirect("workspace:debtor", debtor.uid)
    lights = lights_of(debtor, obligations[0].creditor_id, obligations[0].pk, now=now).lights
    context = {
        "debtor": debtor, "obligations": obligations, "points": points, "problem": problem, "evidence": EVIDENCE,
        "codes": _codes(), "keeps_notes": keeps_notes(obligations[0].creditor, clock.business_date()),
        "light": next(one for one in lights if one.channel == "visit"), "letter": LETTER,
    }  # fmt: skip
    return render(request, "workspace/visits/visit.html", context, status=422 if problem else 200)


def _codes() -> list[tuple[str, str]]:
    english = wording.is_english()
    tree = [one for one in all_dispositions().values() if one.family == "VI" and one.is_for_people]
    return [(one.code, one.en if english else one.es) for one in tree]


def _told(request: HttpRequest) -> OnFoot:
    told, photo = request.POST, request.FILES.get("photo")
    return OnFoot(
        code=told.get("code", ""), evidence=frozenset(told.getlist("evidence")) & frozenset(EVIDENCE),
        position=told.get("position", ""), note=told.get("note", "")[:1_000],
        photo=photo.chunks() if photo is not None else (), has_photo=photo is not None,
    )  # fmt: skip


def _title(now: Any) -> str:
    return f"Visita {now.astimezone(clock.zone()):%Y-%m-%d %H:%M}"


def _chosen(rows: list[Any], uid: str) -> Any:
    try:
        wanted = UUID(uid)
    except ValueError:
        return None
    return next((row for row in rows if row.uid == wanted), None)
