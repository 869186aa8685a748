"""What surrounds the decision every morning, at 1,000,000 obligations: the snapshot brought up to date, the plan into the worklist.

A portfolio is made inside a real server, durable as in production; its snapshot is read whole and its date decided. Then a
day passes: money comes in for one account in `PAID_OF`, people are contacted, permissions are withdrawn and given, and the
ledger brings every account to the new date. Measured: the snapshot's refresh by what changed, and the new date's plan
loaded aside, indexed and attached. Fails above 60 s for both (the lesser of wall and processor time: others may share the
machine), or when the refreshed snapshot is not what one made afresh of the same moment is.
`--folder DIR` keeps the installation: a second run lives the next day.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import _lender
from _measure import load, peak_mib

FIRST = date(2026, 7, 14)
SECONDS_MAX = 60
INSTALMENTS = 12
PAID_OF, CONTACTED_OF, CONSENT_OF = 50, 10, 200
A_DAY = (
    """INSERT INTO ledger_payment (account_id, amount_minor, currency, paid_on, source, external_ref, recorded_at, recorded_by)
       SELECT id, GREATEST(next_due_minor, 1), currency, %(before)s, 'medida', 'medida-' || id || '-' || %(before)s, %(now)s, 'medida'
         FROM ledger_account WHERE (id + %(turn)s) %% %(paid)s = 0""",
    """UPDATE ledger_account SET paid_minor = paid_minor + GREATEST(next_due_minor, 1), last_payment_on = %(before)s,
              last_payment_minor = GREATEST(next_due_minor, 1) WHERE (id + %(turn)s) %% %(paid)s = 0""",
    """INSERT INTO policy_attempt (debtor_id, creditor_id, at, direction, channel, purpose, recipient, status, right_party, is_two_way,
                                   disposition, note, actor)
       SELECT d.id, (SELECT min(id) FROM portfolio_creditor), %(now)s - interval '18 hours', 'out', 'sms', 'collection', 'debtor', 'sent',
              FALSE, FALSE, '', '', 'medida' FROM portfolio_debtor d WHERE (d.id + %(turn)s) %% %(contacted)s = 0""",
    "UPDATE policy_consent SET revoked_at = %(now)s WHERE (id + %(turn)s) %% %(consent)s = 0 AND revoked_at IS NULL",
    """INSERT INTO policy_consent (debtor_id, channel, purpose, granted_at, source, proof, recorded_by)
       SELECT d.id, 'email', 'collection', %(now)s, 'medida', '', 'medida' FROM portfolio_debtor d
        WHERE (d.id + %(turn)s) %% %(consent)s = 0
          AND NOT EXISTS (SELECT 1 FROM policy_consent c WHERE c.debtor_id = d.id AND c.channel = 'email' AND c.revoked_at IS NULL)""",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = args.folder or Path(name)
        folder.mkdir(exist_ok=True)
        with _lender.installation(folder):
            return _measured(folder, args.obligations)


def _measured(folder: Path, obligations: int) -> int:
    from acuerdo.ledger.models import Account as DebtAccount
    from acuerdo.strategy.models import DecisionRun
    from acuerdo.strategy.public import decide_day

    last = DecisionRun.objects.order_by("-run_on").values_list("run_on", flat=True).first()
    if last is None:
        last = FIRST
        if not DebtAccount.objects.exists():
            _told("portfolio made", lambda: _fill(obligations, last))
        _told("first date decided, snapshot read whole", lambda: decide_day(last, _at(last)))
    on = last + timedelta(days=1)
    _told("a day of payments, contacts and permissions", lambda: _live(on))
    from acuerdo.ledger.actions.refresh import refresh_states
    from acuerdo.strategy.actions import day

    print("  the ledger brought to the date:", _told("ledger", lambda: refresh_states(on, now=_at(on)))[0])
    costs = {"snapshot refreshed": 0.0, "plan loaded aside": 0.0, "plan attached": 0.0}
    for name, said in (
        ("take_snapshot", "snapshot refreshed"),
        ("load_aside", "plan loaded aside"),
        ("attach", "plan attached"),
    ):
        setattr(day, name, _timed(getattr(day, name), said, costs))
    answer, _ = _told("the date decided", lambda: day.decide_day(on, _at(on)))
    whole = sum(costs.values())
    print(
        f"{obligations:,} obligations, {answer['planned']:,} contacts: refresh and load {whole:.1f} s;"
        f" peak {peak_mib():,} MiB; load {load()}"
    )
    return int(whole > SECONDS_MAX or not _is_fresh(folder, on))


def _at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 10, 0, tzinfo=UTC)


def _fill(obligations: int, on: date) -> None:
    import worlds

    from acuerdo.messaging.public import load_templates

    load_templates()
    worlds.fill(
        obligations=obligations, on=on - timedelta(days=1), now=_at(on) - timedelta(days=1), instalments=INSTALMENTS
    )


def _live(on: date) -> None:
    from django.db import connection

    values = {
        "before": on - timedelta(days=1), "now": _at(on), "turn": on.toordinal(), "paid": PAID_OF, "contacted": CONTACTED_OF,
        "consent": CONSENT_OF,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in A_DAY:
            cursor.execute(statement, values)


def _told[Answer](what: str, work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Does it and prints its seconds; the lesser of wall and processor time is given back."""
    wall, here, there = time.perf_counter(), time.process_time(), _lender.server_cpu()
    answer = work()
    wall, here, there = time.perf_counter() - wall, time.process_time() - here, _lender.server_cpu() - there
    print(f"  {what}: {wall:.1f} s, CPU {here:.1f} s here and {there:.1f} s in the server", flush=True)
    return answer, min(wall, here + there)


def _timed(work: Callable[..., Any], what: str, costs: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any) -> Any:
        answer, costs[what] = _told(what, lambda: work(*args))
        return answer

    return timed


def _is_fresh(folder: Path, on: date) -> bool:
    """Whether the snapshot refreshed by what changed holds the rows of one read whole now."""
    import polars as pl

    from acuerdo.strategy.engine.snapshot import read_snapshot
    from acuerdo.strategy.public import snapshot_folder, take_snapshot

    kept = read_snapshot(snapshot_folder())
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-", dir=folder) as name:
        fresh, _ = _told("a fresh snapshot", lambda: take_snapshot(Path(name), on, _at(on)))
        different = [
            part
            for part in kept.parts
            if _sums(pl.scan_parquet(kept.path(part))) != _sums(pl.scan_parquet(fresh.path(part)))
        ]
    print("  equal to a fresh one" if not different else f"  NOT equal to a fresh one: {', '.join(different)}")
    return not different


def _sums(rows: Any) -> tuple[object, ...]:
    """Rows and the sum of every row's hash: equal for equal rows in any order."""
    import polars as pl

    hashed = rows.select(pl.struct(pl.all()).hash(7).alias("hash"))
    found: tuple[object, ...] = hashed.select(pl.len(), pl.col("hash").sum()).collect(engine="streaming").row(0)
    return found


if __name__ == "__main__":
    sys.exit(main())
