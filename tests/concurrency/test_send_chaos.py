"""Providers that fail in every way and workers killed between every two steps: nobody is lost and nobody is written to twice.

Real worker processes on a real PostgreSQL, a real mail server (aiosmtpd) and two real message centres (smpp34) behind wires
that are cut, swallow answers, or let them through slowly. What the protocols cannot prove ends as in doubt, is not repeated,
and is bounded: one mail or one window of SMS for each death of a worker or of a link.
"""

import itertools
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from acuerdo.messaging.models import Message
from acuerdo.messaging.ports import IN_DOUBT
from acuerdo.messaging.public import PlannedMessage, load_templates, plan_batch
from acuerdo.messaging.rules.sms import segments
from acuerdo.messaging.rules.wire.gsm import unwrap
from acuerdo.policy.models import Attempt, Consent
from tests.concurrency.send_worker import SMPP_WINDOW, STEPS, Orders, work
from tests.factories import NOW, make_creditor, make_debtor, make_email, make_obligation, make_phone
from tests.module.messaging.mail_peer import mail_server
from tests.module.messaging.sms_peer import Wire, message_centre, wire

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 2
SETTLING = frozenset({"settling", "settled"})
# Where a worker has told that a group is being handed over; "bound" too, for it may bind again in the middle of a batch.
SPEAKING = frozenset({"bound", "half-said", "said", "answered", "recording", "recorded"})
# How a wire behaves for a moment, one after the other.
MOODS = ("well", "down", "well", "deaf", "well", "slow", "cut")


@dataclass
class Chaos:
    """What was done to them: how many workers died, how many links."""

    kills: Counter[str] = field(default_factory=Counter)
    troubles: int = 0


def plan_people(count: int) -> None:
    """Half of them by SMS and half by mail, one message each."""
    load_templates()
    creditor = make_creditor("Banco Andino", phone="+576015550100", ways_to_pay=[{"name": "PSE", "detail": ""}])
    wishes = []
    for number in range(count):
        channel = ("sms", "email")[number % 2]
        debtor = make_debtor()
        obligation = make_obligation(debtor, creditor)
        if channel == "sms":
            make_phone(debtor, f"+57350{number:07}")
        else:
            make_email(debtor)
        Consent.objects.create(
            debtor=debtor, channel=channel, granted_at=NOW - timedelta(days=90), source="contrato", recorded_by="prueba"
        )
        wishes.append(
            PlannedMessage(f"caos:{debtor.pk}", debtor.pk, creditor.pk, (obligation.pk,), channel, "temprana_8", NOW)
        )
    for at in range(0, count, 500):
        assert {one.state for one in plan_batch(wishes[at : at + 500], NOW)} == {"scheduled"}


