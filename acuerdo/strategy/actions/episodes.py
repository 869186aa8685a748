"""Keeping the history of arrears: an episode opens with the first day past due and closes when nothing is overdue."""

from datetime import date

from django.db import connection, transaction

from acuerdo.base.locks import lock_name

REMINDED_DAYS = 7
_OPEN = """
INSERT INTO strategy_arrearsepisode (obligation_id, began_on, ended_on, contacts, reminded)
SELECT a.id, %(on)s::date - a.days_past_due, NULL, 0, FALSE
  FROM ledger_account a
 WHERE a.status IN ('active', 'written_off') AND a.days_past_due > 0
   AND NOT EXISTS (SELECT 1 FROM strategy_arrearsepisode e WHERE e.obligation_id = a.id AND e.ended_on IS NULL)
ON CONFLICT DO NOTHING
"""
# The day of the cure is the payment's when it lies inside the episode: the run may see it a day later.
_CLOSE = """
WITH cured AS (
    SELECT e.id, e.began_on, o.debtor_id,
           CASE WHEN a.last_payment_on BETWEEN e.began_on AND %(on)s::date THEN a.last_payment_on ELSE %(on)s::date END AS ended_on
      FROM strategy_arrearsepisode e
      JOIN ledger_account a ON a.id = e.obligation_id
      JOIN portfolio_obligation o ON o.id = e.obligation_id
     WHERE e.ended_on IS NULL AND (a.status NOT IN ('active', 'written_off') OR a.days_past_due = 0)
), counted AS (
    SELECT c.id, c.ended_on, COUNT(t.id) AS contacts,
           COALESCE(bool_or(t.at::date >= c.ended_on - %(days)s::int), FALSE) AS reminded
      FROM cured c
      LEFT JOIN policy_attempt t ON t.debtor_id = c.debtor_id AND t.direction = 'out' AND t.counts
       AND t.at::date BETWEEN c.began_on AND c.ended_on
     GROUP BY c.id, c.ended_on
)
UPDATE strategy_arrearsepisode e
   SET ended_on = counted.ended_on, contacts = counted.contacts, reminded = counted.reminded
  FROM counted WHERE e.id = counted.id
"""


@transaction.atomic
def record_episodes(on: date) -> tuple[int, int]:
    """Open and close episodes as of a date; (opened, closed). Twice on a date changes nothing the second time."""
    lock_name("strategy-episodes")
    with connection.cursor() as cursor:
        # Of a table still empty the planner expects a row, reads it for each account, and reads what it has just written as well.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_CLOSE, {"on": on, "days": REMINDED_DAYS})
        closed = cursor.rowcount
        cursor.execute(_OPEN, {"on": on})
        opened = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
        return opened, closed
