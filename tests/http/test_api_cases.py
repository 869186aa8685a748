"""Disputes, hardship and complaints over HTTP: who may read, open and act, as on the screens; each step's effect and refusals."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.messaging.models import Message
from acuerdo.policy.models import Hold, Petition
from acuerdo.policy.rules.petitions import answer_key, terms_of
from tests.factories import NOW, make_user
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets  # noqa: F401 - a fixture
from tests.http.test_permissions_api import post

KINDS = {"disputes": ("dispute", "pago"), "hardship-cases": ("hardship", "cuota_menor")}
# nobody, agent, supervisor, director, compliance, admin, own agency, rival agency, other creditor, revoked key
LISTS = (401, 403, 200, 200, 200, 403, 403, 403, 200, 401)
ONE = (401, 403, 200, 200, 200, 403, 403, 403, 404, 401)
OPENED = (401, 201, 201, 201, 201, 403, 201, 404, 404, 401)


def told(world: World, reason: str = "") -> dict[str, Any]:
    return {"obligation": str(world.obligation.uid), "text": "Pagué en marzo", "source": "portal", "reason": reason}


def opened(world: World, secrets: dict[str, str], path: str = "disputes") -> str:  # noqa: F811
    made = post(secrets["agent"], f"/{path}", told(world, KINDS[path][1]), "abre")
    assert made.status_code == 201, made.content
    return str(made.json()["uid"])


def act(secrets: dict[str, str], who: str, path: str, key: str = "k", **event: str) -> Any:  # noqa: F811
    return post(secrets[who], f"{path}/events", event, f"{who}-{key}-{event['event']}")


@pytest.mark.parametrize("path", KINDS)
def test_who_may_read_and_open(world: World, secrets: dict[str, str], path: str) -> None:  # noqa: F811
    uid = opened(world, secrets, path)
    assert tuple(call(secrets[who], f"/{path}").status_code for who in CALLERS) == LISTS
    assert tuple(call(secrets[who], f"/{path}/{uid}").status_code for who in CALLERS) == ONE
    assert tuple(call(secrets[who], f"/{path}/{uid}/steps").status_code for who in CALLERS) == ONE
    answers = tuple(post(secrets[who], f"/{path}", told(world), f"x-{who}").status_code for who in CALLERS)
    assert answers == OPENED


@pytest.mark.parametrize("path", KINDS)
def test_opening_starts_the_clock_once_and_stops_collection(world: World, secrets: dict[str, str], path: str) -> None:  # noqa: F811
    kind, reason = KINDS[path]
    first, again = (post(secrets["agent"], f"/{path}", told(world, reason)) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    case = Petition.objects.get()
    assert (case.kind, case.reason, case.state) == (kind, reason, "received")
    assert first.json()["due_on"] == case.due_on.isoformat()
    assert Hold.objects.filter(debtor=world.debtor, lifted_at=None).exists()
    other = next(one for one in KINDS if one != path)
    assert problem(call(secrets["supervisor"], f"/{other}/{case.uid}"))[0] == 404
    assert problem(post(secrets["agent"], f"/{path}", told(world, "capricho"), "k2"))[0] == 422


def test_the_list_narrows_and_pages(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    uids = []
    for number in range(3):
        made = post(secrets["agent"], "/disputes", told(world), f"abre{number}")
        uids.append(made.json()["uid"])
    act(secrets, "supervisor", f"/disputes/{uids[0]}", event="take")
    found = call(secrets["supervisor"], "/disputes?state=in_study").json()["items"]
    assert [one["uid"] for one in found] == [uids[0]]
    assert [
        one["uid"] for one in call(secrets["supervisor"], f"/disputes?owner={found[0]['owner']}").json()["items"]
    ] == [uids[0]]
    first = call(secrets["supervisor"], "/disputes?limit=2").json()
    rest = call(secrets["supervisor"], f"/disputes?limit=2&cursor={first['next_cursor']}").json()
    assert sorted(one["uid"] for one in first["items"] + rest["items"]) == sorted(uids)
    assert rest["next_cursor"] is None


def test_a_dispute_is_taken_answered_and_lets_collection_go_on(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/disputes/{opened(world, secrets)}"
    taken = act(secrets, "supervisor", path, event="take")
    assert (taken.status_code, taken.json()["state"]) == (200, "in_study")
    assert problem(act(secrets, "supervisor", path, event="answer", text="Llegó"))[1] == "unknown-resolution"
    done = act(secrets, "compliance", path, event="answer", text="El pago llegó el 3.", resolution="granted")
    assert (done.json()["state"], done.json()["resolution"]) == ("answered", "granted")
    assert not Hold.objects.filter(debtor=world.debtor, lifted_at=None).exists()
    steps = call(secrets["supervisor"], f"{path}/steps").json()["items"]
    assert [one["event"] for one in steps] == ["open", "take", "answer"]
    assert problem(act(secrets, "supervisor", path, "tarde", event="withdraw", text="x"))[1] == "petition-wrong-state"


def test_a_complaint_is_answered_by_compliance_alone(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    body = {name: value for name, value in told(world).items() if name != "reason"}
    uid = post(secrets["agent"], "/complaints", body).json()["uid"]
    assert act(secrets, "supervisor", f"/complaints/{uid}", event="take").status_code == 403
    assert act(secrets, "compliance", f"/complaints/{uid}", event="take").json()["state"] == "in_study"
    answers = {who: act(secrets, who, f"/complaints/{uid}", "tabla", event="take").status_code for who in CALLERS}
    assert answers == dict(zip(CALLERS, (401, 403, 403, 200, 200, 403, 403, 403, 404, 401), strict=True))


def test_a_case_goes_to_a_colleague_of_the_same_house_only(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/disputes/{opened(world, secrets)}"
    colleague = make_user("supervisor", username="colega")
    stranger = make_user("supervisor", username="ajena", agency=world.users["rival_agency_agent"].agency)
    assert act(secrets, "supervisor", path, "1", event="take", owner=colleague.username).json()["owner"] == "colega"
    assert problem(act(secrets, "supervisor", path, "2", event="take", owner=stranger.username))[1] == "petition-owner"
    assert problem(act(secrets, "supervisor", path, "3", event="take", owner="agent"))[1] == "petition-owner"


def test_the_own_step_is_taken_back_and_its_answer_with_it(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/disputes/{opened(world, secrets)}"
    act(secrets, "supervisor", path, event="answer", text="Llegó.", resolution="granted")
    case = Petition.objects.get()
    step = case.steps.order_by("-pk")[0]
    Message.objects.create(
        plan_key=answer_key(case.uid, step.at), debtor=world.debtor, creditor=world.creditor, obligation=world.obligation,
        channel="email", receiver="x@correo.invalid", body="Respuesta", state="scheduled", scheduled_for=NOW + timedelta(minutes=10),
        context={"obligations": [world.obligation.pk]}, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    assert problem(act(secrets, "compliance", path, event="undo"))[1] == "petition-undo-not-own"
    assert act(secrets, "supervisor", path, event="undo").json()["state"] == "received"
    assert Message.objects.get().state == "cancelled"
    clock.set_now(NOW + timedelta(minutes=1))
    assert problem(act(secrets, "supervisor", path, "otra", event="undo"))[1] == "petition-undo-nothing"


def test_asking_completing_extending_and_passing_on(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/hardship-cases/{opened(world, secrets, 'hardship-cases')}"
    extended = 200 if terms_of("CO", "hardship").extension else 409
    assert act(secrets, "supervisor", path, event="ask_to_complete", text="El recibo").json()["state"] == "incomplete"
    assert act(secrets, "supervisor", path, event="complete", text="Llegó").json()["state"] == "in_study"
    assert act(secrets, "supervisor", path, event="extend", text="Falta un dato").status_code == extended
    assert act(secrets, "supervisor", path, event="transfer", text="A la aseguradora").json()["state"] == "transferred"


def test_a_step_is_taken_once_however_often_it_is_sent(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/disputes/{opened(world, secrets)}"
    first, again = (act(secrets, "supervisor", path, event="withdraw", text="Lo retiró") for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert Petition.objects.get().steps.filter(event="withdraw").count() == 1
