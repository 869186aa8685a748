"""Authorisations, holds, complaints, requests of data subjects, reports to a bureau and the audit trail over HTTP."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from acuerdo.api.models import Answered
from acuerdo.policy.models import BureauNotice, Consent, Hold, Petition, Receipt
from acuerdo.policy.public import PlannedContact, mark_attempts, permit_and_log
from tests.factories import NOW, make_debtor, make_obligation
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, make_key, problem, secrets  # noqa: F401 - a fixture

CONSENT = {"channel": "sms", "source": "portal", "proof": "acta 7"}
HOLD = {"kind": "dispute", "reason": "No reconoce la deuda"}
# nobody, agent, supervisor, director, compliance, admin, own agency, rival agency, other creditor, revoked key
READS = {
    "/debtors/{debtor}/consents": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/debtors/{debtor}/timeline": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/debtors/{debtor}/own-hours": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/debtors/{debtor}/holds": (401, 200, 200, 200, 200, 200, 200, 404, 404, 401),
    "/obligations/{obligation}/bureau-report": (401, 403, 200, 200, 200, 200, 403, 403, 404, 401),
    "/bureau-cases": (401, 403, 200, 200, 200, 200, 403, 403, 200, 401),
    "/complaints": (401, 403, 200, 200, 200, 200, 403, 403, 200, 401),
    "/data-requests": (401, 403, 200, 200, 200, 200, 403, 403, 200, 401),
    "/audit": (401, 403, 403, 200, 200, 200, 403, 403, 404, 401),
}


def post(secret: str, path: str, body: dict[str, Any], key: str = "k1") -> Any:
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", READS)
def test_who_may_read(world: World, secrets: dict[str, str], path: str) -> None:  # noqa: F811
    address = path.format(debtor=world.debtor.uid, obligation=world.obligation.uid)
    answers = {who: call(secrets[who], address).status_code for who in CALLERS}
    assert answers == dict(zip(CALLERS, READS[path], strict=True))


def test_an_authorisation_is_recorded_once_and_revoked_at_once(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/debtors/{world.debtor.uid}/consents"
    first, again = (post(secrets["compliance"], path, CONSENT) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert Consent.objects.get().proof == "acta 7"
    assert problem(post(secrets["agent"], path, CONSENT)) == (403, "not-allowed")
    assert problem(post(secrets["rival_agency"], path, CONSENT))[0] == 403
    later = {**CONSENT, "granted_at": (NOW + timedelta(days=1)).isoformat()}
    assert problem(post(secrets["compliance"], path, later, "k2")) == (422, "consent-in-future")
    gone = post(secrets["agent"], f"/debtors/{world.debtor.uid}/consent-revocations", {"channel": "sms"})
    assert (gone.status_code, gone.json()) == (200, {"revoked": 1})
    assert call(secrets["agent"], path).json()["items"][0]["revoked_at"] is not None


def test_a_hold_is_placed_by_anybody_in_sight_and_lifted_by_compliance(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path = f"/debtors/{world.debtor.uid}/holds"
    placed = post(secrets["agent"], path, {**HOLD, "obligation": str(world.obligation.uid)})
    assert placed.status_code == 201
    assert placed.json()["obligation"] == str(world.obligation.uid)
    assert problem(post(secrets["rival_agency"], path, HOLD)) == (404, "not-found")
    assert problem(post(secrets["agent"], path, {**HOLD, "kind": "otra"}, "k2")) == (422, "unknown-hold")
    lift = f"{path}/{placed.json()['uid']}/lift"
    assert problem(post(secrets["agent"], lift, {"reason": "Ya"}, "k3")) == (403, "hold-lift-not-permitted")
    assert Hold.objects.get().lifted_at is None
    assert post(secrets["compliance"], lift, {"reason": "Se aclaró"}).status_code == 200
    assert call(secrets["agent"], path).json()["items"][0]["lift_reason"] == "Se aclaró"


@pytest.mark.parametrize(("resource", "extra"), [("complaints", {}), ("data-requests", {"kind": "access"})])
def test_a_case_is_opened_once_and_listed(
    world: World,
    secrets: dict[str, str],  # noqa: F811
    resource: str,
    extra: dict[str, str],
) -> None:
    body = {"obligation": str(world.obligation.uid), "text": "Lo que pide", "source": "portal", **extra}
    first, again = (post(secrets["agent"], f"/{resource}", body) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert Petition.objects.count() == 1
    listed = call(secrets["compliance"], f"/{resource}").json()["items"]
    assert [one["uid"] for one in listed] == [first.json()["uid"]]
    assert call(secrets["compliance"], f"/{resource}/{listed[0]['uid']}").json()["due_on"] == listed[0]["due_on"]
    other = "data-requests" if resource == "complaints" else "complaints"
    assert call(secrets["compliance"], f"/{other}").json()["items"] == []
    assert problem(call(secrets["compliance"], f"/{other}/{listed[0]['uid']}")) == (404, "not-found")
    assert problem(post(secrets["rival_agency"], f"/{resource}", body, "k9")) == (404, "not-found")
    assert problem(post(secrets["agent"], f"/{resource}", {**body, "text": ""}, "k3")) == (422, "invalid-request")


def test_a_report_to_a_bureau_says_what_is_missing(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    told = call(secrets["compliance"], f"/obligations/{world.obligation.uid}/bureau-report").json()
    assert (told["verdict"], told["notices"]) == ("deny", [])
    assert "not-authorised" in told["reasons"]
    assert "Ley 1266" in told["citation"]


def test_the_audit_trail_in_pages(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    for key in ("a", "b"):
        post(secrets["agent"], f"/debtors/{world.debtor.uid}/holds", HOLD, key)
    first = call(secrets["compliance"], "/audit", limit=1).json()
    assert [one["action"] for one in first["items"]] == ["hold-placed"]
    rest = call(secrets["compliance"], "/audit", cursor=first["next_cursor"]).json()
    assert rest["next_cursor"] is None
    assert rest["items"][0]["sequence"] > first["items"][0]["sequence"]
    narrow = make_key("corta", "compliance", creditors=[world.creditor.name])
    assert problem(call(narrow, "/audit")) == (404, "not-found")


def test_notices_and_the_authorisation_open_the_report_after_its_term(
    world: World,
    secrets: dict[str, str],  # noqa: F811
) -> None:
    path = f"/obligations/{world.obligation.uid}"
    given = {"granted_on": "2026-01-10", "proof": "contrato"}
    assert post(secrets["compliance"], f"{path}/bureau-authorisation", given).status_code == 201
    notice = {"sent_on": "2026-07-14", "channel": "letter", "proof": "guía 1"}
    told = post(secrets["compliance"], f"{path}/bureau-notices", notice, "k2")
    assert (told.status_code, told.json()["verdict"], told.json()["reasons"]) == (201, "deny", ["notice-too-recent"])
    assert (told.json()["from_on"], told.json()["notices"]) == ("2026-08-03", ["2026-07-14"])
    late = {**notice, "sent_on": "2026-07-16"}
    assert problem(post(secrets["compliance"], f"{path}/bureau-notices", late, "k3")) == (409, "notice-in-future")
    assert problem(post(secrets["supervisor"], f"{path}/bureau-notices", notice, "k4")) == (403, "not-allowed")
    assert problem(post(secrets["other_creditor"], f"{path}/bureau-notices", notice, "k5")) == (404, "not-found")
    assert problem(post(secrets["other_creditor"], f"{path}/bureau-authorisation", given, "k6")) == (404, "not-found")


def test_a_request_is_answered_and_an_erasure_refused_while_a_debt_is_open(
    world: World,
    secrets: dict[str, str],  # noqa: F811
) -> None:
    body = {"obligation": str(world.obligation.uid), "text": "Borren", "source": "portal", "kind": "deletion"}
    path = f"/data-requests/{post(secrets['agent'], '/data-requests', body).json()['uid']}/answer"
    answer = {"resolution": "granted", "answer": "Sí", "erase": True}
    assert problem(post(secrets["compliance"], path, answer, "a1"))[1] == "erasure-forbidden"
    assert Petition.objects.get().state == "received"
    assert problem(post(secrets["other_creditor"], path, answer, "a2")) == (404, "not-found")
    assert problem(post(secrets["agent"], path, answer, "a3")) == (403, "not-allowed")
    world.obligation.account.status, world.obligation.account.balance_minor = "paid", 0
    world.obligation.account.save()
    type(world.obligation).objects.update(last_seen_on="2015-01-01")
    type(world.obligation.account).objects.update(last_payment_on="2015-01-01")
    done = post(secrets["compliance"], path, answer, "a4")
    assert (done.status_code, done.json()["state"], done.json()["text"]) == (200, "answered", "[suprimido]")
    world.debtor.refresh_from_db()
    assert world.debtor.full_name == "Persona suprimida"
    assert not world.debtor.contact_points.exists()


def test_a_report_is_let_out_listed_and_withdrawn(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path, secret = f"/obligations/{world.obligation.uid}", secrets["compliance"]
    type(world.obligation.account).objects.update(due_since="2026-03-01")
    post(secret, f"{path}/bureau-authorisation", {"granted_on": "2026-01-10", "proof": "contrato"}, "a")
    post(secret, f"{path}/bureau-notices", {"sent_on": "2026-07-14", "channel": "letter", "proof": "g"}, "b")
    no = post(secret, f"{path}/bureau-reports", {"bureau": "TransUnion"}, "c")
    assert problem(no) == (409, "bureau-report-refused")
    assert no.json()["title"].endswith("Se podrá desde el 03/08/2026.")
    assert [json.loads(one.payload)["event"] for one in Receipt.objects.order_by("sequence")] == [
        "notice", "report-refused",
    ]  # fmt: skip
    (waiting,) = call(secret, "/bureau-cases", state="waiting").json()["items"]
    assert (waiting["from_on"], waiting["notices"], waiting["report"]) == ("2026-08-03", ["2026-07-14"], None)
    post(secret, f"{path}/bureau-notices", {"sent_on": "2026-06-14", "channel": "letter", "proof": "g"}, "d")
    BureauNotice.objects.filter(sent_on="2026-07-14").delete()
    first, again = (post(secret, f"{path}/bureau-reports", {"bureau": "TransUnion"}, "c") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert (first.json()["bureau"], first.json()["arrears_since"]) == ("TransUnion", "2026-03-01")
    assert problem(post(secrets["supervisor"], f"{path}/bureau-reports", {"bureau": "T"}, "e")) == (403, "not-allowed")
    (reported,) = call(secret, "/bureau-cases", state="reported", updated_since=NOW.isoformat()).json()["items"]
    assert (reported["stands_until"], reported["report"]["uid"]) == ("2034-03-01", first.json()["uid"])
    ended = post(secret, f"{path}/bureau-report-withdrawals", {"reason": "Pagó"}, "f")
    assert (ended.status_code, ended.json()["withdrawn_on"]) == (200, "2026-07-15")
    gone = post(secret, f"{path}/bureau-report-withdrawals", {"reason": "Pagó"}, "g")
    assert problem(gone) == (409, "bureau-report-unknown")


def test_the_customers_own_contacts_in_pages(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path, contact = (
        f"/debtors/{world.debtor.uid}/timeline",
        PlannedContact(world.debtor.pk, world.creditor.pk, "sms", obligation_id=world.obligation.pk),
    )
    Consent.objects.create(debtor=world.debtor, channel="sms", granted_at=NOW, source="c", recorded_by="x")
    sent = permit_and_log(contact, actor="lote", now=NOW)
    assert sent.attempt is not None
    mark_attempts([sent.attempt.pk], "delivered", now=NOW)
    permit_and_log(contact, actor="lote", now=NOW + timedelta(hours=1))
    first = call(secrets["agent"], path, limit=1).json()
    assert [(one["direction"], one["why_en"][:10]) for one in first["items"]] == [("stopped", "The person")]
    rest = call(secrets["agent"], path, limit=1, cursor=first["next_cursor"]).json()
    assert [(one["direction"], one["status"]) for one in rest["items"]] == [("out", "delivered")]
    assert rest["next_cursor"] is None
    assert rest["items"][0]["receipt"] == str(sent.verdict.uid)
    since = (NOW + timedelta(minutes=30)).isoformat()
    assert len(call(secrets["agent"], path, updated_since=since).json()["items"]) == 1
    assert problem(call(secrets["agent"], path, cursor="!")) == (422, "bad-cursor")
    assert problem(call(secrets["agent"], path, cursor="aG9sYQ")) == (422, "bad-cursor")


def test_own_hours_over_http(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    path, hours = f"/debtors/{world.debtor.uid}/own-hours", {"mon-fri": [["18:00", "20:00"]]}
    assert call(secrets["agent"], path).json()["hours"] is None
    set_ = post(secrets["agent"], path, {"hours": hours})
    assert (set_.status_code, set_.json()["hours"]) == (201, hours)
    assert problem(post(secrets["agent"], path, {"hours": hours, "instrument": "Carta"}, "k2")) == (403, "not-allowed")
    assert post(secrets["compliance"], path, {"hours": hours, "instrument": "Carta"}, "k3").status_code == 201
    for wrong, code in (
        ({"hours": {"lunes": [["18:00", "20:00"]]}}, "invalid-windows"),
        ({"hours": {"mon": [["20:00", "18:00"]]}}, "invalid-windows"),
        ({"hours": {"mon": [["07:00", "09:00"], ["18:00", "20:00"]]}}, "own-hours-two-spans"),
        ({"hours": hours, "given_at": "2027-01-01T00:00:00-05:00"}, "own-hours-in-future"),
        ({"hours": hours, "given_at": "2026-07-01T00:00:00"}, "invalid-request"),
    ):
        assert problem(post(secrets["agent"], path, wrong, code + str(wrong))) == (422, code)
    assert post(secrets["agent"], path, {"hours": None}, "k4").json()["hours"] is None


def test_an_erased_persons_stored_answers_go_with_them(world: World, secrets: dict[str, str]) -> None:  # noqa: F811
    body = {**CONSENT, "proof": "acta de Carlos Andrés"}
    assert post(secrets["compliance"], f"/debtors/{world.debtor.uid}/consents", body, "c1").status_code == 201
    other = make_debtor("Otra Persona")
    make_obligation(other, world.creditor)
    assert post(secrets["compliance"], f"/debtors/{other.uid}/consents", CONSENT, "c2").status_code == 201
    asked = {"obligation": str(world.obligation.uid), "text": "Borren todo", "source": "letter", "kind": "deletion"}
    case = post(secrets["agent"], "/data-requests", asked, "d1").json()
    type(world.obligation.account).objects.filter(pk=world.obligation.pk).update(
        status="paid", balance_minor=0, last_payment_on="2015-01-01"
    )
    type(world.obligation).objects.update(last_seen_on="2015-01-01", gone_on=None)
    answer = {"resolution": "granted", "answer": "Suprimida.", "erase": True}
    erased = post(secrets["compliance"], f"/data-requests/{case['uid']}/answer", answer, "e1")
    assert erased.status_code == 200
    kept = {one.idempotency_key: one.body for one in Answered.objects.all()}
    assert (kept["c1"], kept["d1"]) == ({}, {})
    assert kept["c2"]["proof"] == "acta 7"
    again = post(secrets["compliance"], f"/debtors/{world.debtor.uid}/consents", body, "c1")
    assert problem(again) == (409, "answer-erased")
    assert Consent.objects.filter(debtor=world.debtor).count() == 0
    assert post(secrets["compliance"], f"/data-requests/{case['uid']}/answer", answer, "e1").json() == erased.json()
