"""Mutations of the portfolio: load a file, undo the last load, save a profile, name a creditor."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import try_lock_name
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.engine.instalments import NEEDED
from acuerdo.portfolio.engine.plan import plan_portfolio, plan_table
from acuerdo.portfolio.imports.loading import Load, Progress, Table, load_portfolio
from acuerdo.portfolio.imports.reading import header_dictionary, read_table, sha256_of, shipped_profiles
from acuerdo.portfolio.imports.undo import undo_changes
from acuerdo.portfolio.imports.uploads import told_refusal
from acuerdo.portfolio.models import Creditor, ImportBatch, ImportChange, ImportProfile, ImportRejection, ImportStatus
from acuerdo.portfolio.ports import AfterLoad, AfterUndo, Declaration, Loaded
from acuerdo.portfolio.queries import last_batch
from acuerdo.portfolio.rules.headers import is_correction
from acuerdo.portfolio.rules.profile import Profile, profile_from_document
from acuerdo.portfolio.rules.report import ImportReport

TIMEZONES = {"CO": "America/Bogota", "PE": "America/Lima", "MX": "America/Mexico_City", "CL": "America/Santiago", "EC": "America/Guayaquil",
             "AR": "America/Argentina/Buenos_Aires", "NG": "Africa/Lagos", "US": "America/New_York"}  # fmt: skip


NOTHING_DECLARED = Declaration()


def _silent(phase: str, done: int, total: int) -> None:
    """Progress for whoever does not watch."""


@dataclass(frozen=True, slots=True)
class Control:
    """What the lender says the file holds; a load that differs is refused. The balance in minor units."""

    count: int | None = None
    balance_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CreditorName:
    """Whose a file is, where that creditor may not exist yet: made when the file turned out to be readable."""

    name: str
    country: str
    currency: str


def name_creditor(name: str, *, country: str, currency: str, actor: str, now: datetime) -> Creditor:
    """The creditor of that name, made when it does not exist yet."""
    with transaction.atomic():
        creditor, made = Creditor.objects.get_or_create(
            name=name.strip()[:120],
            defaults={
                "legal_name": name.strip()[:160],
                "country": country,
                "currency": currency,
                "timezone": TIMEZONES.get(country, "UTC"),
            },
        )
        if made:
            creditor.refresh_from_db()
            subject = ("creditor", str(creditor.uid))
            write_audit(
                chain="portfolio", action="name_creditor", actor=actor, subject=subject, payload={"name": name}, now=now
            )
    return creditor


def find_profile(name: str) -> Profile:
    """The saved or shipped profile of that name. Refuses `profile-missing` and names those there are."""
    saved = ImportProfile.objects.filter(name=name).values_list("mapping", flat=True).first()
    if saved is not None:
        return profile_from_document(saved)
    shipped = shipped_profiles()
    if name in shipped:
        return shipped[name]
    names = sorted({*shipped, *ImportProfile.objects.values_list("name", flat=True)})
    raise Refusal("profile-missing", f"No hay un perfil «{name}». Hay: {', '.join(names)}.")


_USUAL_PROFILES = {"CO": "co_cartera", "PE": "pe_caja"}


def usual_profile(creditor: Creditor | None) -> Profile:
    """How this creditor's files are read when nobody says: as its last load was, else in the way usual in its country."""
    last = last_batch(creditor.pk) if creditor is not None else None
    if creditor is not None and last is not None:
        with suppress(Refusal):
            profile = find_profile(last.profile)
            if profile.country == creditor.country:
                return profile
    return country_profile(creditor)


def country_profile(creditor: Creditor | None) -> Profile:
    """The columns usual in the creditor's country. Payments are read so: a portfolio's own profile names other columns."""
    if creditor is None:
        return find_profile(_USUAL_PROFILES["CO"])
    if creditor.country in _USUAL_PROFILES:
        return find_profile(_USUAL_PROFILES[creditor.country])
    return Profile(name=f"usual_{creditor.country}", country=creditor.country, currency=creditor.currency)


