"""Jobs live and die with the transaction that defers them, run in a real worker, and come back from the dead."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.tasks import Task

from acuerdo.base import jobs
from acuerdo.base.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_users() -> Iterator[Task[Any, Any, Any]]:
    """A task that writes, and defers another job of itself in its own transaction."""

    @jobs.app.task(name="test:make_user")
    def make_user(username: str, fail: bool = False) -> None:
        with transaction.atomic():
            User.objects.create_user(username, role="agent", full_name=username)
            if username == "first":
                make_user.defer(username="second")
                make_user.defer(username="third", fail=True)
            if fail:
                make_user.defer(username="never")
                raise RuntimeError

    yield make_user
    del jobs.app.tasks["test:make_user"]


def waiting() -> list[str]:
    return list(ProcrastinateJob.objects.filter(status="todo").order_by("id").values_list("args__username", flat=True))


def test_a_rollback_leaves_no_job(make_users: Task[Any, Any, Any]) -> None:
    with transaction.atomic():
        make_users.defer(username="first")
        assert waiting() == ["first"]
        transaction.set_rollback(True)
    assert waiting() == []


def test_a_batch_is_few_statements(make_users: Task[Any, Any, Any], django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(3):
        assert jobs.defer_batch(make_users, ({"username": str(number)} for number in range(2500))) == 2500
    assert len(waiting()) == 2500


def test_what_a_running_job_defers_belongs_to_its_transaction(make_users: Task[Any, Any, Any]) -> None:
    make_users.defer(username="first")
    connection.close()
    jobs.run_worker(wait=False, install_signal_handlers=False)
    assert sorted(User.objects.values_list("username", flat=True)) == ["first", "second"]
    left = ProcrastinateJob.objects.values_list("args__username", "status")
    assert list(left) == [("third", "failed")], "finished jobs are removed, the failed one's own job never came to be"


def test_the_jobs_of_a_dead_worker_run_again(make_users: Task[Any, Any, Any]) -> None:
    make_users.defer(username="second")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker])
    retry = jobs.app.tasks["base:retry_stalled_jobs"]
    retry.defer(timestamp=0)
    connection.close()
    jobs.run_worker(wait=False, install_signal_handlers=False)
    assert list(User.objects.values_list("username", flat=True)) == ["second"]
