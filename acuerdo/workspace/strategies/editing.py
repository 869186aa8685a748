"""Writing a draft: its text with live checking, and forms for one segment or step; each change can be undone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.public import check_text, edit_draft, template_codes
from acuerdo.strategy.rules.editing import insert_item, item_of, move_item, remove_item, replace_item
from acuerdo.strategy.rules.yaml_text import StrategyFaults, read_strategy
from acuerdo.workspace.access import DIRECTOR, SUPERVISOR, allow
from acuerdo.workspace.strategies import wording
from acuerdo.workspace.strategies.dayline import day_line
from acuerdo.workspace.strategies.forms import SegmentForm, StepForm, initial_of
from acuerdo.workspace.strategies.views import lender_only
from acuerdo.workspace.tables import Strategy

NEW = 999
UNDO_MAX = 5
PARTS = ("segments", "steps")


@allow(SUPERVISOR, DIRECTOR)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft's text beside its day line. A POST saves the whole text."""
    shown = _draft(request, uid)
    text = request.POST.get("document", shown.document).replace("\r\n", "\n")
    if request.method == "POST":
        refusal = _save(request, shown, text, seen=request.POST.get("seen", "").replace("\r\n", "\n"))
        if refusal is None:
            messages.success(request, _("Borrador guardado."))
            return redirect("workspace:strategies:edit", uid=uid)
        messages.error(request, in_reader_language(refusal.message))
    context = {**_checked(text), "strategy": shown, "text": text, "can_undo": bool(_kept(request, shown))}
    return render(request, "workspace/strategies/edit.html", context, status=422 if request.method == "POST" else 200)


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def check(request: HttpRequest, uid: str) -> HttpResponse:
    """What is wrong with the text as it stands in the editor, and its day line; nothing is saved."""
    shown = _draft(request, uid)
    text = request.POST.get("document", "").replace("\r\n", "\n")
    return render(request, "workspace/strategies/checked.html", {**_checked(text), "strategy": shown, "is_swap": True})


@allow(SUPERVISOR, DIRECTOR)
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, uid: str, part: str, index: int) -> HttpResponse:
    """The form of one segment or step; index 999 adds one."""
    shown = _draft(request, uid)
    if part not in PARTS:
        raise Http404
    try:
        before = {} if index == NEW else item_of(shown.document, part, index)  # type: ignore[arg-type]
    except Refusal as gone:
        raise Http404 from gone
    form = _form(part, shown.document, request.POST if request.method == "POST" else None, initial_of(before))
    if request.method == "POST" and form.is_valid():
        fields = form.fields_of_item(before)
        change = insert_item if index == NEW else replace_item
        text = change(shown.document, part, index, fields)  # type: ignore[arg-type]
        refusal = _save(request, shown, text, seen=shown.document)
        if refusal is None:
            messages.success(request, _("Cambio guardado en el borrador."))
            return redirect("workspace:strategies:edit", uid=uid)
        told = [in_reader_language(str(fault)) for fault in getattr(refusal, "faults", [])]
        form.add_error(None, "\n".join(told) or in_reader_language(refusal.message))
    context = {
        "strategy": shown,
        "form": form,
        "part": part,
        "index": index,
        "is_new": index == NEW,
        "templates": template_codes(),
    }
    return render(request, "workspace/strategies/item.html", context, status=422 if request.method == "POST" else 200)


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def move(request: HttpRequest, uid: str, part: str, index: int, move: str) -> HttpResponse:
    """One place up or down, or away."""
    shown = _draft(request, uid)
    if part not in PARTS or move not in ("subir", "bajar", "quitar"):
        raise Http404
    try:
        if move == "quitar":
            text = remove_item(shown.document, part, index)  # type: ignore[arg-type]
        else:
            text = move_item(shown.document, part, index, -1 if move == "subir" else 1)  # type: ignore[arg-type]
        refusal = _save(request, shown, text, seen=shown.document)
    except Refusal as found:
        refusal = found
    if refusal is None:
        messages.success(request, _("Cambio guardado en el borrador."))
    else:
        messages.error(request, in_reader_language(refusal.message))
    return redirect("workspace:strategies:edit", uid=uid)


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft as it was before the last change of this session."""
    shown = _draft(request, uid)
    kept = _kept(request, shown)
    if kept:
        before = kept.pop()
        try:
            edit_draft(shown.pk, before, seen=shown.document, who=lender_only(request), now=clock.now())
            messages.success(request, _("Se deshizo el último cambio."))
        except Refusal as refusal:
            messages.error(request, in_reader_language(refusal.message))
        request.session[_key(shown)] = kept
    return redirect("workspace:strategies:edit", uid=uid)


def _draft(request: HttpRequest, uid: str) -> Any:
    lender_only(request)
    return get_object_or_404(Strategy, uid=uid, status="draft")


def _save(request: HttpRequest, shown: Any, text: str, *, seen: str) -> Refusal | None:
    before = shown.document
    try:
        edit_draft(shown.pk, text, seen=seen or before, who=lender_only(request), now=clock.now())
    except Refusal as refusal:
        return refusal
    if text != before:
        request.session[_key(shown)] = [*_kept(request, shown), before][-UNDO_MAX:]
    return None


def _kept(request: HttpRequest, shown: Any) -> list[str]:
    return list(request.session.get(_key(shown), []))


def _key(shown: Any) -> str:
    return f"strategy_undo:{shown.uid}"


def _checked(text: str) -> dict[str, Any]:
    """Faults if it cannot be read; else findings and the day line."""
    try:
        document = read_strategy(text)
    except StrategyFaults as refusal:
        return {"faults": refusal.faults, "findings": [], "line": None, "wording": wording}
    findings = check_text(text, clock.now())
    return {"faults": [], "findings": findings, "document": document, "line": day_line(document), "wording": wording}


def _form(part: str, text: str, data: Any, initial: dict[str, Any]) -> Any:
    if part == "segments":
        return SegmentForm(data, initial=initial)
    segments = [(one.code, one.title) for one in read_strategy(text).segments if not one.leave_alone]
    return StepForm(data, initial=initial, segments=segments)
