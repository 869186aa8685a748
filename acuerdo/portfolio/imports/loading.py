"""One portfolio file into the tables: read to facts, staged, checked across rows, merged, counted. One transaction."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import EXPONENTS
from acuerdo.portfolio.engine import instalments as instalment_frames
from acuerdo.portfolio.engine.facts import facts_of
from acuerdo.portfolio.engine.plan import Plan, order_names, style_names
from acuerdo.portfolio.engine.rejected import cells_of
from acuerdo.portfolio.engine.spool import Spool
from acuerdo.portfolio.engine.staging import copy_frame, create_staging, schema_of_facts
from acuerdo.portfolio.imports import checks, merge
from acuerdo.portfolio.imports.outcome import count_outcome
from acuerdo.portfolio.imports.schedules import stage_computed_schedules
from acuerdo.portfolio.models import Creditor, ImportBatch, ImportRejection
from acuerdo.portfolio.ports import Declaration
from acuerdo.portfolio.rules.fields import FIELDS
from acuerdo.portfolio.rules.rejects import Reject
from acuerdo.portfolio.rules.report import ImportReport, Understood

# phase, done, total
Progress = Callable[[str, int, int], None]

_TEMPORARY = (
    "imp_obligation", "imp_party", "imp_contact", "imp_seen", "imp_reject", "imp_instalment", "imp_reject_instalment",
    "imp_twin", "imp_name", "imp_stranger", "imp_retyped", "imp_person", "imp_person_change", "imp_target",
    "imp_changed_account", "imp_changed_obligation", "imp_gone", "imp_point", "imp_row", "imp_reschedule",
)  # fmt: skip
# A file that mentions less than half of what was open is more often the wrong file than a good month.
_GONE_SHARE_MAX = 0.5
_GONE_COUNT_MIN = 20
# Colombia's cap on late interest for consumer and ordinary credit; the ledger's table of that name.
_LATE_CAPS = {"CO": "co/consumo_y_ordinario"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it will be read: its name, its rows, its plan."""

    file: str
    spool: Spool
    plan: Plan


@dataclass(frozen=True, slots=True)
class Load:
    """Everything a load needs. `partial`: what the file does not mention stays; `accept_gone` lets most of it go."""

    batch: ImportBatch
    creditor: Creditor
    portfolio: Table
    instalments: Table | None
    as_of: date
    now: datetime
    partial: bool
    accept_gone: bool
    declared: Declaration
    progress: Progress
    kept_rejections: list[ImportRejection] = field(default_factory=list)
    report: ImportReport = field(default_factory=lambda: ImportReport("loaded"))

    def told(self) -> dict[str, Any]:
        """The parameters of the merge's statements."""
        profile = self.portfolio.plan.profile
        return {
            "creditor": self.creditor.pk,
            "country": profile.country,
            "timezone": self.creditor.timezone,
            "batch": self.batch.pk,
            "as_of": self.as_of,
            "now": self.now,
            "source": profile.balance_source,
            "cap": _LATE_CAPS.get(profile.country),
            "exponents": json.dumps(EXPONENTS),
            "point_source": f"import:{self.batch.uid}",
        }


def load_portfolio(load: Load) -> ImportReport:
    """Runs inside the caller's transaction, under the creditor's lock. Refuses `many-gone`."""
    with connection.cursor() as cursor:
        _prepare(cursor)
        rejects = _stage_portfolio(cursor, load)
        rejects += _check_portfolio(cursor, load)
        instalment_rejects = _stage_instalments(cursor, load)
        load.progress("merging", 0, 5)
        _merge(cursor, load, has_unreadable=_unreadable(load, rejects))
        count_outcome(cursor, load.report, load.batch.pk)
    _keep_rejects(load, load.portfolio, rejects)
    if load.instalments is not None:
        _keep_rejects(load, load.instalments, instalment_rejects)
    load.report.understood = [_understood(table) for table in (load.portfolio, load.instalments) if table is not None]
    return load.report


