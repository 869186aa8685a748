"""Strategies on screen: the one in force as a day line, its versions, what changed, and the way from draft to force."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import fold
from acuerdo.strategy.public import (
    Who,
    approve_strategy,
    base_strategy_text,
    check_text,
    days_kept,
    document_of,
    history,
    published_strategy,
    return_strategy,
    roll_back_strategy,
    save_strategy,
    submit_strategy,
)
from acuerdo.strategy.rules.differences import compare as differences_of
from acuerdo.strategy.rules.facts import FACTS
from acuerdo.strategy.rules.review import may
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.strategies import wording
from acuerdo.workspace.strategies.dayline import day_line, period
from acuerdo.workspace.tables import Rehearsal, Strategy

REHEARSED_DAYS = 14


def lender_only(request: HttpRequest) -> Who:
    """Whoever acts; an agency's people have no say in the lender's strategy."""
    user = user_of(request)
    if user.agency_id is not None:
        raise PermissionDenied
    return Who(user.username, user.role)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def strategy(request: HttpRequest, uid: str = "") -> HttpResponse:
    """The version in force, or one from the list."""
    lender_only(request)
    shown = get_object_or_404(Strategy, uid=uid) if uid else published_strategy()
    return render(request, "workspace/strategies/version.html", version_context(request, shown))


def version_context(request: HttpRequest, shown: Any) -> dict[str, Any]:
    role = user_of(request).role
    base = {
        "strategy": shown,
        "states": wording.STATES,
        "versions": Strategy.objects.defer("document").order_by("-created_at", "-pk")[:30],
        "may_write": role in (SUPERVISOR, DIRECTOR),
        "sees_whole": user_of(request).sees_all_creditors,
    }
    if shown is None:
        return {**base, "document": None}
    document = document_of(shown)
    can = {action: may(action, role, shown.status) for action in ("save", "submit", "return", "approve", "roll_back")}
    own = user_of(request).username in (shown.created_by, shown.submitted_by)
    days = days_kept()
    return {
        **base,
        "document": document,
        "line": day_line(document),
        "can": can,
        "is_own": own,
        "has_before": shown.replaced_id is not None,
        "period": period(days, REHEARSED_DAYS),
        "rehearsals": Rehearsal.objects.filter(code=shown.code).defer("document", "result").order_by("-asked_at")[:6],
        "others": [one for one in history(shown.code) if one.pk != shown.pk],
        "wording": wording,
    }


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def new_version(request: HttpRequest) -> HttpResponse:
    """A draft to edit: from the version named, or from the strategy that ships."""
    who = lender_only(request)
    source = Strategy.objects.filter(uid=request.POST["from"]).first() if request.POST.get("from") else None
    text = source.document if source is not None else base_strategy_text()
    code = document_of(source).code if source is not None else "estrategia_base"
    newest = next(iter(history(code)), None)
    if newest is not None and newest.status == "draft":
        messages.info(request, _("Ya había un borrador: lo abrimos para que siga."))
        return redirect("workspace:strategies:edit", uid=newest.uid)
    if newest is not None and newest.document == text:
        text = text.rstrip("\n") + "\n# " + _("Borrador de %(who)s") % {"who": who.name} + "\n"
    draft = save_strategy(text, actor=who.name, now=clock.now())
    return redirect("workspace:strategies:edit", uid=draft.uid)


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def submit(request: HttpRequest, uid: str) -> HttpResponse:
    """To review; refused with each error named, so that nobody approves what the law never permits."""
    shown = get_object_or_404(Strategy, uid=uid)
    wrong = [(line, one) for line, one in check_text(shown.document, clock.now()) if one.level == "error"]
    if wrong:
        line, finding = wrong[0]
        messages.error(
            request,
            _("Corrija antes de enviar: línea %(line)s, %(what)s.")
            % {"line": line, "what": in_reader_language(finding.message)},
        )
        return redirect("workspace:strategies:edit", uid=uid)
    reason = request.POST.get("reason", "")
    return _told(
        request, uid, lambda who: submit_strategy(shown.pk, who=who, now=clock.now(), change_reason=reason),
        _("Enviada. Otra persona debe aprobarla."),
    )  # fmt: skip


@allow(DIRECTOR)
@require_POST
def approve(request: HttpRequest, uid: str) -> HttpResponse:
    """In force at once or from a date."""
    shown = get_object_or_404(Strategy, uid=uid)
    starts_on, ends_on = _date(request, "starts_on"), _date(request, "ends_on")
    return _told(
        request, uid,
        lambda who: approve_strategy(
            shown.pk, who=who, now=clock.now(), today=clock.business_date(), starts_on=starts_on, ends_on=ends_on
        ),
        _("Aprobada. Rige desde la próxima corrida del día, o desde su fecha."),
    )  # fmt: skip


@allow(DIRECTOR, COMPLIANCE)
@require_POST
def send_back(request: HttpRequest, uid: str) -> HttpResponse:
    """Back to its author with what must change."""
    shown = get_object_or_404(Strategy, uid=uid)
    reason = request.POST.get("reason", "")
    return _told(
        request, uid, lambda who: return_strategy(shown.pk, reason, who=who, now=clock.now()), _("Devuelta a borrador.")
    )


@allow(DIRECTOR)
@require_POST
def roll_back(request: HttpRequest) -> HttpResponse:
    """To the version that was in force before."""
    try:
        back = roll_back_strategy(who=lender_only(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
    else:
        messages.success(
            request, _("Vuelve a regir la versión %(n)s de «%(code)s».") % {"n": back.version, "code": back.code}
        )
    return redirect("workspace:strategy")


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions of one strategy, part by part."""
    lender_only(request)
    before = get_object_or_404(Strategy, uid=_uid(request, "antes"))
    after = get_object_or_404(Strategy, uid=_uid(request, "despues"))
    found = [
        {
            "change": wording.CHANGES[one.change], "part": wording.PARTS.get(one.part, one.part), "name": one.name,
            "field": one.field, "before": one.before, "after": one.after,
        }
        for one in differences_of(document_of(before), document_of(after))
    ]  # fmt: skip
    context = {"before": before, "after": after, "differences": found, "versions": history(after.code)}
    return render(request, "workspace/strategies/compare.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def facts(request: HttpRequest) -> HttpResponse:
    """The catalogue, by any word of its code or description."""
    wanted = fold(request.GET.get("q", "")[:60]).split()
    is_english = get_language() == "en"
    rows = [
        (fact, fact.english if is_english else fact.spanish, wording.FACT_TYPES[fact.type]) for fact in FACTS.values()
    ]
    found = [row for row in rows if all(word in fold(f"{row[0].code} {row[1]}") for word in wanted)]
    return render(request, "workspace/strategies/facts.html", {"facts": found, "total": len(rows)})


def _told(request: HttpRequest, uid: str, act: Any, done: str) -> HttpResponse:
    try:
        act(lender_only(request))
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
    else:
        messages.success(request, done)
    return redirect("workspace:strategy_version", uid=uid)


def _date(request: HttpRequest, name: str) -> date | None:
    """A date of the form; what is no date counts as none, and the action checks the rest."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _uid(request: HttpRequest, name: str) -> str:
    try:
        return str(UUID(request.GET.get(name, "")))
    except ValueError:
        return "00000000-0000-0000-0000-000000000000"
