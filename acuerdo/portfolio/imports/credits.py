"""A bank's file of credits into the ledger: each posted to the obligation that it pays, or kept for a person to place.

Credits go in parts of a thousand, each in one transaction with everything that a payment brings about. A load
that dies leaves whole parts; running it again finds what is here and goes on. A file that disagrees with itself is kept
out whole, as a batch that failed and says why.
"""

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import only_one
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import NewPayment, record_payments
from acuerdo.portfolio.imports.bank_file import check_bank_format, read_bank_file
from acuerdo.portfolio.imports.reading import sha256_of
from acuerdo.portfolio.models import Creditor, ImportBatch, ImportRejection, ImportStatus, UnmatchedCredit
from acuerdo.portfolio.rules.bank_files import BankCredit, BankFile
from acuerdo.portfolio.rules.credit_report import BankReport
from acuerdo.portfolio.rules.reconcile import (
    Candidate,
    Outcome,
    Proposal,
    document_keys,
    index_of,
    reconcile,
    reference_keys,
    text_keys,
)
from acuerdo.portfolio.rules.rejects import Reject

PART_ROWS = 1000
REF_LENGTH_MAX = 100  # leaves room for the marks of parts and of repeated assignments
_SPLITS_MAX = 20
_CANDIDATES = """
SELECT o.id, o.number, portfolio_key(o.number), portfolio_key(d.id_number), o.debtor_id, a.currency, a.status, a.balance_minor,
       a.balance_due_minor, a.next_due_minor, a.due_since, a.next_due_on
  FROM portfolio_obligation o JOIN portfolio_debtor d ON d.id = o.debtor_id JOIN ledger_account a ON a.id = o.id
 WHERE o.creditor_id = %s AND """
_BY_NUMBER = _CANDIDATES + "portfolio_key(o.number) = ANY(%s)"
_BY_DOCUMENT = _CANDIDATES + "portfolio_key(d.id_number) = ANY(%s)"
_KNOWN = """
SELECT external_ref, amount_minor FROM ledger_payment WHERE source = %(source)s AND external_ref = ANY(%(refs)s)
 UNION ALL
SELECT external_ref, amount_minor FROM portfolio_unmatchedcredit WHERE source = %(source)s AND external_ref = ANY(%(refs)s)
"""

type Progress = Callable[[str, int, int], None]


def _silent(phase: str, done: int, total: int) -> None:
    """Progress for whoever does not watch."""


@dataclass(slots=True)
class Load:
    """One file on its way in. `batch` is None while nothing is to be kept (a trial from the command line)."""

    creditor: Creditor
    source: str
    batch: ImportBatch | None
    now: datetime
    today: date
    actor: str
    is_trial: bool
    seen: dict[str, int] = field(default_factory=dict)


def source_of(format_name: str, creditor: Creditor) -> str:
    """The `source` of payments that come in this format: references are told apart by creditor."""
    return f"bank:{format_name[:24]}:{creditor.pk}"


def stored_ref(external_ref: str) -> str:
    """The reference as the tables keep it; a longer one ends in its digest."""
    if len(external_ref) <= REF_LENGTH_MAX:
        return external_ref
    return f"{external_ref[: REF_LENGTH_MAX - 33]}-{hashlib.sha256(external_ref.encode()).hexdigest()[:32]}"


def import_bank_file(
    source: Path,
    *,
    format_name: str,
    creditor: Creditor,
    now: datetime,
    today: date,
    actor: str,
    dry_run: bool = False,
    batch: ImportBatch | None = None,
    progress: Progress = _silent,
) -> BankReport:
    """Posts a bank's file to the creditor's obligations. What the file itself gets wrong is answered as `quarantined`.

    A record that is here already is not posted again, whatever file brings it. `batch` is an upload that waits. Refuses
    `bank-format-unknown` and `import-already-running` (one file of payments for each creditor at a time).
    """
    check_bank_format(format_name)
    with _alone(creditor, dry_run=dry_run):
        if not dry_run:
            _close_interrupted(creditor, now)
        batch = batch or (None if dry_run else _new_batch(source, creditor, now=now, today=today, actor=actor))
        report = BankReport(format_name, batch_uid=str(batch.uid) if batch else "")
        try:
            progress("reading", 0, 0)
            file = read_bank_file(source, format_name)
        except Refusal as refusal:
            return _quarantine(report, refusal, batch, source, actor=actor, now=now)
        load = Load(creditor, source_of(format_name, creditor), batch, now, today, actor, is_trial=dry_run)
        _take_all(load, file, report, progress)
        if batch is not None:
            _close(load, source, report, batch)
    return report


