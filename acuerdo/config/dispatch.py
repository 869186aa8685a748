"""The day's last phase: the worklist's messages, the reminders of plans and the thanks go to the outbox, and what is permitted now leaves.

What was planned leaves while the rest is planned, over a second connection: one side computes while the database works for
the other. The rest waits in the outbox for its hour; the worker sends it (`messaging.tasks`). Running the phase again for a date finds
every contact planned and sends nobody anything twice.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from django.db import connection

from acuerdo.base import clock
from acuerdo.messaging.ports import Channels
from acuerdo.messaging.public import (
    Delivered,
    PlannedMessage,
    best_points,
    configured_channels,
    count_states,
    deliver_all_due,
    plan_batch,
    recover_stuck,
    remind_of_instalments,
)
from acuerdo.negotiation.public import promises_kept
from acuerdo.policy.public import PlannedContact, judge_contacts
from acuerdo.strategy.public import dispatch_messages

THANKS_TEMPLATE = "promesa_cumplida"
THANKS_CHANNELS = ("email", "whatsapp", "sms")
_LOOK_AGAIN_SECONDS = 0.2
THANKS_BATCH = 300  # people; each is looked at on every channel at once


def dispatch(run_on: date, now: datetime) -> dict[str, Any]:
    """Counts of the messages by what became of them when planned, and of what left at once."""
    channels = configured_channels()
    recovered = recover_stuck(now, channels)
    with _delivering(now, channels) as delivered:
        planned = dispatch_messages(run_on, now)
        reminded = remind_of_instalments(run_on, now)
        thanked = thank_for_kept_promises(run_on, now)
    return {
        "planned": planned,
        "reminded": reminded,
        "thanked": thanked,
        "recovered": recovered.taken,
        "delivered": asdict(delivered[0]),
    }


@contextmanager
def _delivering(now: datetime, channels: Channels) -> Iterator[list[Delivered]]:
    """Delivers what is due, also what becomes so within the block; the list holds the counts afterwards. What fails there
    is raised at the end, and an error of the block ends it first.

    Within somebody's transaction another connection would see nothing of it: then everything leaves after the block.
    """
    counts: list[Delivered] = []
    if connection.in_atomic_block:
        yield counts
        counts.append(deliver_all_due(now, channels))
        return
    is_planned = threading.Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="deliver") as pool:
        work = pool.submit(_deliver_until, is_planned, now, channels)
        try:
            yield counts
        finally:
            is_planned.set()
        counts.append(work.result())


def _deliver_until(is_planned: threading.Event, now: datetime, channels: Channels) -> Delivered:
    total = Delivered()
    try:
        while True:
            is_last = is_planned.is_set()
            total += deliver_all_due(now, channels)
            if is_last:
                return total
            is_planned.wait(_LOOK_AGAIN_SECONDS)
    finally:
        connection.close()


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
