"""Loading a portfolio on screen: upload, say what each column is, a trial that changes nothing, load, correct, undo."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.public import (
    Declaration,
    ImportBatch,
    add_instalments,
    find_import,
    find_profile,
    keep_declaration,
    last_batch,
    list_creditors,
    list_imports,
    list_profile_names,
    preview_file,
    profile_from_document,
    profile_of,
    rejects_csv,
    request_load,
    save_profile,
    stage_upload,
    template_csv,
    try_again,
    undo_import,
    uploaded_file,
    usual_profile,
)
from acuerdo.workspace.access import ADMIN, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.imports import wording
from acuerdo.workspace.imports.authorising import CHANNELS, declaration_fields, declaration_from_post, said_for
from acuerdo.workspace.imports.forms import UploadForm, field_choices, profile_from_post, style_choices
from acuerdo.workspace.wording import CHANNELS as CHANNEL_WORDS
from acuerdo.workspace.wording import HOLDS as HOLD_WORDS

REJECTS_SHOWN = 50


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    batches = [_told(batch) for batch in list_imports(_lender_user(request))]
    return render(request, "workspace/imports/list.html", {"batches": batches})


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    creditors = list_creditors(_lender_user(request))
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        creditors=[(str(uid), name) for uid, name in creditors.order_by("name").values_list("uid", "name")],
        saved=list_profile_names(),
        today=clock.business_date(),
    )
    if not form.is_valid():
        return render(request, "workspace/imports/upload.html", {"form": form}, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    creditor = get_object_or_404(creditors, uid=told["creditor"])
    batch = stage_upload(
        told["file"].name,
        told["file"].chunks(),
        creditor=creditor,
        profile=find_profile(told["profile"]) if told["profile"] else usual_profile(creditor),
        as_of=told["as_of"],
        now=clock.now(),
        actor=user_of(request).username,
        partial=told["partial"],
    )
    if told["instalments"]:
        add_instalments(batch, told["instalments"].name, told["instalments"].chunks())
    return redirect("workspace:imports:columns", uid=batch.uid)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, uid: str) -> HttpResponse:
    """What each column is. Saving it starts the trial, and keeps the profile when it is given a name."""
    batch = _batch(request, uid)
    problem = ""
    try:
        if request.method == "POST":
            problem = _said_beside(request, batch)
            if not problem:
                return _start_trial(request, batch)
            _keep_columns(request, batch)
        preview = preview_file(uploaded_file(batch), profile_of(batch), batch.as_of)
    except Refusal as refusal:
        return render(
            request,
            "workspace/imports/refused.html",
            {"batch": _told(batch), "problem": in_reader_language(refusal.message)},
            status=422,
        )
    context = _columns_context(batch, preview) | {"problem": problem}
    return render(request, "workspace/imports/columns.html", context, status=422 if problem else 200)


def _said_beside(request: HttpRequest, batch: ImportBatch) -> str:
    """Keeps the declaration beside the file; the sentence of its refusal, with what was ticked kept for the next try."""
    try:
        keep_declaration(batch, declaration_from_post(request.POST))
    except Refusal as refusal:
        keep_declaration(batch, Declaration(tuple(request.POST.getlist("channel"))))
        return in_reader_language(refusal.message)
    return ""


def _keep_columns(request: HttpRequest, batch: ImportBatch) -> None:
    """What the person said of each column, so that a page shown again shows it."""
    profile = profile_from_document(profile_from_post(request.POST, request.POST.getlist("header"), profile_of(batch)))
    batch.draft["profile"] = profile.to_document()
    batch.save(update_fields=["draft"])


def _start_trial(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    headers = request.POST.getlist("header")
    profile = profile_from_document(profile_from_post(request.POST, headers, profile_of(batch)))
    name = request.POST.get("name", "").strip()[:60]
    if name:
        profile = profile_from_document(profile.to_document() | {"name": name, "title": name})
        save_profile(profile, actor=user_of(request).username, now=clock.now())
    batch.draft["profile"] = profile.to_document()
    batch.save(update_fields=["draft"])
    request_load(batch, dry_run=True)
    return redirect("workspace:imports:batch", uid=batch.uid)


def _columns_context(batch: ImportBatch, preview: Any) -> dict[str, Any]:
    profile = profile_of(batch)
    return {
        "batch": _told(batch),
        "preview": preview,
        "format": wording.FORMAT_WORDS[preview.format],
        "separator": wording.SEPARATOR_WORDS.get(preview.detail.get("separator", ""), ""),
        "choices": field_choices(),
        "styles": style_choices(),
        "numbers": profile.numbers or "",
        "dates": profile.dates or "",
        "sheet": profile.sheet,
        "authorise": declaration_fields(said_for(batch), batch.creditor.country),
        "kept_out": {name: wording.OTHER_WORDS[name] for name in ("forbidden", "not_kept")},
    }


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def batch(request: HttpRequest, uid: str) -> HttpResponse:
    batch = _batch(request, uid)
    if batch.kind == "payments":
        return redirect("workspace:payments:batch", uid=batch.uid)
    return render(request, "workspace/imports/batch.html", _batch_context(batch))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def progress(request: HttpRequest, uid: str) -> HttpResponse:
    """Asked every second while a trial or a load runs; the last answer brings the result and stops the asking."""
    return render(request, "workspace/imports/result.html", _batch_context(_batch(request, uid)))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def load(request: HttpRequest, uid: str) -> HttpResponse:
    batch = _batch(request, uid)
    problem = _said_beside(request, batch) if "proof" in request.POST else ""
    if problem:
        messages.error(request, problem)
        return redirect("workspace:imports:batch", uid=batch.uid)
    absence = request.POST.get("gone")
    try:
        if absence in ("partial", "left"):
            try_again(batch, is_partial=absence == "partial")
        else:
            request_load(batch, dry_run=False)
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
    return redirect("workspace:imports:batch", uid=batch.uid)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    batch = _batch(request, uid)
    try:
        undo_import(batch, actor=user_of(request).username, now=clock.now())
        messages.success(request, _("La carga quedó deshecha: todo está como antes de ella."))
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
    return redirect("workspace:imports:batch", uid=batch.uid)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def rejects(request: HttpRequest, uid: str) -> StreamingHttpResponse:
    batch = _batch(request, uid)
    answer = StreamingHttpResponse(
        (piece.encode() for piece in rejects_csv(batch)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="rechazos-{batch.as_of:%Y%m%d}.csv"'
    return answer


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """A file with the usual columns and one row to write over."""
    answer = HttpResponse(template_csv(request.GET.get("country", "CO")), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="plantilla-cartera.csv"'
    return answer


def _lender_user(request: HttpRequest) -> Any:
    """Portfolios are loaded by the lender: an agency's people work what is placed with them."""
    user = user_of(request)
    if user.agency_id is not None:
        raise PermissionDenied
    return user


