"""Credits that wait for a person: the queue with its proposals one press away, a search, parts, return and undo."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_mark_in, parse_minor
from acuerdo.portfolio.public import (
    Suggestion,
    assign_credit,
    credits_of,
    return_credit,
    search_debtors,
    suggestions_for,
    undo_credit,
    visible_to,
)
from acuerdo.portfolio.rules.reconcile import Candidate, Share, split_oldest_first
from acuerdo.workspace.access import ADMIN, DIRECTOR, SUPERVISOR, allow
from acuerdo.workspace.payments import wording
from acuerdo.workspace.payments.views import lender_user

PAGE_ROWS = 25
DECIDED_SHOWN = 25
FOUND_MAX = 30


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    mine = credits_of(lender_user(request))
    page = Paginator(mine.filter(status="open").order_by("paid_on", "id"), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    suggested = suggestions_for(rows)
    midnight = clock.now().astimezone(clock.zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    decided = mine.exclude(status="open").filter(decided_at__gte=midnight).order_by("-decided_at")[:DECIDED_SHOWN]
    context = {
        "page": page,
        "rows": [_told(row, suggested[row.pk]) for row in rows],
        "decided": [(row, *wording.CREDIT_WORDS[row.status]) for row in decided],
    }
    return render(request, "workspace/payments/waiting.html", context)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def credit(request: HttpRequest, uid: str) -> HttpResponse:
    row = _credit(request, uid)
    return render(request, "workspace/payments/credit.html", _context(request, row))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """To one obligation whole, to several by the amounts given, or to several the oldest due first."""
    row = _credit(request, uid)

    def decide() -> None:
        shares = _shares(request, row)
        assign_credit(row.pk, shares, user=lender_user(request), now=clock.now())

    return _done(request, row, decide, _("Aplicado. Si fue un error, hoy mismo se puede deshacer."))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def give_back(request: HttpRequest, uid: str) -> HttpResponse:
    row = _credit(request, uid)

    def decide() -> None:
        return_credit(row.pk, why=request.POST.get("why", ""), user=lender_user(request), now=clock.now())

    return _done(request, row, decide, _("Marcado como devuelto."))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    row = _credit(request, uid)

    def decide() -> None:
        undo_credit(row.pk, user=lender_user(request), now=clock.now(), today=clock.business_date())

    return _done(request, row, decide, _("Deshecho: el abono vuelve a estar por identificar."))


def _done(request: HttpRequest, row: Any, decide: Callable[[], None], sentence: str) -> HttpResponse:
    """Back to the queue; a refusal shows the credit again with the reason."""
    try:
        decide()
    except Refusal as refusal:
        row.refresh_from_db()
        context = _context(request, row) | {"problem": in_reader_language(refusal.message)}
        return render(request, "workspace/payments/credit.html", context, status=422)
    messages.success(request, sentence)
    return redirect("workspace:payments:waiting")


def _credit(request: HttpRequest, uid: str) -> Any:
    return get_object_or_404(credits_of(lender_user(request)), uid=uid)


def _shares(request: HttpRequest, row: Any) -> list[Share]:
    """What the form says. Refuses `obligation-unknown` and amounts that cannot be read."""
    uids = [uid for uid in request.POST.getlist("obligation") if uid]
    mine = visible_to(lender_user(request)).filter(creditor_id=row.creditor_id, uid__in=_uuids(uids))
    found = {str(one.uid): one for one in mine.select_related("account")}
    if len(found) < len(set(uids)) or not uids:
        raise Refusal("obligation-unknown", _("Elija al menos una obligación de este acreedor."))
    if request.POST.get("split") == "oldest":
        return list(split_oldest_first(row.amount_minor, [_candidate(one) for one in found.values()]))
    if len(found) == 1 and not request.POST.get(f"amount-{uids[0]}"):
        return [Share(found[uids[0]].pk, row.amount_minor)]
    mark = decimal_mark_in(row.currency)
    texts = {uid: request.POST.get(f"amount-{uid}", "").strip() for uid in dict.fromkeys(uids)}
    return [Share(found[uid].pk, parse_minor(text, row.currency, mark)) for uid, text in texts.items() if text]


def _uuids(texts: list[str]) -> list[str]:
    return [text for text in texts if len(text) == 36 and text.count("-") == 4]


def _candidate(one: Any) -> Candidate:
    account = one.account
    return Candidate(
        account_id=one.pk, number=one.number, number_key="", document="", debtor_id=one.debtor_id, currency=account.currency,
        status=account.status, balance_minor=account.balance_minor, balance_due_minor=account.balance_due_minor,
        next_due_minor=account.next_due_minor, due_since=account.due_since, next_due_on=account.next_due_on,
    )  # fmt: skip


def _context(request: HttpRequest, row: Any) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:80]
    word, tone = wording.CREDIT_WORDS[row.status]
    return {
        "credit": _told(row, suggestions_for([row])[row.pk]),
        "status": word,
        "tone": tone,
        "text": text,
        "found": _found(request, row, text) if text else [],
        "today": clock.business_date(),
    }


def _found(request: HttpRequest, row: Any, text: str) -> list[Any]:
    """The creditor's obligations of the people that the words find; two queries more than the search."""
    user = lender_user(request)
    people = [one.pk for one in search_debtors(user, text)]
    mine = visible_to(user).filter(creditor_id=row.creditor_id, debtor_id__in=people)
    ordered = mine.select_related("debtor", "account").order_by("debtor__search_name", "account__due_since", "pk")
    return list(ordered[:FOUND_MAX])


def _told(row: Any, suggestions: list[Suggestion]) -> dict[str, Any]:
    return {
        "row": row,
        "reason": wording.REASON_WORDS.get(row.reason, row.reason),
        "proposals": [
            {
                "obligation": one.obligation,
                "strength": wording.STRENGTH_WORDS[one.strength][0],
                "tone": wording.STRENGTH_WORDS[one.strength][1],
                "why": [wording.WHY_WORDS.get(clue, clue) for clue in one.clues],
            }
            for one in suggestions
        ],
        "one_person": len({one.obligation.debtor_id for one in suggestions}) == 1 and len(suggestions) > 1,
    }
