"""Compliance over a period, the calendar of a person, and the cases of petitions on the screens."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils.html import escape

from acuerdo.base.audit import verify_chain
from acuerdo.policy.models import BureauReport, Consent, Hold, Petition, PolicyReading
from acuerdo.policy.public import (
    PlannedContact,
    ask_gate,
    compliance_figures,
    explain_waiting,
    mark_attempts,
    own_contacts,
    permit_and_log,
    place_hold,
    waiting_erasures,
)
from acuerdo.policy.rules import load_pack, pack_codes
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
    assert "10:00–18:55" in page  # what is left of today, but for the minutes before closing
    assert "7:00–18:55" in page
    assert page.count("8:00–14:55") >= 1  # a Saturday
    place_hold(world.debtor.pk, "do_not_contact", reason="Lo pidió", actor="x", now=NOW)
    closed = world.client("agent").get(f"/titulares/{world.debtor.uid}/calendario").content.decode()
    assert "7:00–18:55" not in closed
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
        lines = own_contacts(world.debtor.pk).lines
    assert [(line.direction, line.channel) for line in lines] == [("stopped", "call"), ("out", "call")]
    assert (lines[0].kind, "una vez al día" in lines[0].why) == ("cap", True)
    assert lines[1].creditor == world.creditor.name
    before = own_contacts(world.debtor.pk, before=NOW + timedelta(minutes=1))
    assert [line.direction for line in before.lines] == ["out"]
    first_page = own_contacts(world.debtor.pk, limit=1)
    assert (len(first_page.lines), first_page.has_more) == (1, True)
    assert own_contacts(world.debtor.pk, creditor_ids=[0]).lines == []
    for channel in ("sms", "email"):
        permit_and_log(planned(world, channel), actor="lote", now=NOW + timedelta(minutes=9))
    assert len(own_contacts(world.debtor.pk, limit=1).lines) == 2  # of one instant: never cut apart


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


def test_a_milder_reading_is_approved_by_name_and_the_gate_follows_it(world: World) -> None:
    address, client = "/reglas/co/frequency_policy", world.client("compliance")
    answers = {who: world.client(who).get(address).status_code for who in CAST}
    assert answers == dict(zip(CAST, (302, 403, 403, 200, 200, 403, 403, 403), strict=True))
    told = {
        "creditor": str(world.creditor.uid), "value": "lenient_after_two_way", "approved_on": "2026-07-15",
        "reason": "Acta 12 del comité",
    }  # fmt: skip
    for wrong in ({"creditor": "x"}, {"value": "otra"}, {"approved_on": "2026-02-31"}, {"reason": " "}):
        answer = client.post(address, {**told, **wrong})
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert not PolicyReading.objects.exists()
    for unknown in ("/reglas/co/nada", "/reglas/zz/week", "/reglas/common/week"):
        assert client.get(unknown).status_code == 404
    consent(world)
    first = permit_and_log(planned(world), actor="gestor", now=NOW)
    assert first.attempt is not None
    mark_attempts([first.attempt.pk], "unanswered", now=NOW)
    later = NOW + timedelta(hours=1)
    assert not permit_and_log(planned(world), actor="gestor", now=later).is_allowed
    assert client.post(address, told).status_code == 302
    assert permit_and_log(planned(world), actor="gestor", now=later).is_allowed  # nobody answered: no direct contact
    for page in ("/reglas", address):
        shown = client.get(page).content.decode()
        assert "sin límite hasta hablar con la persona" in shown
        assert "Acta 12 del comité" in shown
    assert "no limit until the person has been spoken with" in english(world, "/reglas")
    assert verify_chain("policy").broken is None


def test_the_rules_page_speaks_one_language_at_a_time(world: World) -> None:
    client = world.client("compliance")
    spanish, other = client.get("/reglas").content.decode(), english(world, "/reglas")
    for code in pack_codes():
        pack = load_pack(code)
        for rule in pack.rules:
            assert escape(rule.text_es) in spanish
            assert escape(rule.text) in other
            assert rule.text == rule.text_es or escape(rule.text) not in spanish
        for one in pack.elsewhere:
            assert escape(one.text_es) in spanish
            assert escape(one.text) in other


def english(world: World, address: str) -> str:
    type(world.users["compliance"]).objects.filter(username="compliance").update(language="en")
    text: str = world.client("compliance").get(address).content.decode()
    type(world.users["compliance"]).objects.filter(username="compliance").update(language="es")
    return text


def ready_to_report(world: World, client: Any) -> dict[str, str]:
    """The authorisation and a notice, long enough ago; gives the form's common fields."""
    told = {"obligation": str(world.obligation.uid), "proof": "guía 42"}
    address = f"/titulares/{world.debtor.uid}/centrales"
    type(world.obligation.account).objects.update(due_since="2026-03-01")
    client.post(address, {**told, "what": "authorisation", "day": "2026-01-10"})
    client.post(address, {**told, "what": "notice", "day": "2026-06-14", "channel": "letter"})
    return told


