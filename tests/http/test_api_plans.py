"""The API of offers, plans and promises: the same prices as at the desk, who may do what, and nothing twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.negotiation.models import PaymentPlan, Promise
from acuerdo.negotiation.public import issue_code
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets

__all__ = ["secrets"]


def post(secret: str, path: str, body: Any, *, key: str = "k1") -> Any:
    headers = {"Idempotency-Key": key, **({"Authorization": f"Bearer {secret}"} if secret else {})}
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def offers(secret: str, world: World, **wish: str) -> Any:
    return post(secret, "/plans/offers", {"obligations": [str(world.obligation.uid)], "wish": wish})


def split(secret: str, world: World) -> dict[str, Any]:
    """The body that puts the two-payments offer in writing."""
    found = next(one for one in offers(secret, world).json()["offers"] if one["kind"] == "split")
    return {"obligations": [str(world.obligation.uid)], "request": found["request"]}


def promise_body(world: World, **changes: str) -> dict[str, str]:
    due_on = str(TODAY + timedelta(days=3))
    return {"obligation": str(world.obligation.uid), "amount": "50000.00", "due_on": due_on, **changes}


def test_who_may_ask_for_offers(world: World, secrets: dict[str, str]) -> None:
    answers = tuple(offers(secrets[who], world).status_code for who in CALLERS)
    assert answers == (401, 200, 200, 200, 403, 403, 200, 404, 404, 401)


def test_who_may_put_one_in_writing_and_see_it(world: World, secrets: dict[str, str]) -> None:
    body = split(secrets["agent"], world)
    assert post(secrets["rival_agency"], "/plans", body).status_code == 404
    assert not PaymentPlan.objects.exists()
    made = post(secrets["own_agency"], "/plans", body)
    assert made.status_code == 201
    uid = made.json()["uid"]
    answers = tuple(call(secrets[who], f"/plans/{uid}").status_code for who in CALLERS)
    assert answers == (401, 200, 200, 200, 200, 200, 200, 404, 404, 401)
    assert call(secrets["rival_agency"], "/plans").json()["items"] == []
    assert [one["uid"] for one in call(secrets["agent"], "/plans").json()["items"]] == [uid]


def test_the_api_offers_what_the_desk_offers(world: World, secrets: dict[str, str]) -> None:
    wish = {"amount": "90000.00", "frequency": "biweekly"}
    told = offers(secrets["agent"], world, **wish).json()["offers"]
    page = world.client("agent").get(
        reverse("workspace:agreements:desk", args=[world.debtor.uid]), {**wish, "amount": "90000"}
    )
    shown = [card.offer for card in page.context["cards"]]
    assert [(one["kind"], one["total"]) for one in told] == [
        (offer.kind, f"{offer.total_minor / 100:.2f}") for offer in shown
    ]
    assert all(
        sum(round(float(part["amount"]) * 100) for part in one["instalments"]) == round(float(one["total"]) * 100)
        for one in told
    )


def test_a_repeated_request_puts_one_plan_in_writing(world: World, secrets: dict[str, str]) -> None:
    body = split(secrets["agent"], world)
    first, again = (post(secrets["agent"], "/plans", body) for _ in range(2))
    assert first.json() == again.json()
    assert PaymentPlan.objects.count() == 1
    assert problem(post(secrets["agent"], "/plans", {**body, "reason": "otra"})) == (422, "idempotency-key-reused")


def test_a_wrong_code_is_counted_although_the_request_is_refused(world: World, secrets: dict[str, str]) -> None:
    uid = post(secrets["agent"], "/plans", split(secrets["agent"], world)).json()["uid"]
    plan = PaymentPlan.objects.get()
    code = issue_code(plan.pk, actor="agent", now=NOW, today=TODAY).code
    wrong = "000000" if code != "000000" else "111111"
    path = f"/plans/{uid}/acceptance"
    codes = [problem(post(secrets["agent"], path, {"method": "code", "proof": wrong}))[1] for _ in range(6)]
    assert codes == ["code-wrong"] * 5 + ["code-tries"]
    code = issue_code(plan.pk, actor="agent", now=NOW + timedelta(minutes=2), today=TODAY).code
    answer = post(secrets["agent"], path, {"method": "code", "proof": code})
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert problem(post(secrets["agent"], path, {"method": "code", "proof": code}))[1] == "plan-state"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"request": {}}, "offer-request"), ({"obligations": []}, "invalid-request"), ({"request": 7}, "invalid-request")],
)
def test_a_bad_request_is_named_and_changes_nothing(
    world: World, secrets: dict[str, str], changes: dict[str, Any], code: str
) -> None:
    answer = post(secrets["agent"], "/plans", {**split(secrets["agent"], world), **changes})
    assert problem(answer)[0] == 422
    assert problem(answer)[1] == code
    assert not PaymentPlan.objects.exists()


def test_promises_by_api(world: World, secrets: dict[str, str]) -> None:
    answers = tuple(
        post(secrets[who], "/promises", promise_body(world), key=who).status_code
        for who in ("nobody", "compliance", "rival_agency", "agent", "supervisor")
    )
    assert answers == (401, 403, 404, 201, 409)
    assert Promise.objects.count() == 1
    listed = call(secrets["own_agency"], "/promises").json()["items"]
    assert [(one["amount"], one["state"]) for one in listed] == [("50000.00", "open")]
    assert call(secrets["other_creditor"], "/promises").json()["items"] == []
    assert problem(post(secrets["agent"], "/promises", promise_body(world, amount="1,5"), key="z"))[1] == "bad-amount"


def test_a_list_takes_the_same_queries_however_long(world: World, secrets: dict[str, str]) -> None:
    counts = []
    for _ in range(2):
        made = factories.make_obligation(world.debtor, world.creditor)
        body = {**split(secrets["agent"], world), "obligations": [str(made.uid)]}
        assert post(secrets["agent"], "/plans", body, key=str(made.uid)).status_code == 201
        with CaptureQueriesContext(connection) as queries:
            call(secrets["agent"], "/plans")
        counts.append(len(queries))
    assert counts[0] == counts[1]
