"""Taking back messages that a payment or an agreement made pointless, in the transaction of what made them so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import connection

from acuerdo.messaging.models import Message, MessageState

# A message for several obligations goes on for those that still owe; its text is written anew when it leaves.
_POINTLESS = """
SELECT m.id FROM messaging_message AS m
 WHERE m.state = 'scheduled' AND m.purpose IN ('collection', 'reminder')
   AND m.debtor_id IN (SELECT debtor_id FROM portfolio_obligation WHERE id = ANY(%(ids)s::bigint[]))
   AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(m.context -> 'obligations') AS one(id)
                WHERE one.id::bigint = ANY(%(ids)s::bigint[]))
   AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(m.context -> 'obligations') AS one(id)
                     JOIN ledger_account a ON a.id = one.id::bigint
                   WHERE a.balance_due_minor > 0 AND (%(why)s = 'paid' OR a.id <> ALL(%(ids)s::bigint[])))
 ORDER BY m.id FOR UPDATE OF m"""
_CANCEL = "UPDATE messaging_message SET state = 'cancelled', failure = %(why)s, updated_at = %(now)s WHERE id IN"
_WITHDRAW = {"paid": f"{_CANCEL} ({_POINTLESS})", "agreed": f"{_CANCEL} ({_POINTLESS} SKIP LOCKED)"}


def withdraw_paid(obligation_ids: Sequence[int], now: datetime) -> int:
    """Cancels what is scheduled to remind or collect and asks for nothing any more; returns how many. One statement.

    A message that a worker is handing to its provider at this instant was permitted before the payment and leaves.
    """
    return _withdraw(obligation_ids, "paid", now)


def withdraw_agreed(obligation_ids: Sequence[int], now: datetime) -> int:
    """Cancels what is scheduled about these obligations alone: their person has just agreed how to pay. One statement.

    The caller holds the person's lock, which whoever sends takes after its messages': a message that a worker has in hand is
    not waited for, and leaves as one that was permitted before.
    """
    return _withdraw(obligation_ids, "agreed", now)


def withdraw_planned(plan_key: str, now: datetime) -> bool:
    """Takes back one message that has not left; whether it was still there to take back."""
    found = Message.objects.filter(plan_key=plan_key, state=MessageState.SCHEDULED)
    return bool(found.update(state=MessageState.CANCELLED, failure="taken-back", secret="", updated_at=now))


def withdraw_many(plan_keys: Sequence[str], now: datetime) -> int:
    """Takes back those of the messages that have not left; how many. One statement."""
    found = Message.objects.filter(plan_key__in=plan_keys, state=MessageState.SCHEDULED)
    return found.update(state=MessageState.CANCELLED, failure="taken-back", secret="", updated_at=now)


def _withdraw(obligation_ids: Sequence[int], why: Literal["paid", "agreed"], now: datetime) -> int:
    if not obligation_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW[why], {"now": now, "ids": list(obligation_ids), "why": why})
        return int(cursor.rowcount)
