"""The day's plan into PostgreSQL: a table of its own, loaded aside by ADBC, indexed, checked, and only then attached.

Whoever reads sees the old day whole or the new one whole. A run killed half-way leaves a table aside that nobody reads;
the next run of the date drops it. What was already contacted under an earlier run of the date stays as it was: nobody is
planned twice.
"""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from acuerdo.strategy.engine.database import arrow_connection
from acuerdo.strategy.engine.run import Plan

TOUCHED = "('queued', 'done', 'blocked')"
KEPT_REASON = "earlier-run"
BATCH_ROWS = 100_000
# The same as those of the parent (migration 0002), so that attaching only matches them up.
INDEXES = (
    "ALTER TABLE {table} ADD PRIMARY KEY (run_on, obligation_id)",
    "CREATE INDEX ON {table} (agent_id, score DESC, obligation_id) WHERE channel = 'call'",
    "CREATE INDEX ON {table} (planned_at, obligation_id) WHERE state = 'planned' AND channel <> 'call'",
    "CREATE INDEX ON {table} (debtor_id)",
    "ALTER TABLE {table} ADD CONSTRAINT {table}_day CHECK (run_on = DATE '{day}')",
    "ANALYZE {table}",
)


def partition_name(run_on: date) -> str:
    return f"strategy_decision_{run_on:%Y%m%d}"


def aside_name(run_on: date) -> str:
    return f"strategy_aside_{run_on:%Y%m%d}"


def load_aside(plan: Plan, run_on: date, strategy_id: int) -> None:
    """The plan in a table that nobody reads yet; whatever an earlier run of the date left there goes."""
    table = aside_name(run_on)
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE {table} (LIKE strategy_decision INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN strategy_id SET DEFAULT {int(strategy_id)}")
        cursor.adbc_ingest(table, _batches(plan), mode="append")
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN strategy_id DROP DEFAULT")
        for statement in INDEXES:
            cursor.execute(statement.format(table=table, day=run_on.isoformat()))


def _batches(plan: Plan) -> pa.RecordBatchReader | pa.Table:
    """The rows in batches, so that memory does not grow with the portfolio."""
    if not isinstance(plan.kept, Path):
        return plan.rows.to_arrow()
    file = pq.ParquetFile(plan.kept)
    return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(BATCH_ROWS))


def attach(run_on: date) -> int:
    """Put the aside table in the day's place, in the caller's transaction. Returns how many rows of an earlier run it kept."""
    aside, kept = aside_name(run_on), 0
    before = _partition_of(run_on)
    with connection.cursor() as cursor:
        if before:
            cursor.execute(f"LOCK TABLE {before} IN ACCESS EXCLUSIVE MODE")  # nobody marks a row while it moves
            kept = _keep_touched(before, aside)
            cursor.execute(f"ALTER TABLE strategy_decision DETACH PARTITION {before}")
            cursor.execute(f"DROP TABLE {before}")
        table = partition_name(run_on)
        cursor.execute(f"ALTER TABLE {aside} RENAME TO {table}")
        cursor.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {aside}_day TO {table}_day")
        cursor.execute(f"ALTER TABLE strategy_decision ATTACH PARTITION {table} FOR VALUES IN ('{run_on.isoformat()}')")
    return kept


def _keep_touched(table: str, aside: str) -> int:
    """Rows already under way keep their place; their people's other new contacts are taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {aside} SET channel = '', template = '', is_lead = FALSE, score = 0, planned_at = NULL, agent_id = NULL,"  # noqa: S608
            " price = 0, options = '{}',"
            f" state = 'skipped', reasons = ARRAY['{KEPT_REASON}'] WHERE channel <> '' AND debtor_id IN"
            f" (SELECT debtor_id FROM {table} WHERE state IN {TOUCHED})"
        )
        cursor.execute(
            f"DELETE FROM {aside} WHERE obligation_id IN (SELECT obligation_id FROM {table} WHERE state IN {TOUCHED})"  # noqa: S608
        )
        cursor.execute(f"INSERT INTO {aside} SELECT * FROM {table} WHERE state IN {TOUCHED}")  # noqa: S608
        return int(cursor.rowcount)


def drop_leftovers() -> list[str]:
    """Drop tables aside that killed runs left; returns their names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^strategy_aside_[0-9]{8}$' AND NOT relispartition ORDER BY 1"
        )
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
    return names


def _partition_of(run_on: date) -> str:
    """The table that holds the date's rows now, whatever its name; empty when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = 'strategy_decision'::regclass AND pg_get_expr(relpartbound, pg_class.oid) = %s",
            [f"FOR VALUES IN ('{run_on.isoformat()}')"],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""
