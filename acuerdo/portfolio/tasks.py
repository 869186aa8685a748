"""The trial or the load of an uploaded file, as a job: the screen only watches its batch."""

from acuerdo.base import clock, jobs
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.actions import import_portfolio
from acuerdo.portfolio.imports.uploads import (
    JOB,
    Progress,
    declaration_of,
    forget_upload,
    profile_of,
    told_refusal,
    uploaded_file,
    uploaded_instalments,
)
from acuerdo.portfolio.models import ImportBatch, ImportStatus


@jobs.app.task(name=JOB, pass_context=False)
def load_upload(batch_id: int, dry_run: bool) -> None:
    """Runs again after a killed worker; a batch that was loaded meanwhile stays. A refusal is told by the batch itself."""
    batch = ImportBatch.objects.select_related("creditor").get(pk=batch_id)
    if batch.status != ImportStatus.RUNNING:
        return
    progress = Progress(batch)
    try:
        import_portfolio(
            uploaded_file(batch),
            profile=profile_of(batch),
            creditor=batch.creditor,
            as_of=batch.as_of,
            now=clock.now(),
            actor=batch.started_by,
            instalments=uploaded_instalments(batch),
            dry_run=dry_run,
            partial=bool(batch.draft.get("partial")),
            accept_gone=bool(batch.draft.get("accept_gone")),
            declared=declaration_of(batch),
            batch=batch,
            progress=progress,
        )
    except Refusal as refusal:
        # Told on the batch's own page; the file before reading it is not yet under the batch's care.
        report = {"refusal": told_refusal(refusal)}
        ImportBatch.objects.filter(pk=batch_id).update(status=ImportStatus.FAILED, report=report)
        return
    finally:
        progress.close()
    if not dry_run:
        forget_upload(batch)
