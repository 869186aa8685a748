"""A hundred agents pull the next person from one queue at once: each gets one, and no two the same."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.base.models import User
from acuerdo.policy.public import grant_consent
from acuerdo.workspace.actions import next_person
from acuerdo.workspace.actions.next_person import take_next_person
from acuerdo.workspace.queries.queue import Filters
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation, make_phone
from tests.http.worklist import plan_call

pytestmark = pytest.mark.django_db(transaction=True)
AGENTS, AT_ONCE = 100, 25


@pytest.fixture
def agents() -> list[User]:
    creditor = make_creditor("Banco Andino")
    for number in range(AGENTS + 10):
        obligation = make_obligation(make_debtor(), creditor)
        make_phone(obligation.debtor)
        grant_consent(obligation.debtor_id, "call", source="contrato", actor="prueba", now=NOW - timedelta(days=9))
        plan_call(obligation, score=number)
    return [_agent(number) for number in range(AGENTS)]


def _agent(number: int) -> User:
    made = User(username=f"gestor{number}", role="agent", full_name=f"Gestor {number}", sees_all_creditors=True)
    made.set_unusable_password()
    made.save()
    return made


def pull(agents: list[User]) -> list[Any]:
    """Every agent in a connection of their own, as many at once as the server of the tests carries."""
    start = threading.Barrier(AT_ONCE, timeout=60)

    def one(agent: User) -> Any:
        try:
            start.wait()
            found = take_next_person(agent, Filters(), now=NOW, today=TODAY)
            return found.pk if found is not None else None
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(one, agents))


def test_no_two_agents_get_the_same_person(agents: list[User]) -> None:
    got = pull(agents)
    assert None not in got
    assert len(set(got)) == AGENTS


def test_without_the_reservation_they_do(agents: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_person, "_reserve", lambda *_args: True)
    assert len(set(pull(agents[:AT_ONCE]))) == 1
