"""The movements of an obligation: who sees and who records, a preview that leaves no trace, each act, undo, CSV and the past."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.ledger.models import Account, AccountEvent, Entry, Payment
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from acuerdo.workspace.movements.acts import ACTS
from tests import factories
from tests.http.conftest import CAST, World
from tests.http.test_statement import owed_by_ledger

DAY = factories.TODAY.isoformat()
WHY = {"reason": "lo pidió la persona"}


def address(obligation: Obligation, key: str = "") -> str:
    names = [obligation.debtor.uid, obligation.uid]
    return (
        reverse("workspace:movements:record", args=[*names, key])
        if key
        else reverse("workspace:movements:page", args=names)
    )


@pytest.fixture
def loan(world: World) -> Obligation:
    return owed_by_ledger(world)


def stored(obligation: Obligation) -> tuple[Any, ...]:
    account = Account.objects.filter(pk=obligation.pk).values().get()
    return account, AccountEvent.objects.count(), Payment.objects.count(), Entry.objects.count()


def confirm(client: Client, where: str, told: dict[str, Any]) -> Any:
    """Previews and then presses the button that the preview gave."""
    preview = client.post(where, told)
    assert preview.status_code == 200, preview.content.decode()[-3000:]
    found = re.search(r'name="confirm" value="([0-9a-f]{64})"', preview.content.decode())
    assert found is not None
    return client.post(where, {**told, "confirm": found[1]})


def newest(obligation: Obligation) -> AccountEvent:
    return AccountEvent.objects.filter(account_id=obligation.pk).latest("pk")


@pytest.mark.parametrize(
    ("key", "answers"),
    [
        ("", (302, 200, 200, 200, 200, 200, 200, 404)),
        ("pausa", (302, 403, 200, 200, 403, 403, 403, 403)),
        ("castigo", (302, 403, 403, 200, 403, 403, 403, 403)),
        ("quita", (302, 403, 403, 200, 403, 403, 403, 403)),
    ],
)
def test_who_sees_and_who_records(world: World, key: str, answers: tuple[int, ...]) -> None:
    world.obligation.account.balance_source = "ledger"
    world.obligation.account.save()
    found = tuple(world.client(who).get(address(world.obligation, key)).status_code for who in CAST)
    assert dict(zip(CAST, found, strict=True)) == dict(zip(CAST, answers, strict=True))


def test_an_agencys_supervisor_sees_what_is_placed_and_records_nothing(world: World) -> None:
    own = factories.make_user("supervisor", agency=world.users["own_agency_agent"].agency)
    rival = factories.make_user("supervisor", agency=world.users["rival_agency_agent"].agency)
    assert world.client_of(own).get(address(world.obligation)).status_code == 200
    assert world.client_of(own).get(address(world.obligation, "pago")).status_code == 403
    assert world.client_of(rival).get(address(world.obligation)).status_code == 404
    assert world.client_of(rival).post(address(world.obligation, "pago")).status_code == 404


def test_where_the_core_keeps_the_balances_only_money_is_recorded(world: World) -> None:
    client = world.client("director")
    page = client.get(address(world.obligation)).content.decode()
    assert address(world.obligation, "pago") in page
    assert address(world.obligation, "prorroga") not in page
    assert client.get(address(world.obligation, "castigo")).status_code == 403


ACTED: dict[str, dict[str, Any]] = {
    "pago": {"amount": "50.000", "on": DAY, "reference": "R-77"},
    "prorroga": {"instalment": "6", "due_on": (factories.TODAY + timedelta(days=20)).isoformat(), "rest": "on"},
    "pausa": {"from_on": DAY, "to_on": (factories.TODAY + timedelta(days=10)).isoformat()},
    "condonacion": {"component": "late_interest", "amount": "100"},
    "quita": {"amount": "10.000"},
    "castigo": {"on": DAY},
}


@pytest.mark.parametrize("key", ACTED)
def test_a_preview_leaves_no_trace_and_confirming_does_it_once(world: World, loan: Obligation, key: str) -> None:
    client, where, told = world.client("director"), address(loan, key), {**ACTED[key], **WHY}
    before = stored(loan)
    preview = client.post(where, told)
    text = preview.content.decode()
    assert (preview.status_code, "Qué cambia" in text, stored(loan) == before) == (200, True, True)
    mark = re.search(r'name="confirm" value="([0-9a-f]{64})"', text)
    assert mark is not None
    done = client.post(where, {**told, "confirm": mark[1]})
    assert (done.status_code, stored(loan) == before) == (302, False)
    after = stored(loan)
    again = client.post(where, {**told, "confirm": mark[1]})
    assert stored(loan) == after
    assert again.status_code in (200, 422)  # a new preview, or the refusal of a second one
    page = client.get(address(loan)).content.decode()
    assert "R-77" in page if key == "pago" else "lo pidió la persona" in page


def test_what_was_typed_after_the_preview_is_previewed_again(world: World, loan: Obligation) -> None:
    client, where = world.client("supervisor"), address(loan, "condonacion")
    told = {**ACTED["condonacion"], **WHY}
    mark = re.search(r'value="([0-9a-f]{64})"', client.post(where, told).content.decode())
    assert mark is not None
    before = stored(loan)
    answer = client.post(where, {**told, "amount": "200", "confirm": mark[1]})
    assert (answer.status_code, stored(loan) == before) == (200, True)
    assert "Algo cambió desde la vista previa" in answer.content.decode()


def test_a_refusal_is_said_and_changes_nothing(world: World, loan: Obligation) -> None:
    client, before = world.client("supervisor"), stored(loan)
    answer = client.post(address(loan, "condonacion"), {"component": "late_interest", "amount": "90.000.000", **WHY})
    assert (answer.status_code, stored(loan) == before) == (422, True)
    assert "La condonación es mayor que lo que se debe" in answer.content.decode()
    assert client.post(address(loan, "pausa"), {"from_on": DAY, "to_on": DAY}).status_code == 422  # no reason
    assert (
        client.post(address(loan, "condonacion"), {"component": "principal", "amount": "1", **WHY}).status_code == 422
    )
    assert client.get(address(loan, "inventado")).status_code == 404


def test_a_payment_is_charged_back_or_reversed_from_its_row(world: World, loan: Obligation) -> None:
    client = world.client("supervisor")
    first, second = Payment.objects.filter(account_id=loan.pk).order_by("pk")[:2]
    page = client.get(address(loan)).content.decode()
    assert f"{address(loan, 'reverso')}?movimiento={first.uid}" in page
    form = client.get(f"{address(loan, 'contracargo')}?movimiento={first.uid}").content.decode()
    assert f'<option value="{first.uid}" selected>' in form
    told = {"movement": str(first.uid), "amount": "30.000", "on": DAY, "reference": "CB-1", **WHY}
    assert confirm(client, address(loan, "contracargo"), told).status_code == 302
    assert newest(loan).kind == "chargeback"
    assert confirm(client, address(loan, "reverso"), {"movement": str(second.uid), "on": DAY, **WHY}).status_code == 302
    assert Payment.objects.filter(reverses=second).exists()
    page = client.get(address(loan)).content.decode()
    assert "Reversado" in page
    assert f"{address(loan, 'reverso')}?movimiento={second.uid}" not in page


def test_a_pause_is_resumed_and_a_mistake_annulled_with_the_past_kept(world: World, loan: Obligation) -> None:
    client = world.client("supervisor")
    told = {"from_on": (factories.TODAY - timedelta(days=5)).isoformat(), "to_on": "2026-08-30", **WHY}
    assert confirm(client, address(loan, "pausa"), told).status_code == 302
    pause = newest(loan)
    clock.set_now(factories.NOW + timedelta(days=1))
    resumed = {"movement": str(pause.uid), "on": DAY, **WHY}
    assert confirm(client, address(loan, "reanudar"), resumed).status_code == 302
    kept = newest(loan)
    assert (kept.until_on, AccountEvent.objects.get(pk=pause.pk).annulled_by) == (
        factories.TODAY - timedelta(days=1),
        "supervisor",
    )
    assert (
        confirm(
            client, address(loan, "anular"), {"movement": str(kept.uid), "reason": "era de otra persona"}
        ).status_code
        == 302
    )
    page = client.get(address(loan)).content.decode()
    assert "era de otra persona" in page
    then = client.get(address(loan), {"registrado": DAY}).content.decode()
    assert "era de otra persona" not in then
    assert "Así se veía con lo registrado hasta" in then
    assert address(loan, "pausa") not in then  # nothing is recorded in the past


def test_a_supervisor_takes_back_what_a_supervisor_may_record(world: World, loan: Obligation) -> None:
    director, supervisor = world.client("director"), world.client("supervisor")
    assert confirm(director, address(loan, "castigo"), {"on": DAY, **WHY}).status_code == 302
    gone = newest(loan)
    assert supervisor.post(address(loan, "anular"), {"movement": str(gone.uid), **WHY}).status_code == 422
    assert confirm(director, address(loan, "anular"), {"movement": str(gone.uid), **WHY}).status_code == 302
    assert Account.objects.get(pk=loan.pk).status == "active"


def test_credit_is_returned_and_the_loan_closed_by_full_payment(world: World, loan: Obligation) -> None:
    client = world.client("supervisor")
    paid = {"amount": "3.000.000", "on": DAY, "reference": "R-9", **WHY}
    assert confirm(client, address(loan, "pago"), paid).status_code == 302
    back = {"amount": "1.000", "on": DAY, "reference": "T-1", **WHY}
    assert confirm(client, address(loan, "devolucion"), back).status_code == 302
    assert confirm(client, address(loan, "pago-total"), {"on": DAY, **WHY}).status_code == 302
    account = Account.objects.get(pk=loan.pk)
    assert (account.balance_minor, account.status) == (0, "paid")
    assert {row.kind for row in AccountEvent.objects.filter(account_id=loan.pk)} >= {"refund", "settlement"}


def test_a_fee_rests_on_a_contact_that_was_carried_out(world: World, loan: Obligation) -> None:
    factories.allow_fees(loan.pk)
    client = world.client("supervisor")
    assert (
        "<option"
        not in client.get(address(loan, "gasto")).content.decode().partition("id_attempt")[2].partition("</select>")[0]
    )
    attempt = Attempt.objects.create(
        debtor=loan.debtor, creditor=loan.creditor, obligation=loan, at=factories.NOW - timedelta(days=1), channel="call",
        direction="out", purpose="collection", status="answered",
    )  # fmt: skip
    told = {"attempt": str(attempt.pk), "amount": "5.000", **WHY}
    assert confirm(client, address(loan, "gasto"), told).status_code == 302
    event = newest(loan)
    assert (event.kind, event.activity, event.reason) == ("fee", str(attempt.uid), WHY["reason"])
    assert client.post(address(loan, "gasto"), told).status_code == 422  # the same contact pays for one fee


def test_filters_and_the_csv_hold_the_same_rows(world: World, loan: Obligation) -> None:
    client = world.client("agent")
    export = reverse("workspace:movements:export", args=[loan.debtor.uid, loan.uid])
    everything = client.get(export).content.decode("utf-8-sig").splitlines()
    assert len(everything) == 1 + 4  # three payments and a fee
    fees = client.get(export, {"tipo": "fee"}).content.decode("utf-8-sig").splitlines()
    assert len(fees) == 2
    page = client.get(address(loan), {"tipo": "fee"}).content.decode()
    assert page.count("<tr>") == 2
    none = client.get(address(loan), {"desde": "2027-01-01"}).content.decode()
    assert "Nada coincide con estos filtros" in none
    assert world.client("rival_agency_agent").get(export).status_code == 404


def test_queries_do_not_grow_with_the_movements(world: World, loan: Obligation) -> None:
    client = world.client("director")
    client.get(address(loan))
    with CaptureQueriesContext(connection) as few:
        client.get(address(loan))
    for number in range(12):
        told = {**WHY, "amount": "1.000", "on": DAY, "reference": f"N-{number}"}
        assert confirm(client, address(loan, "pago"), told).status_code == 302
    with CaptureQueriesContext(connection) as many:
        client.get(address(loan))
    assert len(many) <= len(few)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_form_opens_in_both_languages(world: World, loan: Obligation, language: str) -> None:
    client = world.client("director")
    client.cookies["acuerdo_language"] = language
    for key, act in ACTS.items():
        answer = client.get(address(loan, key))
        assert answer.status_code == 200, key
        assert str(act.form.base_fields["reason"].label)
