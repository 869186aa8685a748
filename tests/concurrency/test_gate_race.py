"""Two workers and one person: without the lock both pass the cap of one contact a day; with it, exactly one ever does."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.policy.actions import gate
from acuerdo.policy.models import Attempt, Consent, PolicyReading, Verdict
from acuerdo.policy.public import PlannedContact, ask_gate, permit_and_log, permit_batch, place_hold
from acuerdo.policy.queries import gathering
from acuerdo.portfolio.models import ObligationParty
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation

pytestmark = pytest.mark.django_db(transaction=True)


def people(count: int) -> list[PlannedContact]:
    """That many persons in arrears who may be called, each one's planned call."""
    creditor = make_creditor()
    obligations = [make_obligation(make_debtor(), creditor) for _ in range(count)]
    base = {"channel": "call", "granted_at": NOW - timedelta(days=90), "source": "contrato", "recorded_by": "prueba"}
    Consent.objects.bulk_create([Consent(debtor=obligation.debtor, **base) for obligation in obligations])
    return [PlannedContact(one.debtor_id, creditor.pk, "call", obligation_id=one.pk) for one in obligations]


def run_together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a thread of its own, with its own connection."""

    def closing(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(closing, work) for work in works]]


def test_without_the_lock_two_workers_pass_the_cap_together(monkeypatch: pytest.MonkeyPatch) -> None:
    (contact,) = people(1)
    ask_gate(contact, actor="plan", now=NOW)  # the person has a salt already: making it would be a lock of its own
    both_have_read = threading.Barrier(2, timeout=20)
    read = gate.gather

    def read_then_wait(*arguments: Any, **options: Any) -> Any:
        gathered = read(*arguments, **options)
        both_have_read.wait()
        return gathered

    monkeypatch.setattr(gate, "gather", read_then_wait)
    monkeypatch.setattr(gathering, "person_keys", lambda debtor_ids: [])
    works = [lambda: permit_and_log(contact, actor="a", now=NOW).is_allowed] * 2
    assert run_together(works) == [True, True]
    assert Attempt.objects.count() == 2  # the person would be called twice on one day


def test_with_the_lock_one_of_two_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (contact,) = people(1)
    other_is_waiting = threading.Event()
    read = gate.gather

    def read_slowly(*arguments: Any, **options: Any) -> Any:
        gathered = read(*arguments, **options)
        other_is_waiting.wait(timeout=0.5)  # the widest window: the other worker would have read by now
        return gathered

    monkeypatch.setattr(gate, "gather", read_slowly)
    works = [lambda: permit_and_log(contact, actor="a", now=NOW).is_allowed] * 2
    assert sorted(run_together(works)) == [False, True]
    assert Attempt.objects.count() == 1
    assert Verdict.objects.get(verdict="deny").first_rule == "co.ley2300.art3.daily"


def test_workers_in_batches_and_clicks_on_the_same_people_keep_the_cap() -> None:
    contacts = people(12)

    def batch(order: int) -> Callable[[], int]:
        mine = contacts if order % 2 else contacts[::-1]
        return lambda: sum(one.is_allowed for one in permit_batch(mine, actor=f"lote {order}", now=NOW))

    def clicks(order: int) -> Callable[[], int]:
        at = NOW + timedelta(milliseconds=order)
        return lambda: sum(
            permit_and_log(one, actor=f"gestor {order}", now=at).is_allowed for one in contacts[order::3]
        )

    allowed = run_together([*(batch(order) for order in range(4)), *(clicks(order) for order in range(4))])
    assert sum(allowed) == 12
    assert Attempt.objects.count() == 12
    assert Attempt.objects.values("debtor").distinct().count() == 12


def test_stop_and_contact_at_the_same_moment_never_cross() -> None:
    contacts = people(10)

    def stop() -> int:
        for one in contacts:
            place_hold(one.debtor_id, "do_not_contact", reason="Lo pidió", actor="portal", now=NOW)
        return 0

    def send() -> int:
        return sum(permit_and_log(one, actor="lote", now=NOW).is_allowed for one in reversed(contacts))

    run_together([stop, send])
    assert Attempt.objects.count() + Verdict.objects.filter(first_rule="common.hold.do_not_contact").count() == 10
    later = NOW + timedelta(days=1)
    assert not any(permit_and_log(one, actor="lote", now=later).is_allowed for one in contacts)


def test_debtor_and_guarantor_at_the_same_moment_share_one_cap() -> None:
    contacts = people(6)
    PolicyReading.objects.create(
        creditor_id=contacts[0].creditor_id, pack="co", name="bound_together", value="joint", approved_by="Comité",
        approved_on=TODAY - timedelta(days=9), reason="Acta 12", recorded_at=NOW,
    )  # fmt: skip
    sides: list[PlannedContact] = []
    for one in contacts:
        guarantor = make_debtor()
        Consent.objects.create(
            debtor=guarantor,
            channel="call",
            granted_at=NOW - timedelta(days=90),
            source="contrato",
            recorded_by="prueba",
        )
        ObligationParty.objects.create(obligation_id=one.obligation_id, debtor=guarantor, relation="guarantor")
        sides.append(replace(one, debtor_id=guarantor.pk))

    def send(mine: list[PlannedContact]) -> Callable[[], int]:
        return lambda: sum(permit_and_log(one, actor="lote", now=NOW).is_allowed for one in mine)

    both = [one for pair in zip(contacts, sides, strict=True) for one in pair]
    assert sum(run_together([send(contacts), send(sides), send(both), send(both[::-1])])) == 6
    assert Attempt.objects.values("obligation").distinct().count() == Attempt.objects.count() == 6


@pytest.mark.slow
def test_twenty_workers_and_two_hundred_clicks_on_fifty_people_keep_the_cap() -> None:
    contacts = people(50)
    batches = [lambda: sum(one.is_allowed for one in permit_batch(contacts, actor="lote", now=NOW)) for _ in range(20)]

    def click(order: int) -> Callable[[], int]:
        mine = [contacts[(order * 10 + step) % 50] for step in range(10)]
        return lambda: sum(permit_and_log(one, actor=f"gestor {order}", now=NOW).is_allowed for one in mine)

    assert sum(run_together([*batches, *(click(order) for order in range(20))])) == 50
    assert Attempt.objects.values("debtor").distinct().count() == Attempt.objects.count() == 50
    assert Verdict.objects.filter(verdict="allow").count() == 50
    assert Verdict.objects.count() == 20 * 50 + 200