def _batch(request: HttpRequest, uid: str) -> ImportBatch:
    found = find_import(_lender_user(request), uid)
    if found is None:
        raise Http404
    return found


def _told(batch: ImportBatch) -> dict[str, Any]:
    word, tone = wording.STATUS_WORDS[batch.status]
    return {
        "row": batch,
        "files": ", ".join(batch.file_names),
        "kind": wording.BATCH_KIND_WORDS.get(batch.kind, batch.kind),
        "status": word,
        "tone": tone,
        "rejected": batch.report.get("rejected", 0),
        "total": batch.report.get("total", {}).get("count"),
    }


def _followed(told: dict[str, Any]) -> dict[str, Any]:
    """What the file brought about in the rules of contact, in words."""
    stops, added = told.get("stops", {}), told.get("authorised", {})
    return {
        "authorised": [(CHANNEL_WORDS[code], added[code]) for code in CHANNELS if added.get(code)],
        "unproven": told.get("unproven", False),
        "people": told.get("people", 0),
        "unauthorised": told.get("unauthorised", 0) if told.get("needs_authorisation") else 0,
        "placed": [(HOLD_WORDS.get(kind, kind), count) for kind, count in stops.get("placed", {}).items()],
        "withdrawn": [(HOLD_WORDS.get(kind, kind), count) for kind, count in stops.get("withdrawn", {}).items()],
    }


def _batch_context(batch: ImportBatch) -> dict[str, Any]:
    report = batch.report
    rejections = list(batch.rejections.order_by("file", "row")[:REJECTS_SHOWN])
    last = last_batch(batch.creditor_id)
    return {
        "batch": _told(batch),
        "is_running": batch.status == "running",
        "is_trial": batch.status == "previewed",
        "phase": wording.PHASE_WORDS.get(batch.phase, wording.PHASE_WORDS["reading"]),
        "tallies": [
            (word, report["obligations"][kind]["count"], sorted(report["obligations"][kind]["balance_minor"].items()))
            for kind, word in wording.KIND_WORDS.items()
            if kind in report.get("obligations", {})
        ],
        "left_out": [(wording.LEFT_OUT_WORDS[why], count) for why, count in report.get("left_out", {}).items()],
        "sums": sorted(report.get("total", {}).get("balance_minor", {}).items()),
        "due": sorted(report.get("due_minor", {}).items()),
        "dropped": [
            (name, wording.OTHER_WORDS[why])
            for part in report.get("understood", [])
            for name, why in part["dropped"].items()
        ],
        "refusal": report.get("refusal"),
        "followed": _followed(report.get("followed", {})),
        "authorise": declaration_fields(said_for(batch), batch.creditor.country),
        "rejections": rejections,
        "can_undo": last is not None and last.pk == batch.pk and batch.finished_at is not None,
        "today": date.isoformat(batch.as_of),
    }
