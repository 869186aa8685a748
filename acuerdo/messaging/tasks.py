"""The clockwork of messages: every minute what is due leaves, and what a dead worker left behind is settled."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.module_loading import import_string

from acuerdo.base import clock
from acuerdo.base.jobs import app
from acuerdo.messaging.ports import MessageChannel
from acuerdo.messaging.public import deliver_all_due, recover_stuck


@app.periodic(cron="* * * * *")
@app.task(name="messaging:deliver_due", queueing_lock="messaging:deliver_due", pass_context=False)
def deliver_due_messages(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Sends all that is due. Two at once share the work: each claims messages that the other skips."""
    now = clock.now()
    channels = configured_channels()
    recover_stuck(now, channels)
    deliver_all_due(now, channels)


def configured_channels() -> Mapping[str, MessageChannel]:
    """The installation's providers, as config/wiring.py chooses them."""
    found: Mapping[str, MessageChannel] = import_string(settings.MESSAGE_CHANNELS)()
    return found
