"""An uploaded file of payments on its way in: its trial or its load, told by its own batch."""

from datetime import date, datetime
from functools import partial
from pathlib import Path

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.models import ImportBatch, ImportRejection, ImportStatus
from acuerdo.portfolio.public import (
    TABLE_FORMAT,
    PaymentsReport,
    Progress,
    Settle,
    bank_format_of,
    find_profile,
    forget_upload,
    import_bank_file,
    import_payments,
    uploaded_file,
)
from acuerdo.strategy.public import settle_payments


def load_file(batch_id: int, *, dry_run: bool, now: datetime, today: date) -> None:
    """Does the work of a batch that is running; a refusal leaves it as failed with the reason."""
    batch = ImportBatch.objects.select_related("creditor").get(pk=batch_id)
    if batch.status != ImportStatus.RUNNING:
        return
    settle = partial(settle_payments, today=today, now=now)
    try:
        path = uploaded_file(batch)
        chosen = batch.draft["format"]
        format_name = bank_format_of(path) if chosen == "auto" else chosen
        if format_name == TABLE_FORMAT:
            _load_table(batch, path, settle, dry_run=dry_run, now=now, today=today)
        else:
            _load_records(batch, path, format_name, settle, dry_run=dry_run, now=now, today=today)
    except Refusal as refusal:
        report = {"refusal": {"code": refusal.code, "message": str(refusal), "row": refusal.where.row}}
        ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.FAILED, finished_at=now, report=report)
        return
    batch.refresh_from_db()
    if batch.status == ImportStatus.DONE:
        forget_upload(batch)


def _load_records(
    batch: ImportBatch, path: Path, format_name: str, settle: Settle, *, dry_run: bool, now: datetime, today: date
) -> None:
    progress = Progress(batch)
    try:
        import_bank_file(
            path, format_name=format_name, creditor=batch.creditor, now=now, today=today, actor=batch.started_by,
            settle=settle, dry_run=dry_run, batch=batch, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()


def _load_table(batch: ImportBatch, path: Path, settle: Settle, *, dry_run: bool, now: datetime, today: date) -> None:
    profile = find_profile("pe_caja" if batch.creditor.country == "PE" else "co_cartera")
    report = import_payments(
        path, profile=profile, creditor=batch.creditor, now=now, today=today, actor=batch.started_by, settle=settle,
        dry_run=dry_run, batch=batch,
    )  # fmt: skip
    if dry_run:
        _keep_trial(batch, report)


@transaction.atomic
def _keep_trial(batch: ImportBatch, report: PaymentsReport) -> None:
    """The trial took its own rows back; the screen shows its result and what it would reject."""
    ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.PREVIEWED, report=report.to_document())
    ImportRejection.objects.filter(batch=batch).delete()
    ImportRejection.objects.bulk_create(
        ImportRejection(batch=batch, row=one.row, column=one.column[:120], code=one.code, message=one.message, cells={})
        for one in report.rejects
    )
