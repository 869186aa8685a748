"""Coming in and going out."""

import pytest
from django.test import Client
from django.urls import reverse

from acuerdo.workspace.models import LoginFailure
from tests import factories
from tests.http.conftest import World

GENERIC = "no coinciden"


@pytest.mark.django_db
def test_nobody_signed_in_is_sent_to_the_door_and_back() -> None:
    answer = Client().get("/?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "/ingresar?next=%2F%3Fa%3D1")


def test_a_panel_of_an_ended_session_leaves_the_page(world: World) -> None:
    answer = Client().get("/", headers={"HX-Request": "true", "HX-Current-URL": "/cola"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/ingresar?next=%2Fcola"


@pytest.mark.parametrize(("username", "password"), [("agent", "otra"), ("nadie", factories.PASSWORD), ("", "")])
def test_wrong_credentials_answer_one_sentence(world: World, username: str, password: str) -> None:
    answer = Client().post(reverse("workspace:login"), {"username": username, "password": password})
    assert answer.status_code == 422
    assert GENERIC in answer.content.decode()


def test_a_closed_account_answers_the_same_sentence(world: World) -> None:
    user = world.users["agent"]
    user.is_active = False
    user.save()
    answer = Client().post(reverse("workspace:login"), {"username": "agent", "password": factories.PASSWORD})
    assert answer.status_code == 422
    assert GENERIC in answer.content.decode()


def test_the_sixth_try_waits_even_with_the_right_password(world: World) -> None:
    for _ in range(5):
        Client().post(reverse("workspace:login"), {"username": "agent", "password": "otra"})
    answer = Client().post(reverse("workspace:login"), {"username": "agent", "password": factories.PASSWORD})
    assert answer.status_code == 429
    assert "15 minutos" in answer.content.decode()
    assert LoginFailure.objects.count() == 5


def test_log_in_goes_where_it_was_asked_but_never_to_another_site(world: World) -> None:
    credentials = {"username": "agent", "password": factories.PASSWORD}
    inside = Client().post(reverse("workspace:login"), {**credentials, "next": "/cola?stage=early"})
    outside = Client().post(reverse("workspace:login"), {**credentials, "next": "https://malo.invalid/"})
    assert (inside["Location"], outside["Location"]) == ("/cola?stage=early", "/")


def test_language_is_kept_on_the_user(world: World) -> None:
    client = world.client("agent")
    client.post(reverse("workspace:language"), {"language": "en", "next": "/"})
    world.users["agent"].refresh_from_db()
    assert world.users["agent"].language == "en"


def test_an_unknown_language_changes_nothing(world: World) -> None:
    client = world.client("agent")
    client.post(reverse("workspace:language"), {"language": "xx", "next": "/"})
    world.users["agent"].refresh_from_db()
    assert world.users["agent"].language == "es"


def test_log_out_ends_the_session(world: World) -> None:
    client = world.client("agent")
    client.post(reverse("workspace:logout"))
    assert client.get("/")["Location"].startswith("/ingresar")


def test_what_does_not_exist_says_what_to_do(world: World) -> None:
    answer = world.client("agent").get("/no-existe")
    assert answer.status_code == 404
    assert "busque por nombre" in answer.content.decode()
