"""The agreement with one person: start from what they can pay, show what may be offered, write it down, take their yes."""

import json
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging import public as messaging
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.rules.offers import OfferRequest, Wish, policy_on, price
from acuerdo.negotiation.rules.offers.documents import read_request
from acuerdo.workspace.access import AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, is_partial, user_of
from acuerdo.workspace.agreements import queries, wording
from acuerdo.workspace.agreements.forms import QuoteForm, WishForm
from acuerdo.workspace.agreements.pdf import draw_agreement
from acuerdo.workspace.queries.scope import debtor_or_404


@allow(AGENT, SUPERVISOR, DIRECTOR)
@never_cache
@require_GET
def desk(request: HttpRequest, uid: str) -> HttpResponse:
    """The whole page, or the offers alone when what the person can pay has changed."""
    user = user_of(request)
    debtor, today = debtor_or_404(user, uid), clock.business_date()
    table = queries.table_of(user, debtor, request.GET.getlist("obligation"))
    asked = request.GET if "frequency" in request.GET else {"frequency": "monthly"}
    form = WishForm(asked, currency=table.currency, today=today)
    wish = form.wish()
    case = queries.case_of(user, table, today, has_hardship=form.has_hardship)
    cards = queries.cards_of(case, wish, queries.authority_of(user)) if case else []
    context = {
        "debtor": debtor,
        "table": table,
        "case": case,
        "form": form,
        "wish": wish,
        "cards": cards,
        "quote_form": QuoteForm(currency=table.currency, today=today, initial={"first_on": wish.first_on or today}),
        "plans": list(queries.plans_seen(user, debtor)),
        "up_url": reverse("workspace:debtor", args=[uid]),
    }
    name = "offers" if is_partial(request) else "desk"
    return render(request, f"workspace/agreements/{name}.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_GET
def quote(request: HttpRequest, uid: str) -> HttpResponse:
    """One offer built by hand: its price, whose yes it needs, or why it cannot be."""
    user = user_of(request)
    debtor, today = debtor_or_404(user, uid), clock.business_date()
    table = queries.table_of(user, debtor, request.GET.getlist("obligation"))
    form = QuoteForm(request.GET, currency=table.currency, today=today)
    context: dict[str, Any] = {"debtor": debtor, "table": table, "quote_form": form, "today": today}
    case = queries.case_of(user, table, today, has_hardship=False)
    if case is not None and form.is_valid():
        try:
            offer = price(case, form.request(), policy_on(today, case.country), queries.authority_of(user))
            context["card"] = queries.card_of(offer, Wish(), table.currency)
        except Refusal as refusal:
            context["problem"] = in_reader_language(refusal.message)
    return render(request, "workspace/agreements/quote.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def declare(request: HttpRequest, uid: str) -> HttpResponse:
    """Keep what the person said they can pay in a month, as the form beside the offers has it."""
    user, today = user_of(request), clock.business_date()
    debtor = debtor_or_404(user, uid)
    table = queries.table_of(user, debtor, request.POST.getlist("obligation"))
    wish = WishForm(request.POST, currency=table.currency, today=today).wish()
    told: dict[str, Any] = {"monthly_minor": wish.monthly_minor, "currency": table.currency}
    if wish.monthly_minor is not None:
        negotiation.declare_capacity(
            debtor.pk, currency=table.currency, monthly_minor=wish.monthly_minor, actor=user.username, now=clock.now(), today=today
        )  # fmt: skip
    if not is_partial(request):
        return redirect("workspace:agreements:desk", uid=uid)
    return render(request, "workspace/agreements/declared.html", told)


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def propose(request: HttpRequest, uid: str) -> HttpResponse:
    user = user_of(request)
    debtor, today, now = debtor_or_404(user, uid), clock.business_date(), clock.now()
    table = queries.table_of(user, debtor, request.POST.getlist("obligation"))
    try:
        plan = negotiation.propose_plan(
            queries.chosen_obligations(user, table),
            _asked(request),
            role=queries.authority_of(user),
            actor=user.username,
            now=now,
            today=today,
            has_hardship=request.POST.get("hardship") == "on",
            reason=request.POST.get("reason", ""),
        )
    except Refusal as refusal:
        return _problem(request, refusal)
    return _go(request, reverse("workspace:agreements:plan", args=[uid, plan.uid]))


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE)
@never_cache
@require_GET
def plan(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    """The plan. A page that waits for an approval asks whether it is still in the state `seen`, and reloads once it is not."""
    if is_partial(request) and "seen" in request.GET:
        user = user_of(request)
        found = queries.plan_or_404(user, debtor_or_404(user, uid), plan_uid)
        answer = HttpResponse(status=204)
        if found.state != request.GET["seen"]:
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "workspace/agreements/plan.html", _plan_context(request, uid, plan_uid))


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def accept(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    user = user_of(request)
    found = queries.plan_or_404(user, debtor_or_404(user, uid), plan_uid)
    method: Literal["code", "voice"] = "code" if request.POST.get("method") == "code" else "voice"
    return _after(
        request, uid, plan_uid,
        lambda: messaging.accept_agreement(
            found.pk, method=method, proof=request.POST.get("proof", ""),
            actor=user.username, now=clock.now(), today=clock.business_date(),
        ),
    )  # fmt: skip


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def send_code(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    """Sends the person a one-time code, which they read out or write on their own page."""
    user = user_of(request)
    found = queries.plan_or_404(user, debtor_or_404(user, uid), plan_uid)
    return _after(
        request, uid, plan_uid,
        lambda: messaging.send_code(
            UUID(str(found.uid)), request.POST.get("channel", ""), actor=user.username, now=clock.now(), today=clock.business_date()
        ),
    )  # fmt: skip


@allow(AGENT, SUPERVISOR, DIRECTOR)
@require_POST
def decline(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    user = user_of(request)
    found = queries.plan_or_404(user, debtor_or_404(user, uid), plan_uid)
    return _after(
        request, uid, plan_uid,
        lambda: negotiation.decline_plan(
            found.pk, actor=user.username, now=clock.now(), today=clock.business_date(),
            wish=request.POST.get("wish", ""),
        ),
    )  # fmt: skip


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def cancel(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    user = user_of(request)
    found = queries.plan_or_404(user, debtor_or_404(user, uid), plan_uid)
    return _after(
        request, uid, plan_uid,
        lambda: negotiation.cancel_plan(
            found.pk, reason=request.POST.get("reason", ""),
            actor=user.username, now=clock.now(), today=clock.business_date(),
        ),
    )  # fmt: skip


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def paper(request: HttpRequest, uid: str, plan_uid: str) -> HttpResponse:
    """The agreement for the customer, with its schedule."""
    context = _plan_context(request, uid, plan_uid)
    content = draw_agreement(context["plan"], context["instalments"], context["summary"], made_at=clock.now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="acuerdo-{plan_uid}.pdf"'
    return answer


def _asked(request: HttpRequest) -> OfferRequest:
    """The request that the card or the calculator carried; refuses `offer-request` for anything else."""
    try:
        document = json.loads(request.POST.get("request", ""))
    except ValueError:
        document = None
    return read_request(document)


def _after(request: HttpRequest, uid: str, plan_uid: str, act: Any) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        context = _plan_context(request, uid, plan_uid) | {"problem": in_reader_language(refusal.message)}
        return render(request, "workspace/agreements/plan.html", context, status=422)
    return redirect("workspace:agreements:plan", uid, plan_uid)


def _plan_context(request: HttpRequest, uid: str, plan_uid: str) -> dict[str, Any]:
    user = user_of(request)
    debtor = debtor_or_404(user, uid)
    found = queries.plan_or_404(user, debtor, plan_uid)
    instalments = sorted(found.instalments.all(), key=lambda part: part.number)
    return {
        "debtor": debtor,
        "plan": found,
        "title": wording.KIND_WORDS[found.kind],
        "instalments": instalments,
        "headline": wording.headline(instalments, found.currency, found.review_on),
        "summary": wording.summary(found, instalments, found.creditor.name),
        "end_reasons": wording.END_WORDS.items(),
        "code": queries.code_of(found, clock.now()) if found.state == "offered" else None,
        "up_url": reverse("workspace:agreements:desk", args=[uid]),
    }


def _problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {"problem": in_reader_language(refusal.message)}
    return render(request, "workspace/agreements/problem.html", context, status=422)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """htmx follows a header; a plain form a redirect."""
    if not is_partial(request):
        return redirect(url)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = url
    return answer
