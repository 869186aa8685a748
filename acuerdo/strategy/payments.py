"""What a payment brings about on its day: promises and plans are judged, and whoever has nothing overdue is left alone.

Called in the transaction that posts the payment or its reversal, whatever way it came, so that nothing goes out in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from acuerdo.base.pipeline import run_together
from acuerdo.messaging.public import withdraw_instalments, withdraw_paid
from acuerdo.negotiation.public import (
    Judgements,
    judge_after_payment,
    judge_plans_after_payment,
    promised_statement,
)

REASON = "paid-today"
# The person's one contact passes to another obligation that still owes and was to go in the same contact.
_INHERIT = """
WITH heir AS (
    SELECT DISTINCT ON (lead.run_on, lead.obligation_id) lead.*, joined.obligation_id AS heir_id
      FROM strategy_decision lead
      JOIN strategy_decision joined ON joined.run_on = lead.run_on AND joined.debtor_id = lead.debtor_id
       AND joined.creditor_id = lead.creditor_id AND joined.reasons[1] = 'joined'
      JOIN ledger_account a ON a.id = joined.obligation_id AND a.balance_due_minor > 0
     WHERE lead.run_on = %(on)s AND lead.obligation_id = ANY(%(ids)s::bigint[]) AND lead.is_lead
       AND lead.state IN ('planned', 'queued')
     ORDER BY lead.run_on, lead.obligation_id, joined.days_past_due DESC, joined.obligation_id
)
UPDATE strategy_decision AS d
   SET is_lead = TRUE, channel = heir.channel, template = heir.template, step = heir.step, segment = heir.segment,
       score = heir.score, planned_at = heir.planned_at, state = heir.state, agent_id = heir.agent_id, reasons = heir.reasons,
       options = heir.options, price = heir.price
  FROM heir WHERE d.run_on = heir.run_on AND d.obligation_id = heir.heir_id
"""
_SKIP = """
UPDATE strategy_decision
   SET is_lead = FALSE, channel = '', template = '', score = 0, price = 0, options = '{}', planned_at = NULL, agent_id = NULL,
       state = 'skipped', reasons = ARRAY[%(reason)s]
 WHERE run_on = %(on)s AND obligation_id = ANY(%(ids)s::bigint[])
   AND (state IN ('planned', 'queued') OR (state = 'skipped' AND reasons[1] = 'joined'))
"""
_CLEARED = "SELECT id FROM ledger_account WHERE id = ANY(%s::bigint[]) AND balance_due_minor = 0 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Settled:
    """`contacts` counts the rows of today's worklist that became none, `messages` what left the outbox unsent."""

    promises: Judgements
    contacts: int
    messages: int


def settle_payments(account_ids: Sequence[int], *, today: date, now: datetime) -> Settled:
    """Settles what payments or reversals of these accounts change today; a fixed number of queries. Safe to repeat.

    One round trip where nothing was promised and something is still due, which is most payments.
    """
    if not account_ids:
        return Settled(Judgements(), 0, 0)
    # Whoever posts has a transaction open; a point to return to within it would cost two more round trips.
    with transaction.atomic(savepoint=False):
        promised, rows = run_together([promised_statement(account_ids), (_CLEARED, [list(account_ids)])])
        promises = Judgements()
        if promised[0][0]:
            promises = judge_after_payment(account_ids, today=today, now=now)
            judge_plans_after_payment(account_ids, today=today, now=now)
            withdraw_instalments(account_ids, now)
        cleared = [account_id for (account_id,) in rows]
        if not cleared:
            return Settled(promises, 0, 0)
        with connection.cursor() as cursor:
            cursor.execute(_INHERIT, {"on": today, "ids": cleared})
            cursor.execute(_SKIP, {"on": today, "ids": cleared, "reason": REASON})
            contacts = int(cursor.rowcount)
        return Settled(promises, contacts, withdraw_paid(cleared, now))
