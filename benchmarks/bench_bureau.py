"""What «Centrales» costs with a large portfolio: queries and time in the server, median of warm requests, by number of obligations.

A tenth of the debts have a notice, of which two thirds are authorised; one in a hundred is reported. Fails above 15 queries, or
above SLOW_MS for the list of 100,000 obligations, in CPU of both processes where others use the machine.
`--folder DIR` keeps or reuses the installation; `--explain` prints the plan of the slowest query of each page.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import _lender

NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
ON = date(2026, 7, 15)
REQUESTS = 5
QUERIES_MAX, SLOW_MS, LARGE = 15, 1_000, 100_000
PAGES = ("", "?state=ready", "?state=due", "?page=40", "?state=reported", "?q=prueba")
WAY = (
    """INSERT INTO policy_bureaunotice (obligation_id, sent_on, channel, proof, recorded_by, recorded_at, uid)
       SELECT o.id, greatest(a.due_since, %(on)s::date - (o.id %% 60)::int), 'letter', 'guía', 'medida', %(now)s, gen_random_uuid()
       FROM portfolio_obligation o JOIN ledger_account a ON a.id = o.id WHERE a.due_since IS NOT NULL AND o.id %% 10 = 0""",
    """INSERT INTO policy_bureauauthorisation (debtor_id, creditor_id, granted_on, proof, recorded_by)
       SELECT DISTINCT debtor_id, creditor_id, %(on)s::date - 300, 'contrato', 'medida' FROM portfolio_obligation
       WHERE id %% 30 <> 0 AND id %% 10 = 0""",
    """INSERT INTO policy_bureaureport (obligation_id, bureau, arrears_since, balance_minor, released_on, released_at, released_by,
         citation, withdrawn_by, withdrawal_reason, uid)
       SELECT o.id, 'Central', a.due_since, a.balance_minor, %(on)s::date - 3, %(now)s, 'medida', '', '', '',
         gen_random_uuid()
       FROM portfolio_obligation o JOIN ledger_account a ON a.id = o.id WHERE a.due_since IS NOT NULL AND o.id %% 100 = 0""",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--obligations", type=int, default=LARGE)
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = args.folder or Path(name)
        folder.mkdir(exist_ok=True)
        is_new = not (folder / "data").exists()
        sys.path.insert(0, str(Path(__file__).parent))
        with _lender.installation(folder):
            if is_new:
                _prepare(args.obligations)
            return _measure(args)


def _prepare(obligations: int) -> None:
    import worlds
    from django.db import connection

    from acuerdo.base.models import Role, User

    worlds.fill(obligations=obligations, on=ON, now=NOW)
    User.objects.create_user("centrales", role=Role.COMPLIANCE, full_name="Medida", sees_all_creditors=True)
    with connection.cursor() as cursor:
        for statement in WAY:
            cursor.execute(statement, {"on": ON, "now": NOW})
        cursor.execute("ANALYZE")


def _measure(args: argparse.Namespace) -> int:
    from django.test import Client

    from acuerdo.base import clock
    from acuerdo.base.models import User
    from acuerdo.portfolio.models import Obligation

    clock.set_now(NOW)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="centrales"))
    print(f"{Obligation.objects.count():,} obligations; load {os.getloadavg()[0]:.1f}", flush=True)
    slow = [page for page in PAGES if not _is_within(client, page, has_plans=args.explain)]
    print(f"above the target: {', '.join(slow) or 'none'}; load {os.getloadavg()[0]:.1f}")
    return 1 if slow and args.obligations == LARGE else 0


def _is_within(client: Any, page: str, *, has_plans: bool) -> bool:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _ask(client, page)
    with CaptureQueriesContext(connection) as asked:
        _ask(client, page)
        told = list(asked.captured_queries)
    walls, here, server = [], time.process_time(), _lender.server_cpu()
    for _ in range(REQUESTS):
        wall = time.perf_counter()
        _ask(client, page)
        walls.append((time.perf_counter() - wall) * 1000)
    cpu = (time.process_time() - here + _lender.server_cpu() - server) * 1000 / REQUESTS
    middle = statistics.median(walls)
    print(f"/centrales{page}: {len(told)} queries, {middle:.0f} ms, CPU {cpu:.0f} ms", flush=True)
    for one in sorted(told, key=lambda one: -float(one["time"]))[:3]:
        print(f"    {float(one['time']) * 1000:.0f} ms: {one['sql'][:90]}…")
    if has_plans:
        worst = max(told, key=lambda one: float(one["time"]))["sql"]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {worst}")
            print("\n".join(row[0] for row in cursor.fetchall()))
    return len(told) <= QUERIES_MAX and min(middle, cpu) <= SLOW_MS


def _ask(client: Any, page: str) -> None:
    answer = client.get(f"/centrales{page}")
    if answer.status_code != 200:
        raise SystemExit(f"/centrales{page} answered {answer.status_code}")


if __name__ == "__main__":
    raise SystemExit(main())
