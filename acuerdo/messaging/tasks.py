"""The clockwork of messages: every minute what is due leaves, and what a dead worker left behind is settled."""

from collections.abc import Sequence

from acuerdo.base import clock
from acuerdo.base.jobs import app
from acuerdo.messaging.public import (
    configured_channels,
    deliver_all_due,
    expire_calls,
    fall_back,
    forget_old_events,
    grade_senders,
    note_bureau_notices,
    recover_stuck,
)


@app.periodic(cron="* * * * *")
@app.task(name="messaging:deliver_due", queueing_lock="messaging:deliver_due", pass_context=False)
def deliver_due_messages(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Sends all that is due. Two at once share the work: each claims messages that the other skips."""
    now = clock.now()
    channels = configured_channels()
    recover_stuck(now, channels)
    expire_calls(now)
    deliver_all_due(now, channels)


@app.task(name="messaging:fall_back", pass_context=False)
def fall_back_elsewhere(message_ids: Sequence[int]) -> None:
    """Looks for another channel for messages that could not arrive on the first."""
    fall_back(message_ids, frozenset(configured_channels()), clock.now())


@app.task(name="messaging:note_bureau_notices", pass_context=False)
def note_notices_that_left(message_ids: Sequence[int]) -> None:
    """Records the notices before a report to a bureau that these messages were."""
    note_bureau_notices(message_ids, clock.now())


@app.periodic(cron="7 * * * *")
@app.task(name="messaging:grade_senders", queueing_lock="messaging:grade_senders", pass_context=False)
def grade_senders_hourly(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Counts anew how each number stands, and forgets what providers told long ago."""
    now = clock.now()
    grade_senders(now)
    forget_old_events(now)
