"""Workers killed with -9 at any moment, links cut and gone deaf: no message is lost, none is seen twice, and only those that
were being said at the moment of a death are in doubt. The message centre is real; ten thousand run in benchmarks/chaos_messages.py."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.messaging.models import Message
from acuerdo.messaging.ports import IN_DOUBT
from acuerdo.messaging.public import PlannedMessage, load_templates, plan_batch
from acuerdo.messaging.rules.wire.gsm import unwrap
from acuerdo.policy.models import Attempt, Consent
from tests.factories import NOW, make_creditor, make_debtor, make_obligation, make_phone
from tests.module.messaging.sms_peer import Wire, message_centre, wire

MESSAGES, KILLS, WINDOW = 240, 4, 5


def plan_messages(count: int) -> None:
    load_templates()
    creditor = make_creditor("Banco Andino", phone="+576015550100", ways_to_pay=[{"name": "PSE", "detail": ""}])
    wishes = []
    for number in range(count):
        obligation = make_obligation(make_debtor(), creditor)
        make_phone(obligation.debtor, f"+5735{number + 10_000_000:08}"[:13])
        Consent.objects.create(
            debtor=obligation.debtor,
            channel="sms",
            granted_at=NOW - timedelta(days=90),
            source="contrato",
            recorded_by="prueba",
        )
        wishes.append(
            PlannedMessage(f"d:{number}", obligation.debtor_id, creditor.pk, (obligation.pk,), "sms", "temprana_8", NOW)
        )
    for start in range(0, count, 500):
        plan_batch(wishes[start : start + 500], NOW)


def worker(port: int, minutes: int) -> "subprocess.Popen[bytes]":
    found = connection.settings_dict
    address = (
        f"postgresql://{found['USER']}:{found['PASSWORD']}@/{found['NAME']}?host={found['HOST']}&port={found['PORT']}"
    )
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "acuerdo.config.settings"}
    command = [sys.executable, "-m", "tests.concurrency.outbox_worker", str(port), str(WINDOW), str(minutes)]
    return subprocess.Popen(command, env=environment)


def is_first(submit: Any) -> bool:
    """Whether it is a whole text, or the first part of a long one."""
    chain = unwrap(submit.short_message)[0] if submit.esm_class & 0x40 else None
    return chain is None or chain.number == 1


def run_until_empty(cable: Wire, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    for life in range(kills + 3):
        running = worker(cable.port, minutes=life * 11)
        if life < kills:
            started, before = time.monotonic(), Message.objects.filter(state="sent").count()
            # Not before it speaks: a worker that dies while it loads proves nothing.
            while running.poll() is None and Message.objects.filter(state="sent").count() == before:
                assert time.monotonic() - started < 60
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.2))
            cable.is_deaf = chance.random() < 0.3
            running.kill()
        running.wait(120)
        cable.is_deaf = False
        if not Message.objects.filter(state__in=("scheduled", "sending")).exists():
            return


def judge(taken: Counter[str], kills: int) -> dict[str, int]:
    """Nothing left over, nothing twice, and doubts only as many as were being said at each death."""
    states = Counter(Message.objects.values_list("state", flat=True))
    assert states["scheduled"] == states["sending"] == 0, states
    assert [number for number, times in taken.items() if times > 1] == []
    for row in Message.objects.all():
        times = taken[row.receiver.removeprefix("+")]
        if row.state == "sent":
            assert times == 1
        else:
            assert (row.state, row.failure) == ("failed", IN_DOUBT)
    doubts = states["failed"]
    assert doubts <= kills * WINDOW
    assert Attempt.objects.filter(counts=True).count() == Message.objects.count()
    return {"sent": states["sent"], "in_doubt": doubts, "in_doubt_and_seen": sum(taken.values()) - states["sent"]}


@pytest.mark.django_db(transaction=True)
def test_killed_workers_and_bad_links_lose_nothing_and_double_nothing() -> None:
    plan_messages(MESSAGES)
    with message_centre() as centre, wire(centre.port) as cable:
        centre.sends_receipts = False
        run_until_empty(cable, KILLS, seed=7)
        taken = Counter(submit.destination_addr for submit in centre.taken if is_first(submit))
    found = judge(taken, KILLS)
    assert found["sent"] + found["in_doubt"] == MESSAGES
