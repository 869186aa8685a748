"""A day's decision killed (-9) at each of its stages: the next run completes it, and nobody is contacted twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from acuerdo.messaging.public import Message, load_templates
from acuerdo.strategy.models import Decision, DecisionRun
from acuerdo.strategy.public import decide_day, dispatch_messages
from tests import factories as make
from tests.module.strategy.conftest import no_partitions
from tests.module.strategy.world import DAWN, reachable
from tests.sessions import other_sessions, wait_for_sessions_to_end

__all__ = ["no_partitions"]  # a fixture of every test here
pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12
# Stops before what is named, tells so, and waits to be killed.
RUN = """
import sys, time, django
from pathlib import Path
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from acuerdo.strategy.actions import day
from acuerdo.strategy.engine import run, snapshot
from tests import factories as make
from tests.module.strategy.world import DAWN
def wait(*_, **__):
    print("here", flush=True)
    time.sleep(600)
places = {"snapshot": (snapshot, "_write_manifest"), "rows": (run, "funnel_of"), "attach": (day, "attach")}
if sys.argv[3] in places:
    setattr(*places[sys.argv[3]], wait)
    day.decide_day(make.TODAY, DAWN, folder=Path(sys.argv[2]))
hand_over, done = day.mark, []
def second(*given):
    if done:
        wait()
    done.append(1)
    return hand_over(*given)
day.BATCH, day.mark = 4, second
day.dispatch_messages(make.TODAY, DAWN)
"""


def killed(folder: Path, stage: str) -> None:
    """A process of its own does the day as far as the stage, and dies there without a word."""
    before, database = other_sessions(), connection.settings_dict["NAME"]
    command = [sys.executable, "-c", RUN, str(database), str(folder), stage]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    wait_for_sessions_to_end(before)


@pytest.mark.parametrize("stage", ["snapshot", "rows", "attach"])
def test_a_decision_killed_half_way_is_decided_whole_by_the_next(tmp_path: Path, stage: str) -> None:
    bank = make.make_creditor()
    debts = [reachable(bank, 1) for _ in range(PEOPLE)]
    killed(tmp_path, stage)
    assert not Decision.objects.exists()
    assert not DecisionRun.objects.exists()
    report = decide_day(make.TODAY, DAWN, folder=tmp_path)
    assert (report["planned"], report["kept"]) == (PEOPLE, 0)
    assert set(Decision.objects.values_list("obligation_id", flat=True)) == {debt.pk for debt in debts}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^strategy_aside'")
        assert cursor.fetchone()[0] == 0


def test_a_hand_over_killed_half_way_goes_on_and_contacts_nobody_twice(tmp_path: Path) -> None:
    bank = make.make_creditor()
    load_templates()
    for _ in range(PEOPLE):
        reachable(bank, 1)
    decide_day(make.TODAY, DAWN, folder=tmp_path)
    killed(tmp_path, "dispatch")
    already = Message.objects.count()
    assert 0 < already < PEOPLE  # one batch was handed over whole, the second not at all
    decide_day(make.TODAY, DAWN, folder=tmp_path)
    dispatch_messages(make.TODAY, DAWN)
    people = list(Message.objects.values_list("debtor_id", flat=True))
    assert (len(people), len(set(people))) == (PEOPLE, PEOPLE)
    assert Decision.objects.filter(run_on=make.TODAY, state="queued").count() == PEOPLE