def _prepare(cursor: Any) -> None:
    cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in _TEMPORARY))
    # Joins of a whole portfolio sort and hash; the default of 4 MB would spill each of them to disk.
    cursor.execute("SET LOCAL work_mem = '96MB'")
    for name, schema in schema_of_facts().items():
        create_staging(cursor, name, schema)


def _stage_portfolio(cursor: Any, load: Load) -> list[Reject]:
    rejects = list(load.portfolio.spool.rejects)
    done, total = 0, load.portfolio.spool.row_count
    for frame in load.portfolio.spool.frames():
        facts = facts_of(frame, load.portfolio.plan)
        for table, part in (
            ("imp_obligation", facts.obligations),
            ("imp_party", facts.parties),
            ("imp_contact", facts.contacts),
            ("imp_seen", facts.seen),
        ):
            copy_frame(cursor, table, part)
        rejects += [Reject(*row) for row in facts.rejects.iter_rows()]
        for why, count in facts.left_out.items():
            load.report.left_out[why] = load.report.left_out.get(why, 0) + count
        done += frame.height
        load.progress("checking", done, total)
    return rejects


def _tell_of_others(cursor: Any, load: Load) -> None:
    """A co-debtor's row may be flagged too; a stop needs the person's own page, so it is told and not lost in silence."""
    cursor.execute("SELECT count(*) FROM imp_obligation WHERE role <> 'debtor' AND stops <> '[]'")
    count = cursor.fetchone()[0]
    if count:
        message = (
            f"{count} filas de codeudores o avalistas traen una marca (disputa, fallecido…): póngala usted en su ficha."
        )
        load.report.add_notice("party-flag-not-kept", message)


def _check_portfolio(cursor: Any, load: Load) -> list[Reject]:
    _tell_of_others(cursor, load)
    plan = load.portfolio.plan
    columns = {
        f"{name}_column": plan.header_of(field)
        for name, field in (("name", "name"), ("id", "id_number"), ("id_type", "id_type"), ("currency", "currency"))
    }
    checks.find_twins(cursor)
    differing = checks.disagreeing_columns(cursor)
    load.report.repeated = checks.check_across_rows(
        cursor, creditor_id=load.creditor.pk, country=plan.profile.country, columns=columns
    )
    cursor.execute('SELECT DISTINCT ON (row) row, "column", code, value FROM imp_reject ORDER BY row')
    return [
        Reject(row, _named(plan, differing.get(row)) or column, code, value)
        for row, column, code, value in cursor.fetchall()
    ]


# The staging's names of what a person knows by the file's column.
_FIELD_OF_FIGURE = {
    "balance_minor": "balance_total", "due_minor": "balance_due", "principal_minor": "principal", "instalment_minor": "instalment_amount",
    "last_payment_minor": "last_payment_amount", "search_name": "name", "principal_balance_minor": "balance_principal",
    "contract_interest_minor": "balance_contract_interest", "late_interest_minor": "balance_late_interest",
    "insurance_minor": "balance_insurance", "collection_fee_minor": "balance_collection_fee", "fees_minor": "balance_other_fees",
}  # fmt: skip


def _named(plan: Plan, names: list[str] | None) -> str:
    fields = [_FIELD_OF_FIGURE.get(name, name) for name in names or []]
    return ", ".join(plan.header_of(name) for name in fields if name in FIELDS and name in plan.cells)[:120]


def _stage_instalments(cursor: Any, load: Load) -> list[Reject]:
    if load.instalments is None:
        return []
    table = load.instalments
    rejects = list(table.spool.rejects)
    done = 0
    exponent = EXPONENTS[table.plan.profile.currency]
    for frame in table.spool.frames():
        good, bad = instalment_frames.instalments_of(frame, table.plan, exponent)
        copy_frame(cursor, "imp_instalment", good)
        rejects += [Reject(*row) for row in bad.iter_rows()]
        done += frame.height
        load.progress("instalments", done, table.spool.row_count)
    checks.check_instalments(cursor, creditor_id=load.creditor.pk)
    cursor.execute('SELECT DISTINCT ON (row) row, "column", code, value FROM imp_reject_instalment ORDER BY row')
    return rejects + [Reject(*row) for row in cursor.fetchall()]


