"""The statement's screen and its PDF. Who may not see the obligation is told, as everywhere, that it does not exist."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.ledger.public import regulatory_class, statement_view
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.statement.paper import Paper, paper_of
from acuerdo.workspace.statement.pdf import draw_pdf

AHEAD_DAYS_MAX = 60


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@never_cache
@require_GET
def statement(request: HttpRequest, uid: str, obligation_uid: str) -> HttpResponse:
    """As of today, or of `?fecha=`; with `?registrado=`, as it was believed at the end of that day."""
    obligation = obligation_or_404(request, uid, obligation_uid)
    as_of = _date_of(request, obligation)
    today = clock.business_date()
    known_on = known_on_of(request, obligation, today)
    known_at = None if known_on is None else end_of(known_on)
    paper = _paper(obligation, as_of, str(request.LANGUAGE_CODE), known_at)
    context = {
        "paper": paper,
        "known_on": known_on,
        "today": today,
        "since_then": _paper(obligation, as_of, str(request.LANGUAGE_CODE)) if known_on else None,
        "obligation": obligation,
        "as_of": as_of,
        "earliest": earliest_of(obligation),
        "latest": today + timedelta(days=AHEAD_DAYS_MAX),
        "up_url": reverse("workspace:debtor", args=[obligation.debtor.uid]),
    }
    return render(request, "workspace/statement/page.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@never_cache
@require_GET
def statement_pdf(request: HttpRequest, uid: str, obligation_uid: str) -> HttpResponse:
    """The same paper in the language of the person it is for."""
    obligation = obligation_or_404(request, uid, obligation_uid)
    as_of = _date_of(request, obligation)
    wanted = obligation.debtor.language
    language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        content = draw_pdf(_paper(obligation, as_of, language), made_at=clock.now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="estado-{obligation.uid}-{as_of:%Y-%m-%d}.pdf"'
    return answer


def obligation_or_404(request: HttpRequest, uid: str, obligation_uid: str) -> Any:
    """The obligation with its account, creditor and person, or 404 in the same words whether it is another's or does not exist."""
    found = (
        obligations_of(user_of(request))
        .select_related("account", "creditor", "debtor")
        .filter(uid=obligation_uid, debtor__uid=uid)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _paper(obligation: Any, as_of: date, language: str, known_at: datetime | None = None) -> Paper:
    view = statement_view(obligation.pk, as_of, known_at=known_at)
    kinds = [str(obligation.account.terms.get("modality", "")), obligation.product]
    days = view.document.statement.days_past_due
    found = regulatory_class(obligation.creditor.country, kinds, days, as_of)
    return paper_of(view, obligation, found, language)


def _date_of(request: HttpRequest, obligation: Any) -> date:
    """The date asked for, within what can be told; today when it cannot be read."""
    today = clock.business_date()
    try:
        asked = date.fromisoformat(request.GET.get("fecha", ""))
    except ValueError:
        asked = today
    return max(min(asked, today + timedelta(days=AHEAD_DAYS_MAX)), earliest_of(obligation))


def known_on_of(request: HttpRequest, obligation: Any, today: date) -> date | None:
    """The day whose knowledge is asked for; none for today or when it cannot be read. The lender's figures keep no past."""
    try:
        asked = date.fromisoformat(request.GET.get("registrado", ""))
    except ValueError:
        return None
    return asked if asked < today and obligation.account.balance_source != "core" else None


def end_of(day: date) -> datetime:
    """The last instant of a business day."""
    return datetime.combine(day, time.max, tzinfo=clock.zone())


def earliest_of(obligation: Any) -> date:
    """The lender's figures cannot be told before their own date; ours from the disbursement on."""
    account = obligation.account
    earliest: date
    if account.balance_source == "core":
        earliest = account.core_as_of or obligation.last_seen_on
    else:
        earliest = account.disbursed_on or obligation.first_seen_on
    return earliest
