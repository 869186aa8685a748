"""Jobs: Procrastinate on the installation's own PostgreSQL.

A job is deferred through Django's connection, so it exists if and only if the transaction of the change commits; inside
a worker too. A job may run twice (a killed worker's jobs are run again), so every job must have the effect of once.
Tasks live in `<capability>/tasks.py`, decorated with `@app.task(name="<capability>:<verb>")`, and are found there by themselves.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import batched
from typing import Any

from django.db import connection
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.tasks import Task
from procrastinate.types import JSONValue

# Jobs that wait for a lock are not told when it frees, only this interval finds them.
POLL_SECONDS = 0.5
STALLED_SECONDS = 30
_BATCH_JOBS = 1000

# Trouble outside passes: five runs over about half an hour.
RETRY_EXTERNAL = RetryStrategy(max_attempts=4, exponential_wait=6)

__all__ = ["RETRY_EXTERNAL", "WorkerConnector", "app", "defer_batch", "run_worker"]


def defer_batch(
    what: Task[Any, Any, Any], arguments: Iterable[Mapping[str, JSONValue]], *, lock: str | None = None
) -> int:
    """Defer one job for each element in the current transaction, in few statements; returns how many."""
    count = 0
    deferrer = what.configure(lock=lock)
    for batch in batched(arguments, _BATCH_JOBS):
        count += len(deferrer.batch_defer(*(dict(element) for element in batch)))
    return count


def run_worker(*, concurrency: int = 4, wait: bool = True, install_signal_handlers: bool = True) -> None:
    """Work until told to stop (SIGTERM, SIGINT); or, when not `wait`, until no due job is left that can be run."""
    with app.replace_connector(WorkerConnector(kwargs=connector_params())):
        left: list[int] = [-1]
        while left:
            asyncio.run(_work(concurrency, wait=wait, install_signal_handlers=install_signal_handlers))
            # A worker that does not wait also leaves jobs that its own last jobs deferred, or that waited for their lock.
            before, left = left, [] if wait else _due_jobs()
            if left == before:
                return


def _due_jobs() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now() ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


async def _work(concurrency: int, *, wait: bool, install_signal_handlers: bool) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=concurrency,
            wait=wait,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=20,
            install_signal_handlers=install_signal_handlers,
            listen_notify=wait,
            delete_jobs="successful",
        )


class WorkerConnector(PsycopgConnector):
    """The worker's own pool for fetching jobs; what a running task defers still goes through Django's connection."""

    def get_sync_connector(self) -> BaseConnector:
        return DjangoConnector()


async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the periodic call passes it
    """Run again the jobs of workers that died; a worker tells every ten seconds that it lives."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


def on_app_ready(ready: App) -> None:
    """Register the house-keeping tasks (setting PROCRASTINATE_ON_APP_READY)."""
    register: Callable[[Any], Any] = ready.task(
        name="base:retry_stalled_jobs", pass_context=True, queueing_lock="base:retry_stalled_jobs"
    )
    ready.periodic(cron="* * * * *")(register(retry_stalled_jobs))
