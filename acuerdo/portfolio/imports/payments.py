"""A file of payments: number of the obligation, amount, date and the source's own reference. Loading it twice records once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import try_lock_name
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.money import EXPONENTS
from acuerdo.ledger.public import NewPayment, record_payments
from acuerdo.portfolio.engine.payments import NEEDED, payments_of
from acuerdo.portfolio.engine.plan import plan_table
from acuerdo.portfolio.engine.rejected import cells_of
from acuerdo.portfolio.imports.reading import header_dictionary, read_table, sha256_of
from acuerdo.portfolio.models import Creditor, ImportBatch, ImportRejection, ImportStatus, Obligation
from acuerdo.portfolio.rules.profile import Profile
from acuerdo.portfolio.rules.rejects import Reject

_NUMBERS_AT_ONCE = 5_000
_KNOWN = "SELECT external_ref, account_id, amount_minor, paid_on FROM ledger_payment WHERE source = %s AND external_ref = ANY(%s)"


@dataclass(slots=True)
class PaymentsReport:
    """`recorded` payments are new, `known` were here already; sums by currency in minor units."""

    status: str
    batch_uid: str = ""
    recorded: int = 0
    known: int = 0
    amount_minor: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def to_document(self) -> dict[str, Any]:
        """For JSON; the rejects are stored apart."""
        return {
            "status": self.status, "batch_uid": self.batch_uid, "recorded": self.recorded, "known": self.known,
            "amount_minor": self.amount_minor, "rejected": self.rejected,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    row: int
    number: str
    amount_minor: int
    paid_on: date
    reference: str


def import_payments(
    source: Path,
    *,
    profile: Profile,
    creditor: Creditor,
    now: datetime,
    today: date,
    actor: str,
    dry_run: bool = False,
    batch: ImportBatch | None = None,
) -> PaymentsReport:
    """Records the payments of a CSV, workbook or Parquet file; all the good rows or, when something breaks, none.

    A payment is known by its reference, or without one by obligation, date and amount (numbered within the file when a
    customer paid the same twice on a day). `batch` is an
    upload that waits. Refuses what the readers refuse and `import-already-running`.
    """
    with read_table(source, profile) as spool:
        plan = _planned(spool, profile, today, source.name)
        frames = [payments_of(frame, plan, today, EXPONENTS[profile.currency]) for frame in spool.frames()]
        rows = [_Row(*record) for good, _ in frames for record in good.iter_rows()]
        rejects = [*spool.rejects, *(Reject(*record) for _, bad in frames for record in bad.iter_rows())]
        report = PaymentsReport("previewed" if dry_run else "loaded")
        with transaction.atomic():
            if not try_lock_name("portfolio-import", creditor.pk):
                message = f"Ya se está cargando otro archivo de {creditor.name}. Espere a que termine."
                raise Refusal("import-already-running", message)
            rejects += _record(rows, creditor, report, now=now, actor=actor)
            report.rejects = sorted(rejects, key=lambda reject: reject.row)
            report.rejected = len({reject.row for reject in rejects})
            _keep_batch(
                source,
                creditor,
                report,
                cells_of(spool, {reject.row for reject in rejects}),
                now=now,
                today=today,
                actor=actor,
                batch=batch,
            )
            if dry_run and batch is None:
                report.batch_uid = ""
            if dry_run:
                transaction.set_rollback(True)
    return report


def _planned(spool: Any, profile: Profile, today: date, file: str) -> Any:
    try:
        return plan_table(spool, profile, header_dictionary(), today, NEEDED)
    except Refusal as refusal:
        where = Place(file=file, row=refusal.where.row, column=refusal.where.column)
        raise Refusal(refusal.code, refusal.message, where) from None


def _record(rows: list[_Row], creditor: Creditor, report: PaymentsReport, *, now: datetime, actor: str) -> list[Reject]:
    accounts = _accounts(creditor, {row.number for row in rows})
    rejects = [Reject(row.row, "", "obligation-unknown", row.number) for row in rows if row.number not in accounts]
    known = [row for row in rows if row.number in accounts]
    source = f"file:{creditor.uid}".replace("-", "")  # the column holds 40
    repeats: dict[str, int] = {}
    payments = []
    for row in known:
        reference = row.reference or f"{row.number}/{row.paid_on:%Y%m%d}/{row.amount_minor}"
        if not row.reference:
            repeats[reference] = repeats.get(reference, 0) + 1
            reference += f"/{repeats[reference]}"
        payments.append(NewPayment(accounts[row.number][0], row.amount_minor, row.paid_on, source, reference))
    rejects += _reused(known, payments)
    bad = {reject.row for reject in rejects}
    kept = [(row, payment) for row, payment in zip(known, payments, strict=True) if row.row not in bad]
    recorded = record_payments([payment for _, payment in kept], now=now, actor=actor)
    for (row, _), done in zip(kept, recorded, strict=True):
        if done.is_new:
            currency = accounts[row.number][1]
            report.recorded += 1
            report.amount_minor[currency] = report.amount_minor.get(currency, 0) + row.amount_minor
        else:
            report.known += 1
    return rejects


def _accounts(creditor: Creditor, numbers: set[str]) -> dict[str, tuple[int, str]]:
    """number → account and currency, for the creditor's obligations."""
    found: dict[str, tuple[int, str]] = {}
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _NUMBERS_AT_ONCE):
        part = Obligation.objects.filter(creditor=creditor, number__in=ordered[start : start + _NUMBERS_AT_ONCE])
        found |= {
            number: (pk, currency) for number, pk, currency in part.values_list("number", "pk", "account__currency")
        }
    return found


