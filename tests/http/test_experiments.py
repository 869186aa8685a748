"""Experiments on screen: nothing to compare, groups side by side, a pause with its reason, the planner of people."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.strategy.models import VariantPause
from acuerdo.strategy.public import decide_day, publish_strategy, save_strategy
from tests import factories
from tests.http.conftest import World
from tests.http.test_strategies import TEXT
from tests.module.strategy.conftest import drop_partitions

HERE = "workspace:strategies:experiments"
DIVIDED = (
    TEXT
    + """\
control_percent: 10
guards: [{metric: blocked_percent, worst: 5, contacts_min: 1}]
experiments:
  - code: tono
    title: Tono del primer aviso
    goal: paid_30_days
    variants: [{code: base, title: El de siempre, percent: 50}, {code: reto, title: Más cálido, percent: 50}]
"""
)


def published(text: str) -> None:
    publish_strategy(save_strategy(text, actor="x", now=clock.now()).code, actor="x", now=clock.now())


def page(world: World, query: str = "", who: str = "director") -> str:
    answer = world.client(who).get(reverse(HERE) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_strategy_or_a_division_the_page_says_what_to_do(world: World) -> None:
    assert "Aún no hay una estrategia publicada" in page(world)
    published(TEXT)
    assert "La estrategia vigente no divide a nadie" in page(world)
    assert "Estrategia" in page(world, who="compliance")


def test_groups_control_and_watched_figures_in_two_languages(world: World, tmp_path: Path) -> None:
    drop_partitions()
    published(DIVIDED)
    decide_day(clock.business_date(), clock.now(), folder=tmp_path)
    html = page(world, "?dias=7")
    for words in (
        "Tono del primer aviso",
        "Más cálido",
        "Grupo de control: sin contacto",
        "Cifras vigiladas",
        "muy pocas personas",
    ):
        assert words in html
    client = world.client("director")
    client.post(reverse("workspace:language"), {"language": "en"})
    english = client.get(reverse(HERE)).content.decode()
    assert "Still too few people to conclude" in english
    assert "Control group: no contact" in english
    drop_partitions()


def test_a_challenger_is_paused_with_a_reason_and_goes_on(world: World) -> None:
    published(DIVIDED)
    client = world.client("supervisor")
    where = reverse("workspace:strategies:pause_variant")
    for wrong in (
        {"variant": "tono/base", "reason": "x"},
        {"variant": "tono/reto", "reason": " "},
        {"variant": "otro/x", "reason": "x"},
    ):
        client.post(where, wrong)
    assert not VariantPause.objects.exists()
    client.post(where, {"variant": "tono/reto", "reason": "Muchas quejas"})
    pause = VariantPause.objects.get()
    assert (pause.variant, pause.reason, pause.paused_by) == (
        "tono/reto",
        "Muchas quejas",
        world.users["supervisor"].username,
    )
    assert "en pausa" in page(world)
    client.post(where, {"variant": "tono/reto", "seguir": "1"})
    pause.refresh_from_db()
    assert pause.lifted_at is not None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?base=30&effect=5&share=50&power=80&people_a_day=100", "personas:"),
        ("?base=30&effect=x", "Escriba números"),
        ("?base=30&effect=0", "el efecto no puede ser 0"),
        ("?base=99&effect=5", "deben quedar entre 0 y 100"),
        ("?base=30&effect=5&share=100", "deben quedar"),
    ],
)
def test_the_planner_answers_or_says_what_to_write(world: World, query: str, words: str) -> None:
    assert words in page(world, query)


def test_an_agencys_supervisor_sees_none_of_it(world: World) -> None:
    supervisor: Any = factories.make_user("supervisor", agency=world.users["rival_agency_agent"].agency)
    assert world.client_of(supervisor).get(reverse(HERE)).status_code == 403
