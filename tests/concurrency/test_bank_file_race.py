"""A bank's file loaded from two processes at once, and a load killed in the middle: one set of payments, whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Entry, Payment
from acuerdo.portfolio.models import Creditor, ImportBatch, UnmatchedCredit
from acuerdo.portfolio.public import import_bank_file
from tests import factories
from tests.factories import NOW, TODAY
from tests.module.portfolio.test_bank_import import asobancaria
from tests.sessions import other_sessions, wait_for_sessions_to_end

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 400
LOAD = """
import sys, django
from functools import partial
from pathlib import Path
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.imports import credits
from acuerdo.portfolio.models import Creditor
from tests.factories import NOW, TODAY
credits.PART_ROWS = 20
creditor = Creditor.objects.get()
def tell(phase, done, total):
    print(phase, done, flush=True)
print("ready", flush=True)
sys.stdin.readline()
try:
    report = credits.import_bank_file(
        Path(sys.argv[2]), format_name="asobancaria2001", creditor=creditor, now=NOW, today=TODAY, actor="x",
        progress=tell)
    print("loaded", report.recorded, report.known, report.unmatched, flush=True)
except Refusal as refusal:
    print("refused", refusal.code, flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Four hundred records; one in ten names nothing."""
    creditor = factories.make_creditor()
    numbers = [factories.make_obligation(creditor=creditor).number.replace("-", "") for _ in range(40)]
    rows = [
        (f"777{number:09}" if number % 10 == 0 else numbers[number % 40], 10_000 + number) for number in range(RECORDS)
    ]
    path = tmp_path / "recaudo.txt"
    path.write_bytes(asobancaria(rows))
    return path


def start(file: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", LOAD, str(connection.settings_dict["NAME"]), str(file)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def check_whole() -> None:
    expected = sum(10_000 + number for number in range(RECORDS) if number % 10)
    assert Payment.objects.count() == RECORDS * 9 // 10
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == expected
    assert UnmatchedCredit.objects.count() == RECORDS // 10
    assert sum(Entry.objects.values_list("amount_minor", flat=True)) == 0


def test_the_same_file_from_two_processes_is_one_set_of_payments(file: Path) -> None:
    both = [start(file), start(file)]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0].strip().splitlines()[-1] for process in both]
    assert any(answer.startswith("loaded") for answer in answers)
    assert set(answers) <= {"loaded 360 0 40", "loaded 0 400 0", "refused import-already-running"}
    check_whole()


def test_a_load_killed_in_the_middle_leaves_whole_parts_and_is_completed(file: Path) -> None:
    before = other_sessions()
    process = start(file)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    while "merging 60" not in process.stdout.readline():
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for_sessions_to_end(before)
    done = Payment.objects.count() + UnmatchedCredit.objects.count()
    assert 60 <= done < RECORDS
    assert done % 20 == 0  # whole parts only
    assert ImportBatch.objects.get().status == "running"
    report = import_bank_file(
        file,
        format_name="asobancaria2001",
        creditor=Creditor.objects.get(),
        now=NOW,
        today=TODAY,
        actor="x",
    )
    assert (report.known, report.recorded + report.unmatched) == (done, RECORDS - done)
    check_whole()
    states = list(ImportBatch.objects.order_by("pk").values_list("status", flat=True))
    assert states == ["failed", "done"]


def test_a_second_load_of_the_creditor_is_refused_while_one_runs(file: Path) -> None:
    process = start(file)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    while "merging 20" not in process.stdout.readline():
        pass
    refused = ""
    try:
        import_bank_file(
            file,
            format_name="asobancaria2001",
            creditor=Creditor.objects.get(),
            now=NOW,
            today=TODAY,
            actor="x",
        )
    except Refusal as refusal:
        refused = refusal.code
    process.communicate(timeout=120)
    assert refused == "import-already-running"
    check_whole()
