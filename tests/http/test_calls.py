"""Logging a call from the debtor page: the gate first, the outcome with its promise, taking it back."""

import json
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.negotiation.models import Promise
from acuerdo.policy.models import Attempt, Hold, Verdict
from acuerdo.policy.public import grant_consent
from acuerdo.strategy.models import Decision
from tests import factories
from tests.http.conftest import World
from tests.http.worklist import plan_call

HTMX = {"HX-Request": "true"}


@pytest.fixture
def agreed(world: World) -> World:
    """The person authorised calls, and one is planned for today."""
    grant_consent(world.debtor.pk, "call", source="contrato", actor="prueba", now=factories.NOW)
    plan_call(world.obligation, agent=world.users["agent"])
    return world


def _ask(world: World, who: str = "agent") -> Any:
    address = reverse("workspace:call", args=[world.debtor.uid, world.phone.uid])
    return world.client(who).post(address, headers=HTMX)


def _attempt() -> Attempt:
    return Attempt.objects.get()


def _record(world: World, who: str = "agent", **told: str) -> Any:
    address = reverse("workspace:record", args=[_attempt().uid])
    return world.client(who).post(address, told, headers=HTMX)


def test_the_gate_is_asked_before_a_number_is_dialled(agreed: World) -> None:
    answer = _ask(agreed)
    assert answer.status_code == 200
    assert json.loads(answer["HX-Trigger"])["ac:dial"] == {"number": agreed.phone.value}
    assert (_attempt().status, _attempt().actor) == ("reserved", "agent")


def test_a_refused_call_names_the_rule_and_when_it_may_be_made(world: World) -> None:
    """Sunday: no attempt is reserved, nothing is dialled, the verdict is kept."""
    clock.set_now(factories.NOW.replace(day=19))
    grant_consent(world.debtor.pk, "call", source="contrato", actor="prueba", now=clock.now())
    answer = _ask(world)
    assert "ac:dial" not in answer["HX-Trigger"]
    text = answer.content.decode()
    assert "No se puede llamar ahora" in text
    assert "Ley 2300" in text
    assert "Se puede desde" in text
    assert Attempt.objects.count() == 0
    assert Verdict.objects.get().verdict == "deny"


def test_a_promise_is_logged_with_its_defaults(agreed: World) -> None:
    _ask(agreed)
    answer = _record(agreed, code="CD-PTP", amount="180.000", due_on="2026-07-21")
    assert answer.status_code == 200
    promise = Promise.objects.get()
    assert (promise.amount_minor, promise.due_on, promise.state) == (180_000_00, date(2026, 7, 21), "open")
    assert (promise.attempt_id, promise.actor) == (_attempt().pk, "agent")
    assert (_attempt().disposition, _attempt().right_party) == ("CD-PTP", True)
    assert Decision.objects.get().state == "done"


def test_the_form_starts_with_what_is_overdue_and_a_working_day(agreed: World) -> None:
    address = reverse("workspace:outcome_fields", args=[agreed.debtor.uid])
    text = agreed.client("agent").get(address, {"code": "CD-PTP"}).content.decode()
    assert 'value="180.000"' in text
    # three days ahead is Saturday 18 July, Monday 20 is Independence Day
    assert 'value="2026-07-21"' in text