def test_a_report_is_let_out_by_who_may_and_withdrawn(world: World) -> None:
    client, address = world.client("compliance"), f"/titulares/{world.debtor.uid}/centrales"
    early = client.post(address, {"what": "report", "obligation": str(world.obligation.uid), "bureau": "DataCrédito"})
    assert (early.status_code, "Falta el aviso previo." in early.content.decode()) == (422, True)
    told = ready_to_report(world, client)
    assert "Autorizar el reporte" in client.get(address).content.decode()
    assert client.post(address, {**told, "what": "report", "bureau": " "}).status_code == 422
    answers = {
        who: world.client(who).post(address, {**told, "what": "report", "bureau": "DataCrédito"}).status_code
        for who in CAST
    }
    assert answers == dict(zip(CAST, (302, 403, 403, 302, 302, 403, 403, 403), strict=True))
    report = BureauReport.objects.get()
    assert (report.bureau, report.released_by) == ("DataCrédito", "director")
    assert "Reportada a DataCrédito" in client.get(address).content.decode()
    assert "Reportada" in world.client("agent").get(f"/titulares/{world.debtor.uid}").content.decode()
    assert client.post(address, {**told, "what": "withdrawal", "reason": ""}).status_code == 422
    assert client.post(address, {**told, "what": "withdrawal", "reason": "Pagó"}).status_code == 302
    report.refresh_from_db()
    assert report.withdrawal_reason == "Pagó"
    assert client.post(address, {**told, "what": "revocation"}).status_code == 302
    assert "Falta la autorización" in client.get(address).content.decode()


def test_the_list_of_reports_by_state(world: World, django_assert_max_num_queries: Any) -> None:
    client = world.client("compliance")
    assert world.debtor.full_name in client.get("/centrales?state=due").content.decode()
    ready_to_report(world, client)
    assert world.debtor.full_name not in client.get("/centrales?state=due").content.decode()
    page = client.get("/centrales?state=ready").content.decode()
    assert world.debtor.full_name in page
    for wrong in ("state=otro", "creditor=x", "page=999", "q=%00", "q=nadie"):
        assert client.get(f"/centrales?{wrong}").status_code == 200
    table = client.get(f"/centrales/exportar?state=ready&q={world.obligation.number}").content.decode()
    assert "2026-06-14" in table
    assert table.count("\n") == 2
    for who, status in zip(CAST, (302, 403, 403, 200, 200, 403, 403, 200), strict=True):
        assert world.client(who).get("/centrales").status_code in (status, 403), who
    with django_assert_max_num_queries(20):
        client.get("/centrales")


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


def test_the_person_sees_their_contacts_without_a_log_in(world: World) -> None:
    opened(world, kind="access")
    case = Petition.objects.get()
    consent(world)
    held = permit_and_log(planned(world), actor="gestor", now=NOW)
    permit_and_log(planned(world), actor="gestor", now=NOW + timedelta(minutes=5))
    assert held.attempt is not None
    mark_attempts([held.attempt.pk], "unanswered", now=NOW)
    shown = world.client("compliance").get(f"/solicitudes/{case.uid}").content.decode()
    address = re.search(r'href="[^"]*(/contactos/[a-z0-9]+)"', shown)
    assert address is not None
    answer = Client().get(address[1])
    page = answer.content.decode()
    assert (answer.status_code, answer.cookies.keys(), answer["Cache-Control"]) == (200, set(), "no-store")
    assert "Le llamamos" in page
    assert "No le llamamos" in page
    assert "Ya le habíamos contactado, y la ley pone un límite." in page
    for private in (world.debtor.full_name, world.debtor.id_number, world.phone.value, world.obligation.number):
        assert private not in page
    assert Client().post(address[1]).status_code == 405
    for wrong in ("/contactos/" + "a" * 39, address[1][:-1] + ("a" if address[1][-1] != "a" else "q")):
        assert Client().get(wrong).status_code == 404
    for odd in ("ayer", "2026-07-15T10:00:00", "%00"):
        assert Client().get(f"{address[1]}?antes={odd}").status_code == 200
    Petition.objects.update(received_at=NOW - timedelta(days=91))
    assert Client().get(address[1]).status_code == 410
    assert "agent" not in {who for who in CAST if "/contactos/" in open_case(world, who, case)}