def save_profile(profile: Profile, *, actor: str, now: datetime) -> ImportProfile:
    """Keeps a mapping under its name; the same name replaces it. A shipped profile's name is refused (`profile-shipped`)."""
    if profile.name in shipped_profiles():
        raise Refusal("profile-shipped", f"«{profile.name}» es un perfil del producto; use otro nombre.")
    document = profile.to_document()
    profile_from_document(document)
    with transaction.atomic():
        saved, _ = ImportProfile.objects.update_or_create(
            name=profile.name, defaults={"mapping": document, "created_at": now, "created_by": actor}
        )
        saved.refresh_from_db()
        subject = ("import_profile", str(saved.uid))
        write_audit(chain="portfolio", action="save_profile", actor=actor, subject=subject, payload=document, now=now)
    return saved


def import_portfolio(
    source: Path,
    *,
    profile: Profile,
    creditor: Creditor | CreditorName,
    as_of: date,
    now: datetime,
    actor: str,
    instalments: Path | None = None,
    dry_run: bool = False,
    partial: bool = False,
    accept_gone: bool = False,
    control: Control | None = None,
    declared: Declaration = NOTHING_DECLARED,
    batch: ImportBatch | None = None,
    progress: Progress = _silent,
) -> ImportReport:
    """Loads a portfolio file (and its instalments) as of a date, all or nothing; rejected rows do not stop the others.

    What the creditor had open and the file does not mention is marked gone, unless `partial`. `dry_run` does everything
    and takes it back. The same file for the same date changes nothing (`same_file`) but what is `declared` beside it.
    `batch` is an upload that waits (imports/uploads.py). Refuses what the readers refuse, `import-already-running`,
    `profile-other-country`, `as-of-before-last`, `many-gone`, `control-mismatch`, and what policy refuses
    (`ports.AfterLoad`); after a refusal nothing has changed.
    """
    files = [source] + ([instalments] if instalments else [])
    with ExitStack() as stack:
        if batch is not None:
            stack.enter_context(_failing_batch(batch, now))
        table = _read(stack, source, profile, progress, as_of=as_of)
        second = _read(stack, instalments, profile, progress, as_of=as_of, is_instalments=True) if instalments else None
        digest = _digest(files, profile)
        if isinstance(creditor, CreditorName):
            told = {"country": creditor.country, "currency": creditor.currency}
            creditor = name_creditor(creditor.name, **told, actor=actor, now=now)
        if profile.country != creditor.country:
            message = f"El perfil «{profile.name}» lee carteras de otro país ({profile.country}); el acreedor es de {creditor.country}."
            raise Refusal("profile-other-country", message)
        _refuse_older(creditor, as_of)
        if _is_loaded(creditor, digest, as_of):
            return _same_file(batch, creditor, declared, as_of=as_of, now=now, actor=actor, dry_run=dry_run)
        opened = {"sha256": digest, "profile": profile.name[:60], "rows_total": table.spool.row_count}
        if batch is None:
            batch = _new_batch(creditor, files, as_of=as_of, now=now, actor=actor)
            stack.enter_context(_failing_batch(batch, now))
        _open_batch(batch, opened, now)
        load = Load(
            batch=batch,
            creditor=creditor,
            portfolio=table,
            instalments=second,
            as_of=as_of,
            now=now,
            partial=partial or profile.partial or is_correction(table.spool.headers),
            accept_gone=accept_gone,
            declared=declared,
            progress=progress,
        )
        return _load(load, dry_run=dry_run, control=control, actor=actor)


def _same_file(
    batch: ImportBatch | None,
    creditor: Creditor,
    declared: Declaration,
    *,
    as_of: date,
    now: datetime,
    actor: str,
    dry_run: bool,
) -> ImportReport:
    report = ImportReport("same_file", notices=[_SAME_FILE])
    last = last_batch(creditor.pk)
    if last is not None:
        with transaction.atomic():
            report.followed = follow_load(last, declared, as_of=as_of, now=now, actor=actor)
            transaction.set_rollback(dry_run)
    if batch is not None:
        ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.PREVIEWED, report=report.to_document())
    return report


