"""Compliance over a period, the calendar of a person, and the cases of petitions on the screens."""

from datetime import timedelta
from typing import Any

from acuerdo.policy.models import Consent, Hold, Petition
from acuerdo.policy.public import (
    PlannedContact,
    ask_gate,
    compliance_figures,
    mark_attempts,
    own_contacts,
    permit_and_log,
    place_hold,
)
from tests.factories import NOW
from tests.http.conftest import CAST, World

NEW = {"kind": "complaint", "source": "call", "text": "Me llamaron al trabajo"}


def consent(world: World, channel: str = "call") -> None:
    Consent.objects.create(
        debtor=world.debtor, channel=channel, granted_at=NOW - timedelta(days=30), source="contrato", recorded_by="x"
    )


def planned(world: World, channel: str = "call") -> PlannedContact:
    return PlannedContact(world.debtor.pk, world.creditor.pk, channel, obligation_id=world.obligation.pk)


def opened(world: World, who: str = "agent", **changes: Any) -> Any:
    told = {**NEW, "obligation": str(world.obligation.uid), **changes}
    return world.client(who).post(f"/titulares/{world.debtor.uid}/solicitudes/nueva", told)


def test_an_agent_opens_a_complaint_and_compliance_answers_it(world: World) -> None:
    assert opened(world).status_code == 302
    case = Petition.objects.get()
    assert (case.kind, case.state, case.received_by) == ("complaint", "received", "agent")
    client = world.client("compliance")
    assert world.debtor.full_name in client.get("/solicitudes").content.decode()
    page = client.get(f"/solicitudes/{case.uid}").content.decode()
    assert "Me llamaron al trabajo" in page
    assert client.post(f"/solicitudes/{case.uid}/take").status_code == 302
    empty = client.post(f"/solicitudes/{case.uid}/answer", {"resolution": "granted", "text": " "})
    assert empty.status_code == 422
    done = client.post(f"/solicitudes/{case.uid}/answer", {"resolution": "granted", "text": "Corregido."})
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.owner) == ("answered", "compliance")
    assert not Hold.objects.filter(kind="complaint", lifted_at=None).exists()
    assert "Corregido." in client.get(f"/solicitudes/{case.uid}").content.decode()


def test_what_is_wrong_is_said_and_kept(world: World) -> None:
    for changes in (
        {"text": " "},
        {"obligation": "no"},
        {"kind": "otra"},
        {"received_on": "2026-02-31"},
        {"received_on": "2027-01-01"},
    ):
        answer = opened(world, **changes)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert not Petition.objects.exists()


def test_steps_are_compliances_and_within_sight(world: World) -> None:
    opened(world)
    case = Petition.objects.get()
    answers = {who: world.client(who).post(f"/solicitudes/{case.uid}/take").status_code for who in CAST}
    assert answers == dict(zip(CAST, (302, 403, 403, 302, 302, 403, 403, 403), strict=True))
    assert world.client("compliance").post(f"/solicitudes/{case.uid}/inventado").status_code == 404


def test_the_calendar_shows_hours_and_reasons(world: World) -> None:
    consent(world)
    page = world.client("agent").get(f"/titulares/{world.debtor.uid}/calendario").content.decode()
    assert "10:00–19:00" in page  # what is left of today
    assert "7:00–19:00" in page
    assert page.count("8:00–15:00") >= 1  # a Saturday
    place_hold(world.debtor.pk, "do_not_contact", reason="Lo pidió", actor="x", now=NOW)
    closed = world.client("agent").get(f"/titulares/{world.debtor.uid}/calendario").content.decode()
    assert "7:00–19:00" not in closed
    assert closed.count("pidió no ser contactad") == 1  # one reason for all channels, told once


