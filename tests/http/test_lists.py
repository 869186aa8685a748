"""Lists, exports, documents, holds and the day: what they show, and what an export may not carry."""

import csv
import io
import json

from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from acuerdo.base import clock
from acuerdo.base.models import AuditEntry
from acuerdo.policy.models import Hold
from acuerdo.policy.public import PlannedContact, ask_gate
from tests import factories
from tests.http.conftest import World
from tests.http.worklist import plan_call, plan_nothing

HTMX = {"HX-Request": "true"}


def _rows(world: World, name: str, query: str = "") -> list[list[str]]:
    text = world.client("director").get(reverse(f"workspace:{name}") + query).content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_portfolio_is_exported_with_documents_masked_and_amounts_exact(world: World) -> None:
    header, row = _rows(world, "portfolio_export")
    told = dict(zip(header, row, strict=True))
    assert (told["obligación"], told["saldo"], told["moneda"]) == (world.obligation.number, "2400000.00", "COP")
    assert world.debtor.id_number not in ",".join(row)


def test_a_name_that_is_a_formula_stays_text(world: World) -> None:
    factories.make_obligation(factories.make_debtor("=cmd|' /C calc'!A0"), world.creditor)
    names = [row[2] for row in _rows(world, "portfolio_export")[1:]]
    assert "'=cmd|' /C calc'!A0" in names


def test_the_board_counts_what_happened(world: World) -> None:
    plan_call(world.obligation)
    plan_nothing(factories.make_obligation(creditor=world.creditor), "not-due-yet")
    ask_gate(
        PlannedContact(world.debtor.pk, world.creditor.pk, "sms", obligation_id=world.obligation.pk),
        actor="x",
        now=clock.now(),
    )
    rows = {(row[0], row[1]): row[3] for row in _rows(world, "board_export")[1:]}
    assert rows["Contactos planeados", ""] == "1"
    assert rows["Bloqueados", "SMS"] == "1"
    page = world.client("director").get(reverse("workspace:board")).content.decode()
    assert "Está al día y la próxima cuota no está cerca." in page
    assert "Ley 2300" in page


def test_the_rows_behind_a_drop_are_listed(world: World) -> None:
    other = factories.make_obligation(factories.make_debtor("Persona Al Día"), world.creditor)
    plan_call(world.obligation)
    plan_nothing(other, "not-due-yet")
    page = world.client("director").get(reverse("workspace:decisions"), {"reason": "not-due-yet"}).content.decode()
    assert "Persona Al Día" in page
    assert world.debtor.full_name not in page


def test_verdicts_name_rule_and_article(world: World) -> None:
    ask_gate(
        PlannedContact(world.debtor.pk, world.creditor.pk, "sms", obligation_id=world.obligation.pk),
        actor="x",
        now=clock.now(),
    )
    page = world.client("compliance").get(reverse("workspace:compliance")).content.decode()
    assert world.debtor.full_name in page
    assert "Ley 2300 de 2023" in page


def test_seeing_a_document_is_recorded(world: World) -> None:
    page = world.client("agent").get(reverse("workspace:debtor", args=[world.debtor.uid])).content.decode()
    assert world.debtor.id_number not in page
    shown = world.client("agent").post(reverse("workspace:unmask", args=[world.debtor.uid]), headers=HTMX)
    assert world.debtor.id_number in shown.content.decode()
    entry = AuditEntry.objects.get(action="document.seen")
    assert (entry.actor, entry.subject_uid) == ("agent", str(world.debtor.uid))


def test_an_agent_places_a_hold_and_only_compliance_lifts_it(world: World) -> None:
    told = {"kind": "dispute", "reason": "No reconoce la compra de marzo"}
    placed = world.client("agent").post(reverse("workspace:place_hold", args=[world.debtor.uid]), told, headers=HTMX)
    assert "ac:contact" in json.loads(placed["HX-Trigger"])
    hold = Hold.objects.get()
    address = reverse("workspace:lift_hold", args=[world.debtor.uid, hold.uid])
    reason = {"reason": "Se respondió el reclamo"}
    answers = {
        who: world.client(who).post(address, reason, headers=HTMX).status_code
        for who in ("agent", "supervisor", "rival_agency_agent")
    }
    assert answers == {"agent": 403, "supervisor": 409, "rival_agency_agent": 403}
    assert world.client("compliance").post(address, reason, headers=HTMX).status_code == 200
    hold.refresh_from_db()
    assert hold.lifted_by == "compliance"


def test_a_refusal_is_a_sentence_for_a_panel_and_a_page_for_a_person(world: World) -> None:
    hold = Hold.objects.create(debtor=world.debtor, kind="dispute", starts_at=factories.NOW, reason="x", placed_by="x")
    hold.refresh_from_db()
    address = reverse("workspace:lift_hold", args=[world.debtor.uid, hold.uid])
    panel = world.client("supervisor").post(address, {"reason": "porque sí"}, headers=HTMX)
    assert panel["Content-Type"] == "application/problem+json"
    assert panel.json()["code"] == "hold-lift-not-permitted"
    page = world.client("supervisor").post(address, {"reason": "porque sí"}, headers={"Accept": "text/html"})
    assert (page.status_code, "data-refusal" in page.content.decode()) == (409, True)


def test_the_day_runs_as_one_job_however_often_it_is_asked(world: World) -> None:
    for _ in range(2):
        world.client("admin").post(reverse("workspace:run_day"))
    jobs = ProcrastinateJob.objects.filter(task_name="workspace:run_day")
    assert [job.args for job in jobs] == [{"run_on": "2026-07-15"}]


def test_the_next_day_begins_at_nine(world: World) -> None:
    world.client("admin").post(reverse("workspace:next_day"))
    local = clock.now().astimezone(clock.zone())
    assert (local.date().isoformat(), local.hour) == ("2026-07-16", 9)


def test_a_real_clock_is_not_moved(world: World) -> None:
    clock.clear_shift()
    answer = world.client("admin").post(reverse("workspace:next_day"))
    assert answer.status_code == 409
    assert not clock.is_shifted()


def test_english_reaches_rules_codes_and_reasons(world: World) -> None:
    world.users["agent"].language = "en"
    world.users["agent"].save()
    plan_nothing(world.obligation, "not-due-yet")
    page = world.client("agent").get(reverse("workspace:debtor", args=[world.debtor.uid])).content.decode()
    assert "Up to date and the next instalment is not near." in page
    light = world.client("agent").get(reverse("workspace:light", args=[world.debtor.uid])).content.decode()
    assert "The person has not authorised this channel" in light
