"""What waits for a supervisor's or a director's yes, oldest first, with the clock that the customer was told.

The open page asks every two seconds whether the list is still as it shows it, and is given the new one when it is not; what is
being typed stays. Every other page of theirs shows how many wait.
"""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation import public as negotiation
from acuerdo.workspace.access import DIRECTOR, SUPERVISOR, allow, is_partial, user_of
from acuerdo.workspace.agreements import wording
from acuerdo.workspace.queries.scope import obligations_of


@allow(SUPERVISOR, DIRECTOR)
@never_cache
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """The page; or its list alone, and nothing (204) while it is as `seen` says."""
    if is_partial(request) and request.GET.get("seen") == _mark(_waiting(request)):
        return HttpResponse(status=204)
    return _list(request)


@allow(SUPERVISOR, DIRECTOR)
@never_cache
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """How many wait, for the way around; empty for none."""
    return render(request, "workspace/agreements/waiting.html", {"count": _waiting(request).count()})


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def decide(request: HttpRequest, plan_uid: str) -> HttpResponse:
    user = user_of(request)
    found = negotiation.waiting_for(user.role, obligations_of(user)).filter(uid=plan_uid).first()
    if found is None:
        raise Http404
    act = negotiation.approve_plan if request.POST.get("answer") == "yes" else negotiation.refuse_plan
    try:
        act(
            found.pk, role=user.role, actor=user.username, now=clock.now(), today=clock.business_date(),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except Refusal as refusal:
        return _list(request, problem=in_reader_language(refusal.message), about=str(found.uid))
    return redirect("workspace:approvals")


def _list(request: HttpRequest, *, problem: str = "", about: str = "") -> HttpResponse:
    waiting = _waiting(request)
    plans = list(waiting)
    for plan in plans:
        parts = sorted(plan.instalments.all(), key=lambda part: part.number)
        plan.headline = wording.headline(parts, plan.currency, plan.review_on)
        plan.title = wording.KIND_WORDS[plan.kind]
    context = {"plans": plans, "mark": _mark(waiting), "problem": problem, "about": about, "now": clock.now()}
    name = "waiting_list" if is_partial(request) else "approvals"
    return render(request, f"workspace/agreements/{name}.html", context, status=422 if problem else 200)


def _waiting(request: HttpRequest) -> Any:
    user = user_of(request)
    return negotiation.waiting_for(user.role, obligations_of(user))


def _mark(waiting: Any) -> str:
    """The same for the same list."""
    rows = waiting.prefetch_related(None).values_list("uid", "updated_at")
    return hashlib.sha256(repr([(str(uid), at.isoformat()) for uid, at in rows]).encode()).hexdigest()[:16]
