"""Agreements, approvals and requests in the person's history, and who does not see them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.ledger.models import Account
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.public import accept_plan, approve_plan, cancel_plan, refuse_plan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.policy.public import open_petition
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.conftest import World
from tests.http.test_agreements import propose

WAIVED = OfferRequest("plan", TODAY + timedelta(days=5), instalments=3, waiver_share=Decimal("0.5"))


@pytest.fixture
def waiting(world: World) -> World:
    due_since = TODAY - timedelta(days=45)
    Account.objects.filter(pk=world.obligation.pk).update(days_past_due=45, stage="middle", due_since=due_since)
    assert propose(world, asked=WAIVED, reason="Cliente de tres años").status_code == 302
    return world


def history(world: World, who: str = "agent", **asked: str) -> str:
    address = reverse("workspace:timeline", args=[world.debtor.uid])
    text: str = world.client(who).get(address, asked, headers={"HX-Request": "true"}).content.decode()
    return text


def decide(**changes: Any) -> dict[str, Any]:
    return {"role": "supervisor", "actor": "supervisor", "now": NOW, "today": TODAY, **changes}


def test_a_plan_its_approval_its_yes_and_its_end_are_told(waiting: World) -> None:
    plan = PaymentPlan.objects.get()
    assert "Cliente de tres años" in history(waiting)
    approve_plan(plan.pk, **decide(reason="Sí, con esas fechas"))
    accept_plan(plan.pk, method="voice", proof="grabación 7", actor="agent", now=NOW, today=TODAY)
    cancel_plan(plan.pk, reason="customer_asked", actor="supervisor", now=NOW, today=TODAY)
    text = history(waiting, kind="agreement")
    for said in (
        "Se aprobó: Plan de pagos",
        "Sí, con esas fechas",
        "Aceptó: Plan de pagos",
        "de viva voz",
        "Terminó: Plan de pagos",
    ):
        assert said in text
    assert "Terminó" not in history(waiting, kind="payment")


def test_a_no_is_told_with_what_would_be_possible(waiting: World) -> None:
    refuse_plan(PaymentPlan.objects.get().pk, **decide(reason="Sí hasta el 25 %"))
    text = history(waiting)
    assert "No se aprobó: Plan de pagos" in text
    assert "Sí hasta el 25 %" in text


def test_a_complaint_is_told_with_its_clock(waiting: World) -> None:
    open_petition(
        waiting.debtor.pk, waiting.creditor.pk, "complaint", text="Me llamaron de noche", source="call", actor="agent",
        now=NOW, obligation_id=waiting.obligation.pk,
    )  # fmt: skip
    text = history(waiting, kind="petition")
    assert "Queja por la gestión" in text
    assert "responder a más tardar" in text


def test_an_agency_sees_only_agreements_of_what_it_holds(waiting: World) -> None:
    assert "Plan de pagos" in history(waiting, "own_agency_agent")
    other = factories.make_obligation(waiting.debtor, waiting.creditor)
    PaymentPlan.objects.get().obligations.create(obligation=other, owed_minor=1)
    assert "Plan de pagos" not in history(waiting, "own_agency_agent")
    assert "Plan de pagos" in history(waiting, "supervisor")


def test_the_history_stays_one_query(waiting: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            history(waiting)
        return len(queries)

    history(waiting)
    before = count()
    for _ in range(3):
        propose(waiting, asked=WAIVED, reason="Otra")
    assert count() == before
