"""One hour of one agent is wished for by many at once: one meeting is booked, and the rest are told that it is taken."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from acuerdo.agenda.actions import appointments
from acuerdo.agenda.models import Appointment
from acuerdo.agenda.public import Wish, book_appointment, mark_missed, remind_due
from acuerdo.kernel.errors import Refusal
from tests.factories import NOW, make_creditor, make_debtor, make_obligation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
FRIDAY = datetime(2026, 7, 17, 16, 0, tzinfo=NOW.tzinfo)


def at_once(act: Any) -> list[Any]:
    start = threading.Barrier(AT_ONCE, timeout=60)

    def one(number: int) -> Any:
        try:
            start.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def wishes() -> Any:
    agent, creditor = make_user("agent"), make_creditor()
    owed = [make_obligation(make_debtor(), creditor) for _ in range(AT_ONCE)]

    def book(number: int) -> str:
        try:
            book_appointment(owed[number], Wish("office", FRIDAY, place="Centro"), agent=agent, actor="x", now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "booked"

    return book


def test_one_hour_is_booked_once() -> None:
    answers = at_once(wishes())
    assert sorted(answers) == ["appointment-overlap"] * (AT_ONCE - 1) + ["booked"]


def test_without_the_lock_it_is_booked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = threading.Barrier(AT_ONCE, timeout=60)
    monkeypatch.setattr(appointments, "lock_name", lambda *_args: None)
    # All look before anybody writes: what the lock prevents.
    monkeypatch.setattr(appointments.secrets, "token_urlsafe", lambda _n: "x")
    real = appointments.Appointment.objects.create

    def create(**values: Any) -> Any:
        barrier.wait()
        return real(**values)

    monkeypatch.setattr(appointments.Appointment.objects, "create", create)
    assert at_once(wishes()).count("booked") == AT_ONCE


def test_the_clockwork_acts_once_however_many_turn_it() -> None:
    agent, owed = make_user("agent"), make_obligation()
    base = {
        "debtor": owed.debtor, "creditor": owed.creditor, "obligation": owed, "agent": agent, "kind": "phone", "minutes": 15,
        "made_by": "x", "made_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    for _one in range(5):
        Appointment.objects.create(starts_at=NOW, **base)
    later = NOW.replace(hour=NOW.hour + 1)
    assert sum(at_once(lambda _n: mark_missed(later))) == 5
    assert Appointment.objects.filter(sequence=1, state="missed").count() == 5
    assert sum(at_once(lambda _n: remind_due(later))) == 0
