"""The API of campaigns: a draft, its count, two accounts and the results, as on the screens; who may, and nothing twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from acuerdo.base import clock
from acuerdo.messaging.models import Campaign, SandboxDelivery
from acuerdo.messaging.public import load_templates
from acuerdo.messaging.tasks import deliver_due_messages
from acuerdo.policy.models import Consent
from acuerdo.workspace.campaigns.audience import count_audience, run_campaigns
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets

__all__ = ["secrets"]
FIELDS = {"fecha_desde": "1 de agosto de 2026", "medio": "Efecty", "detalle": "Lleve su documento."}
SEEN = {"people": 1, "judged": 1, "could_leave": 1, "by_channel": {"email": 1}, "blocked": [], "cost_minor": 0}


@pytest.fixture
def ready(world: World) -> World:
    load_templates()
    creditor = world.creditor
    creditor.phone, creditor.email = "+576015550100", "servicio@banco.example"
    creditor.save()
    granted = {"granted_at": NOW - timedelta(days=9), "source": "contrato", "recorded_by": "prueba"}
    Consent.objects.create(debtor=world.debtor, channel="email", **granted)
    return world


def post(secret: str, path: str, body: Any, *, key: str = "k1") -> Any:
    headers = {"Idempotency-Key": key, **({"Authorization": f"Bearer {secret}"} if secret else {})}
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def body_of(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Efecty desde agosto", "creditor": world.creditor.name, "segment": "days_past_due > 0",
        "template": "nuevo_medio_pago", "channels": ["email", "sms"], "starts_at": "2026-07-15T10:00:00-05:00",
        "ends_at": "2026-07-16T17:00:00-05:00", "fields": FIELDS, **changes,
    }  # fmt: skip


def step(secret: str, uid: str, event: str, key: str = "", **more: str) -> Any:
    return post(secret, f"/campaigns/{uid}/events", {"event": event, **more}, key=key or f"{event}-1")


@pytest.mark.django_db
def test_who_may_write_and_see_one(ready: World, secrets: dict[str, str]) -> None:
    answers = tuple(post(secrets[who], "/campaigns", body_of(ready), key=f"k-{who}").status_code for who in CALLERS)
    assert answers == (401, 403, 201, 201, 201, 403, 403, 403, 404, 401)
    assert Campaign.objects.count() == 3
    uid = str(Campaign.objects.earliest("pk").uid)
    seen = tuple(call(secrets[who], f"/campaigns/{uid}").status_code for who in CALLERS)
    assert seen == (401, 403, 200, 200, 200, 200, 403, 403, 404, 401)
    steps = tuple(step(secrets[who], uid, "stop", key=f"s-{who}").status_code for who in CALLERS)
    assert steps == (401, 403, 200, 409, 409, 403, 403, 403, 404, 401)


@pytest.mark.django_db
def test_the_same_request_writes_one_draft(ready: World, secrets: dict[str, str]) -> None:
    first, again = (post(secrets["supervisor"], "/campaigns", body_of(ready)) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Campaign.objects.count() == 1
    assert (first.json()["channels"], first.json()["state"], first.json()["count"]) == (["email", "sms"], "draft", None)
    assert problem(post(secrets["supervisor"], "/campaigns", body_of(ready, name="Otra"))) == (
        422,
        "idempotency-key-reused",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"segment": "days_past_du > 0"}, "bad-expression"),
        ({"template": "temprana_8"}, "campaign-text"),  # collects: the strategy's to send
        ({"channels": ["email", "letter"]}, "campaign-text"),  # not written for letters
        ({"fields": {}}, "campaign-fields"),
        ({"fields": {**FIELDS, "detalle": "Si no paga, le embargamos el sueldo."}}, "campaign-tone"),
        ({"ends_at": "2026-07-14T17:00:00-05:00"}, "campaign-period"),
        ({"channels": []}, "invalid-request"),
        ({"starts_at": "mañana"}, "invalid-request"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    ready: World, secrets: dict[str, str], changes: dict[str, Any], code: str
) -> None:
    status, found = problem(post(secrets["supervisor"], "/campaigns", body_of(ready, **changes)))
    assert (status in (409, 422), found) == (True, code)
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_whoever_wrote_it_does_not_approve_it(ready: World, secrets: dict[str, str]) -> None:
    uid = post(secrets["director"], "/campaigns", body_of(ready)).json()["uid"]
    assert problem(step(secrets["director"], uid, "submit"))[1] == "campaign-not-counted"
    Campaign.objects.update(preview=SEEN, previewed_at=NOW)
    assert step(secrets["director"], uid, "submit", key="again").json()["state"] == "submitted"
    assert problem(step(secrets["director"], uid, "approve"))[1] == "same-person"
    back = step(secrets["compliance"], uid, "send_back", note="Acorte el detalle")
    assert (back.json()["state"], back.json()["note"]) == ("draft", "Acorte el detalle")


@pytest.mark.django_db(transaction=True)
def test_from_the_draft_to_its_results(ready: World, secrets: dict[str, str]) -> None:
    """With the real count over a snapshot of the portfolio, the real gate and the sandbox."""
    uid = post(secrets["supervisor"], "/campaigns", body_of(ready)).json()["uid"]
    row = Campaign.objects.get()
    count_audience(row.pk, clock.now())
    counted = call(secrets["director"], f"/campaigns/{uid}").json()["count"]
    assert (counted["people"], counted["could_leave"], counted["by_channel"]) == (1, 1, {"email": 1, "sms": 0})
    assert step(secrets["supervisor"], uid, "count").json()["count"] is None
    count_audience(row.pk, clock.now())
    step(secrets["supervisor"], uid, "submit")
    assert step(secrets["compliance"], uid, "approve").json()["state"] == "running"
    assert run_campaigns(clock.now()) == {"scheduled": 1}
    deliver_due_messages(timestamp=0)
    assert SandboxDelivery.objects.count() == 1
    told = call(secrets["supervisor"], f"/campaigns/{uid}").json()
    assert (told["people"], [one["sent"] for one in told["figures"]]) == (1, [1])
