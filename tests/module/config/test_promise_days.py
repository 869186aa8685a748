"""A promise through its days, by the product's own phases: the reminder, the money, the label, and the next step when it is broken."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.config.dispatch import dispatch
from acuerdo.config.wiring import day_phases
from acuerdo.ledger.public import record_payment
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates
from acuerdo.messaging.tasks import configured_channels
from acuerdo.negotiation.models import Promise
from acuerdo.negotiation.public import make_promise
from acuerdo.negotiation.tasks import evaluate
from acuerdo.policy.public import place_hold
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.public import Decision, decide_day
from tests import factories
from tests.factories import NOW, TODAY
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
DUE = 180_000_00


@pytest.fixture
def owed() -> Obligation:
    load_templates()
    creditor = factories.make_creditor(
        "Banco Andino",
        phone="+576015550100",
        email="servicio@bancoandino.example",
        ways_to_pay=[{"name": "PSE", "detail": ""}],
    )
    clock.set_now(DAWN)
    return reachable(creditor, 8)


def promise(owed: Obligation, due_on: date, amount: int = DUE) -> Promise:
    day = TODAY - timedelta(days=3)
    return make_promise(
        obligation_id=owed.pk,
        amount_minor=amount,
        due_on=due_on,
        actor="gestor1",
        now=NOW - timedelta(days=3),
        today=day,
    )


def decided(owed: Obligation, on: date, folder: Path) -> Any:
    """The day's phases up to the decision, at its dawn."""
    now = DAWN + (on - TODAY)
    evaluate(on, now)
    decide_day(on, now, folder=folder)
    return Decision.objects.get(run_on=on, obligation_id=owed.pk)


def at_ten(on: date) -> datetime:
    return NOW + (on - TODAY)


def pay(owed: Obligation, amount: int, on: date = TODAY) -> None:
    record_payment(
        owed.pk,
        amount_minor=amount,
        paid_on=on,
        source="banco",
        external_ref=f"{on}-{amount}",
        now=at_ten(on),
        actor="caja",
    )


def page(owed: Obligation) -> str:
    client = Client()
    client.force_login(factories.make_user("agent"))
    text: str = client.get(reverse("workspace:debtor", args=[owed.debtor.uid])).content.decode()
    return text


def test_it_is_judged_before_the_day_is_decided() -> None:
    names = [phase.name for phase in day_phases()]
    assert names.index("promises") < names.index("decide") < names.index("dispatch")


def test_the_day_before_it_is_remembered_once(owed: Obligation, tmp_path: Path) -> None:
    promise(owed, TODAY + timedelta(days=1))
    row = decided(owed, TODAY, tmp_path)
    assert (row.step, row.template, row.state) == ("recordatorio_promesa", "recordatorio_promesa", "planned")
    dispatch(TODAY, NOW)
    dispatch(TODAY, NOW + timedelta(minutes=5))
    sent = SandboxDelivery.objects.get()
    assert "16 de julio de 2026" in sent.body
    assert "180.000" in sent.body


def test_other_days_of_a_promise_are_quiet(owed: Obligation, tmp_path: Path) -> None:
    promise(owed, TODAY + timedelta(days=4))
    assert decided(owed, TODAY, tmp_path).reasons == ["promise-running"]
    assert decided(owed, TODAY + timedelta(days=5), tmp_path).reasons == ["promise-grace"]


def test_the_gate_stops_the_reminder(owed: Obligation, tmp_path: Path) -> None:
    promise(owed, TODAY + timedelta(days=1))
    assert decided(owed, TODAY, tmp_path).step == "recordatorio_promesa"
    place_hold(owed.debtor_id, "dispute", reason="Prueba", actor="prueba", now=NOW)
    dispatch(TODAY, NOW)
    assert not SandboxDelivery.objects.exists()
    assert Message.objects.get().state == "blocked"


def test_a_promise_that_changed_meanwhile_is_not_remembered(owed: Obligation, tmp_path: Path) -> None:
    promise(owed, TODAY + timedelta(days=1))
    decided(owed, TODAY, tmp_path)
    dispatch(TODAY, DAWN)
    pay(owed, DUE)
    deliver_all_due(NOW + timedelta(hours=2), configured_channels())
    assert not SandboxDelivery.objects.filter(body__contains="recuerd").exists()


@pytest.mark.parametrize(
    ("paid", "state", "label"),
    [(DUE, "kept", "Cumplidor"), (DUE * 95 // 100, "kept", "Cumplidor"), (DUE // 2, "open", "Sin historia")],
)
def test_the_payment_decides_it_at_once_and_the_label_shows_it(
    owed: Obligation, paid: int, state: str, label: str
) -> None:
    made = promise(owed, TODAY + timedelta(days=1))
    pay(owed, paid)
    made.refresh_from_db()
    assert (made.state, made.paid_minor) == (state, paid)
    assert label in page(owed)


def test_part_of_it_by_the_end_is_partly_kept_and_shown(owed: Obligation, tmp_path: Path) -> None:
    made = promise(owed, TODAY)
    pay(owed, DUE // 2)
    decided(owed, TODAY + timedelta(days=6), tmp_path)
    made.refresh_from_db()
    assert made.state == "partly_kept"
    assert "Cumple en parte" in page(owed)


def test_broken_the_strategys_next_step_comes_the_same_day(owed: Obligation, tmp_path: Path) -> None:
    made = promise(owed, TODAY)
    assert decided(owed, made.ends_on, tmp_path).reasons == ["promise-grace"]
    after = made.ends_on + timedelta(days=1)
    row = decided(owed, after, tmp_path)
    made.refresh_from_db()
    assert (made.state, made.decided_on) == ("broken", after)
    assert (row.step, row.segment, row.state) == ("promesa_incumplida", "promesa_incumplida", "planned")
    assert "Necesita otro arreglo" in page(owed)