def _unreadable(load: Load, rejects: Iterable[Reject]) -> bool:
    """Whether some row could not even be read: then nobody knows which obligation it was, and none can be called gone."""
    return bool(load.portfolio.spool.rejects) or any(
        reject.column == load.portfolio.plan.header_of("obligation_number") for reject in rejects
    )


def _merge(cursor: Any, load: Load, *, has_unreadable: bool) -> None:
    told = load.told()
    merge.merge_people(cursor, told)
    load.progress("merging", 1, 5)
    merge.merge_obligations(cursor, told)
    load.progress("merging", 2, 5)
    _judge_gone(cursor, load, told, has_unreadable=has_unreadable)
    merge.merge_contacts(cursor, told)
    load.progress("merging", 3, 5)
    unfit = stage_computed_schedules(cursor, lambda done, total: load.progress("scheduling", done, total))
    load.progress("merging", 3, 5)
    if unfit:
        message = f"{unfit} obligaciones entraron sin cronograma: con su tasa, plazo y valor no se puede calcular."
        load.report.add_notice("schedule-not-computed", message)
    load.report.instalments_written = merge.merge_instalments(cursor, told)
    load.progress("merging", 4, 5)
    merge.refresh_state(cursor, told)
    load.progress("merging", 5, 5)


def _judge_gone(cursor: Any, load: Load, told: dict[str, Any], *, has_unreadable: bool) -> None:
    gone, open_before = merge.find_gone(cursor, told)
    if not gone:
        return
    if load.partial or has_unreadable:
        cursor.execute("DELETE FROM imp_gone")
        if has_unreadable and not load.partial:
            message = f"{gone} obligaciones no aparecen en el archivo, pero hay filas ilegibles: no se marcó ninguna como retirada."
            load.report.add_notice("gone-not-judged", message)
        return
    if gone >= _GONE_COUNT_MIN and gone > open_before * _GONE_SHARE_MAX and not load.accept_gone:
        message = (
            f"El archivo no menciona {gone} de {open_before} obligaciones abiertas. "
            "Si es un archivo parcial, cárguelo como parcial; si de verdad salieron, acéptelo expresamente."
        )
        raise Refusal("many-gone", message)
    merge.mark_gone(cursor, told)


def _keep_rejects(load: Load, table: Table, rejects: list[Reject]) -> None:
    """Stores each rejected row once, by its first trouble, with its cells."""
    first: dict[int, Reject] = {}
    for reject in rejects:
        first.setdefault(reject.row, reject)
    if not first:
        return
    cells = cells_of(table.spool, first)
    rows = [
        ImportRejection(
            batch=load.batch,
            file=table.file,
            row=row,
            column=reject.column[:120],
            code=reject.code,
            message=reject.message,
            cells=cells.get(row, {}),
        )
        for row, reject in sorted(first.items())
    ]
    load.kept_rejections.extend(rows)
    ImportRejection.objects.bulk_create(rows, batch_size=2000)
    load.report.rejected += len(rows)
    load.report.rejects += [first[row] for row in sorted(first)]


def _understood(table: Table) -> Understood:
    spool, plan = table.spool, table.plan
    return Understood(
        file=table.file,
        headers=spool.headers,
        format=spool.format,
        detail=spool.detail,
        header_row=spool.header_row,
        rows=spool.row_count + len(spool.rejects),
        fields={name: list(columns) for name, columns in plan.columns.fields.items()},
        extra=list(plan.extra.values()),
        dropped=dict(plan.columns.dropped),
        numbers=sorted(style_names(plan.styles)),
        dates=sorted(order_names(plan.orders)),
    )