def follow_load(batch: ImportBatch, declared: Declaration, *, as_of: date, now: datetime, actor: str) -> dict[str, Any]:
    """Tells policy what the file and the lender say of contacting these people; here, so that no door can forget it."""
    follow: AfterLoad = import_string(settings.AFTER_LOAD)
    creditor = batch.creditor
    told = Loaded(str(batch.uid), creditor.pk, creditor.country, as_of, now, actor, declared)
    return dict(follow(told))


_SAME_FILE = {"code": "same-file", "message": "Este archivo ya estaba cargado: no cambió nada."}


def _read(
    stack: ExitStack, path: Path, profile: Profile, progress: Progress, *, as_of: date, is_instalments: bool = False
) -> Table:
    spool = stack.enter_context(read_table(path, profile, lambda done, total: progress("reading", done, total)))
    if not spool.row_count and not spool.rejects:
        raise Refusal("file-empty", "El archivo tiene cabecera pero ninguna fila.", Place(file=path.name))
    dictionary = header_dictionary()
    try:
        if is_instalments:
            plan = plan_table(spool, profile, dictionary, as_of, NEEDED)
        else:
            plan = plan_portfolio(spool, profile, dictionary, as_of)
    except Refusal as refusal:
        where = Place(file=path.name, row=refusal.where.row, column=refusal.where.column)
        raise Refusal(refusal.code, refusal.message, where) from None
    return Table(path.name, spool, plan)


def _digest(files: list[Path], profile: Profile) -> str:
    """The same files read the same way are the same load."""
    told = json.dumps([[sha256_of(path) for path in files], profile.to_document()], sort_keys=True, default=list)
    return hashlib.sha256(told.encode()).hexdigest()


def _is_loaded(creditor: Creditor, digest: str, as_of: date) -> bool:
    last = last_batch(creditor.pk)
    return last is not None and last.sha256 == digest and last.as_of == as_of


def _refuse_older(creditor: Creditor, as_of: date) -> None:
    last = last_batch(creditor.pk)
    if last is not None and as_of < last.as_of:
        message = f"Ya se cargó la cartera con corte al {last.as_of:%d/%m/%Y}; un corte anterior la haría retroceder."
        raise Refusal("as-of-before-last", message)


def _new_batch(creditor: Creditor, files: list[Path], *, as_of: date, now: datetime, actor: str) -> ImportBatch:
    batch = ImportBatch.objects.create(
        creditor=creditor,
        kind="portfolio",
        file_names=[path.name[:255] for path in files],
        as_of=as_of,
        status=ImportStatus.RUNNING,
        started_at=now,
        started_by=actor,
    )
    batch.refresh_from_db()
    return batch


def _open_batch(batch: ImportBatch, opened: dict[str, Any], now: datetime) -> None:
    """Marks it as running; what an earlier trial of an upload had rejected is forgotten."""
    with transaction.atomic():
        ImportRejection.objects.filter(batch=batch).delete()
        ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.RUNNING, report={}, started_at=now, **opened)
    batch.refresh_from_db()


@contextmanager
def _failing_batch(batch: ImportBatch, now: datetime) -> Iterator[None]:
    """A load that is refused or breaks leaves its batch marked as not loaded, with the reason."""
    try:
        yield
    except Exception as error:
        reason = told_refusal(error) if isinstance(error, Refusal) else {"code": "failed", "message": ""}
        ImportBatch.objects.filter(pk=batch.pk).update(
            status=ImportStatus.FAILED, finished_at=now, report={"refusal": reason}
        )
        raise


def _load(load: Load, *, dry_run: bool, control: Control | None, actor: str) -> ImportReport:
    with transaction.atomic():
        if not try_lock_name("portfolio-import", load.creditor.pk):
            message = f"Ya se está cargando otro archivo de {load.creditor.name}. Espere a que termine."
            raise Refusal("import-already-running", message)
        _refuse_older(load.creditor, load.as_of)
        _bury_interrupted(load)
        report = load_portfolio(load)
        report.batch_uid = str(load.batch.uid)
        _check_control(report, control)
        load.progress("following", 0, 1)
        report.followed = follow_load(load.batch, load.declared, as_of=load.as_of, now=load.now, actor=actor)
        if dry_run:
            report.status = "previewed"
            transaction.set_rollback(True)
        else:
            _close_batch(load, report, actor)
    if dry_run:
        _keep_preview(load, report)
    return report


