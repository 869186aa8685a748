"""`GET /api/v1/decisions`: why and why not, by page and by filter, for whom may see; and the run as totals."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acuerdo.strategy.models import DecisionRun
from acuerdo.strategy.public import ensure_published_strategy
from tests import factories
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets  # noqa: F401 - a fixture
from tests.http.worklist import plan_call, plan_nothing

ALLOCATION = {
    "value": 900, "bound": 901, "gap_ppm": 93, "steps": 9, "currency": "COP",
    "resources": [{"code": "agents:0:*", "capacity": 240, "used": 240, "price": 2.0}],
}  # fmt: skip


@pytest.fixture
def planned(world: World) -> World:
    strategy = ensure_published_strategy(factories.NOW)
    DecisionRun.objects.create(
        run_on=factories.TODAY, strategy=strategy, seed=1, engine="polars", started_at=factories.NOW, finished_at=factories.NOW,
        allocation=ALLOCATION,
    )  # fmt: skip
    plan_call(world.obligation, strategy=strategy, options=["call:1000", "email:300"], price=250, probability_bp=9_000)
    other = factories.make_obligation(factories.make_debtor("Otra Persona"), world.creditor)
    plan_nothing(other, "capacity-reached")
    return world


def items(secret: str, **query: Any) -> list[dict[str, Any]]:
    answer = call(secret, "/decisions", **query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/decisions", (401, 403, 200, 200, 200, 200, 403, 403, 200, 401)),
        ("/decisions/2026-07-15", (401, 403, 200, 200, 200, 200, 403, 403, 200, 401)),
    ],
)
def test_who_may_read(planned: World, secrets: dict[str, str], path: str, statuses: tuple[int, ...]) -> None:  # noqa: F811
    assert tuple(call(secrets[who], path).status_code for who in CALLERS) == statuses


def test_why_and_why_not(planned: World, secrets: dict[str, str]) -> None:  # noqa: F811
    called, quiet = items(secrets["director"])
    assert called["obligation"] == str(planned.obligation.uid)
    assert (called["channel"], called["score"], called["price"], called["probability"]) == (
        "call",
        1_000,
        250,
        "0.9000",
    )
    assert called["options"] == [{"channel": "call", "score": 1_000}, {"channel": "email", "score": 300}]
    assert called["reasons"][0] == {"code": "step-due", "sentence": "Hoy toca este paso de la estrategia."}
    assert (called["strategy"], called["strategy_version"]) == ("estrategia_base", 1)
    assert (quiet["channel"], quiet["reasons"][0]["code"]) == (None, "capacity-reached")
    assert items(secrets["director"], language="en")[1]["reasons"][0]["sentence"] == "Today's capacity was not enough."


def test_filters_and_pages(planned: World, secrets: dict[str, str]) -> None:  # noqa: F811
    director = secrets["director"]
    assert len(items(director, channel="none")) == len(items(director, reason="capacity-reached")) == 1
    assert len(items(director, debtor=str(planned.debtor.uid))) == len(items(director, state="planned")) == 1
    assert items(director, run_on="2026-07-14") == items(director, updated_since="2026-07-16T00:00:00Z") == []
    first = call(director, "/decisions", limit=1).json()
    rest = call(director, "/decisions", limit=1, cursor=first["next_cursor"]).json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [1, 1, None]
    assert problem(call(director, "/decisions", cursor="¿?")) == (422, "bad-cursor")


def test_an_agent_reads_only_what_they_work(planned: World, secrets: dict[str, str]) -> None:  # noqa: F811
    asked = {"obligation": str(planned.obligation.uid)}
    assert len(items(secrets["own_agency"], **asked)) == 1
    assert items(secrets["rival_agency"], **asked) == []
    assert items(secrets["other_creditor"]) == []


def test_the_run_as_totals(planned: World, secrets: dict[str, str]) -> None:  # noqa: F811
    run = call(secrets["director"], "/decisions/2026-07-15").json()
    assert (run["portfolio"], run["contacts"], run["states"], run["gap_ppm"]) == (2, {"call": 1}, {"planned": 1}, 93)
    assert run["drops"] == [
        {"code": "capacity-reached", "sentence": "No alcanzó la capacidad de hoy.", "obligations": 1}
    ]
    assert run["resources"][0]["sentence"].startswith("Una hora más de gestor recuperaría cerca de")
    assert call(secrets["other_creditor"], "/decisions/2026-07-15").json()["portfolio"] == 0
    assert problem(call(secrets["director"], "/decisions/2026-07-14")) == (404, "not-found")


def test_a_page_costs_the_same_however_long(planned: World, secrets: dict[str, str]) -> None:  # noqa: F811
    items(secrets["director"])  # the first request of a key is noted
    with CaptureQueriesContext(connection) as one:
        items(secrets["director"], limit=1)
    with CaptureQueriesContext(connection) as two:
        items(secrets["director"])
    assert len(one) == len(two)
