"""An uploaded file of payments on its way in: begun by a person, tried and loaded by a job, told by its own batch."""

from datetime import date, datetime

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.actions import country_profile
from acuerdo.portfolio.imports.bank_file import TABLE, bank_format_of
from acuerdo.portfolio.imports.credits import import_bank_file
from acuerdo.portfolio.imports.payments import PaymentsReport, import_payments
from acuerdo.portfolio.imports.uploads import Progress, forget_upload, told_refusal, uploaded_file
from acuerdo.portfolio.models import ImportBatch, ImportRejection, ImportStatus


def begin_payments(batch: ImportBatch) -> bool:
    """Marks a waiting or failed upload as running; False when it is under way or done."""
    waiting = ImportBatch.objects.filter(
        pk=batch.pk, status__in=(ImportStatus.PREVIEWED, ImportStatus.FAILED), draft__has_key="format"
    )
    return bool(waiting.update(status=ImportStatus.RUNNING, rows_done=0, rows_total=0, phase="reading", report={}))


def load_payments(batch_id: int, *, dry_run: bool, now: datetime, today: date) -> None:
    """Does the work of a batch that is running; a refusal leaves it as failed with the reason. Safe to repeat."""
    batch = ImportBatch.objects.select_related("creditor").get(pk=batch_id)
    if batch.status != ImportStatus.RUNNING:
        return
    try:
        _load(batch, dry_run=dry_run, now=now, today=today)
    except Refusal as refusal:
        report = {"refusal": told_refusal(refusal)}
        ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.FAILED, finished_at=now, report=report)
        return
    batch.refresh_from_db()
    if batch.status == ImportStatus.DONE:
        forget_upload(batch)


def _load(batch: ImportBatch, *, dry_run: bool, now: datetime, today: date) -> None:
    path, chosen = uploaded_file(batch), batch.draft["format"]
    format_name = bank_format_of(path) if chosen == "auto" else chosen
    if format_name == TABLE:
        profile = country_profile(batch.creditor)
        report = import_payments(
            path, profile=profile, creditor=batch.creditor, now=now, today=today, actor=batch.started_by,
            dry_run=dry_run, batch=batch,
        )  # fmt: skip
        if dry_run:
            _keep_trial(batch, report)
        return
    progress = Progress(batch)
    try:
        import_bank_file(
            path, format_name=format_name, creditor=batch.creditor, now=now, today=today, actor=batch.started_by,
            dry_run=dry_run, batch=batch, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()


@transaction.atomic
def _keep_trial(batch: ImportBatch, report: PaymentsReport) -> None:
    """The trial took its own rows back; the screen shows its result and what it would reject."""
    ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.PREVIEWED, report=report.to_document())
    ImportRejection.objects.filter(batch=batch).delete()
    ImportRejection.objects.bulk_create(
        ImportRejection(batch=batch, row=one.row, column=one.column[:120], code=one.code, message=one.message, cells={})
        for one in report.rejects
    )
