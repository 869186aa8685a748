"""The cycle of a day started by a person, as a job: the screen only watches its rows."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from procrastinate.exceptions import AlreadyEnqueued

from acuerdo.base import clock, jobs
from acuerdo.base.day import run_day
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.public import load_payments
from acuerdo.workspace.campaigns.audience import begin_campaign, count_audience, run_campaigns

BUSY = "day-running"


@jobs.app.task(name="workspace:run_day", queueing_lock="workspace:run_day", pass_context=False)
def run_day_job(run_on: str) -> None:
    """Runs the unfinished phases of the date. One cycle at a time: if another runs, there is nothing to do here."""
    try:
        run_day(date.fromisoformat(run_on), import_string(settings.DAY_PHASES)(), clock.now)
    except Refusal as refusal:
        if refusal.code != BUSY:
            raise


def run_day_of(run_on: date) -> None:
    """Enqueues the cycle in the present transaction; once is enough however often it is asked."""
    try:
        with transaction.atomic():  # a refused insert must not spoil the caller's transaction
            run_day_job.defer(run_on=run_on.isoformat())
    except AlreadyEnqueued:
        return


@jobs.app.task(name="workspace:load_payments", pass_context=False)
def load_payments_job(batch_id: int, dry_run: bool) -> None:
    """The trial or the load of an uploaded file of payments; runs again after a killed worker and posts nothing twice."""
    load_payments(batch_id, dry_run=dry_run, now=clock.now(), today=clock.business_date())


@jobs.app.task(name="workspace:count_campaign", pass_context=False)
def count_campaign_job(campaign_id: int) -> None:
    """Counts whom a campaign would reach; again counts anew."""
    count_audience(campaign_id, clock.now())


@jobs.app.task(name="workspace:begin_campaign", pass_context=False)
def begin_campaign_job(campaign_id: int) -> None:
    """Writes down the people of an approved campaign, once however often it runs."""
    begin_campaign(campaign_id, clock.now())


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="workspace:run_campaigns", queueing_lock="workspace:run_campaigns", pass_context=False)
def run_campaigns_job(timestamp: int = 0) -> None:  # noqa: ARG001 - the periodic call passes it
    """Every minute what is due of the campaigns goes to the outbox."""
    run_campaigns(clock.now())


def count_campaign_of(campaign_id: int) -> None:
    """Enqueues the count in the present transaction."""
    count_campaign_job.defer(campaign_id=campaign_id)


def begin_campaign_of(campaign_id: int) -> None:
    """Enqueues the beginning in the transaction that approves."""
    begin_campaign_job.defer(campaign_id=campaign_id)
