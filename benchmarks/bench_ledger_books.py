"""How long the ledger's books take: bringing 100,000 accounts to a date, and recording payments one by one and in bulk.

Half the accounts carry the lender's figures, half are computed with capped late interest; 24 instalments each. Uses a
database of its own in a temporary folder, durable as in production. `--accounts 10000` for a quick look.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

DAY = date(2026, 3, 2)
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
    one_by_one, bulk = payments(count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MiB")
    return 0 if next_day < 60 and one_by_one > 0 and bulk > 0 else 1


def payments(count: int) -> tuple[float, float]:
    from acuerdo.ledger.public import NewPayment, record_payment, record_payments

    paid_on = DAY + timedelta(days=1)
    now = datetime(paid_on.year, paid_on.month, paid_on.day, 15, tzinfo=UTC)
    singles = min(count, 1000)

    def each() -> None:
        for number in range(1, singles + 1):
            record_payment(
                2 * (number % (count // 2)) + 1, amount_minor=5_000_000, paid_on=paid_on, source="bench", external_ref=str(number),
                now=now, actor="bench",
            )  # fmt: skip

    _, seconds = timed(f"{singles} payments one by one", each)
    rows = [NewPayment(number, 3_000_000, paid_on, "bulk", str(number)) for number in range(1, min(count, 20_000) + 1)]
    _, in_bulk = timed(f"{len(rows)} payments in bulk", lambda: record_payments(rows, now=now, actor="bench") and None)
    print(f"payments a second: {singles / seconds:.0f} one by one, {len(rows) / in_bulk:.0f} in bulk")
    return singles / seconds, len(rows) / in_bulk


if __name__ == "__main__":
    sys.exit(main())
