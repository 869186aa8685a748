"""The agreement by screen: offers that follow the wish, a plan in writing, whose yes it needs, and who may see it."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.negotiation.rules.offers.documents import request_document
from tests import factories
from tests.factories import TODAY
from tests.http.conftest import CAST, World

HTMX = {"HX-Request": "true"}
THREE = OfferRequest("split", TODAY + timedelta(days=5), instalments=2, frequency="biweekly")


def desk(world: World, who: str = "agent", **asked: str) -> Any:
    return world.client(who).get(reverse("workspace:agreements:desk", args=[world.debtor.uid]), asked, headers=HTMX)


def propose(world: World, who: str = "agent", asked: OfferRequest = THREE, **told: str) -> Any:
    address = reverse("workspace:agreements:propose", args=[world.debtor.uid])
    values = {"request": json.dumps(request_document(asked)), "obligation": str(world.obligation.uid), **told}
    return world.client(who).post(address, values)


def plan_address(world: World, name: str = "plan") -> str:
    return reverse(f"workspace:agreements:{name}", args=[world.debtor.uid, PaymentPlan.objects.get().uid])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("desk", (302, 200, 200, 200, 403, 403, 200, 404)),
        ("quote", (302, 200, 200, 200, 403, 403, 200, 404)),
    ],
)
def test_who_may_look_for_an_agreement(world: World, name: str, expected: tuple[int, ...]) -> None:
    address = reverse(f"workspace:agreements:{name}", args=[world.debtor.uid])
    assert tuple(world.client(who).get(address).status_code for who in CAST) == expected


@pytest.mark.parametrize("name", ["plan", "paper"])
def test_who_may_see_a_plan(world: World, name: str) -> None:
    propose(world)
    answers = tuple(world.client(who).get(plan_address(world, name)).status_code for who in CAST)
    assert answers == (302, 200, 200, 200, 200, 403, 200, 404)


@pytest.mark.parametrize("name", ["accept", "decline", "cancel"])
def test_a_rival_changes_nothing(world: World, name: str) -> None:
    propose(world)
    answer = world.client("rival_agency_agent").post(plan_address(world, name), {"proof": "grabación 1"})
    assert answer.status_code in (403, 404)
    assert PaymentPlan.objects.get().state == "offered"


def test_a_rival_proposes_nothing(world: World) -> None:
    assert propose(world, "rival_agency_agent").status_code == 404
    assert not PaymentPlan.objects.exists()


def test_the_offers_follow_what_the_person_can_pay(world: World) -> None:
    text = desk(world, amount="90.000", first_on=str(TODAY + timedelta(days=3)), frequency="biweekly").content.decode()
    assert "La mejor para la persona" in text
    assert "2 pagos de $\xa090.000" in text
    hard = desk(world, frequency="monthly", hardship="on").content.decode()
    assert "Pausa de pagos" in hard
    assert "Pausa de pagos" not in desk(world).content.decode()


def test_no_screen_tells_where_the_floor_is(world: World) -> None:
    asked = {"kind": "plan", "instalments": "3", "frequency": "monthly", "first_on": str(TODAY), "discount": "90"}
    text = world.client("agent").get(
        reverse("workspace:agreements:quote", args=[world.debtor.uid]), asked, headers=HTMX
    )
    assert "no está entre lo que se puede acordar hoy" in text.content.decode()
    assert "50" not in text.content.decode().split("no está entre")[1].split("</div>")[0]


def test_a_plan_is_written_read_aloud_and_accepted(world: World) -> None:
    assert propose(world).status_code == 302
    page = world.client("agent").get(plan_address(world)).content.decode()
    assert "Con Banco Ficticio del Valle acordamos: 2 pagos de $\xa090.000" in page
    answer = world.client("agent").post(plan_address(world, "accept"), {"method": "voice", "proof": "Grabación 7"})
    assert answer.status_code == 302
    assert PaymentPlan.objects.get().state == "accepted"
    paper = world.client("agent").get(plan_address(world, "paper"))
    assert paper.content.startswith(b"%PDF")


def test_what_is_refused_comes_back_with_its_sentence_and_changes_nothing(world: World) -> None:
    propose(world)
    answer = world.client("agent").post(plan_address(world, "accept"), {"method": "voice", "proof": ""})
    assert answer.status_code == 422
    assert "Indique la grabación" in answer.content.decode()
    assert PaymentPlan.objects.get().state == "offered"


@pytest.mark.parametrize(
    "request_text", ["", "{}", "[]", '{"kind":"plan","first_on":"2026-02-31"}', '{"kind":"x","first_on":"2026-07-20"}']
)
def test_a_made_up_request_is_told_and_changes_nothing(world: World, request_text: str) -> None:
    answer = propose(world, request=request_text)
    assert answer.status_code == 422
    assert not PaymentPlan.objects.exists()


def test_above_their_authority_it_reaches_the_supervisor(world: World) -> None:
    world.obligation.account.days_past_due = 45
    account = world.obligation.account
    account.stage, account.bucket, account.due_since = "middle", "31-60", TODAY - timedelta(days=45)
    account.save()
    asked = OfferRequest("plan", TODAY + timedelta(days=5), instalments=3, waiver_share=Decimal("0.5"))
    assert propose(world, asked=asked).status_code == 422
    assert propose(world, asked=asked, reason="Cliente de tres años").status_code == 302
    page = world.client("supervisor").get(reverse("workspace:approvals")).content.decode()
    assert "Cliente de tres años" in page
    assert world.client("agent").get(reverse("workspace:approvals")).status_code == 403
    decide = reverse("workspace:decide_approval", args=[PaymentPlan.objects.get().uid])
    assert world.client("supervisor").post(decide, {"answer": "no"}).status_code == 422
    assert world.client("supervisor").post(decide, {"answer": "yes"}).status_code == 302
    assert PaymentPlan.objects.get().state == "offered"
    assert world.client("supervisor").post(decide, {"answer": "yes"}).status_code == 404


def test_the_desk_takes_the_same_queries_whatever_the_person_owes(world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk(world)
        return len(queries)

    desk(world)
    one = count()
    for _ in range(4):
        factories.make_instalments(factories.make_obligation(world.debtor, world.creditor))
    assert count() == one <= 30
