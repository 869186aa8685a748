"""The reminder of a plan's instalment, the day before it falls due: of the plan's own figures, gate asked, once each.

Where the day before allows no channel, the day itself is tried. A payment that covers the instalment takes the reminder back.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection

from acuerdo.base import clock
from acuerdo.messaging.actions.agreements import agreement_link
from acuerdo.messaging.actions.planning import PlannedMessage, count_states, plan_batch
from acuerdo.messaging.queries import best_points
from acuerdo.messaging.rules.fields import date_text, money_text
from acuerdo.negotiation.public import DueInstalment, instalments_due
from acuerdo.policy.public import PlannedContact, judge_contacts

TEMPLATE = "plan_cuota_por_vencer"
CHANNELS = ("whatsapp", "email", "sms")
PURPOSE = "reminder"
PROGRESS = {"es": "{number} de {count}", "en": "{number} of {count}"}
BATCH = 300  # people; each is looked at on every channel at once
_WITHDRAW = """
UPDATE messaging_message SET state = 'cancelled', failure = 'paid', updated_at = %(now)s WHERE id IN (
SELECT m.id FROM messaging_message m JOIN negotiation_paymentplan p
    ON p.debtor_id = m.debtor_id AND m.context ->> 'instalment_of' = p.uid::text
 WHERE m.state = 'scheduled' AND p.paid_minor >= (m.context ->> 'through_minor')::bigint
   AND p.id IN (SELECT plan_id FROM negotiation_planobligation WHERE obligation_id = ANY(%(ids)s::bigint[]))
 ORDER BY m.id FOR UPDATE OF m)
"""


def remind_of_instalments(run_on: date, now: datetime) -> dict[str, int]:
    """Counts by what became of the reminders when planned. Running again for the date plans nothing twice."""
    due = [*instalments_due(run_on), *instalments_due(run_on + timedelta(days=1))]
    counts: dict[str, int] = {}
    for rows in batched(due, BATCH):
        for state, count in count_states(plan_batch(list(_reminders(rows, now)), now)).items():
            counts[state] = counts.get(state, 0) + count
    return counts


def withdraw_instalments(obligation_ids: Sequence[int], now: datetime) -> int:
    """Takes back the reminders of instalments that the plans' payments have covered; how many. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, {"now": now, "ids": list(obligation_ids)})
        return int(cursor.rowcount)


def _reminders(rows: Sequence[DueInstalment], now: datetime) -> Iterator[PlannedMessage]:
    judged = judge_contacts([_contact(row, channel) for row in rows for channel in CHANNELS], now)
    reachable = best_points([row.plan.debtor_id for row in rows])
    for index, row in enumerate(rows):
        options = judged[index * len(CHANNELS) : (index + 1) * len(CHANNELS)]
        permitted = [one.contact.channel for one in options if _may_today(one.verdict, now)]
        channel = next((one for one in permitted if (row.plan.debtor_id, one) in reachable), None)
        if channel is not None:
            yield _message(row, channel, now)


def _contact(row: DueInstalment, channel: str) -> PlannedContact:
    return PlannedContact(
        debtor_id=row.plan.debtor_id, creditor_id=row.plan.creditor_id, channel=channel, purpose=PURPOSE,
        obligation_id=row.obligation_ids[0],
    )  # fmt: skip


def _may_today(verdict: Any, now: datetime) -> bool:
    """Allowed now or later today; else the next day's run tries."""
    opens_at, zone = verdict.next_allowed_at, clock.zone()
    is_today = opens_at is not None and opens_at.astimezone(zone).date() == now.astimezone(zone).date()
    return verdict.is_allowed or is_today


def _message(row: DueInstalment, channel: str, now: datetime) -> PlannedMessage:
    plan = row.plan
    language = "en" if plan.debtor.language == "en" else "es"
    fields = {
        "plan_cuota": money_text(row.missing_minor, plan.currency), "plan_fecha": date_text(row.due_on, language),
        "plan_avance": PROGRESS[language].format(number=row.number, count=row.count),
    }  # fmt: skip
    return PlannedMessage(
        plan_key=f"instalment:{plan.uid}:{row.number}", debtor_id=plan.debtor_id, creditor_id=plan.creditor_id,
        obligation_ids=row.obligation_ids, channel=channel, template=TEMPLATE, not_before=now, purpose=PURPOSE,
        context={
            "fields": fields, "link": agreement_link(UUID(str(plan.uid))), "instalment_of": str(plan.uid),
            "through_minor": row.through_minor,
        },
    )  # fmt: skip
