"""Users: created with a first password that is shown once, closed, opened; what they may not do."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from acuerdo.base.models import AuditEntry, User
from tests.http.conftest import World


def _create(world: World, **fields: object) -> str:
    told = {"full_name": "Nuevo Gestor", "username": "nuevo", "role": "agent", "scope": "all", **fields}
    answer = world.client("admin").post(reverse("workspace:new_user"), told)
    assert answer.status_code == 200
    found = re.search(r'id="contrasena">([^<]+)<', answer.content.decode())
    assert found is not None
    return found.group(1)


def test_the_first_password_opens_the_door_and_is_not_stored_readable(world: World) -> None:
    password = _create(world)
    answer = Client().post(reverse("workspace:login"), {"username": "nuevo", "password": password})
    assert answer.status_code == 302
    assert password not in User.objects.get(username="nuevo").password
    assert AuditEntry.objects.filter(action="user.created", actor="admin").count() == 1


def test_scope_is_kept(world: World) -> None:
    _create(world, scope="some", creditors=[str(world.creditor.uid)])
    user = User.objects.get(username="nuevo")
    assert (user.sees_all_creditors, list(user.creditors.all())) == (False, [world.creditor])


def test_an_agency_user_sees_only_the_agency(world: World) -> None:
    agency = world.users["own_agency_agent"].agency
    assert agency is not None
    _create(world, scope=f"agency:{agency.uid}")
    user = User.objects.get(username="nuevo")
    assert (user.agency, user.sees_all_creditors) == (agency, False)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": "agent"}, "Ya hay una persona"),
        ({"username": "Con Espacio"}, "Use minúsculas"),
        ({"scope": "some"}, "Marque al menos un acreedor"),
        ({"full_name": ""}, "Este campo es obligatorio"),
    ],
)
def test_what_cannot_be_created_says_why(world: World, fields: dict[str, str], sentence: str) -> None:
    told = {"full_name": "Nuevo Gestor", "username": "nuevo", "role": "agent", "scope": "all", **fields}
    answer = world.client("admin").post(reverse("workspace:new_user"), told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not User.objects.filter(username="nuevo").exists()


def test_a_closed_account_loses_its_open_session(world: World) -> None:
    client = world.client("agent")
    assert client.get(reverse("workspace:queue")).status_code == 200
    world.client("admin").post(reverse("workspace:switch_user", args=[world.users["agent"].uid]))
    assert client.get(reverse("workspace:queue")).status_code == 302


def test_nobody_closes_their_own_account(world: World) -> None:
    answer = world.client("admin").post(reverse("workspace:switch_user", args=[world.users["admin"].uid]))
    assert answer.status_code == 409
    assert "propia cuenta" in answer.content.decode()


def test_a_new_password_ends_the_old_one(world: World) -> None:
    client = world.client("agent")
    world.client("admin").post(reverse("workspace:reset_password", args=[world.users["agent"].uid]))
    assert client.get(reverse("workspace:queue")).status_code == 302
