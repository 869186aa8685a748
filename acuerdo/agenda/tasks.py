"""The clockwork of the agenda: every minute reminders leave and calls that nobody made are marked as missed."""

from acuerdo.agenda.public import mark_missed, remind_due
from acuerdo.base import clock
from acuerdo.base.jobs import app


@app.periodic(cron="* * * * *")
@app.task(name="agenda:tick", queueing_lock="agenda:tick", lock="agenda:tick", pass_context=False)
def tick(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Both are safe to repeat."""
    now = clock.now()
    remind_due(now)
    mark_missed(now)
