"""Readings of the law over HTTP: what is open, what was chosen and by whom, approving one; refusals in the language asked for."""

import json
from typing import Any

import pytest
from django.test import Client

from acuerdo.base.models import AuditEntry
from acuerdo.policy.models import PolicyReading
from tests.factories import TODAY, make_creditor
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets  # noqa: F401 - a fixture
from tests.http.test_permissions_api import post

pytestmark = pytest.mark.django_db
# nobody, agent, supervisor, director, compliance, admin, own agency, rival agency, other creditor, revoked key
READS = (401, 403, 200, 200, 200, 200, 403, 403, 200, 401)


def body(world: World, **fields: Any) -> dict[str, Any]:
    base = {"creditor": str(world.creditor.uid), "name": "week", "value": "iso_week", "approved_on": TODAY.isoformat()}
    return {**base, "reason": "Acta 12 del comité", **fields}


@pytest.mark.parametrize("path", ["/policy-readings", "/policy-settings"])
def test_who_may_read(world: World, secrets: dict[str, str], path: str) -> None:  # noqa: F811
    assert tuple(call(secrets[who], path).status_code for who in CALLERS) == READS


def test_a_reading_is_approved_once_audited_and_listed(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    first, again = (post(secrets["compliance"], "/policy-readings", body(world)) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    told = first.json()
    assert (told["value"], told["reason"], told["is_in_force"]) == ("iso_week", "Acta 12 del comité", True)
    stored = PolicyReading.objects.get()
    assert stored.approved_by == told["approved_by"] != ""
    assert AuditEntry.objects.filter(action="reading-approved", actor=told["approved_by"]).count() == 1
    for path, count in (("", 1), ("?name=week&standing=in_force", 1), ("?name=visits", 0), ("?pack=pe", 0)):
        assert len(call(secrets["director"], f"/policy-readings{path}").json()["items"]) == count


def test_who_may_approve(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    answers = {
        who: post(secrets[who], "/policy-readings", body(world)).status_code for who in ("agent", "supervisor", "admin")
    }
    assert set(answers.values()) == {403}
    assert post(secrets["director"], "/policy-readings", body(world)).status_code == 201
    foreign = body(world, creditor=str(make_creditor("Otro banco", country="PE").uid))
    assert post(secrets["other_creditor"], "/policy-readings", body(world)).status_code in (403, 404)
    assert post(secrets["compliance"], "/policy-readings", foreign, key="k2").json()["code"] == "unknown-setting"
    assert PolicyReading.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "moon"}, "unknown-setting"),
        ({"value": "moon"}, "unknown-reading"),
        ({"reason": " "}, "reading-reason-missing"),
    ],
)
def test_refusals_change_nothing(world: World, secrets: dict[str, str], fields: dict[str, Any], code: str) -> None:  # noqa: F811
    assert problem(post(secrets["compliance"], "/policy-readings", body(world, **fields)))[1] == code
    assert PolicyReading.objects.count() == 0


def test_settings_and_refusals_speak_the_language_asked_for(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    said = {}
    for language in ("es", "en"):
        headers = {
            "Authorization": f"Bearer {secrets['compliance']}", "Idempotency-Key": language, "Accept-Language": language,
        }  # fmt: skip
        listed = Client().get("/api/v1/policy-settings", headers=headers).json()["items"]
        week = next(one for one in listed if (one["pack"], one["name"]) == ("co", "week"))
        refused = Client().post(
            "/api/v1/policy-readings",
            json.dumps(body(world, value="moon")),
            content_type="application/json",
            headers=headers,
        )
        said[language] = (week["title"], refused.json()["title"])
        assert [one["value"] for one in week["options"] if one["is_followed"]] == ["rolling7"]
    assert said == {
        "es": ("Qué es una semana", "«week» no admite «moon»; use uno de: rolling7, iso_week."),
        "en": ("What a week is", "“week” does not admit “moon”; use one of: rolling7, iso_week."),
    }


def test_an_english_screen_tells_a_refusal_with_its_figures(world: World) -> None:
    user = world.users["compliance"]
    user.language = "en"
    user.save()
    told = {"creditor": str(world.creditor.uid), "value": "moon", "approved_on": TODAY.isoformat(), "reason": "Acta 12"}
    page = world.client("compliance").post("/reglas/co/week", told)
    assert "“week” does not admit “moon”" in page.content.decode()
