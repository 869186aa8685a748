"""Two loads at once, and a load killed in the middle: one wins, the other is told; the dead one leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from acuerdo.base.locks import lock_name
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.portfolio.actions import find_profile, import_portfolio
from acuerdo.portfolio.models import Creditor, Debtor, ImportBatch, Obligation
from acuerdo.portfolio.rules.report import ImportReport
from tests.module.portfolio.files import AS_OF, LUIS, NOW, ceiba, load, write_csv
from tests.sessions import other_sessions, wait_for_sessions_to_end

pytestmark = pytest.mark.django_db(transaction=True)
# Loads in a process of its own and stops, inside the transaction, at the phase it is told.
CHILD = """
import os, sys, time
from datetime import UTC, date, datetime
from pathlib import Path
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from acuerdo.portfolio.actions import find_profile, import_portfolio
from acuerdo.portfolio.models import Creditor

def progress(phase, done, total):
    if (phase, done) == ("merging", 4):
        print("inside", flush=True)
        time.sleep(60)

import_portfolio(Path(sys.argv[1]), profile=find_profile("co_cartera"), creditor=Creditor.objects.get(), as_of=date(2026, 3, 3),
    now=datetime(2026, 3, 3, 12, tzinfo=UTC), actor="child", progress=progress)
"""


def rows(count: int) -> list[dict[str, str]]:
    return [
        LUIS | {"numero_obligacion": f"CR-{index}", "identificacion": str(70_000_000 + index)} for index in range(count)
    ]


def test_a_load_killed_in_the_middle_leaves_nothing_half_done(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", rows(30)))
    before = list(Account.objects.order_by("pk").values())
    path = write_csv(tmp_path / "y.csv", [row | {"saldo_total": "1,00", "saldo_capital": "1,00"} for row in rows(60)])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(Path.cwd())}
    sessions = other_sessions()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), connection.settings_dict["NAME"]],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "inside\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    wait_for_sessions_to_end(sessions)
    assert list(Account.objects.order_by("pk").values()) == before
    assert (Obligation.objects.count(), Debtor.objects.count()) == (30, 30)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'imp\\_%'")
        assert cursor.fetchone() == (0,)
    # and the way is free: the same file loads whole
    assert load(path, as_of=AS_OF.replace(day=3)).total.count == 60
    assert list(ImportBatch.objects.order_by("pk").values_list("status", flat=True)) == ["done", "failed", "done"]


def test_two_loads_of_one_creditor_at_once(tmp_path: Path) -> None:
    creditor = ceiba()
    path = write_csv(tmp_path / "x.csv", rows(5))
    outcomes: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        def progress(phase: str, done: int, total: int) -> None:
            if (phase, done) == ("merging", 0):
                inside.set()
                go_on.wait(20)

        outcomes.append(_try(path, creditor, progress))
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(20)
    outcomes.append(_try(path, creditor, lambda phase, done, total: None))
    go_on.set()
    thread.join()
    assert outcomes == ["import-already-running", "loaded"]
    assert Obligation.objects.count() == 5
    assert sorted(ImportBatch.objects.values_list("status", flat=True)) == ["done", "failed"]


def test_another_creditors_load_is_not_waited_for(tmp_path: Path) -> None:
    creditor = ceiba()
    path = write_csv(tmp_path / "x.csv", rows(2))
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_name("portfolio-import", creditor.pk + 1)
            held.set()
            free.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(20)
    assert _try(path, creditor, lambda phase, done, total: None) == "loaded"
    free.set()
    thread.join()


def _try(path: Path, creditor: Creditor, progress: object) -> str:
    try:
        report: ImportReport = import_portfolio(
            path,
            profile=find_profile("co_cartera"),
            creditor=creditor,
            as_of=AS_OF,
            now=NOW,
            actor="tests",
            progress=progress,
        )  # type: ignore[call-overload]
    except Refusal as refusal:
        return refusal.code
    return report.status
