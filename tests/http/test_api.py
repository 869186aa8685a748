"""The HTTP API: who may do what, what it answers, and that a request which comes twice acts once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acuerdo.api.keys import create_key, key_of, revoke_key
from acuerdo.api.models import Answered, ApiKey
from acuerdo.base.audit import verify_chain
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Entry, Payment
from acuerdo.ledger.public import statement_view
from acuerdo.negotiation.public import make_promise
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.conftest import World
from tests.http.test_statement import owed_by_ledger

ROLES = ("agent", "supervisor", "director", "compliance", "admin")
# nobody, a key of each role at the lender, one of each agency, one of another creditor, and one that was revoked
CALLERS = ("nobody", *ROLES, "own_agency", "rival_agency", "other_creditor", "revoked")
TABLE = {
    "/obligations": (401, 403, 200, 200, 200, 200, 403, 403, 200, 401),
    "/obligations/{obligation}": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/obligations/{obligation}/statement": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/obligations/{obligation}/schedule": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/obligations/{obligation}/entries": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/debtors/{debtor}": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
}
POST_PAYMENT = (401, 403, 201, 201, 403, 201, 403, 403, 404, 401)


def make_key(name: str, role: str = "director", **scope: Any) -> str:
    return create_key(name=name, role=role, actor="prueba", now=factories.NOW, **scope).secret


@pytest.fixture
def secrets(world: World) -> dict[str, str]:
    other = factories.make_creditor("Financiera de Otros")
    made = {role: make_key(role, role) for role in ROLES}
    made["own_agency"] = make_key("propia", "agent", agency="Gestiones Propias")
    made["rival_agency"] = make_key("rival", "agent", agency="Gestiones Rivales")
    made["other_creditor"] = make_key("otra", "director", creditors=[other.name])
    made["revoked"] = make_key("vieja", "admin")
    revoke_key("vieja", actor="prueba", now=factories.NOW)
    return {"nobody": "", **made}


def call(secret: str, path: str, **query: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return Client().get(f"/api/v1{path}", query, headers=headers)


def pay(secret: str, world: World, *, key: str = "k1", **changes: Any) -> Any:
    body = {
        "obligation": str(world.obligation.uid), "amount": "50000.00", "currency": "COP", "paid_on": "2026-07-15",
        "reference": "T-1", **changes,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key} if secret else {"Idempotency-Key": key}
    return Client().post("/api/v1/payments", body, content_type="application/json", headers=headers)


def problem(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["title"]
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", TABLE)
def test_who_may_read(world: World, secrets: dict[str, str], path: str) -> None:
    address = path.format(obligation=world.obligation.uid, debtor=world.debtor.uid)
    answers = {who: call(secrets[who], address).status_code for who in CALLERS}
    assert answers == dict(zip(CALLERS, TABLE[path], strict=True))


def test_who_may_pay(world: World, secrets: dict[str, str]) -> None:
    answers = {who: pay(secrets[who], world, reference=who).status_code for who in CALLERS}
    assert answers == dict(zip(CALLERS, POST_PAYMENT, strict=True))
    assert Payment.objects.filter(source__startswith="api:").count() == POST_PAYMENT.count(201)


def test_a_list_holds_only_what_the_key_sees(world: World, secrets: dict[str, str]) -> None:
    factories.make_obligation(creditor=factories.make_creditor("Tercero"))
    seen = call(secrets["director"], "/obligations").json()["items"]
    assert len(seen) == 2
    assert call(secrets["other_creditor"], "/obligations").json()["items"] == []
    supervisor = make_key("sup-propia", "supervisor", agency="Gestiones Propias")
    assert [row["uid"] for row in call(supervisor, "/obligations").json()["items"]] == [str(world.obligation.uid)]


def test_pages_hold_each_obligation_once(world: World, secrets: dict[str, str]) -> None:
    for _ in range(6):
        factories.make_obligation(world.debtor, world.creditor)
    found, cursor = [], ""
    while True:
        page = call(secrets["director"], "/obligations", limit=3, cursor=cursor).json()
        found += [row["uid"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(found) == len(set(found)) == 7
    assert found == sorted(found)


def test_updated_since(world: World, secrets: dict[str, str]) -> None:
    Account.objects.filter(pk=world.obligation.pk).update(updated_at=factories.NOW + timedelta(hours=1))
    factories.make_obligation(world.debtor, world.creditor)
    since = (factories.NOW + timedelta(minutes=30)).isoformat()
    rows = call(secrets["director"], "/obligations", updated_since=since).json()["items"]
    assert [row["uid"] for row in rows] == [str(world.obligation.uid)]
    naive = call(secrets["director"], "/obligations", updated_since="2026-07-15T10:00:00")
    assert problem(naive) == (422, "invalid-request")


@pytest.mark.parametrize("cursor", ["no-es", "////", "ñ", "MTIz" * 30, "Zm9v"])
def test_a_made_up_cursor_is_refused(world: World, secrets: dict[str, str], cursor: str) -> None:
    assert problem(call(secrets["director"], "/obligations", cursor=cursor)) == (422, "bad-cursor")
    entries = f"/obligations/{world.obligation.uid}/entries"
    if cursor != "MTIz" * 30:
        assert problem(call(secrets["director"], entries, cursor=cursor)) == (422, "bad-cursor")


def test_the_statement_is_the_ledgers(world: World, secrets: dict[str, str]) -> None:
    obligation = owed_by_ledger(world)
    told = call(secrets["agent"], f"/obligations/{obligation.uid}/statement", as_of="2026-07-15").json()
    document = statement_view(obligation.pk, factories.TODAY).document
    assert told["balance"]["total"] == f"{document.total_minor / 100:.2f}"
    assert sum(float(row["owed"]) for row in told["components"]) == pytest.approx(document.total_minor / 100)
    tranche = told["late_interest"][0]["tranches"][0]
    assert set(tranche) == {"from", "to", "days", "base", "rate", "amount"}
    assert tranche["rate"]["is_capped"]
    assert tranche["rate"]["cap"]["citation"] == "Resolución de prueba"
    assert all(row["transactions"] for row in told["payments"])


def test_a_statement_that_cannot_be_told_says_why(world: World, secrets: dict[str, str]) -> None:
    early = call(secrets["agent"], f"/obligations/{world.obligation.uid}/statement", as_of="2020-01-01")
    assert problem(early) == (422, "before-core-figures")
    obligation = owed_by_ledger(world)
    late = call(secrets["agent"], f"/obligations/{obligation.uid}/statement", as_of="2027-01-15")
    assert problem(late) == (409, "rate-cap-missing")


def test_entries_sum_to_zero_and_come_in_pages(world: World, secrets: dict[str, str]) -> None:
    obligation = owed_by_ledger(world)
    path, cursor, rows = f"/obligations/{obligation.uid}/entries", "", []
    while cursor is not None:
        page = call(secrets["agent"], path, limit=4, cursor=cursor).json()
        rows += page["items"]
        cursor = page["next_cursor"]
    assert len(rows) == Entry.objects.filter(account_id=obligation.pk).count()
    assert sum(int(row["amount"].replace(".", "")) for row in rows) == 0
    later = (factories.NOW + timedelta(days=1)).isoformat()
    assert call(secrets["agent"], path, updated_since=later).json()["items"] == []


def test_the_schedule_and_the_person(world: World, secrets: dict[str, str]) -> None:
    schedule = call(secrets["agent"], f"/obligations/{world.obligation.uid}/schedule").json()
    assert len(schedule["instalments"]) == 6
    assert schedule["instalments"][-1]["balance"] == "0.00"
    person = call(secrets["agent"], f"/debtors/{world.debtor.uid}").json()
    assert person["obligations"] == [str(world.obligation.uid)]
    assert world.debtor.id_number not in str(person)


def test_a_payment_is_recorded_once(world: World, secrets: dict[str, str]) -> None:
    first = pay(secrets["director"], world)
    again = pay(secrets["director"], world)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["is_new"]
    assert Payment.objects.filter(external_ref="T-1").count() == 1
    balance = Account.objects.get(pk=world.obligation.pk).balance_minor
    assert first.json()["after"]["balance"] == f"{balance / 100:.2f}"


def test_another_key_with_the_same_reference_finds_the_payment(world: World, secrets: dict[str, str]) -> None:
    pay(secrets["director"], world)
    other = pay(secrets["admin"], world, key="otra")
    assert (other.status_code, other.json()["is_new"]) == (201, False)


def test_the_same_idempotency_key_with_another_body_is_refused(world: World, secrets: dict[str, str]) -> None:
    pay(secrets["director"], world)
    assert problem(pay(secrets["director"], world, amount="60000.00")) == (422, "idempotency-key-reused")
    assert Payment.objects.filter(source__startswith="api:").count() == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": "-5.00"}, (422, "bad-payment")),
        ({"amount": "1.005"}, (422, "too-many-decimals")),
        ({"amount": "1,5"}, (422, "bad-amount")),
        ({"currency": "PEN"}, (422, "currency-mismatch")),
        ({"currency": "PESOS"}, (422, "invalid-request")),
        ({"reference": ""}, (422, "invalid-request")),
        ({"paid_on": "ayer"}, (422, "invalid-request")),
        ({"obligation": str(uuid4())}, (404, "not-found")),
    ],
)
def test_a_payment_that_is_refused_leaves_nothing(
    world: World, secrets: dict[str, str], changes: dict[str, str], expected: tuple[int, str]
) -> None:
    assert problem(pay(secrets["director"], world, **changes)) == expected
    assert not Answered.objects.exists()
    assert not Payment.objects.filter(source__startswith="api:").exists()
    assert pay(secrets["director"], world).status_code == 201, "the same idempotency key may try again"


def test_a_post_without_its_key_or_body_is_refused(world: World, secrets: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {secrets['director']}"}
    bare = Client().post("/api/v1/payments", {}, content_type="application/json", headers=headers)
    assert problem(bare) == (422, "invalid-request")
    broken = Client().post("/api/v1/payments", "{", content_type="application/json", headers=headers)
    assert problem(broken) == (400, "invalid-json")


@pytest.mark.parametrize(
    "path", ["/obligations/{obligation}", "/obligations/{obligation}/statement", "/debtors/{debtor}"]
)
def test_queries_of_one(world: World, secrets: dict[str, str], path: str) -> None:
    _count(secrets, path.format(obligation=world.obligation.uid, debtor=world.debtor.uid), 13)


def test_queries_of_a_list_do_not_grow(world: World, secrets: dict[str, str]) -> None:
    for _ in range(20):
        factories.make_obligation(world.debtor, world.creditor)
    _count(secrets, "/obligations", 3)


def _count(secrets: dict[str, str], path: str, most: int) -> None:
    call(secrets["director"], path)  # the day's first use of a key is noted
    with CaptureQueriesContext(connection) as seen:
        assert call(secrets["director"], path).status_code == 200
    assert len(seen) <= most


def test_only_a_digest_of_a_key_is_stored(world: World) -> None:
    secret = make_key("caja")
    key = ApiKey.objects.get(name="caja")
    assert secret not in str(vars(key))
    assert (key_of(secret, now=factories.NOW), key_of(secret[:-1], now=factories.NOW)) == (key, None)
    assert not key.user.has_usable_password()
    assert Client().post("/ingresar", {"username": "api:caja", "password": "!"}).status_code != 302


def test_keys_are_audited_and_revoked_for_good(world: World) -> None:
    secret = make_key("caja")
    for _ in range(2):
        revoke_key("CAJA", actor="prueba", now=factories.NOW)
    assert key_of(secret, now=factories.NOW) is None
    assert verify_chain("accounts").entries == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "name-missing"),
        ({"name": "Director"}, "key-exists"),
        ({"name": "x", "role": "jefe"}, "role-unknown"),
        ({"name": "x", "creditors": ["Nadie"]}, "unknown-creditor"),
        ({"name": "x", "agency": "Nadie"}, "unknown-agency"),
        ({"name": "x", "agency": "Gestiones Propias", "creditors": ["Banco Ficticio del Valle"]}, "scope-twice"),
    ],
)
def test_a_key_is_refused(world: World, secrets: dict[str, str], fields: dict[str, Any], code: str) -> None:
    before = ApiKey.objects.count()
    with pytest.raises(Refusal) as refusal:
        make_key(**fields)
    assert refusal.value.code == code
    assert ApiKey.objects.count() == before


def test_dates_are_typed(world: World, secrets: dict[str, str]) -> None:
    row = call(secrets["director"], f"/obligations/{world.obligation.uid}").json()
    assert date.fromisoformat(row["due_since"]) == factories.TODAY - timedelta(days=12)
    assert datetime.fromisoformat(row["updated_at"]) == factories.NOW


def test_a_payment_settles_the_promise_at_once(world: World, secrets: dict[str, str]) -> None:
    promise = make_promise(
        obligation_id=world.obligation.pk, amount_minor=150_000_00, due_on=TODAY, actor="agent", now=NOW, today=TODAY
    )
    assert pay(secrets["director"], world, amount="150000.00", reference="T-9").status_code == 201
    promise.refresh_from_db()
    assert promise.state == "kept"
