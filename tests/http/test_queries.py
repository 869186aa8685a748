"""How many questions a screen asks the database: pinned, so that nobody adds one a row."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.negotiation.public import make_promise
from acuerdo.policy.public import grant_consent
from tests import factories
from tests.http.conftest import World
from tests.http.worklist import plan_call, plan_nothing

QUERIES_MAX = 15


@pytest.fixture
def busy(world: World) -> World:
    """Twenty people in the queue, and a person with three obligations, promises, payments and contacts."""
    for number in range(20):
        obligation = factories.make_obligation(factories.make_debtor(f"Persona Número {number}"), world.creditor)
        plan_call(obligation, score=number)
    for _ in range(2):
        other = factories.make_obligation(world.debtor, world.creditor)
        factories.make_instalments(other)
        factories.make_payment(other)
        plan_nothing(other, "joined")
    plan_call(world.obligation, score=5_000)
    grant_consent(world.debtor.pk, "call", source="contrato", actor="prueba", now=factories.NOW)
    make_promise(
        obligation_id=world.obligation.pk, amount_minor=100_00, due_on=factories.TODAY, actor="agent",
        now=factories.NOW, today=factories.TODAY,
    )  # fmt: skip
    return world


def _count(world: World, address: str, who: str = "agent") -> int:
    client = world.client(who)
    client.get(address)  # the first request also reads packs and keeps the queue's filters
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(address)
    assert answer.status_code == 200
    return len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]])


def test_queue(busy: World) -> None:
    assert _count(busy, reverse("workspace:queue")) <= QUERIES_MAX


def test_debtor_page(busy: World) -> None:
    assert _count(busy, reverse("workspace:debtor", args=[busy.debtor.uid])) <= QUERIES_MAX


def test_debtor_page_for_an_agency(busy: World) -> None:
    assert _count(busy, reverse("workspace:debtor", args=[busy.debtor.uid]), "own_agency_agent") <= QUERIES_MAX


def test_semaphore(busy: World) -> None:
    assert _count(busy, reverse("workspace:light", args=[busy.debtor.uid])) <= QUERIES_MAX


@pytest.mark.parametrize("name", ["portfolio", "decisions", "holds", "compliance"])
def test_lists_do_not_ask_for_each_row(busy: World, name: str) -> None:
    before = _count(busy, reverse(f"workspace:{name}"), "director")
    for number in range(5):
        debtor = factories.make_debtor(f"Otra Persona {number}")
        plan_nothing(factories.make_obligation(debtor, busy.creditor), "not-due-yet")
    assert _count(busy, reverse(f"workspace:{name}"), "director") == before


def test_board(busy: World) -> None:
    assert _count(busy, reverse("workspace:board"), "supervisor") <= 25


def test_queue_says_who_why_and_whether(busy: World) -> None:
    page: Any = busy.client("agent").get(reverse("workspace:queue")).content.decode()
    assert "21 personas por llamar" in page
    assert page.index(busy.debtor.full_name) < page.index("Persona Número 19")
    assert "Hoy toca este paso de la estrategia." in page
    assert (
        page.count('data-verdict="deny"') + page.count('data-verdict="wait"') + page.count('data-verdict="allow"') == 21
    )
