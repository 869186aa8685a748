"""The guide by screen: the card and steps of one person, ticks kept with the call, versions that a second person publishes."""

from typing import Any

import pytest
from django.urls import reverse

from acuerdo.negotiation.models import ScriptUse, ScriptVersion
from acuerdo.negotiation.rules.scripts import FIELDS
from acuerdo.negotiation.rules.scripts.document import shipped_text
from acuerdo.policy.public import grant_consent
from acuerdo.workspace.guide.editor import FIELD_WORDS
from tests import factories
from tests.http.conftest import CAST, World

HTMX = {"HX-Request": "true"}


def guide(world: World, who: str = "agent") -> Any:
    return world.client(who).get(reverse("workspace:guide:person", args=[world.debtor.uid]), headers=HTMX)


def save(world: World, who: str = "supervisor", text: str = "", country: str = "") -> Any:
    told = {"text": text or shipped_text("es").replace("Saludo\n", "Saludo cordial\n"), "country": country}
    return world.client(who).post(reverse("workspace:guide:edit"), told)


def publish(world: World, who: str) -> Any:
    return world.client(who).post(reverse("workspace:guide:publish", args=[ScriptVersion.objects.get().uid]))


def test_who_sees_the_guide(world: World) -> None:
    assert tuple(guide(world, who).status_code for who in CAST) == (401, 200, 200, 403, 403, 403, 200, 404)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("versions", (302, 403, 200, 200, 200, 403, 403, 403)),
        ("edit", (302, 403, 200, 200, 403, 403, 403, 403)),
    ],
)
def test_who_keeps_the_scripts(world: World, name: str, expected: tuple[int, ...]) -> None:
    assert tuple(world.client(who).get(reverse(f"workspace:guide:{name}")).status_code for who in CAST) == expected


def test_the_card_and_the_lines_hold_the_person_s_own_figures(world: World) -> None:
    text = guide(world).content.decode()
    assert "Buenos días, le habla Agent de Prueba. ¿Hablo con Carlos Andrés Prueba Ríos?" in text
    assert "$\xa0180.000 pendientes" in text
    assert "No se pregunta el motivo del atraso" in text
    assert "{" not in text.split('class="ac-guide-steps"')[1].split("</form>")[0]


def test_ticks_are_kept_with_the_call_by_who_has_it(world: World) -> None:
    grant_consent(world.debtor.pk, "call", source="contrato", actor="prueba", now=factories.NOW)
    world.client("agent").post(reverse("workspace:call", args=[world.debtor.uid, world.phone.uid]), headers=HTMX)
    from acuerdo.policy.models import Attempt

    address = reverse("workspace:guide:tick", args=[world.debtor.uid, Attempt.objects.get().uid])
    assert world.client("supervisor").post(address, {"said": ["greet:1"]}).status_code == 404
    assert world.client("rival_agency_agent").post(address, {"said": ["greet:1"]}).status_code == 404
    assert world.client("agent").post(address, {"said": ["greet:1", "notice:2"]}).status_code == 204
    assert ScriptUse.objects.get().said == ["greet:1", "notice:2"]
    assert 'id="dicho-greet-1" checked' in guide(world).content.decode()


def test_a_version_is_written_by_one_and_put_in_use_by_another(world: World) -> None:
    assert save(world).status_code == 302
    assert "Saludo cordial" not in guide(world).content.decode()
    assert publish(world, "supervisor").status_code == 422
    assert publish(world, "director").status_code == 302
    assert "Saludo cordial" in guide(world).content.decode()
    assert save(world).status_code == 302
    assert ScriptVersion.objects.count() == 1


def test_a_country_s_own_script_comes_before_the_general_one(world: World) -> None:
    save(world, country="PE")
    publish(world, "director")
    assert "Saludo cordial" not in guide(world).content.decode()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id: close", "id: cierre_x", "falta el paso close"),
        ("¿Cómo le gustaría manejarlo este mes?", "¿Por qué no ha pagado?", "¿Por qué no ha pagado?"),
        ("¿Cómo le gustaría manejarlo este mes?", "Lo vamos a reportar si no paga hoy.", "reportar"),
    ],
)
def test_what_may_not_be_said_is_not_saved_and_not_lost(world: World, old: str, new: str, sentence: str) -> None:
    answer = save(world, text=shipped_text("es").replace(old, new))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert new in page
    assert not ScriptVersion.objects.exists()


def test_fields_are_explained_in_the_readers_language_and_english_has_its_own_start(world: World) -> None:
    assert set(FIELD_WORDS) == set(FIELDS)
    world.users["supervisor"].language = "en"
    world.users["supervisor"].save()
    client = world.client("supervisor")
    page = client.get(reverse("workspace:guide:edit"), {"idioma": "en"}).content.decode()
    assert "name of whoever calls" in page
    assert "language: en" in page
    assert "?idioma=en" in client.get(reverse("workspace:guide:versions")).content.decode()
