"""How long the ledger's books take: bringing 100,000 accounts to a date, and recording payments one by one and in bulk.

Half the accounts carry the lender's figures, half are computed with capped late interest; 24 instalments each. Payments one by
one go over one connection and over two (two processes), beside what a bare durable commit of one row costs in the same
run. Uses a database of its own in a temporary folder, durable as in production. `--accounts 10000` for a quick look.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ONE_MIN, TWO_MIN = 300, 500
SINGLES = 1000
DAY = date(2026, 3, 2)
PAID_ON = DAY + timedelta(days=1)
NOW = datetime(PAID_ON.year, PAID_ON.month, PAID_ON.day, 15, tzinfo=UTC)
ACCOUNTS = """
INSERT INTO ledger_account (id, currency, balance_source, status, terms, core_as_of, principal_balance_minor, contract_interest_minor,
    late_interest_minor, insurance_minor, collection_fee_minor, balance_minor, balance_due_minor, unallocated_minor, paid_minor,
    days_past_due, next_due_minor, last_payment_minor, bucket, stage, updated_at)
SELECT n, 'COP', CASE WHEN n %% 2 = 0 THEN 'core' ELSE 'ledger' END, 'active',
    '{"late_interest": {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"}}',
    CASE WHEN n %% 2 = 0 THEN %(day)s::date - 10 END, 300000000, 0, 0, 0, 0, 300000000, (n %% 5) * 1000000, 0, 0, 0, 0, 0, 'current',
    'none', now()
FROM generate_series(1, %(count)s) AS n
"""
INSTALMENTS = """
INSERT INTO ledger_instalment (account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor,
    total_minor, cum_due_minor)
SELECT n, k, %(day)s::date + 30 * k - (n %% 90)::int, 10000000, 2000000, 100000, 0, 12100000, 12100000 * k
FROM generate_series(1, %(count)s) AS n, generate_series(1, 24) AS k
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(folder / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            import django

            django.setup()
            return measure(args.accounts)
        finally:
            release_server(data_folder())


def timed[T](title: str, work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    elapsed = time.perf_counter() - started
    print(f"{title}: {elapsed:.2f} s {result if isinstance(result, dict) else ''}")
    return result, elapsed


def measure(count: int) -> int:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        for query in (ACCOUNTS, INSTALMENTS):
            cursor.execute(query, {"day": DAY - timedelta(days=90), "count": count})
        cursor.execute("ANALYZE ledger_account, ledger_instalment")
    from acuerdo.ledger.tasks import refresh

    def day(on: date) -> dict[str, Any]:
        return refresh(on, datetime(on.year, on.month, on.day, 12, tzinfo=UTC))

    timed("first refresh (opens the books)", lambda: day(DAY))
    _, next_day = timed("refresh of the next day", lambda: day(DAY + timedelta(days=1)))
    timed("the same again", lambda: day(DAY + timedelta(days=1)))
    is_fast = payments(count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MiB; load {os.getloadavg()[0]:.1f}")
    return 0 if next_day < 60 and is_fast else 1


def payments(count: int) -> bool:
    """One by one over one connection and over two, beside a bare commit, then in bulk. Whether the targets are met."""
    from acuerdo.ledger.public import NewPayment, record_payments

    singles = min(count // 8, SINGLES)
    bare = bare_commits(singles)
    pay_each("warm", 1, 50)
    cpu = time.process_time()
    one = rate(f"{singles} payments one by one", singles, lambda: pay_each("one", 1, singles))
    print(f"  processor time of the process: {time.process_time() - cpu:.2f} s")
    two = over_two_connections(count, singles)
    print(
        f"to a bare durable commit ({bare:.0f} a second): {bare / one:.1f} × over one connection, {bare / two:.1f} × over two"
    )
    rows = [NewPayment(number, 3_000_000, PAID_ON, "bulk", str(number)) for number in range(1, min(count, 20_000) + 1)]
    rate(f"{len(rows)} payments in bulk", len(rows), lambda: record_payments(rows, now=NOW, actor="bench") and None)
    return one >= ONE_MIN and two >= TWO_MIN


def rate(title: str, count: int, work: Callable[[], Any]) -> float:
    """How many a second."""
    _, seconds = timed(title, work)
    print(f"  {count / seconds:.0f} a second, load {os.getloadavg()[0]:.1f}")
    return count / seconds


def bare_commits(count: int) -> float:
    """What the disk allows: one row of 64 bytes, committed for good, again and again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commit (n int, filler text)")

        def each() -> None:
            for number in range(count):
                cursor.execute("INSERT INTO bench_commit VALUES (%s, repeat('x', 60))", [number])

        return rate(f"{count} bare durable commits", count, each)


def pay_each(source: str, first: int, count: int) -> int:
    """Payments to accounts of both kinds, each its own transaction."""
    from acuerdo.ledger.public import record_payment

    for number in range(first, first + count):
        record_payment(
            number,
            amount_minor=5_000_000,
            paid_on=PAID_ON,
            source=source,
            external_ref=str(number),
            now=NOW,
            actor="bench",
        )
    return count


def over_two_connections(count: int, singles: int) -> float:
    """Two processes, each with its own connection and its own accounts, from the same instant on."""
    half = count // 2
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), initializer=ready) as pool:
        list(pool.map(pay_each, ("warm-a", "warm-b"), (1, half), (50, 50)))
        return rate(
            f"{2 * singles} payments over two connections", 2 * singles,
            lambda: list(pool.map(pay_each, ("a", "b"), (1, half), (singles, singles))),
        )  # fmt: skip


def ready() -> None:
    """A process of its own begins."""
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
