"""Reports to credit bureaus: what each debt of a person still needs, with its notices, its report and its end; and all of them."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_from_minor
from acuerdo.policy import public as policy
from acuerdo.portfolio.public import visible_to
from acuerdo.workspace import bureau_words as words
from acuerdo.workspace import wording
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries import bureau as queries
from acuerdo.workspace.queries.scope import creditor_choices
from acuerdo.workspace.views.debtor import load_person

CHANNELS = ("letter", "email", "sms", "whatsapp")
PAGE_ROWS = 50
EXPORT_ROWS = 1_000


@allow(COMPLIANCE, DIRECTOR)
@require_http_methods(["GET", "POST"])
def bureau(request: HttpRequest, uid: str) -> HttpResponse:
    """The debts of a person with their answers. A POST records a `notice`, the `authorisation` or its end (`revocation`), lets a
    `report` out or makes a `withdrawal`, as `what` says."""
    person, problem = load_person(request, uid), ""
    found = visible_to(user_of(request)).filter(debtor=person.debtor).select_related("account", "creditor")
    obligations = list(found.order_by("pk"))
    if request.method == "POST":
        try:
            _record(request, obligations)
            return redirect("workspace:bureau", uid=uid)
        except policy.BureauReportRefused as refusal:
            problem = words.say_refused(refusal.answer)
        except Refusal as refusal:
            problem = in_reader_language(refusal.message)
    context = {
        "person": person, "problem": problem, "told": request.POST, "channels": CHANNELS, "today": clock.business_date(),
        "rows": [queries.shown(case) for case in policy.bureau_details(obligations, clock.business_date())],
    }  # fmt: skip
    return render(request, "workspace/bureau.html", context, status=422 if problem else 200)


def _record(request: HttpRequest, obligations: list[Any]) -> None:
    told, user = request.POST, user_of(request)
    one = next((line for line in obligations if str(line.uid) == told.get("obligation", "")), None)
    if one is None:
        raise Refusal("obligation-missing", "Elija la obligación de la que trata.")
    dated: dict[str, Any] = {"today": clock.business_date(), "now": clock.now()}
    match told.get("what"):
        case "report":
            policy.release_bureau_report(one.pk, bureau=told.get("bureau", ""), user=user, **dated)
        case "withdrawal":
            policy.withdraw_bureau_report(one.pk, reason=told.get("reason", ""), user=user, **dated)
        case "revocation":
            policy.revoke_bureau_authorisation(one.debtor_id, one.creditor_id, actor=user.username, **dated)
        case "authorisation":
            given: dict[str, Any] = {
                "granted_on": _day(told.get("day", "")),
                "proof": told.get("proof", ""),
                "actor": user.username,
            }
            policy.authorise_bureau_report(one.debtor_id, one.creditor_id, **given, **dated)
        case _:
            sent: dict[str, Any] = {
                "sent_on": _day(told.get("day", "")),
                "proof": told.get("proof", ""),
                "actor": user.username,
            }
            policy.record_bureau_notice(one.pk, channel=told.get("channel", ""), **sent, **dated)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("invalid-date", "Escriba un día del calendario.") from error


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def bureau_cases(request: HttpRequest) -> HttpResponse:
    """Every default on its way to a bureau, by state."""
    user, today, filters = user_of(request), clock.business_date(), queries.read_filters(request.GET)
    counts = policy.count_bureau_states(visible_to(user), today)
    pages = Paginator(queries.narrowed(visible_to(user), filters, today=today), PAGE_ROWS)
    if not (filters.creditor or filters.text):
        # What the states add up to is how many there are: the largest portfolios are not counted twice.
        pages.count = counts[filters.state] if filters.state else sum(counts.values())
    page = pages.get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": [queries.shown(case) for case in policy.bureau_details(list(page.object_list), today)],
        "filters": filters,
        "counts": [(code, words.STATES[code][0], number, words.STATES[code][1]) for code, number in counts.items()],
        "states": [(code, word) for code, (word, _tone) in words.STATES.items()],
        "creditors": creditor_choices(user),
    }
    return render(request, "workspace/bureau_cases.html", context)


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def bureau_export(request: HttpRequest) -> HttpResponse:
    """The same list as a table: what a bureau's file and the regulator's questions are answered from."""
    today, filters = clock.business_date(), queries.read_filters(request.GET)
    found = queries.narrowed(visible_to(user_of(request)), filters, today=today)
    header = [
        _("obligación"), _("titular"), _("documento"), _("acreedor"), _("estado"), _("en mora desde"), _("saldo"), _("moneda"),
        _("avisos"), _("se puede desde"), _("último día posible"), _("qué falta"), _("central"), _("reportada"),
        _("puede estar hasta"), _("retirada"), _("norma"),
    ]  # fmt: skip
    return csv_response(f"centrales-{today:%Y-%m-%d}.csv", header, _lines(found, today))


def _lines(found: Any, today: date) -> Any:
    kept: list[Any] = []
    for one in found.iterator(chunk_size=EXPORT_ROWS):
        kept.append(one)
        if len(kept) == EXPORT_ROWS:
            yield from map(_line, policy.bureau_details(kept, today))
            kept = []
    yield from map(_line, policy.bureau_details(kept, today))


def _line(case: policy.BureauCase) -> list[Any]:
    one, answer, report = case.obligation, case.answer, case.report
    return [
        one.number, one.debtor.full_name, wording.masked(one.debtor.id_number), one.creditor.name,
        words.STATES[case.state][0], one.account.due_since or "",
        decimal_from_minor(one.account.balance_minor, one.account.currency), one.account.currency,
        " ".join(str(notice.sent_on) for notice in case.notices), answer.from_on or "", answer.until_on or "",
        " ".join(str(words.REASONS[code]) for code in answer.reasons), report.bureau if report else "",
        report.released_on if report else "", case.stands_until or "",
        (report.withdrawn_on or "") if report else "", answer.citation,
    ]  # fmt: skip
