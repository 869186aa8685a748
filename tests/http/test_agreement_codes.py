"""The one-time code by screen and API: at the agent's, on the person's own page, and who may do neither."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db import transaction
from django.test import Client
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.messaging.actions.tokens import token_of
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.public import accept_plan, issue_code
from acuerdo.policy.public import grant_consent
from tests.factories import NOW, TODAY
from tests.http.conftest import CAST, World
from tests.http.test_agreements import plan_address, propose
from tests.http.test_api import CALLERS, secrets
from tests.http.test_api_plans import post

__all__ = ["secrets"]


@pytest.fixture
def offered(world: World) -> World:
    load_templates()
    for channel in ("sms", "email", "whatsapp"):
        grant_consent(world.debtor.pk, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    assert propose(world).status_code == 302
    return world


def send(world: World, who: str = "agent", channel: str = "sms") -> Any:
    return world.client(who).post(plan_address(world, "send_code"), {"channel": channel})


def arrived() -> str:
    """The code on the person's telephone."""
    sandbox = SandboxChannel("sandbox")
    deliver_all_due(clock.now(), {"sms": sandbox, "email": sandbox, "whatsapp": sandbox})
    text = SandboxDelivery.objects.order_by("-pk")[0].body
    return next(word for word in text.replace(".", " ").split() if len(word) == 6 and word.isdigit())


def own_page(name: str = "agreement") -> str:
    return reverse(f"workspace:customer_{name}", args=[token_of(PaymentPlan.objects.get().uid, "agreement")])


def test_who_may_send_one(offered: World) -> None:
    for who, expected in zip(CAST, (302, 302, 422, 422, 403, 403, 422, 404), strict=True):
        # After the agent's, the others who may are told to wait a minute.
        assert send(offered, who).status_code == expected, who
    assert Message.objects.count() == 1


def test_the_person_reads_it_out_and_the_agent_writes_it(offered: World) -> None:
    page = offered.client("agent").get(plan_address(offered)).content.decode()
    assert "Enviarle un código para aceptar" in page
    assert offered.phone.value not in page
    assert send(offered).status_code == 302
    page = offered.client("agent").get(plan_address(offered)).content.decode()
    assert "Código que lee la persona" in page
    answer = offered.client("agent").post(plan_address(offered, "accept"), {"method": "code", "proof": "1"})
    assert (answer.status_code, "El código no coincide" in answer.content.decode()) == (422, True)
    told = {"method": "code", "proof": arrived()}
    assert offered.client("agent").post(plan_address(offered, "accept"), told).status_code == 302
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.acceptance["channel"], plan.code_tries) == ("accepted", "sms", 1)


def test_the_person_accepts_on_their_own_page(offered: World) -> None:
    person = Client()
    page = person.get(own_page())
    text = page.content.decode()
    assert page.status_code == 200
    assert page["Cache-Control"].startswith("max-age=0")
    assert offered.debtor.id_number not in text
    assert offered.obligation.number not in text
    assert person.post(own_page("code"), {"channel": "email"}).status_code == 302
    assert "Escriba el código que recibió" in person.get(own_page()).content.decode()
    code = arrived()
    assert code not in person.get(own_page()).content.decode()
    assert person.post(own_page("accept"), {"proof": code}).status_code == 302
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.acceptance["channel"]) == ("accepted", "email")
    assert "Guarde el documento" in person.get(own_page()).content.decode()
    assert person.get(own_page("paper")).content.startswith(b"%PDF")


def test_their_page_is_in_their_language(offered: World) -> None:
    offered.debtor.language = "en"
    offered.debtor.save()
    assert "Do you agree?" in Client().get(own_page()).content.decode()


def test_the_person_says_no_and_nobody_asks_why(offered: World) -> None:
    assert Client().post(own_page("decline"), {"wish": "45.000 cada quincena"}).status_code == 302
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.decision_reason) == ("declined", "45.000 cada quincena")
    assert "ya no está abierta" in Client().get(own_page()).content.decode()
    assert Client().post(own_page("accept"), {"proof": "123456"}).status_code == 422


def test_a_voice_is_not_taken_on_their_page(offered: World) -> None:
    answer = Client().post(own_page("accept"), {"method": "voice", "proof": "grabación 1"})
    assert answer.status_code == 422
    assert PaymentPlan.objects.get().state == "offered"


@pytest.mark.parametrize("name", ["agreement", "paper"])
def test_a_made_up_address_shows_nothing(offered: World, name: str) -> None:
    token = token_of(PaymentPlan.objects.get().uid, "agreement")
    for wrong in (
        token[:-1] + ("a" if token[-1] != "a" else "q"),
        "x",
        token_of(PaymentPlan.objects.get().uid, "bounce"),
    ):
        assert Client().get(reverse(f"workspace:customer_{name}", args=[wrong])).status_code == 404
    PaymentPlan.objects.update(state="pending_approval")
    assert Client().get(own_page(name)).status_code == 404


def test_their_page_closes_long_after_the_end(offered: World) -> None:
    PaymentPlan.objects.update(state="declined", ended_on=TODAY - timedelta(days=90))
    assert Client().get(own_page()).status_code == 200
    PaymentPlan.objects.update(ended_on=TODAY - timedelta(days=91))
    assert Client().get(own_page()).status_code == 404


def test_a_forged_form_is_refused(offered: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    for name in ("code", "accept", "decline"):
        assert strict.post(own_page(name), {"channel": "sms", "proof": "1"}).status_code == 403
    assert PaymentPlan.objects.get().code_sends == 0


def test_a_wrong_try_cannot_be_given_back_by_a_callers_transaction(offered: World) -> None:
    plan = PaymentPlan.objects.get()
    issue_code(plan.pk, actor="agent", now=NOW, today=TODAY)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        accept_plan(plan.pk, method="code", proof="1", actor="agent", now=NOW, today=TODAY)
    assert not any(one.get("ATOMIC_REQUESTS") for one in project.DATABASES.values())


def test_by_api_the_code_goes_to_the_person_alone(offered: World, secrets: dict[str, str]) -> None:
    path = f"/plans/{PaymentPlan.objects.get().uid}/codes"
    answers = tuple(post(secrets[who], path, {"channel": "sms"}).status_code for who in CALLERS)
    assert answers == (401, 201, 409, 409, 403, 403, 409, 404, 404, 401)
    code = arrived()
    clock.set_now(NOW + timedelta(minutes=2))
    told = post(secrets["agent"], path, {"channel": "email"})
    assert sorted(told.json()) == ["channel", "expires_at"]
    assert code not in told.content.decode()
    assert post(secrets["agent"], path, {"channel": "fax"}).status_code == 422


def test_the_message_leads_to_their_page(offered: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://acuerdo.example"
    send(offered)
    arrived()
    address = next(word for word in SandboxDelivery.objects.get().body.split() if word.startswith("https://"))
    assert Client().get(address.removeprefix("https://acuerdo.example")).status_code == 200
