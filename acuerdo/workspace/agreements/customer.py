"""The agreement's page for its person: what would be agreed, the code, the yes or no, and the document.

No log-in: the address is sent to them and nobody can make it up. It shows no document number and no more of an obligation
than its last digits, and it is closed some time after the agreement ended. Reading changes nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging import public as messaging
from acuerdo.negotiation import public as negotiation
from acuerdo.workspace.access import open_to_all
from acuerdo.workspace.agreements import wording
from acuerdo.workspace.agreements.pdf import draw_agreement
from acuerdo.workspace.agreements.queries import code_of

ACTOR = "cliente"
SHOWN_AFTER_END = timedelta(days=90)


@open_to_all
@never_cache
@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    return _shown(request, token)


@open_to_all
@require_POST
def send_code(request: HttpRequest, token: str) -> HttpResponse:
    plan, channel = _plan(token), request.POST.get("channel", "")
    return _after(
        request, token,
        lambda: messaging.send_code(plan.uid, channel, actor=ACTOR, now=clock.now(), today=clock.business_date()),
    )  # fmt: skip


@open_to_all
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Only with the code: the address alone does not prove who has it."""
    plan = _plan(token)
    return _after(
        request, token,
        lambda: messaging.accept_agreement(
            plan.pk, method="code", proof=request.POST.get("proof", "")[:20], actor=ACTOR, now=clock.now(),
            today=clock.business_date(),
        ),
    )  # fmt: skip


@open_to_all
@require_POST
def decline(request: HttpRequest, token: str) -> HttpResponse:
    plan = _plan(token)
    return _after(
        request, token,
        lambda: negotiation.decline_plan(
            plan.pk, actor=ACTOR, now=clock.now(), today=clock.business_date(), wish=request.POST.get("wish", "")
        ),
    )  # fmt: skip


@open_to_all
@never_cache
@require_GET
def paper(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    plan = _plan(token)
    with translation.override(plan.debtor.language):
        parts = _parts(plan)
        content = draw_agreement(
            plan, parts, wording.summary(plan, parts, plan.creditor.name), made_at=plan.accepted_at or clock.now()
        )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="acuerdo.pdf"'
    return answer


def _plan(token: str) -> Any:
    """The plan of an address of ours; 404 for any other, for one that was never offered, and long after its end."""
    plan: Any = messaging.plan_of_token(token)
    if plan is None or plan.state in ("draft", "pending_approval"):
        raise Http404
    if plan.ended_on is not None and clock.business_date() > plan.ended_on + SHOWN_AFTER_END:
        raise Http404
    return plan


def _parts(plan: Any) -> list[Any]:
    return sorted(plan.instalments.all(), key=lambda part: part.number)


def _after(request: HttpRequest, token: str, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        return _shown(request, token, problem=in_reader_language(refusal.message))
    return redirect("workspace:customer_agreement", token)


def _shown(request: HttpRequest, token: str, *, problem: str = "") -> HttpResponse:
    plan = _plan(token)
    with translation.override(plan.debtor.language):
        parts = _parts(plan)
        context = {
            "plan": plan,
            "token": token,
            "title": wording.KIND_WORDS[plan.kind],
            "instalments": parts,
            "summary": wording.summary(plan, parts, plan.creditor.name)[:-1],
            "numbers": [row.obligation.number[-4:] for row in plan.obligations.all()],
            "code": code_of(plan, clock.now()) if plan.state == "offered" else None,
            "is_customer": True,
            "problem": _(problem) if problem else "",
        }
        return render(request, "workspace/agreements/customer.html", context, status=422 if problem else 200)
