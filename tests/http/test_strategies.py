"""The strategy builder over HTTP: who may do what, from draft to force and back, live checking, rehearsal, comparison."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.strategy.models import Rehearsal, Strategy
from acuerdo.strategy.public import decide_day, publish_strategy, save_strategy
from acuerdo.strategy.tasks import rehearse_job
from tests import factories
from tests.http.conftest import CAST, World
from tests.module.strategy.conftest import drop_partitions

TEXT = """\
code: una
title: Estrategia corta
segments:
  - {code: todos, title: Todos}
steps:
  - code: aviso
    title: Primer aviso  # con su comentario
    day: 1
    channels: [email]
    template: temprana_1
"""


def at(name: str, *arguments: Any) -> str:
    return reverse(f"workspace:strategies:{name}", args=arguments)


def saved(text: str = TEXT, actor: str = "supervisor") -> Strategy:
    return save_strategy(text, actor=actor, now=clock.now())


# Answers to: anonymous, agent, supervisor, director, compliance, admin, own agency's agent, rival agency's agent.
GETS = {
    "facts": (302, 403, 200, 200, 200, 200, 403, 403),
    "edit": (302, 403, 200, 200, 403, 403, 403, 403),
    "item": (302, 403, 200, 200, 403, 403, 403, 403),
    "compare": (302, 403, 200, 200, 200, 200, 403, 403),
    "experiments": (302, 403, 200, 200, 200, 200, 403, 403),
}
POSTS = {
    "check": (302, 403, 200, 200, 403, 403, 403, 403),
    "undo": (302, 403, 302, 302, 403, 403, 403, 403),
    "submit": (302, 403, 302, 302, 403, 403, 403, 403),
    "approve": (302, 403, 403, 302, 403, 403, 403, 403),
    "send_back": (302, 403, 403, 302, 302, 403, 403, 403),
    "roll_back": (302, 403, 403, 302, 403, 403, 403, 403),
    "new": (302, 403, 302, 302, 403, 403, 403, 403),
    "rehearse": (302, 403, 302, 302, 403, 403, 403, 403),
    "pause_variant": (302, 403, 302, 302, 302, 403, 403, 403),
}


def _address(name: str, strategy: Strategy) -> str:
    if name in ("facts", "roll_back", "new", "experiments", "pause_variant"):
        return at(name)
    if name == "compare":
        return f"{at(name)}?antes={strategy.uid}&despues={strategy.uid}"
    return at(name, strategy.uid, "steps", 0) if name == "item" else at(name, strategy.uid)


@pytest.mark.parametrize("name", [*GETS, *POSTS])
def test_who_may(world: World, name: str) -> None:
    strategy = saved()
    expected = {**GETS, **POSTS}[name]
    answers = []
    for who in CAST:
        Strategy.objects.filter(pk=strategy.pk).update(status="draft")
        client = world.client(who)
        address = _address(name, strategy)
        answers.append((client.get if name in GETS else client.post)(address).status_code)
    assert tuple(answers) == expected


def test_an_agencys_supervisor_has_no_say(world: World) -> None:
    supervisor = factories.make_user("supervisor", agency=world.users["rival_agency_agent"].agency)
    assert world.client_of(supervisor).get(reverse("workspace:strategy")).status_code == 403
    assert world.client_of(supervisor).post(at("new")).status_code == 403
    assert not Strategy.objects.exists()


def test_from_draft_to_force_and_back(world: World) -> None:
    base = saved(TEXT.replace("una", "base"), "x")
    publish_strategy("base", actor="x", now=clock.now())
    writer, director = world.client("supervisor"), world.client("director")
    writer.post(at("new"), {"from": base.uid})
    draft = Strategy.objects.get(version=2)
    page = writer.get(at("edit", draft.uid))
    assert "Primer aviso" in page.content.decode()
    changed = draft.document.replace("day: 1", "day: 2")
    assert writer.post(at("edit", draft.uid), {"document": changed, "seen": draft.document}).status_code == 302
    assert writer.post(at("submit", draft.uid), {"reason": "Un día después"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.change_reason) == ("in_review", "Un día después")
    assert (
        "Aprobar y poner en vigor"
        in director.get(reverse("workspace:strategy_version", args=[draft.uid])).content.decode()
    )
    director.post(at("approve", draft.uid))
    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == ("published", "director")
    compared = writer.get(f"{at('compare')}?antes={base.uid}&despues={draft.uid}").content.decode()
    assert "<del>1</del>" in compared
    assert "<ins>2</ins>" in compared
    director.post(at("roll_back"))
    base.refresh_from_db()
    assert base.status == "published"


def test_a_directors_own_version_waits_for_another(world: World) -> None:
    draft = saved(actor="director")
    director = world.client("director")
    director.post(at("submit", draft.uid))
    director.post(at("approve", draft.uid))
    draft.refresh_from_db()
    assert draft.status == "in_review"
    page = director.get(reverse("workspace:strategy_version", args=[draft.uid])).content.decode()
    assert "debe aprobarla otra persona" in page


def test_what_the_law_forbids_stops_the_way_to_review(world: World) -> None:
    draft = saved(TEXT.replace("    day: 1\n", '    day: 1\n    when: weekday == "sun"\n'))
    answer = world.client("supervisor").post(at("submit", draft.uid), follow=True).content.decode()
    assert "línea 10" in answer
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_checking_as_one_writes(world: World) -> None:
    draft, client = saved(), world.client("supervisor")
    good = client.post(at("check", draft.uid), {"document": TEXT}).content.decode()
    assert "la ley permite todos sus pasos" in good
    bad = client.post(
        at("check", draft.uid), {"document": TEXT.replace("title: Todos", "when: compani, title: Todos")}
    ).content.decode()
    assert "¿quiso decir «company»?" in bad
    draft.refresh_from_db()
    assert draft.document == TEXT


def test_a_form_writes_one_step_and_it_can_be_undone(world: World) -> None:
    draft, client = saved(), world.client("supervisor")
    fields = {
        "code": "aviso",
        "title": "Primer aviso",
        "day": "3",
        "channels": "email, call",
        "template": "temprana_1",
        "hour": "10:30",
    }
    assert client.post(at("item", draft.uid, "steps", 0), fields).status_code == 302
    draft.refresh_from_db()
    assert "day: 3" in draft.document
    assert "channels: [email, call]" in draft.document
    wrong = client.post(at("item", draft.uid, "steps", 0), {**fields, "channels": "fax"})
    assert (wrong.status_code, "no puede ser «fax»" in wrong.content.decode()) == (422, True)
    client.post(at("item", draft.uid, "segments", 999), {"code": "resto", "title": "Resto"})
    client.post(at("move", draft.uid, "segments", 1, "subir"))
    draft.refresh_from_db()
    assert draft.document.index("resto") < draft.document.index("todos")
    for _change in range(3):
        client.post(at("undo", draft.uid))
    draft.refresh_from_db()
    assert draft.document == TEXT
    assert client.get(at("item", draft.uid, "steps", 7)).status_code == 404
    assert client.get(at("item", draft.uid, "otra", 0)).status_code == 404


def test_anothers_change_is_not_overwritten(world: World) -> None:
    draft = saved()
    other = TEXT.replace("day: 1", "day: 5")
    world.client("director").post(at("edit", draft.uid), {"document": other, "seen": TEXT})
    late = world.client("supervisor").post(
        at("edit", draft.uid), {"document": TEXT.replace("day: 1", "day: 9"), "seen": TEXT}
    )
    assert late.status_code == 422
    assert "Otra persona cambió este borrador" in late.content.decode()
    draft.refresh_from_db()
    assert draft.document == other


def test_the_catalogue_is_searched_by_any_word(world: World) -> None:
    page = world.client("supervisor").get(f"{at('facts')}?q=DIFICULTAD").content.decode()
    assert "days_since_hardship" in page
    assert "next_due" not in page
    assert "Ningún hecho coincide" in world.client("supervisor").get(f"{at('facts')}?q=zzz").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_is_asked_followed_and_read(world: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path
    drop_partitions()
    strategy = saved()
    client = world.client("director")
    empty = client.post(at("rehearse", strategy.uid), follow=True).content.decode()
    assert "No hay fotos guardadas" in empty
    decide_day(clock.business_date(), clock.now())
    client.post(at("rehearse", strategy.uid))
    row = Rehearsal.objects.get()
    assert "Ensayando" in client.get(at("rehearsal", row.uid)).content.decode()
    rehearse_job(row.pk)
    page = client.get(at("rehearsal_progress", row.uid)).content.decode()
    assert "Sin contacto, y por qué" in page
    assert "hx-trigger" not in page
    limited = factories.make_user("director", sees_all_creditors=False)
    assert world.client_of(limited).get(at("rehearsal", row.uid)).status_code == 403
    drop_partitions()


def test_the_page_asks_a_fixed_number_of_questions(world: World, django_assert_max_num_queries: Any) -> None:
    strategy = saved()
    for day in range(2, 12):
        save_strategy(TEXT.replace("day: 1", f"day: {day}"), actor="x", now=clock.now())
    client = world.client("supervisor")
    with django_assert_max_num_queries(12):
        client.get(reverse("workspace:strategy_version", args=[strategy.uid]))
