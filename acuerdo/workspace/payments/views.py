"""Files of payments on screen: upload, a trial that posts nothing, post, and the list with each file's result."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.portfolio.public import (
    BANK_FORMATS,
    TABLE_FORMAT,
    bank_layouts,
    begin_payments,
    choose_split,
    credits_of,
    list_creditors,
    stage_payments,
)
from acuerdo.workspace.access import ADMIN, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.imports.forms import EMPTY
from acuerdo.workspace.payments import wording
from acuerdo.workspace.tables import ImportBatch
from acuerdo.workspace.tasks import load_payments_job

FILES_SHOWN = 50
REJECTS_SHOWN = 50


class UploadForm(forms.Form):
    """Which file, whose, and of which bank."""

    file = forms.FileField(
        label=gettext_lazy("Archivo del banco"),
        error_messages=EMPTY,
        help_text=gettext_lazy(
            "Recaudo Asobancaria, camt, MT940, ancho fijo, CSV o Excel; también comprimido con gzip."
        ),
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )
    creditor = forms.ChoiceField(label=gettext_lazy("Acreedor"), widget=forms.Select(attrs={"class": "form-select"}))
    format = forms.ChoiceField(
        label=gettext_lazy("Formato"), widget=forms.Select(attrs={"class": "form-select"}), initial="auto"
    )

    def __init__(self, *arguments: Any, creditors: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        names = ["auto", *BANK_FORMATS, TABLE_FORMAT, *bank_layouts()]
        self.fields["creditor"].choices = creditors  # type: ignore[attr-defined]
        self.fields["format"].choices = [(name, wording.FORMAT_WORDS.get(name, name)) for name in names]  # type: ignore[attr-defined]


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    user = lender_user(request)
    sums = credits_of(user).filter(status="open").values("currency").order_by("currency")
    context = {
        "batches": [_told(batch) for batch in _batches(user).order_by("-id")[:FILES_SHOWN]],
        "waiting": list(sums.annotate(count=Count("pk"), amount_minor=Sum("amount_minor"))),
        "creditors": list_creditors(user).order_by("name"),
    }
    return render(request, "workspace/payments/list.html", context)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Keeps the file and starts its trial: nothing is posted until a person has seen what would be."""
    creditors = list_creditors(lender_user(request))
    choices = [(str(uid), name) for uid, name in creditors.order_by("name").values_list("uid", "name")]
    is_sent = request.method == "POST"
    form = UploadForm(request.POST if is_sent else None, request.FILES if is_sent else None, creditors=choices)
    if not form.is_valid():
        return render(request, "workspace/payments/upload.html", {"form": form}, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    with transaction.atomic():
        batch = stage_payments(
            told["file"].name, told["file"].chunks(), creditor=get_object_or_404(creditors, uid=told["creditor"]),
            format_name=told["format"], as_of=clock.business_date(), now=clock.now(), actor=user_of(request).username,
        )  # fmt: skip
        _start(batch, dry_run=True)
    return redirect("workspace:payments:batch", uid=batch.uid)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def batch(request: HttpRequest, uid: str) -> HttpResponse:
    return render(request, "workspace/payments/batch.html", _context(_batch(request, uid)))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def progress(request: HttpRequest, uid: str) -> HttpResponse:
    """Asked every second while a file runs; the last answer brings the result and stops the asking."""
    return render(request, "workspace/payments/result.html", _context(_batch(request, uid)))


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def load(request: HttpRequest, uid: str) -> HttpResponse:
    batch = _batch(request, uid)
    with transaction.atomic():
        if not _start(batch, dry_run=False):
            messages.error(request, _("Este archivo ya está en marcha o ya se aplicó."))
    return redirect("workspace:payments:batch", uid=batch.uid)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def split(request: HttpRequest) -> HttpResponse:
    """Whether a creditor's payments for several obligations are split by themselves."""
    user = lender_user(request)
    creditor = get_object_or_404(list_creditors(user), uid=request.POST.get("creditor") or None)
    choose_split(creditor, oldest_first=request.POST.get("oldest_first") == "1", user=user, now=clock.now())
    messages.success(request, _("Guardado."))
    return redirect("workspace:payments:list")


def lender_user(request: HttpRequest) -> User:
    """Money is posted by the lender's own people."""
    user = user_of(request)
    if user.agency_id is not None:
        raise PermissionDenied
    return user


def _start(batch: Any, *, dry_run: bool) -> bool:
    """Enqueues the work in the present transaction; False when it is under way or done."""
    if not begin_payments(batch):
        return False
    load_payments_job.defer(batch_id=batch.pk, dry_run=dry_run)
    return True


def _batches(user: User) -> Any:
    mine = ImportBatch.objects.filter(kind="payments", creditor__in=list_creditors(user))
    return mine.select_related("creditor")


def _batch(request: HttpRequest, uid: str) -> Any:
    return get_object_or_404(_batches(lender_user(request)), uid=uid)


def _told(batch: Any) -> dict[str, Any]:
    report = batch.report
    word, tone = wording.STATUS_WORDS.get(batch.status, (batch.status, "quiet"))
    name = report.get("format", "")
    return {
        "row": batch,
        "files": ", ".join(batch.file_names),
        "status": word,
        "tone": tone,
        "format": wording.FORMAT_WORDS.get(name, name),
        "recorded": report.get("recorded", 0),
        "waiting": report.get("unmatched", 0),
        "sums": sorted(report.get("amount_minor", {}).items()),
        "refusal": report.get("refusal"),
    }


def _context(batch: Any) -> dict[str, Any]:
    report = batch.report
    rows = [
        (_("Se aplican") if batch.status == "previewed" else _("Aplicados"), report.get("recorded", 0), "amount_minor"),
        (_("Ya estaban registrados"), report.get("known", 0), "known_minor"),
        (_("Por identificar"), report.get("unmatched", 0), "unmatched_minor"),
    ]
    return {
        "batch": _told(batch),
        "is_running": batch.status == "running",
        "is_trial": batch.status == "previewed" and bool(report),
        "phase": wording.PHASE_WORDS.get(batch.phase, wording.PHASE_WORDS["reading"]),
        "refusal": report.get("refusal"),
        "tallies": [(word, number, sorted(report.get(sums, {}).items())) for word, number, sums in rows],
        "clues": [(wording.CLUE_WORDS.get(code, code), number) for code, number in report.get("by_clue", {}).items()],
        "reasons": [
            (wording.REASON_WORDS.get(code, code), number) for code, number in report.get("by_reason", {}).items()
        ],
        "passed": [
            (wording.passed_word(code), number) for code, number in sorted(report.get("passed_by_reason", {}).items())
        ],
        "samples": [
            one | {"words": wording.CLUE_WORDS.get(one["how"]) or wording.REASON_WORDS.get(one["how"], one["how"])}
            for one in report.get("samples", [])
        ],
        "rejections": list(batch.rejections.order_by("row")[:REJECTS_SHOWN]),
        "may_repeat": batch.status == "failed" and bool(batch.draft),
    }
