"""The portfolio and the search of the bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.kernel.money import plain_text
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, EVERYONE, SUPERVISOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries import portfolio as queries
from acuerdo.workspace.queries.scope import creditor_choices
from acuerdo.workspace.queries.search import TEXT_MIN
from acuerdo.workspace.queries.search import search as find_people


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    user, filters = user_of(request), queries.read_portfolio_filters(request.GET)
    found = queries.portfolio_of(user, filters)
    sums = queries.sums_of(found)
    paginator = queries.PortfolioPaginator(found, sum(one.obligations for one in sums))
    context = {
        "filters": filters,
        "sums": sums,
        "page": paginator.get_page(request.GET.get("page", "1")),
        "creditors": creditor_choices(user),
        "stages": list(wording.STAGES.items()),
        "buckets": [(code, wording.bucket_word(code)) for code in queries.bucket_names()],
        "statuses": [(code, wording.ACCOUNT_STATUSES[code]) for code in (*queries.STATUSES, "all")],
    }
    return render(request, "workspace/portfolio.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def portfolio_export(request: HttpRequest) -> HttpResponse:
    filters = queries.read_portfolio_filters(request.GET)
    header = [
        _("obligación"), _("acreedor"), _("titular"), _("documento"), _("ciudad"), _("etapa"), _("franja"), _("días de mora"),
        _("moneda"), _("saldo"), _("saldo exigible"), _("próximo vencimiento"),
    ]  # fmt: skip
    rows = (
        [*row[:9], plain_text(row[9], row[8]), plain_text(row[10], row[8]), row[11]]
        for row in queries.export_rows(queries.portfolio_of(user_of(request), filters))
    )
    return csv_response(f"cartera-{clock.business_date():%Y-%m-%d}.csv", header, rows)


@allow(*EVERYONE)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """One person found is opened at once: the agent has them on the line."""
    text = request.GET.get("q", "")[:100]
    found = find_people(user_of(request), text)
    if len(found) == 1:
        return redirect("workspace:debtor", uid=found[0].debtor.uid)
    context = {"found": found, "search_text": text, "is_short": len(text.strip()) < TEXT_MIN}
    return render(request, "workspace/search.html", context)