def _bury_interrupted(load: Load) -> None:
    """Whoever holds the creditor's lock knows that no other load runs: those that say so were killed."""
    running = ImportBatch.objects.filter(creditor=load.creditor, status=ImportStatus.RUNNING, draft={}).exclude(
        pk=load.batch.pk
    )
    reason = {"code": "interrupted", "message": "La carga se interrumpió; nada cambió."}
    running.update(status=ImportStatus.FAILED, finished_at=load.now, report={"refusal": reason})


def _check_control(report: ImportReport, control: Control | None) -> None:
    if control is None:
        return
    count = report.total.count + report.rejected
    balance = sum(report.total.balance_minor.values())
    if control.count is not None and control.count != count:
        message = (
            f"El control dice {control.count} obligaciones y el archivo tiene {count} (rechazadas: {report.rejected})."
        )
        raise Refusal("control-mismatch", message)
    if control.balance_minor is not None and control.balance_minor != balance:
        raise Refusal("control-mismatch", "El total de control de saldos no coincide con el del archivo.")


def _close_batch(load: Load, report: ImportReport, actor: str) -> None:
    batch = load.batch
    # Only the creditor's last batch can be undone, so what earlier ones replaced is no longer kept.
    ImportChange.objects.filter(batch__creditor=load.creditor).exclude(batch=batch).delete()
    document = report.to_document()
    ImportBatch.objects.filter(pk=batch.pk).update(
        status=ImportStatus.DONE, rows_done=batch.rows_total, report=document, finished_at=load.now
    )
    payload = {"files": batch.file_names, "as_of": load.as_of, "sha256": batch.sha256, "rejected": report.rejected}
    payload |= {kind: tally.count for kind, tally in report.obligations.items()}
    subject = ("import_batch", str(batch.uid))
    write_audit(
        chain="portfolio", action="import_portfolio", actor=actor, subject=subject, payload=payload, now=load.now
    )


def _keep_preview(load: Load, report: ImportReport) -> None:
    """The transaction took the rejects back with everything else; the preview needs them to be shown and downloaded."""
    ImportBatch.objects.filter(pk=load.batch.pk).update(status=ImportStatus.PREVIEWED, report=report.to_document())
    for row in load.kept_rejections:
        row.pk = None
    ImportRejection.objects.bulk_create(load.kept_rejections, batch_size=2000)


def undo_import(batch: ImportBatch, *, actor: str, now: datetime) -> None:
    """Takes back the creditor's last batch: what it made is removed, what it changed is as before.

    Refuses `undo-not-last`, `undo-has-activity` (payments, contacts or promises since) and `import-already-running`.
    """
    last = last_batch(batch.creditor_id)
    if last is None or last.pk != batch.pk or batch.status != ImportStatus.DONE:
        raise Refusal("undo-not-last", "Solo se puede deshacer la última carga del acreedor.")
    try:
        with transaction.atomic():
            if not try_lock_name("portfolio-import", batch.creditor_id):
                raise Refusal(
                    "import-already-running", "Se está cargando otro archivo de este acreedor. Espere a que termine."
                )
            take_back: AfterUndo = import_string(settings.AFTER_UNDO)
            take_back(str(batch.uid), actor=actor, now=now)
            with connection.cursor() as cursor:
                undo_changes(cursor, batch_id=batch.pk, since=batch.started_at)
            ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.UNDONE, finished_at=now)
            subject = ("import_batch", str(batch.uid))
            write_audit(chain="portfolio", action="undo_import", actor=actor, subject=subject, payload={}, now=now)
    except IntegrityError:
        message = "Ya hay gestiones, pagos o promesas sobre esta carga; no se puede deshacer sin perderlos."
        raise Refusal("undo-has-activity", message) from None