def test_the_form_says_what_saving_stops(agreed: World) -> None:
    address = reverse("workspace:outcome_fields", args=[agreed.debtor.uid])
    text = agreed.client("agent").get(address, {"code": "CD-RCL"}).content.decode()
    assert "Detiene todo contacto por esta obligación" in text


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, "Elija qué pasó"),
        ({"code": "CD-PTP", "amount": "", "due_on": "2026-07-21"}, "Este campo es obligatorio"),
        ({"code": "CD-PTP", "amount": "mucho", "due_on": "2026-07-21"}, "No podemos leer"),
        ({"code": "CD-PTP", "amount": "9.000.000", "due_on": "2026-07-21"}, "supera lo que se debe"),
        ({"code": "CD-PTP", "amount": "1.000", "due_on": "2026-07-01"}, "ya pasó"),
    ],
)
def test_what_cannot_be_saved_comes_back_as_typed(agreed: World, told: dict[str, str], sentence: str) -> None:
    _ask(agreed)
    answer = _record(agreed, **told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (Promise.objects.count(), _attempt().disposition) == (0, "")


def test_a_protective_code_stops_the_person_and_undo_restores_them(agreed: World) -> None:
    _ask(agreed)
    answer = _record(agreed, code="CI-EQU")
    agreed.phone.refresh_from_db()
    assert agreed.phone.is_valid is False
    undone = agreed.client("agent").post(
        reverse("workspace:undo", args=[_attempt().uid]), {"token": _token(answer)}, headers=HTMX
    )
    assert undone.status_code == 200
    agreed.phone.refresh_from_db()
    assert agreed.phone.is_valid is True
    assert (_attempt().disposition, _attempt().status) == ("", "reserved")
    assert Decision.objects.get().state == "planned"


def test_undo_takes_the_promise_and_the_hold_back(agreed: World) -> None:
    _ask(agreed)
    answer = _record(agreed, code="CD-PTP", amount="100.000", due_on="2026-07-21")
    agreed.client("agent").post(
        reverse("workspace:undo", args=[_attempt().uid]), {"token": _token(answer)}, headers=HTMX
    )
    assert Promise.objects.get().state == "cancelled"
    answer = _record(agreed, code="CD-YAP", paid_on="2026-07-10", means="PSE")
    assert Hold.objects.filter(lifted_at__isnull=True).count() == 1
    undone = agreed.client("agent").post(
        reverse("workspace:undo", args=[_attempt().uid]), {"token": _token(answer)}, headers=HTMX
    )
    assert (undone.status_code, Hold.objects.filter(lifted_at__isnull=True).count()) == (200, 0)


def test_a_stop_that_only_compliance_lifts_stays_and_the_agent_is_told(agreed: World) -> None:
    _ask(agreed)
    answer = _record(agreed, code="CD-RCL", category="pago", text="Dice que pagó en abril")
    undone = agreed.client("agent").post(
        reverse("workspace:undo", args=[_attempt().uid]), {"token": _token(answer)}, headers=HTMX
    )
    assert Hold.objects.filter(kind="dispute", lifted_at__isnull=True).count() == 1
    assert "Cumplimiento" in json.loads(undone["HX-Trigger"])["ac:toast"]["text"]


def test_undo_is_refused_to_others_late_and_with_a_made_up_token(agreed: World) -> None:
    _ask(agreed)
    token = _token(_record(agreed, code="NC-NCO"))
    address = reverse("workspace:undo", args=[_attempt().uid])
    other = agreed.client("supervisor").post(address, {"token": token}, headers=HTMX)
    forged = agreed.client("agent").post(address, {"token": "x"}, headers=HTMX)
    clock.set_now(clock.now().replace(minute=6))
    late = agreed.client("agent").post(address, {"token": token}, headers=HTMX)
    assert (other.status_code, forged.status_code, late.status_code) == (409, 409, 409)
    assert _attempt().disposition == "NC-NCO"


def test_only_the_asker_records_the_outcome(agreed: World) -> None:
    _ask(agreed)
    answer = _record(agreed, who="supervisor", code="NC-NCO")
    assert answer.status_code == 422
    assert "otra persona" in answer.content.decode()


def test_rival_agency_neither_records_nor_undoes(agreed: World) -> None:
    _ask(agreed)
    for name in ("record", "undo", "give_up"):
        address = reverse(f"workspace:{name}", args=[_attempt().uid])
        assert agreed.client("rival_agency_agent").post(address, headers=HTMX).status_code == 404


def test_a_call_not_dialled_frees_the_cap(agreed: World) -> None:
    _ask(agreed)
    agreed.client("agent").post(reverse("workspace:give_up", args=[_attempt().uid]), headers=HTMX)
    assert (_attempt().status, _attempt().counts) == ("cancelled", False)


def test_an_incoming_call_is_never_refused(world: World) -> None:
    clock.set_now(factories.NOW.replace(day=19))
    address = reverse("workspace:incoming", args=[world.debtor.uid])
    told = {"code": "CD-PTP", "amount": "50.000", "due_on": "2026-07-24"}
    answer = world.client("agent").post(address, told, headers=HTMX)
    assert answer.status_code == 200
    assert (_attempt().direction, _attempt().counts) == ("in", False)
    assert Promise.objects.get().amount_minor == 50_000_00


def test_a_reload_finds_the_call_that_waits_for_its_outcome(agreed: World) -> None:
    _ask(agreed)
    page = agreed.client("agent").get(reverse("workspace:debtor", args=[agreed.debtor.uid])).content.decode()
    assert str(_attempt().uid) in page
    other = agreed.client("supervisor").get(reverse("workspace:debtor", args=[agreed.debtor.uid])).content.decode()
    assert str(_attempt().uid) not in other


def _token(answer: Any) -> str:
    text: str = answer.content.decode()
    return text.partition('name="token" value="')[2].partition('"')[0]
