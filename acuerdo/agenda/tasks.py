"""The clockwork of the agenda: every minute asked hours enter, reminders leave and calls that nobody made are missed."""

from acuerdo.agenda.public import enter_asked_calls, mark_missed, remind_due
from acuerdo.base import clock
from acuerdo.base.jobs import app


@app.periodic(cron="* * * * *")
@app.task(name="agenda:tick", queueing_lock="agenda:tick", lock="agenda:tick", pass_context=False)
def tick(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """All are safe to repeat."""
    now = clock.now()
    enter_asked_calls(now)
    remind_due(now)
    mark_missed(now)
