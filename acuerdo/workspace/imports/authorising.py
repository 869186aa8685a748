"""Declaring which channels a creditor's customers authorised: beside the file being loaded, or for the portfolio as it stands."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import authorisation_law, declare_from_portfolio, reach_of
from acuerdo.portfolio.public import Declaration, ImportBatch, declaration_of, last_batch, list_creditors
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

CHANNELS = ("call", "sms", "whatsapp", "email", "letter")
PROOF_LENGTH_MAX = 200


def declaration_from_post(post: Any) -> Declaration:
    """What the form says. Refuses `consent-without-proof`."""
    channels = tuple(code for code in post.getlist("channel") if code in CHANNELS)
    proof = post.get("proof", "").strip()[:PROOF_LENGTH_MAX]
    if channels and not proof:
        message = _("Diga qué documento prueba las autorizaciones (contrato, formato, fecha).")
        raise Refusal("consent-without-proof", message)
    return Declaration(channels, proof)


def declaration_fields(declared: Declaration, country: str) -> dict[str, Any]:
    """What the form shows: channels with whether they are ticked, the paper, and the article that asks for it."""
    return {
        "channels": [(code, wording.CHANNELS[code], code in declared.channels) for code in CHANNELS],
        "proof": declared.proof,
        "law": authorisation_law(country, clock.business_date()),
    }


def said_for(batch: ImportBatch) -> Declaration:
    """What was said for this file, or else for the creditor's last one: tomorrow's file is rarely another story."""
    if "declared" in batch.draft:
        return declaration_of(batch)
    last = last_batch(batch.creditor_id)
    said = last.report.get("followed", {}).get("declared", {}) if last is not None else {}
    return Declaration(tuple(said.get("channels", ())), said.get("proof", ""))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_http_methods(["GET", "POST"])
def authorisations(request: HttpRequest) -> HttpResponse:
    """Each creditor's people without any authorised channel, and the declaration that changes it."""
    if user_of(request).agency_id is not None:
        raise PermissionDenied  # a lender speaks for its own customers
    creditors = list_creditors(user_of(request)).order_by("name")
    problem, status = {}, 200
    if request.method == "POST":
        told = request.POST.get("creditor", "")
        creditor = next((one for one in creditors if str(one.uid) == told), None)
        if creditor is None:
            raise Http404
        try:
            return _declare(request, creditor)
        except Refusal as refusal:
            problem, status = {creditor.pk: in_reader_language(refusal.message)}, 422
    reach = reach_of([one.pk for one in creditors])
    rows = [
        {
            "creditor": one,
            "people": reach.get(one.pk, (0, 0))[0],
            "unauthorised": reach.get(one.pk, (0, 0))[1],
            "fields": declaration_fields(Declaration(), one.country),
            "problem": problem.get(one.pk),
        }
        for one in creditors
    ]
    return render(request, "workspace/imports/authorisations.html", {"rows": rows}, status=status)


def _declare(request: HttpRequest, creditor: Any) -> HttpResponse:
    said = declaration_from_post(request.POST)
    if not said.proof:
        raise Refusal("channels-missing", _("Marque al menos un canal y diga qué documento lo prueba."))
    added = declare_from_portfolio(
        creditor.pk,
        said.channels,
        proof=said.proof,
        actor=user_of(request).username,
        now=clock.now(),
        takes_locks=False,
    )
    total = sum(added.values())
    messages.success(
        request, _("Autorizaciones nuevas: %(count)s. El próximo plan del día ya las usa.") % {"count": total}
    )
    return redirect("workspace:imports:authorisations")