def test_the_figures_of_a_period(world: World, django_assert_max_num_queries: Any) -> None:
    for channel in ("call", "sms"):
        consent(world, channel)
    ask_gate(planned(world, "sms"), actor="plan", now=NOW - timedelta(hours=1))
    first = permit_and_log(planned(world), actor="gestor", now=NOW)
    assert first.attempt is not None
    mark_attempts([first.attempt.pk], "answered", now=NOW)
    permit_and_log(planned(world, "sms"), actor="lote", now=NOW + timedelta(minutes=1))
    opened(world)
    span = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    with django_assert_max_num_queries(6):
        told = compliance_figures(*span)
    assert (told.allowed, told.denied, told.contacts, told.out_of_rule) == (2, 1, 1, 0)
    assert (told.near_misses, told.complaints, told.complaints_per_thousand) == (1, 1, 1000.0)
    assert list(told.by_rule) == ["co.ley2300.art3.daily"]
    page = world.client("compliance").get("/veredictos/periodo").content.decode()
    assert world.debtor.full_name in page
    table = world.client("compliance").get("/veredictos/periodo/exportar").content.decode()
    assert "co.ley2300.art3.daily" in table


def test_the_customers_own_ledger_of_contacts(world: World, django_assert_num_queries: Any) -> None:
    consent(world)
    first = permit_and_log(planned(world), actor="gestor", now=NOW)
    assert first.attempt is not None
    mark_attempts([first.attempt.pk], "sent", now=NOW)
    permit_and_log(planned(world), actor="gestor", now=NOW + timedelta(minutes=5))
    with django_assert_num_queries(2):
        lines = own_contacts(world.debtor.pk)
    assert [(line.direction, line.channel) for line in lines] == [("stopped", "call"), ("out", "call")]
    assert lines[0].why
    assert lines[1].creditor == world.creditor.name
    assert [line.direction for line in own_contacts(world.debtor.pk, before=NOW + timedelta(minutes=1))] == ["out"]


def test_the_screen_of_reports_to_a_bureau(world: World) -> None:
    client, address = world.client("compliance"), f"/titulares/{world.debtor.uid}/centrales"
    assert "Falta el aviso previo." in client.get(address).content.decode()
    told = {"what": "authorisation", "obligation": str(world.obligation.uid), "day": "2026-01-10", "proof": "contrato"}
    assert client.post(address, told).status_code == 302
    notice = {**told, "what": "notice", "day": "2026-07-14", "channel": "letter", "proof": "guía 42"}
    assert client.post(address, notice).status_code == 302
    page = client.get(address).content.decode()
    assert "guía 42" in page
    assert "El aviso es muy reciente" in page
    for wrong in (
        {"day": "2026-02-31"},
        {"day": "2027-01-01"},
        {"proof": " "},
        {"channel": "humo"},
        {"obligation": "x"},
    ):
        assert client.post(address, {**notice, **wrong}).status_code == 422
    assert "centrales" in client.get(f"/titulares/{world.debtor.uid}").content.decode()
    assert "centrales" not in world.client("agent").get(f"/titulares/{world.debtor.uid}").content.decode()


def test_compliance_erases_with_the_answer_where_nothing_keeps_the_person(world: World) -> None:
    opened(world, kind="deletion")
    case, client = Petition.objects.get(), world.client("compliance")
    page = client.get(f"/solicitudes/{case.uid}").content.decode()
    assert "Todavía no se pueden suprimir" in page
    told = {"resolution": "granted", "text": "Suprimida.", "erase": "1"}
    refused = client.post(f"/solicitudes/{case.uid}/answer", told)
    assert (refused.status_code, "obligación vigente" in refused.content.decode()) == (422, True)
    world.obligation.account.status, world.obligation.account.balance_minor = "paid", 0
    world.obligation.account.save()
    type(world.obligation).objects.update(last_seen_on="2015-01-01")
    type(world.obligation.account).objects.update(last_payment_on="2015-01-01")
    assert 'name="erase"' in client.get(f"/solicitudes/{case.uid}").content.decode()
    assert 'name="erase"' not in world.client("director").get(f"/solicitudes/{case.uid}").content.decode()
    assert client.post(f"/solicitudes/{case.uid}/answer", told).status_code == 302
    world.debtor.refresh_from_db()
    assert world.debtor.full_name == "Persona suprimida"
    assert client.get(f"/solicitudes/{case.uid}").status_code == 200
    assert client.get(f"/titulares/{world.debtor.uid}").status_code == 200
