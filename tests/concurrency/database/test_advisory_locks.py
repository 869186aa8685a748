"""The locks of base, with real connections racing."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from acuerdo.base.audit import ChainReport, verify_chain, write_audit
from acuerdo.base.day import Phase, run_day
from acuerdo.base.locks import lock_name, lock_person, lock_person_many, try_lock_name
from acuerdo.base.models import DayRun
from acuerdo.kernel.errors import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)


def in_threads(*works: Callable[[], None]) -> list[Exception]:
    """Run all at once, each on its own connection; what they raised."""
    raised: list[Exception] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as trouble:  # noqa: BLE001 - handed to the test
            raised.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.parametrize(("locked", "expected"), [(False, [0, 0]), (True, [0, 1])])
def test_two_who_count_and_write_are_kept_apart_by_the_lock(locked: bool, expected: list[int]) -> None:
    seen: list[int] = []
    barrier = threading.Barrier(2)
    days = iter([date(2026, 1, 1), date(2026, 1, 2)])

    def count_then_write() -> None:
        day = next(days)
        with transaction.atomic():
            connection.ensure_connection()
            barrier.wait()
            if locked:
                lock_person(7)
            count = DayRun.objects.count()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.15)")
            DayRun.objects.create(run_on=day, started_at=NOW)
        seen.append(count)

    assert in_threads(count_then_write, count_then_write) == []
    assert sorted(seen) == expected


def test_locks_of_many_taken_in_any_order_never_wait_in_a_ring() -> None:
    def lock(ids: list[int]) -> Callable[[], None]:
        def work() -> None:
            for _ in range(30):
                with transaction.atomic():
                    lock_person_many(ids)

        return work

    people = list(range(60))
    assert in_threads(lock(people), lock(people[::-1]), lock(people[30:] + people[:30])) == []


def test_a_taken_lock_is_seen_and_freed_by_the_rollback() -> None:
    answers: list[bool] = []

    def try_it() -> None:
        with transaction.atomic():
            answers.append(try_lock_name("import", "a.csv"))

    with transaction.atomic():
        lock_name("import", "a.csv")
        in_threads(try_it)
        transaction.set_rollback(True)
    in_threads(try_it)
    assert answers == [False, True]


def test_writers_of_one_chain_make_one_chain() -> None:
    def write() -> None:
        for number in range(10):
            with transaction.atomic():
                write_audit(
                    chain="race", action="made", actor="x", subject=("t", "1"), payload={"number": number}, now=NOW
                )

    assert in_threads(write, write, write, write) == []
    assert verify_chain("race") == ChainReport("race", 40, None)


def test_two_days_at_once_cannot_overlap() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(_run_on: date, _now: datetime) -> dict[str, object]:
        entered.set()
        leave.wait(10)
        return {}

    def first() -> None:
        run_day(date(2026, 7, 13), [Phase("decide", slow)], lambda: NOW)

    def second() -> None:
        entered.wait(10)
        try:
            run_day(date(2026, 7, 14), [Phase("decide", slow)], lambda: NOW)
        finally:
            leave.set()

    raised = in_threads(first, second)
    assert [trouble.code for trouble in raised if isinstance(trouble, Refusal)] == ["day-running"]
    assert list(DayRun.objects.values_list("run_on", flat=True)) == [date(2026, 7, 13)]
