"""The rules of contact in words, and the readings of the law: which one a creditor follows, who approved it and when."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import approve_reading
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.queries import rules as queries


@allow(COMPLIANCE, DIRECTOR, SUPERVISOR, ADMIN)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    packs = queries.pack_pages(user_of(request), today=clock.business_date())
    return render(request, "workspace/rules.html", {"packs": packs})


@allow(COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest, pack: str, name: str) -> HttpResponse:
    """One setting: its readings in words, every choice so far; a POST approves one for a creditor from a day on."""
    user, today, problem = user_of(request), clock.business_date(), ""
    if queries.setting_page(user, pack, name, today=today) is None:
        raise Http404
    creditors = queries.creditors_bound_by(user, pack)
    if request.method == "POST":
        try:
            _approve(request, pack, name, creditors)
            return redirect("workspace:reading", pack=pack, name=name)
        except Refusal as refusal:
            problem = in_reader_language(refusal.message)
    context = {
        "setting": queries.setting_page(user, pack, name, today=today), "creditors": creditors, "problem": problem,
        "told": request.POST, "today": today,
    }  # fmt: skip
    return render(request, "workspace/reading.html", context, status=422 if problem else 200)


def _approve(request: HttpRequest, pack: str, name: str, creditors: list[Any]) -> None:
    told, user = request.POST, user_of(request)
    creditor = next((one for one in creditors if str(one.uid) == told.get("creditor", "")), None)
    if creditor is None:
        raise Refusal("creditor-missing", "Elija el acreedor que sigue esta lectura.")
    try:
        day = date.fromisoformat(told.get("approved_on", ""))
    except ValueError as error:
        raise Refusal("invalid-date", "Escriba un día del calendario.") from error
    approve_reading(
        creditor.pk, pack, name, told.get("value", ""), user=user, approved_on=day, reason=told.get("reason", ""),
        now=clock.now(),
    )  # fmt: skip
