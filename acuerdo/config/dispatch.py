"""The day's last phase: the worklist's messages go to the outbox, and what is permitted at this moment leaves.

The rest waits in the outbox for its hour; the worker sends it (`messaging.tasks`). Running the phase again for a date finds
every contact planned and sends nobody anything twice.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from acuerdo.messaging.public import deliver_all_due, recover_stuck
from acuerdo.messaging.tasks import configured_channels
from acuerdo.strategy.public import dispatch_messages


def dispatch(run_on: date, now: datetime) -> dict[str, Any]:
    """Counts of the messages by what became of them when planned, and of what left at once."""
    planned = dispatch_messages(run_on, now)
    channels = configured_channels()
    recovered = recover_stuck(now, channels)
    return {"planned": planned, "recovered": recovered.taken, "delivered": asdict(deliver_all_due(now, channels))}
