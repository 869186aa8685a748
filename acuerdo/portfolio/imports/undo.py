# ruff: noqa: S608 - the table names are our own; every value is a parameter
"""Takes back what one batch did, from what it kept in `portfolio_importchange`. Foreign keys refuse when later work hangs on it."""

from typing import Any

from acuerdo.kernel.errors import Refusal

_LATER = """
SELECT EXISTS (
  SELECT FROM ledger_payment p WHERE p.recorded_at > %(since)s AND p.account_id IN (
    SELECT unnest(made) FROM portfolio_importchange WHERE batch_id = %(batch)s AND "table" = 'portfolio_obligation'
    UNION SELECT key FROM portfolio_importchange WHERE batch_id = %(batch)s AND "table" = 'ledger_account'))
"""

_MADE = """
CREATE TEMP TABLE imp_made ON COMMIT DROP AS
SELECT "table" AS name, unnest(made) AS id FROM portfolio_importchange WHERE batch_id = %(batch)s AND made IS NOT NULL;
ANALYZE imp_made;
"""
# Foreign keys are checked at once so that the refusal comes from here; children go before parents.
_UNDO = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM portfolio_obligationparty p USING imp_made m WHERE m.name = 'portfolio_obligationparty' AND p.id = m.id;
DELETE FROM portfolio_contactpoint p USING imp_made m WHERE m.name = 'portfolio_contactpoint' AND p.id = m.id;
DELETE FROM ledger_openinstalment i USING imp_made m WHERE m.name = 'portfolio_obligation' AND i.account_id = m.id;
DELETE FROM ledger_instalment i USING imp_made m WHERE m.name = 'portfolio_obligation' AND i.account_id = m.id;
DELETE FROM ledger_instalment i USING portfolio_importchange c
WHERE c.batch_id = %(batch)s AND c."table" = 'ledger_instalment' AND i.account_id = c.key;
INSERT INTO ledger_instalment SELECT r.* FROM portfolio_importchange c, jsonb_populate_recordset(NULL::ledger_instalment, c.before) r
WHERE c.batch_id = %(batch)s AND c."table" = 'ledger_instalment';
DELETE FROM portfolio_obligation o USING imp_made m WHERE m.name = 'portfolio_obligation' AND o.id = m.id;
DELETE FROM ledger_account a USING imp_made m WHERE m.name = 'portfolio_obligation' AND a.id = m.id;
DELETE FROM portfolio_debtor d USING imp_made m WHERE m.name = 'portfolio_debtor' AND d.id = m.id;
"""
# An own account is played anew from what came back, whatever happened to its figures since the load.
_PLAY_ANEW = """
CREATE TEMP TABLE imp_anew ON COMMIT DROP AS
SELECT a.id FROM ledger_account a WHERE a.balance_source = 'ledger' AND a.id IN (
  SELECT key FROM portfolio_importchange WHERE batch_id = %(batch)s AND "table" IN ('ledger_account', 'ledger_instalment'));
ANALYZE imp_anew;
UPDATE ledger_account a SET state_as_of = NULL FROM imp_anew c WHERE a.id = c.id;
DELETE FROM ledger_openinstalment o USING imp_anew c WHERE o.account_id = c.id;
"""
_RESTORED = ("portfolio_debtor", "portfolio_obligation", "ledger_account")


def undo_changes(cursor: Any, *, batch_id: int, since: Any) -> None:
    """Runs inside the caller's transaction. Refuses `undo-has-activity`; raises IntegrityError when rows are still needed."""
    told = {"batch": batch_id, "since": since}
    cursor.execute(_LATER, told)
    if cursor.fetchone()[0]:
        raise Refusal(
            "undo-has-activity", "Ya hay pagos registrados sobre esta carga; no se puede deshacer sin perderlos."
        )
    cursor.execute("DROP TABLE IF EXISTS pg_temp.imp_made, pg_temp.imp_anew")
    _run(cursor, _MADE + _UNDO, told)
    for table in _RESTORED:
        _restore(cursor, table, told)
    _run(cursor, _PLAY_ANEW, told)


def _run(cursor: Any, statements: str, told: dict[str, Any]) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            cursor.execute(statement, told)


def _restore(cursor: Any, table: str, told: dict[str, Any]) -> None:
    """Writes back every column of the rows that the batch had changed. `table` is one of ours."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table]
    )
    columns = [name for (name,) in cursor.fetchall()]
    names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(f'r."{name}"' for name in columns)
    cursor.execute(
        f"""UPDATE {table} t SET ({names}) = ROW({values})
        FROM portfolio_importchange c, jsonb_populate_record(NULL::{table}, c.before) r
        WHERE c.batch_id = %(batch)s AND c."table" = '{table}' AND c.before IS NOT NULL AND t.id = c.key""",
        told,
    )
