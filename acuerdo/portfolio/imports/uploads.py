"""Files that a person uploads: kept in the data folder until they are loaded, read as the person says, loaded by a job."""

import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from acuerdo.base import jobs
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.models import Creditor, ImportBatch, ImportStatus
from acuerdo.portfolio.ports import Declaration
from acuerdo.portfolio.rules.profile import Profile, profile_from_document

FILE_BYTES_MAX = 2_000_000_000
JOB = "portfolio:load"


def stage_upload(
    name: str,
    chunks: Iterable[bytes],
    *,
    creditor: Creditor,
    profile: Profile,
    as_of: date,
    now: datetime,
    actor: str,
    partial: bool = False,
) -> ImportBatch:
    """Keeps an uploaded portfolio as a batch that waits for its trial. Refuses `file-too-large`."""
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            creditor=creditor,
            kind="portfolio",
            file_names=[_safe(name)],
            as_of=as_of,
            status=ImportStatus.PREVIEWED,
            draft={"profile": profile.to_document(), "instalments": False, "partial": partial},
            started_at=now,
            started_by=actor,
        )
        batch.refresh_from_db()
        _keep(_folder(batch) / "portfolio" / batch.file_names[0], chunks)
    return batch


def stage_payments(
    name: str, chunks: Iterable[bytes], *, creditor: Creditor, format_name: str, as_of: date, now: datetime, actor: str
) -> ImportBatch:
    """Keeps an uploaded file of payments as a batch that waits for its trial. Refuses `file-too-large`."""
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            creditor=creditor,
            kind="payments",
            file_names=[_safe(name)],
            as_of=as_of,
            status=ImportStatus.PREVIEWED,
            draft={"format": format_name},
            started_at=now,
            started_by=actor,
        )
        batch.refresh_from_db()
        _keep(_folder(batch) / "portfolio" / batch.file_names[0], chunks)
    return batch


def add_instalments(batch: ImportBatch, name: str, chunks: Iterable[bytes]) -> None:
    """Adds the second file, with the instalments, to a batch that waits."""
    _keep(_folder(batch) / "instalments" / _safe(name), chunks)
    batch.draft["instalments"] = True
    batch.file_names = [batch.file_names[0], _safe(name)]
    batch.save(update_fields=["draft", "file_names"])


def uploaded_file(batch: ImportBatch) -> Path:
    """The kept portfolio under its own name. Refuses `upload-missing` once it was loaded or cleared away."""
    return _named(batch, "portfolio", batch.file_names[0])


def uploaded_instalments(batch: ImportBatch) -> Path | None:
    """The kept instalments, if there are any."""
    return _named(batch, "instalments", batch.file_names[1]) if batch.draft.get("instalments") else None


def profile_of(batch: ImportBatch) -> Profile:
    """How the person said that the file reads."""
    return profile_from_document(batch.draft["profile"])


def keep_declaration(batch: ImportBatch, declared: Declaration) -> None:
    """What the lender says beside the file, for the trial and the load."""
    batch.draft["declared"] = {"channels": list(declared.channels), "proof": declared.proof}
    batch.save(update_fields=["draft"])


def declaration_of(batch: ImportBatch) -> Declaration:
    """What was said beside the file; nothing when nobody was asked yet."""
    said = batch.draft.get("declared", {})
    return Declaration(tuple(said.get("channels", ())), said.get("proof", ""))


def told_refusal(refusal: Refusal) -> dict[str, Any]:
    """Why a file was not loaded, as its batch keeps it: code, sentence, and the row and column where they are known."""
    where = refusal.where
    return {"code": refusal.code, "message": refusal.message, "row": where.row, "column": where.column}


def try_again(batch: ImportBatch, *, is_partial: bool) -> None:
    """A new trial once the person has said why the file leaves most of the portfolio out: it is a part of it, or the others
    did leave. Refuses `import-already-running`, and then keeps no answer."""
    with transaction.atomic():
        batch.draft["partial"], batch.draft["accept_gone"] = is_partial, not is_partial
        batch.save(update_fields=["draft"])
        request_load(batch, dry_run=True)


def request_load(batch: ImportBatch, *, dry_run: bool) -> None:
    """Enqueues the trial or the load in the present transaction. Refuses `import-already-running`."""
    with transaction.atomic():
        waiting = ImportBatch.objects.filter(pk=batch.pk).exclude(
            status__in=(ImportStatus.RUNNING, ImportStatus.DONE, ImportStatus.UNDONE)
        )
        if not waiting.update(status=ImportStatus.RUNNING, rows_done=0, rows_total=0, phase="reading"):
            raise Refusal("import-already-running", "Esta carga ya está en marcha o terminó.")
        jobs.app.configure_task(JOB, lock=f"{JOB}:{batch.creditor_id}").defer(batch_id=batch.pk, dry_run=dry_run)


def forget_upload(batch: ImportBatch) -> None:
    """Removes the kept files: what was loaded is in the tables."""
    shutil.rmtree(_folder(batch), ignore_errors=True)


class Progress:
    """Writes how far a load came on a connection of its own, because the load's transaction shows nothing until it ends."""

    def __init__(self, batch: ImportBatch) -> None:
        self._batch_id = batch.pk
        self._connection = connections["default"].copy()
        self._told: tuple[str, int] = ("", -1)

    def __call__(self, phase: str, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        if (phase, percent) == self._told:
            return
        self._told = (phase, percent)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portfolio_importbatch SET phase = %s, rows_done = %s, rows_total = %s WHERE id = %s",
                [phase, done, total, self._batch_id],
            )

    def close(self) -> None:
        self._connection.close()


def _folder(batch: ImportBatch) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / str(batch.uid)


def _named(batch: ImportBatch, kind: str, name: str) -> Path:
    path = _folder(batch) / kind / _safe(name)
    if not path.is_file():
        raise Refusal("upload-missing", "El archivo ya no está guardado; súbalo de nuevo.")
    return path


def _safe(name: str) -> str:
    """The last part of a name, never empty nor a way out of the folder."""
    return Path(name.replace("\\", "/").replace("\x00", "")).name[:200] or "archivo"


def _keep(path: Path, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    with path.open("wb") as target:
        for chunk in chunks:
            size += len(chunk)
            if size > FILE_BYTES_MAX:
                shutil.rmtree(path.parent, ignore_errors=True)
                raise Refusal(
                    "file-too-large", "El archivo pasa de 2 GB; divídalo o cárguelo con la orden `acuerdo import`."
                )
            target.write(chunk)