def open_case(world: World, who: str, case: Petition) -> str:
    text: str = world.client(who).get(f"/solicitudes/{case.uid}").content.decode()
    return text


def test_permissions_and_own_hours_of_a_person(world: World) -> None:
    address = f"/titulares/{world.debtor.uid}/permisos/"
    answers = {who: world.client(who).get(address).status_code for who in CAST}
    assert answers == dict(zip(CAST, (302, 200, 200, 200, 200, 403, 200, 404), strict=True))
    client, agent = world.client("compliance"), world.client("agent")
    grant = {"what": "consent", "channel": "call", "purpose": "collection", "source": "call", "proof": "grabación 7"}
    assert agent.post(address, grant).status_code == 422
    for wrong in ({"proof": " "}, {"channel": "humo"}, {"given_on": "2027-01-01"}, {"given_on": "2026-02-31"}):
        assert client.post(address, {**grant, **wrong}).status_code == 422
    assert not Consent.objects.exists()
    assert client.post(address, grant).status_code == 302
    assert "grabación 7" in client.get(address).content.decode()
    hours = {"what": "hours", "mon-fri-from": "18:00", "mon-fri-to": "20:00"}
    assert agent.post(address, hours).status_code == 302
    assert not permit_and_log(planned(world), actor="gestor", now=NOW).is_allowed  # at ten: the person said after six
    assert "18:00–20:00" in client.get(address).content.decode()
    for wrong in ({"mon-fri-to": ""}, {"mon-fri-from": "21:00"}, {"mon-fri-from": "", "mon-fri-to": ""}):
        assert agent.post(address, {**hours, **wrong}).status_code == 422
    evening = NOW.replace(hour=0) + timedelta(days=1)  # 19:00 in Bogotá: beyond the law's hours
    assert not permit_and_log(planned(world), actor="gestor", now=evening).is_allowed
    assert agent.post(address, {**hours, "instrument": "Carta del 1 de junio"}).status_code == 422
    type(world.obligation.account).objects.update(disbursed_on="2026-07-20")
    assert client.post(address, {**hours, "instrument": "Carta"}).status_code == 422  # before the contract
    type(world.obligation.account).objects.update(disbursed_on="2026-01-20")
    assert client.post(address, {**hours, "instrument": "Carta del 1 de junio"}).status_code == 302
    assert permit_and_log(planned(world), actor="gestor", now=evening).is_allowed
    assert agent.post(address, {"what": "hours-off"}).status_code == 302
    assert agent.post(address, {"what": "revocation", "channel": "call"}).status_code == 302
    assert "retirada" in client.get(address).content.decode()


def test_granted_erasures_that_wait_say_until_when(world: World, django_assert_num_queries: Any) -> None:
    client = world.client("compliance")
    assert "No hay supresiones en espera" in client.get("/solicitudes/supresiones").content.decode()
    opened(world, kind="deletion")
    case = Petition.objects.get()
    assert client.post(f"/solicitudes/{case.uid}/answer", {"resolution": "granted", "text": "Sí."}).status_code == 302
    page = client.get("/solicitudes/supresiones").content.decode()
    assert world.debtor.full_name in page
    assert "sin fecha" in page
    world.obligation.account.status, world.obligation.account.balance_minor = "paid", 0
    world.obligation.account.save()
    assert "2036" in client.get("/solicitudes/supresiones").content.decode()
    waiting = list(waiting_erasures())
    with django_assert_num_queries(5):
        (told,) = explain_waiting(waiting, today=NOW.date())
    assert told.until is not None
    assert told.until.year == 2036
