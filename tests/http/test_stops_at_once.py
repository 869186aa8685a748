"""Every outcome that stops freezes every channel, for every agency and for what already waits to leave, within one second."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message
from acuerdo.messaging.public import PlannedMessage, deliver_due, load_templates, plan_batch
from acuerdo.policy.models import Attempt
from acuerdo.policy.public import Subject, all_dispositions, grant_consent, semaphore
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.worklist import plan_call

STOPS = (
    "CD-RCL",
    "CD-YAP",
    "CI-FAL",
    "CD-INS",
    "CD-NOL",
    "CD-QUE",
    "CD-FRA",
    "CD-REP",
    "CD-VUL",
    "CD-DIF",
    "CD-PRS",
    "CD-SEG",
)
FIELDS = {
    "category": "pago", "text": "No es mía", "paid_on": "2026-07-10", "means": "PSE", "scope": "todos", "name": "Luz Prueba",
    "need": "pausa", "policy": "Vida",
}  # fmt: skip
CHANNELS = ("call", "sms", "email", "whatsapp", "voice")


@pytest.fixture
def called(world: World) -> World:
    """A call is open, and an e-mail waits to leave within the minute."""
    load_templates()
    for channel in CHANNELS:
        grant_consent(world.debtor.pk, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    factories.place(
        factories.make_obligation(world.debtor, world.creditor), agency=world.users["rival_agency_agent"].agency
    )
    plan_call(world.obligation, agent=world.users["agent"])
    message = PlannedMessage(
        "prueba", world.debtor.pk, world.creditor.pk, (world.obligation.pk,), "email", "temprana_8", NOW,
        context={"writer": "Laura", "link": "https://pagos.banco.example/a"},
    )  # fmt: skip
    assert plan_batch([message], NOW)[0].state == "scheduled"
    world.client("agent").post(reverse("workspace:call", args=[world.debtor.uid, world.phone.uid]))
    return world


def test_the_codes_are_those_that_the_tree_holds() -> None:
    person = {
        code for code, one in all_dispositions().items() if one.holds and one.is_for_people and code[:2] in ("CD", "CI")
    }
    lesser = {
        "CD-REF",
        "CD-CTR",
        "CD-INF",
        "CD-FAC",
        "CD-REH",
        "CD-INC",
    }  # pauses of an answer that is due, or of a few days
    assert person - lesser == set(STOPS)


@pytest.mark.parametrize("code", STOPS)
def test_everything_is_frozen_within_a_second(called: World, code: str) -> None:
    told = {name: FIELDS[name] for name in all_dispositions()[code].fields}
    started = time.monotonic()
    answer = called.client("agent").post(
        reverse("workspace:record", args=[Attempt.objects.get(channel="call").uid]), {"code": code, **told}
    )
    assert answer.status_code == 200, answer.content.decode()
    subject = Subject(called.debtor.pk, called.creditor.pk, called.obligation.pk)
    lights = semaphore([subject], NOW, channels=CHANNELS)[subject]
    assert time.monotonic() - started < 1
    assert {light.channel: light.is_allowed for light in lights} == dict.fromkeys(CHANNELS, False)
    deliver_due(NOW + timedelta(minutes=1), {"email": SandboxChannel()})
    assert Message.objects.get().state != "sent"


def test_a_stop_of_the_person_reaches_the_rival_agency(called: World) -> None:
    record = reverse("workspace:record", args=[Attempt.objects.get(channel="call").uid])
    assert called.client("agent").post(record, {"code": "CI-FAL"}).status_code == 200
    answer = called.client("rival_agency_agent").post(
        reverse("workspace:call", args=[called.debtor.uid, called.phone.uid]), headers={"HX-Request": "true"}
    )
    assert "No se puede llamar ahora" in answer.content.decode()


def test_a_pause_taken_for_another_is_undone(called: World) -> None:
    """Within five minutes by its author: the person may be contacted again; what only compliance lifts stays."""
    record = reverse("workspace:record", args=[Attempt.objects.get(channel="call").uid])
    page = called.client("agent").post(record, {"code": "CD-DIF", "need": "pausa"})
    token = _token(page)
    undo = reverse("workspace:undo", args=[Attempt.objects.get(channel="call").uid])
    assert called.client("agent").post(undo, {"token": token}).status_code == 200
    subject = Subject(called.debtor.pk, called.creditor.pk, called.obligation.pk, "requested")
    assert semaphore([subject], NOW, channels=["email"])[subject][0].is_allowed


def _token(page: Any) -> str:
    return str(page.content.decode().split('name="token" value="')[1].split('"')[0])
