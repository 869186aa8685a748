"""What agreements ask of the creditor's core: listed once, exported, marked, taken back; nobody else's."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.negotiation.models import CoreMark, PaymentPlan, PlanObligation
from acuerdo.negotiation.public import accept_plan, cancel_plan
from tests.factories import NOW, TODAY, make_obligation
from tests.http.conftest import World
from tests.http.test_agreements import propose

YES: dict[str, Any] = {"method": "voice", "proof": "grabación 7", "actor": "agent", "now": NOW, "today": TODAY}


@pytest.fixture
def accepted(world: World) -> World:
    assert propose(world).status_code == 302
    accept_plan(PaymentPlan.objects.get().pk, **YES)
    return world


def shown(world: World, state: str = "", who: str = "supervisor") -> str:
    text: str = world.client(who).get(reverse("workspace:core"), {"state": state}).content.decode()
    return text


def mark(world: World, who: str = "supervisor", deed: str = "agreed", **told: str) -> Any:
    address = reverse("workspace:core_mark", args=[PlanObligation.objects.get().pk, deed])
    return world.client(who).post(address, told)


def test_only_what_was_accepted_waits(world: World) -> None:
    propose(world)
    assert "Nada por aplicar" in shown(world)
    accept_plan(PaymentPlan.objects.get().pk, **YES)
    text = shown(world)
    assert world.obligation.number in text
    assert "Detener la mora mientras se cumpla" in text


def test_it_is_marked_once_with_its_reference_and_taken_back(accepted: World) -> None:
    assert mark(accepted, reference="CORE-77").status_code == 302
    assert mark(accepted, reference="otra").status_code == 302
    assert CoreMark.objects.get().reference == "CORE-77"
    assert "Nada por aplicar" in shown(accepted)
    assert "CORE-77" in shown(accepted, "applied")
    assert mark(accepted, undo="1").status_code == 302
    assert accepted.obligation.number in shown(accepted)


def test_its_end_asks_for_another_deed(accepted: World) -> None:
    mark(accepted)
    cancel_plan(PaymentPlan.objects.get().pk, reason="customer_asked", actor="supervisor", now=NOW, today=TODAY)
    text = shown(accepted)
    assert "Terminar el acuerdo" in text
    assert "Registrar el acuerdo" not in text


def test_relief_waits_for_the_completion_with_its_amounts(accepted: World) -> None:
    PlanObligation.objects.update(waived={"late_interest": 12_000_00})
    assert "Condonar" not in shown(accepted)
    assert mark(accepted, deed="forgiven").status_code == 409
    PaymentPlan.objects.update(state="completed", ended_on=TODAY)
    assert "Condonar: mora $\xa012.000" in shown(accepted)
    sheet = accepted.client("director").get(reverse("workspace:core_export")).content.decode()
    assert "forgiven" in sheet
    assert "12000.00" in sheet
    assert not CoreMark.objects.exists()


def test_our_own_books_ask_nothing(accepted: World) -> None:
    PlanObligation.objects.update(is_core=False)
    assert "Nada por aplicar" in shown(accepted)
    assert mark(accepted).status_code == 409


def test_whoever_may_not_see_the_obligation_marks_nothing(accepted: World) -> None:
    answers = tuple(
        mark(accepted, who).status_code for who in ("anonymous", "agent", "compliance", "rival_agency_agent")
    )
    assert answers == (302, 403, 403, 403)
    accepted.users["supervisor"].sees_all_creditors = False
    accepted.users["supervisor"].save()
    assert mark(accepted).status_code == 404
    assert "Nada por aplicar" in shown(accepted)
    assert not CoreMark.objects.exists()


def test_the_list_takes_the_same_queries_however_long(accepted: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(accepted)
        return len(queries)

    shown(accepted)
    one = count()
    plan = PaymentPlan.objects.get()
    for _ in range(5):
        other = make_obligation(accepted.debtor, accepted.creditor)
        plan.obligations.create(obligation=other, owed_minor=1, is_core=True)
    assert count() == one


def test_a_long_list_comes_in_pages_of_one_order(accepted: World) -> None:
    plan = PaymentPlan.objects.get()
    for _ in range(60):
        plan.obligations.create(
            obligation=make_obligation(accepted.debtor, accepted.creditor), owed_minor=1, is_core=True
        )
    pages = [
        accepted.client("supervisor").get(reverse("workspace:core"), {"page": page}).context["rows"] for page in (1, 2)
    ]
    found = [row["pk"] for rows in pages for row, _deed, _what in rows]
    assert len(found) == len(set(found)) == 61
