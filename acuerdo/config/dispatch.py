"""The day's last phase: the worklist's messages and the thanks go to the outbox, and what is permitted now leaves.

The rest waits in the outbox for its hour; the worker sends it (`messaging.tasks`). Running the phase again for a date finds
every contact planned and sends nobody anything twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from acuerdo.base import clock
from acuerdo.messaging.public import (
    PlannedMessage,
    best_points,
    configured_channels,
    count_states,
    deliver_all_due,
    plan_batch,
    recover_stuck,
)
from acuerdo.negotiation.public import promises_kept
from acuerdo.policy.public import PlannedContact, judge_contacts
from acuerdo.strategy.public import dispatch_messages

THANKS_TEMPLATE = "promesa_cumplida"
THANKS_CHANNELS = ("email", "whatsapp", "sms")
THANKS_BATCH = 300  # people; each is looked at on every channel at once


def dispatch(run_on: date, now: datetime) -> dict[str, Any]:
    """Counts of the messages by what became of them when planned, and of what left at once."""
    planned = dispatch_messages(run_on, now)
    thanked = thank_for_kept_promises(run_on, now)
    channels = configured_channels()
    recovered = recover_stuck(now, channels)
    delivered = asdict(deliver_all_due(now, channels))
    return {"planned": planned, "thanked": thanked, "recovered": recovered.taken, "delivered": delivered}


def thank_for_kept_promises(run_on: date, now: datetime) -> dict[str, int]:
    """One thanks for each promise judged kept since yesterday, on a channel that the person authorised; none is no matter.

    Thanks are a service, not a collection contact: they use up no cap, and the gate is asked all the same.
    """
    counts: dict[str, int] = {}
    kept = promises_kept(run_on - timedelta(days=1), run_on)
    for promises in batched(kept, THANKS_BATCH):
        for state, count in count_states(plan_batch(list(_thanks(promises, now)), now)).items():
            counts[state] = counts.get(state, 0) + count
    return counts


def _thanks(promises: Sequence[Any], now: datetime) -> Iterator[PlannedMessage]:
    asked = [_contact(promise, channel) for promise in promises for channel in THANKS_CHANNELS]
    judged = judge_contacts(asked, now)
    reachable = best_points([promise.debtor_id for promise in promises])
    for index, promise in enumerate(promises):
        options = judged[index * len(THANKS_CHANNELS) : (index + 1) * len(THANKS_CHANNELS)]
        channels = [one.contact.channel for one in options if _may_today(one.verdict, now)]
        channel = next((one for one in channels if (promise.debtor_id, one) in reachable), None)
        if channel is not None:
            yield PlannedMessage(
                plan_key=f"thanks:{promise.uid}",
                debtor_id=promise.debtor_id,
                creditor_id=promise.obligation.creditor_id,
                obligation_ids=(promise.obligation_id,),
                channel=channel,
                template=THANKS_TEMPLATE,
                not_before=now,
                purpose="service",
            )


def _contact(promise: Any, channel: str) -> PlannedContact:
    return PlannedContact(
        debtor_id=promise.debtor_id,
        creditor_id=promise.obligation.creditor_id,
        channel=channel,
        purpose="service",
        obligation_id=promise.obligation_id,
    )


def _may_today(verdict: Any, now: datetime) -> bool:
    """Allowed now or later today; else tomorrow's run thanks."""
    opens_at, zone = verdict.next_allowed_at, clock.zone()
    is_today = opens_at is not None and opens_at.astimezone(zone).date() == now.astimezone(zone).date()
    return verdict.is_allowed or is_today
