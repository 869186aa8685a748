"""The installation's own clockwork: the day's cycle starts by itself at ACUERDO_DAY_AT (local time; empty switches it off),
and the house's mailboxes are read every minute."""

from datetime import timedelta

from django.conf import settings

from acuerdo.base import clock
from acuerdo.base.day import run_day
from acuerdo.base.jobs import app
from acuerdo.base.models import DayRun
from acuerdo.config.providers import configured_specs
from acuerdo.config.wiring import day_phases
from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.messaging.adapters.imap_inbox import Mailbox, read_mailbox
from acuerdo.messaging.public import take_mail
from acuerdo.messaging.rules.providers import ImapMailbox

_RETRY_AFTER = timedelta(minutes=15)


@app.periodic(cron="* * * * *")
@app.task(name="config:run_due_day", queueing_lock="config:run_due_day", lock="config:run_due_day")
def run_due_day(timestamp: int) -> None:  # noqa: ARG001 - the periodic call passes it
    """Run today's cycle once its hour has come, and again later if a phase stopped it."""
    if is_due():
        try:
            run_day(clock.business_date(), day_phases(), clock.now)
        except Refusal as refusal:
            # Somebody runs it by hand at this very moment, which is as good.
            if refusal.code != "day-running":
                raise


@app.periodic(cron="* * * * *")
@app.task(name="config:read_mailboxes", queueing_lock="config:read_mailboxes", lock="config:read_mailboxes")
def read_mailboxes(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Takes unread mail of every configured mailbox. One that cannot be reached does not keep the others from being read."""
    troubles = []
    for spec in configured_specs():
        if isinstance(spec, ImapMailbox):
            box = Mailbox(spec.host, spec.port, spec.user, spec.password, spec.folder, spec.security)
            try:
                read_mailbox(box, lambda raw: take_mail(raw, clock.now()))
            except ExternalError as error:
                troubles.append(error)
    if troubles:
        raise troubles[0]


def is_due() -> bool:
    """Whether today's cycle should run now: its hour has come, it is not finished, and its last try is not fresh."""
    local = clock.now().astimezone(clock.zone())
    if not settings.DAY_AT or local.strftime("%H:%M") < settings.DAY_AT:
        return False
    day = DayRun.objects.filter(run_on=local.date()).first()
    if day is None:
        return True
    last = day.phases.order_by("-started_at").first()
    return day.finished_at is None and (last is None or not last.error or last.started_at + _RETRY_AFTER < clock.now())