@contextmanager
def _alone(creditor: Creditor, *, dry_run: bool) -> Iterator[None]:
    if dry_run:
        yield
        return
    message = f"Ya se está cargando otro archivo de pagos de {creditor.name}. Espere a que termine."
    with only_one(f"bank-file:{creditor.pk}", code="import-already-running", message=message):
        yield


def _close_interrupted(creditor: Creditor, now: datetime) -> None:
    """We hold the lock, so a load from the command line that still says it is running died."""
    reason = {
        "refusal": {"code": "interrupted", "message": "La carga se interrumpió; cárguelo de nuevo y se completa."}
    }
    left = ImportBatch.objects.filter(creditor=creditor, kind="payments", status=ImportStatus.RUNNING, draft={})
    left.update(status=ImportStatus.FAILED, finished_at=now, report=reason)


def _new_batch(source: Path, creditor: Creditor, *, now: datetime, today: date, actor: str) -> ImportBatch:
    batch = ImportBatch.objects.create(
        creditor=creditor,
        kind="payments",
        file_names=[source.name[:255]],
        sha256=sha256_of(source),
        as_of=today,
        status=ImportStatus.RUNNING,
        started_at=now,
        started_by=actor,
    )
    batch.refresh_from_db()
    return batch


def _quarantine(
    report: BankReport, refusal: Refusal, batch: ImportBatch | None, source: Path, *, actor: str, now: datetime
) -> BankReport:
    report.status = "quarantined"
    report.refusal = {"code": refusal.code, "message": refusal.message, "row": refusal.where.row}
    if batch is not None:
        payload = {"file": source.name, **report.refusal}
        with transaction.atomic():
            ImportBatch.objects.filter(pk=batch.pk).update(
                status=ImportStatus.FAILED, finished_at=now, sha256=sha256_of(source), report=report.to_document()
            )
            subject = ("import_batch", report.batch_uid)
            write_audit(
                chain="portfolio", action="quarantine_file", actor=actor, subject=subject, payload=payload, now=now
            )
    return report


def _take_all(load: Load, file: BankFile, report: BankReport, progress: Progress) -> None:
    report.status = "previewed" if load.is_trial else "loaded"
    report.total_minor = dict(file.total_minor)
    report.credits = len(file.credits)
    report.pass_over(file.passed_over)
    done = 0
    # What was read stays to the end: looking through it for garbage again and again took a fifth of the time.
    gc.freeze()
    try:
        for part in batched(file.credits, PART_ROWS):
            with transaction.atomic():
                _take_part(load, part, report)
            done += len(part)
            progress("merging", done, len(file.credits))
    finally:
        gc.unfreeze()


def _take_part(load: Load, part: Sequence[BankCredit], report: BankReport) -> None:
    fresh = _fresh(load, part, report)
    candidates = _candidates(load.creditor, fresh)
    index = index_of(candidates)
    splits = load.creditor.splits_oldest_first
    outcomes = [(one, reconcile(one, index, today=load.today, splits_oldest_first=splits)) for one in fresh]
    placed = [(one, outcome) for one, outcome in outcomes if outcome.shares]
    waiting = [(one, outcome) for one, outcome in outcomes if not outcome.shares]
    if not load.is_trial:
        refused = _post(load, placed)
        waiting += [(one, _refused(outcome)) for one, outcome in placed if one.line in refused]
        placed = [(one, outcome) for one, outcome in placed if one.line not in refused]
        _keep_waiting(load, waiting)
    numbers = {one.account_id: one.number for one in candidates}
    for one, outcome in placed:
        report.post(one, outcome, numbers)
    for one, outcome in waiting:
        report.wait(one, outcome)


def _fresh(load: Load, part: Sequence[BankCredit], report: BankReport) -> list[BankCredit]:
    """The credits that nobody has; the same record twice, in this file or an earlier one, is one payment."""
    known = _known(load.source, [stored_ref(one.external_ref) for one in part])
    fresh = []
    for one in part:
        ref = stored_ref(one.external_ref)
        amount = known.get(ref, load.seen.get(ref))
        if amount is None:
            fresh.append(one)
        elif amount == one.amount_minor:
            report.know(one)
        else:
            report.rejects.append(Reject(one.line, "", "payment-repeated", ref))
        load.seen.setdefault(ref, one.amount_minor)
    return fresh


