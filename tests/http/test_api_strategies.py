"""Strategies over the API: who may read them, pages, the document, the schema, and checking without saving."""

import json
from typing import Any

import pytest
from django.test import Client

from acuerdo.base import clock
from acuerdo.strategy.models import Strategy
from acuerdo.strategy.public import save_strategy
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, make_key, secrets
from tests.http.test_strategies import TEXT

__all__ = ["secrets"]
EXPECTED = (401, 403, 200, 200, 200, 200, 403, 403, 200, 401)


@pytest.mark.parametrize("path", ["/strategies", "/strategies/schema", "/strategies/facts", "/strategies/{strategy}"])
def test_who_may_read(world: World, secrets: dict[str, str], path: str) -> None:
    saved = save_strategy(TEXT, actor="ana", now=clock.now())
    address = path.replace("{strategy}", str(saved.uid))
    answers = tuple(call(secrets[who], address).status_code for who in CALLERS)
    assert dict(zip(CALLERS, answers, strict=True)) == dict(zip(CALLERS, EXPECTED, strict=True))


def test_versions_in_pages_and_one_with_its_document(world: World) -> None:
    secret = make_key("llave")
    for day in (1, 2, 3):
        save_strategy(TEXT.replace("day: 1", f"day: {day}"), actor="ana", now=clock.now())
    first = call(secret, "/strategies", limit=2).json()
    second = call(secret, "/strategies", limit=2, cursor=first["next_cursor"]).json()
    assert [one["version"] for one in first["items"] + second["items"]] == [1, 2, 3]
    assert second["next_cursor"] is None
    assert call(secret, "/strategies", updated_since="2030-01-01T00:00:00Z").json()["items"] == []
    one = call(secret, f"/strategies/{first['items'][0]['uid']}").json()
    assert (one["document"], one["status"]) == (TEXT, "draft")
    assert call(secret, "/strategies/01890a5d-ac96-774b-bcce-b302099a8057").status_code == 404
    assert call(secret, "/strategies/schema").json()["properties"]["steps"]
    assert len(call(secret, "/strategies/facts").json()) >= 60


def check(secret: str, document: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    body = json.dumps({"document": document})
    return Client().post("/api/v1/strategies/check", body, content_type="application/json", headers=headers).json()


def test_checking_saves_nothing(world: World) -> None:
    secret = make_key("llave")
    assert check(secret, TEXT) == {"is_valid": True, "findings": []}
    told = check(secret, TEXT.replace("day: 1", "day: uno"))
    assert (told["is_valid"], told["findings"][0]["line"]) == (False, 8)
    sunday = check(secret, TEXT.replace("day: 1", 'day: 1\n    when: weekday == "sun"'))
    assert [one["code"] for one in sunday["findings"]] == ["never-permitted"]
    assert not Strategy.objects.exists()
