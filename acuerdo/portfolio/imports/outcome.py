"""What the merge did, counted from staging in one pass a question."""

from typing import Any

from acuerdo.portfolio.rules.report import ImportReport, Tally

_KINDS = """
SELECT CASE
    WHEN t.known_id IS NULL AND t.status = 'paid' THEN 'new_paid'
    WHEN t.known_id IS NULL THEN 'new'
    WHEN t.status = 'paid' AND t.old_status <> 'paid' THEN 'paid'
    WHEN ca.id IS NOT NULL OR co.id IS NOT NULL THEN 'changed'
    ELSE 'unchanged' END AS kind,
  t.currency, count(*),
  sum(CASE WHEN t.status = 'paid' THEN t.old_balance_minor ELSE coalesce(a.balance_minor, 0) END)::bigint, sum(a.balance_due_minor)::bigint,
  sum(a.balance_minor)::bigint
FROM imp_target t JOIN ledger_account a ON a.id = t.id
LEFT JOIN imp_changed_account ca ON ca.id = t.id LEFT JOIN imp_changed_obligation co ON co.id = t.id
GROUP BY 1, 2
"""
_GONE = "SELECT currency, count(*), sum(balance_minor)::bigint FROM imp_gone GROUP BY 1"
_MADE = """
SELECT "table", made IS NOT NULL, sum(coalesce(cardinality(made), 1))::bigint FROM portfolio_importchange WHERE batch_id = %s
AND "table" IN ('portfolio_debtor', 'portfolio_contactpoint') GROUP BY 1, 2
"""


def count_outcome(cursor: Any, report: ImportReport, batch_id: int) -> None:
    """Fills the report's tallies; a paid or gone obligation is summed by the balance that it had."""
    cursor.execute(_KINDS)
    for kind, currency, count, balance, due, now in cursor.fetchall():
        _add(report.obligations, kind, currency, count, balance or 0)
        report.total = _plus(report.total, currency, count, now or 0)
        report.due_minor[currency] = report.due_minor.get(currency, 0) + (due or 0)
    cursor.execute(_GONE)
    for currency, count, balance in cursor.fetchall():
        _add(report.obligations, "gone", currency, count, balance or 0)
    cursor.execute(_MADE, [batch_id])
    made = {(table, is_new): count for table, is_new, count in cursor.fetchall()}
    report.debtors_new = made.get(("portfolio_debtor", True), 0)
    report.debtors_changed = made.get(("portfolio_debtor", False), 0)
    report.contact_points_new = made.get(("portfolio_contactpoint", True), 0)


def _add(tallies: dict[str, Tally], kind: str, currency: str, count: int, balance_minor: int) -> None:
    tallies[kind] = _plus(tallies.get(kind, Tally()), currency, count, balance_minor)


def _plus(tally: Tally, currency: str, count: int, balance_minor: int) -> Tally:
    sums = {**tally.balance_minor, currency: tally.balance_minor.get(currency, 0) + balance_minor}
    return Tally(tally.count + count, sums)