def _known(source: str, refs: list[str]) -> dict[str, int]:
    """Reference → amount of what is here, the parts of a split together. One query, or two where a payment was split."""
    found = _amounts(source, refs)
    split = _amounts(source, [f"{ref}~2" for ref in found]) if found else {}
    if not split:
        return found
    bases = [ref.removesuffix("~2") for ref in split]
    parts = _amounts(source, [f"{base}~{number}" for base in bases for number in range(2, _SPLITS_MAX + 1)])
    for ref, amount in parts.items():
        found[ref.rpartition("~")[0]] += amount
    return found


def _amounts(source: str, refs: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"source": source, "refs": refs})
        return dict(cursor.fetchall())


def _candidates(creditor: Creditor, credits_: Sequence[BankCredit]) -> list[Candidate]:
    """Whatever the credits may pay, in two queries."""
    if not credits_:
        return []
    numbers = {key for one in credits_ for key in (*reference_keys(one), *text_keys(one))}
    documents = {key for one in credits_ for key in document_keys(one)}
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for query, keys in ((_BY_NUMBER, numbers), (_BY_DOCUMENT, documents)):
            cursor.execute(query, [creditor.pk, sorted(keys)])
            rows += cursor.fetchall()
    return list({row[0]: Candidate(*row) for row in rows}.values())


def payments_of(load: Load, one: BankCredit, outcome: Outcome) -> list[NewPayment]:
    ref = stored_ref(one.external_ref)
    return [
        NewPayment(
            share.account_id, share.amount_minor, one.paid_on, load.source, ref if number == 1 else f"{ref}~{number}"
        )
        for number, share in enumerate(outcome.shares, start=1)
    ]


def _post(load: Load, placed: Sequence[tuple[BankCredit, Outcome]]) -> set[int]:
    """Posts; the lines of credits that the ledger refuses (no certified cap for a month, say), one by one."""
    if not placed:
        return set()
    rows = [row for one, outcome in placed for row in payments_of(load, one, outcome)]
    try:
        with transaction.atomic():
            record_payments(rows, now=load.now, actor=load.actor)
    except Refusal:
        if len(placed) == 1:
            return {placed[0][0].line}
        middle = len(placed) // 2
        return _post(load, placed[:middle]) | _post(load, placed[middle:])
    return set()


def _refused(outcome: Outcome) -> Outcome:
    proposals = tuple(Proposal(share.account_id, "high", ("number",)) for share in outcome.shares)
    return Outcome(reason="ledger-refused", proposals=proposals)


def _keep_waiting(load: Load, waiting: Sequence[tuple[BankCredit, Outcome]]) -> None:
    UnmatchedCredit.objects.bulk_create(
        [
            UnmatchedCredit(
                creditor=load.creditor,
                batch=load.batch,
                source=load.source,
                external_ref=stored_ref(one.external_ref),
                amount_minor=one.amount_minor,
                currency=one.currency,
                paid_on=one.paid_on,
                reference=one.reference[:120],
                document_id=one.document_id[:40],
                payer=one.payer[:160],
                text=one.text[:1000],
                reason=outcome.reason,
                proposals=[
                    {"account_id": proposal.account_id, "strength": proposal.strength, "clues": list(proposal.clues)}
                    for proposal in outcome.proposals
                ],
                created_at=load.now,
            )
            for one, outcome in waiting
        ],
        ignore_conflicts=True,
    )


def _close(load: Load, source: Path, report: BankReport, batch: ImportBatch) -> None:
    status = ImportStatus.PREVIEWED if load.is_trial else ImportStatus.DONE
    document = report.to_document()
    with transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(
            status=status,
            sha256=sha256_of(source),
            rows_done=report.credits,
            rows_total=report.credits,
            report=document,
            finished_at=None if load.is_trial else load.now,
        )
        ImportRejection.objects.filter(batch=batch).delete()
        ImportRejection.objects.bulk_create(
            ImportRejection(
                batch=batch, file=source.name[:255], row=one.row, code=one.code, message=one.message, cells={}
            )
            for one in report.rejects
        )
        if not load.is_trial:
            payload = {name: document[name] for name in ("format", "recorded", "known", "unmatched", "amount_minor")}
            write_audit(
                chain="portfolio",
                action="import_payments",
                actor=load.actor,
                subject=("import_batch", report.batch_uid),
                payload=payload | {"file": source.name},
                now=load.now,
            )