@contextmanager
def staffed(orders: Orders, chaos: Chaos, kills_each: int) -> Iterator[Any]:
    """`tend()` keeps two workers at work; each dies at its step, all steps `kills_each` times; then they may live."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.concurrency.send_worker"])
    draw = random.Random(7)
    deaths = [step for _ in range(kills_each) for step in STEPS]
    crew: list[tuple[Any, str]] = []

    def tend() -> bool:
        """True while somebody is still to die."""
        for member, step in [one for one in crew if not one[0].is_alive()]:
            crew.remove((member, step))
            member.join()
            assert (member.exitcode, bool(step)) == (-9, True), f"a worker ended by itself: {member.exitcode}"
            chaos.kills[step] += 1
        while len(crew) < WORKERS:
            step = deaths.pop(0) if deaths else ""
            # What a dead worker left is settled at once, by one of the two: whoever is to die there has one chance.
            passages = 1 if step in SETTLING else draw.randint(1, 3)
            fate = replace(orders, die_at=step, passages=passages)
            member = context.Process(target=work, args=(fate,), daemon=True)
            member.start()
            crew.append((member, step))
        return bool(deaths)

    try:
        yield tend
    finally:
        for member, _step in crew:
            member.kill()
            member.join(10)


def upset(cable: Wire, mood: str, chaos: Chaos) -> None:
    cable.is_down, cable.is_deaf = mood == "down", mood == "deaf"
    cable.delay_seconds = 0.02 if mood == "slow" else 0.0
    if mood != "well":
        chaos.troubles += 1
    if mood in ("down", "cut"):
        cable.cut()


def settle_all(orders: Orders, cables: list[Wire], chaos: Chaos, *, kills_each: int, seconds: float) -> None:
    """Lets them work under trouble until everything has its end, the last part in peace."""
    moods = [itertools.cycle(MOODS[place:] + MOODS[:place]) for place in range(len(cables))]
    until, changes_at = time.monotonic() + seconds, 0.0
    with staffed(orders, chaos, kills_each) as tend:
        while time.monotonic() < until:
            is_chaotic = tend()
            open_rows = Message.objects.filter(state__in=("scheduled", "sending")).count()
            if not open_rows:
                return
            if time.monotonic() >= changes_at:
                changes_at = time.monotonic() + 0.7
                for cable, mood in zip(cables, moods, strict=True):
                    upset(cable, next(mood) if is_chaotic else "well", chaos)
            time.sleep(0.05)
    pytest.fail(f"{open_rows} messages are still open: {list(Message.objects.values_list('state', 'failure')[:5])}")


def run_chaos(count: int, *, kills_each: int, speed: float, seconds: float, limit: int) -> tuple[Chaos, dict[str, Any]]:
    plan_people(count)
    chaos = Chaos()
    with message_centre() as one, message_centre() as two, mail_server("none") as post:
        one.is_plain = two.is_plain = True
        with wire(one.port) as to_one, wire(two.port) as to_two, wire(post.port) as to_mail:
            name = str(connection.settings_dict["NAME"])
            orders = Orders(name, (to_one.port, to_two.port), to_mail.port, NOW, time.time(), speed, limit)
            settle_all(orders, [to_one, to_two, to_mail], chaos, kills_each=kills_each, seconds=seconds)
        seen = Counter(part_of(sent) for sent in [*one.taken, *two.taken])
        seen.update((mail["Message-ID"].strip("<>").split("@")[0], 1) for _to, mail in post.peer.box)
    return chaos, judge(seen, chaos)


def part_of(sent: Any) -> tuple[str, int]:
    """Whom a submit was for, and which part of the text it was."""
    chain = unwrap(sent.short_message)[0] if sent.esm_class & 0x40 else None
    return f"+{sent.destination_addr.removeprefix('+')}", chain.number if chain else 1


def judge(seen: Counter[tuple[str, int]], chaos: Chaos) -> dict[str, Any]:
    """Compares what the peers have with what we believe, message by message and part by part."""
    rows = list(Message.objects.values("uid", "receiver", "channel", "body", "state", "failure"))
    found: Counter[str] = Counter()
    for row in rows:
        key = row["receiver"] if row["channel"] == "sms" else str(row["uid"])
        parts = segments(row["body"]).count if row["channel"] == "sms" else 1
        counts = [seen[key, number] for number in range(1, parts + 1)]
        times = max(counts)
        is_doubtful = row["failure"] == IN_DOUBT
        assert times <= 1, f"written to {times} times: {row}"
        if row["state"] == "sent":
            assert min(counts) == 1, f"believed sent, and lost: {row}"
        else:
            assert (row["state"], is_doubtful or times == 0) == ("failed", True), row
        found[f"{row['channel']}: {row['failure'] or row['state']}{', arrived' if is_doubtful and times else ''}"] += 1
    # A worker's death puts in doubt what it was saying, and nothing where it had not come to that; a wire's, of both workers.
    risks = sum(times for step, times in chaos.kills.items() if step in SPEAKING) + chaos.troubles * WORKERS
    doubts = Counter(row["channel"] for row in rows if row["failure"] == IN_DOUBT)
    assert doubts["email"] <= risks
    assert doubts["sms"] <= risks * SMPP_WINDOW
    # One contact counted for everybody who was, or may have been, written to.
    counted = Attempt.objects.filter(counts=True).values("debtor").annotate(times=Count("pk"))
    assert {one["times"] for one in counted} == {1}
    assert len(counted) == sum(row["state"] == "sent" or row["failure"] == IN_DOUBT for row in rows)
    return dict(found)


def test_workers_die_and_providers_fail_and_nobody_is_lost_or_written_to_twice(capsys: Any) -> None:
    chaos, found = run_chaos(140, kills_each=1, speed=120.0, seconds=150, limit=15)
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(chaos.kills.values())} workers killed, {chaos.troubles} troubles of wires: {found}\n")
    assert set(chaos.kills) >= set(STEPS) - SETTLING
    assert set(chaos.kills) & SETTLING
    assert sum(found.values()) == 140


@pytest.mark.slow
def test_ten_thousand(capsys: Any) -> None:
    chaos, found = run_chaos(10_000, kills_each=4, speed=25.0, seconds=1_200, limit=60)
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(chaos.kills.values())} workers killed, {chaos.troubles} troubles of wires: {found}\n")
    assert set(chaos.kills) == set(STEPS)
    assert sum(found.values()) == 10_000