def _reused(rows: list[_Row], payments: list[NewPayment]) -> list[Reject]:
    """References that name another payment already recorded, or two in this file."""
    if not payments:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [payments[0].source, [payment.external_ref for payment in payments]])
        seen = {reference: (account, amount, on) for reference, account, amount, on in cursor.fetchall()}
    rejects = []
    for row, payment in zip(rows, payments, strict=True):
        same = (payment.account_id, payment.amount_minor, payment.paid_on)
        if seen.setdefault(payment.external_ref, same) != same:
            rejects.append(Reject(row.row, "", "payment-repeated", payment.external_ref))
    return rejects


def _keep_batch(
    source: Path,
    creditor: Creditor,
    report: PaymentsReport,
    cells: dict[int, dict[str, str]],
    *,
    now: datetime,
    today: date,
    actor: str,
    batch: ImportBatch | None,
) -> None:
    batch = batch or ImportBatch(creditor=creditor, kind="payments", started_at=now, started_by=actor)
    batch.file_names, batch.sha256, batch.as_of = [source.name[:255]], sha256_of(source), today
    batch.status, batch.finished_at = ImportStatus.DONE, now
    batch.rows_done = report.recorded + report.known
    batch.rows_total = batch.rows_done + report.rejected
    batch.save()
    batch.refresh_from_db()
    report.batch_uid = str(batch.uid)
    ImportBatch.objects.filter(pk=batch.pk).update(report=report.to_document())
    ImportRejection.objects.filter(batch=batch).delete()
    ImportRejection.objects.bulk_create(
        [
            ImportRejection(
                batch=batch, file=source.name[:255], row=reject.row, column=reject.column[:120], code=reject.code,
                message=reject.message, cells=cells.get(reject.row, {}),
            )
            for reject in report.rejects
        ],
        batch_size=2000,
    )  # fmt: skip
    payload = report.to_document() | {"file": source.name, "sha256": batch.sha256}
    write_audit(
        chain="portfolio",
        action="import_payments",
        actor=actor,
        subject=("import_batch", report.batch_uid),
        payload=payload,
        now=now,
    )
