"""Disputes, complaints and hardship as cases: opened by outcomes, assigned, documented, answered by approved texts, taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates
from acuerdo.policy.models import Hold, Petition
from acuerdo.policy.public import PlannedContact, grant_consent, log_inbound, open_petition
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World

PDF = b"%PDF-1.7\n%prueba\n"


@pytest.fixture
def reachable(world: World) -> World:
    load_templates()
    for channel in ("sms", "email", "whatsapp"):
        grant_consent(world.debtor.pk, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    return world


def hear(world: World, code: str, **fields: str) -> Petition:
    contact = PlannedContact(world.debtor.pk, world.creditor.pk, "call", obligation_id=world.obligation.pk)
    log_inbound(contact, code, actor="agent", now=NOW, fields=fields, note="")
    return Petition.objects.get()


def step(world: World, event: str, who: str = "supervisor", **told: str) -> Any:
    address = reverse("workspace:petition_step", args=[Petition.objects.get().uid, event])
    return world.client(who).post(address, told)


def page(world: World, who: str = "supervisor") -> str:
    text: str = world.client(who).get(reverse("workspace:petition", args=[Petition.objects.get().uid])).content.decode()
    return text


def attach(world: World, who: str = "supervisor", **told: Any) -> Any:
    return world.client(who).post(reverse("workspace:petition_attach", args=[Petition.objects.get().uid]), told)


def deliver(minutes: int) -> None:
    sandbox = SandboxChannel("sandbox")
    deliver_all_due(NOW + timedelta(minutes=minutes), {"sms": sandbox, "email": sandbox, "whatsapp": sandbox})


@pytest.mark.parametrize(
    ("code", "fields", "expected"),
    [
        (
            "CD-RCL",
            {"category": "facturacion", "text": "Le cobraron dos veces"},
            ("dispute", "facturacion", "Le cobraron dos veces"),
        ),
        ("CD-DIF", {"need": "cuota_menor"}, ("hardship", "cuota_menor", "Difícil pago, sin capacidad por ahora")),
        ("CD-QUE", {"text": "Gritó"}, ("complaint", "", "Gritó")),
    ],
)
def test_what_is_heard_in_a_call_becomes_a_case(
    reachable: World, code: str, fields: dict[str, str], expected: tuple[str, str, str]
) -> None:
    case = hear(reachable, code, **fields)
    assert (case.kind, case.reason, case.text) == expected
    assert case.due_on > NOW.date()
    assert Hold.objects.filter(lifted_at=None).count() == 1
    log_again = PlannedContact(
        reachable.debtor.pk, reachable.creditor.pk, "call", obligation_id=reachable.obligation.pk
    )
    if case.kind != "complaint":
        log_inbound(log_again, code, actor="agent", now=NOW + timedelta(hours=1), fields=fields, note="")
        assert Petition.objects.count() == 1


def test_a_supervisor_answers_disputes_and_not_complaints(reachable: World) -> None:
    case = hear(reachable, "CD-RCL", category="pago", text="Ya pagó esa cuota")
    assert step(reachable, "take", owner="director").status_code == 302
    case.refresh_from_db()
    assert (case.owner, case.state) == ("director", "in_study")
    Petition.objects.update(kind="complaint")
    assert step(reachable, "take", owner="supervisor").status_code == 403
    assert "Enviarla a la persona" not in page(reachable)
    assert "Enviarla a la persona" in page(reachable, "compliance")


@pytest.mark.parametrize("owner", ["agent", "admin", "nadie"])
def test_only_who_may_work_on_it_is_given_it(reachable: World, owner: str) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    assert step(reachable, "take", owner=owner).status_code == 422
    assert Petition.objects.get().owner == ""


def test_a_dispute_answered_by_a_supervisor_stays_stopped_and_hardship_goes_on(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    step(reachable, "answer", resolution="denied", text="El pago no aparece.")
    assert Hold.objects.get().lifted_at is None
    Petition.objects.all().delete()
    Hold.objects.all().delete()
    hear(reachable, "CD-DIF", need="pausa")
    assert step(reachable, "answer", resolution="granted", text="Pausa de un mes.").status_code == 302
    assert Hold.objects.get().lifted_by == "supervisor"


def test_the_answer_leaves_by_an_approved_text_ten_minutes_later(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="facturacion", text="Cobro doble")
    answer = step(reachable, "answer", resolution="granted", text="Devolvimos el cobro doble de marzo.", reply="email")
    assert answer.status_code == 302
    row = Message.objects.get()
    assert (row.purpose, row.template.code if row.template else "") == ("requested", "disputa_resuelta")
    deliver(minutes=9)
    assert not SandboxDelivery.objects.exists()
    deliver(minutes=11)
    assert "Devolvimos el cobro doble de marzo." in SandboxDelivery.objects.get().body


def test_a_step_is_taken_back_with_its_message_and_its_stop(reachable: World) -> None:
    hear(reachable, "CD-DIF", need="pausa")
    step(reachable, "answer", resolution="granted", text="Pausa de un mes.", reply="sms")
    assert "Deshacer el último paso" in page(reachable)
    assert "Deshacer el último paso" not in page(reachable, "director")
    assert step(reachable, "undo", "director").status_code == 422
    assert step(reachable, "undo").status_code == 302
    case = Petition.objects.get()
    assert (case.state, case.answer, case.ended_at) == ("received", "", None)
    assert Message.objects.get().state == "cancelled"
    assert Hold.objects.filter(kind="hardship", lifted_at=None).count() == 1
    assert [one.event for one in case.steps.all()] == ["open", "answer", "undo"]
    assert step(reachable, "undo").status_code == 422


def test_after_ten_minutes_nothing_is_taken_back(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    step(reachable, "answer", resolution="denied", text="El pago no aparece.")
    clock.set_now(NOW + timedelta(minutes=11))
    assert step(reachable, "undo").status_code == 422
    assert Petition.objects.get().state == "answered"


def test_words_that_hurt_or_do_not_fit_are_not_sent_and_the_case_stays_open(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    for text in ("Pague hoy o le embargamos la casa.", "a" * 501):
        assert step(reachable, "answer", resolution="denied", text=text, reply="email").status_code == 422
        assert Petition.objects.get().state == "received"
    assert not Message.objects.exists()


def test_an_approved_text_tells_them_their_case_once(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    address = reverse("workspace:petition_write", args=[Petition.objects.get().uid])
    told = {"template": "disputa_recibida", "channel": "sms", "token": "uno"}
    for _ in range(2):
        assert reachable.client("supervisor").post(address, told).status_code == 302
    deliver(minutes=1)
    assert "abrio su caso 2026-" in SandboxDelivery.objects.get().body.replace("ó", "o")
    wrong = reachable.client("supervisor").post(address, {**told, "template": "temprana_8", "token": "dos"})
    assert wrong.status_code == 422


def test_documents_are_checked_kept_and_shown(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    file = SimpleUploadedFile("recibo.exe", PDF)
    assert attach(reachable, title="Recibo de pago", file=file).status_code == 302
    text = page(reachable)
    assert "Recibo de pago" in text
    bad = SimpleUploadedFile("recibo.pdf", b"MZ\x90\x00 un programa")
    assert attach(reachable, title="Otro", file=bad).status_code == 422
    big = SimpleUploadedFile("grande.pdf", PDF + b"0" * 15_000_001)
    assert attach(reachable, title="Grande", file=big).status_code == 422
    assert attach(reachable, title="Vacío").status_code == 422
    assert attach(reachable, "agent", title="Otro", file=SimpleUploadedFile("a.pdf", PDF)).status_code == 403
    assert Petition.objects.get().papers.count() == 1


def test_the_list_narrows_by_reason_and_owner_and_shows_what_is_late_first(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    other = factories.make_obligation(factories.make_debtor("Beatriz Otra Prueba"), reachable.creditor)
    late = open_petition(
        other.debtor_id, other.creditor_id, "dispute", text="No es mía", source="letter", actor="agent", now=NOW,
        received_at=NOW - timedelta(days=60), obligation_id=other.pk, reason="no_reconoce",
    )  # fmt: skip
    address = reverse("workspace:petitions")

    def names(**asked: str) -> list[str]:
        rows = reachable.client("supervisor").get(address, asked).context["rows"]
        return [row.petition.debtor.full_name.split()[0] for row in rows]

    assert names() == ["Beatriz", "Carlos"]
    assert names(state="late") == ["Beatriz"]
    assert names(reason="pago") == ["Carlos"]
    step_address = reverse("workspace:petition_step", args=[late.uid, "take"])
    reachable.client("supervisor").post(step_address, {"owner": "supervisor"})
    assert names(owner="me") == ["Beatriz"]
    assert names(owner="none") == ["Carlos"]


def test_peru_keeps_a_numbered_book_without_gaps(reachable: World) -> None:
    creditor = factories.make_creditor("Caja Ficticia", country="PE", currency="PEN", timezone="America/Lima")
    numbers = []
    for kind in ("complaint", "dispute", "access", "complaint"):
        owed = factories.make_obligation(factories.make_debtor(), creditor)
        case = open_petition(
            owed.debtor_id,
            creditor.pk,
            kind,
            text="Dice",
            source="office",
            actor="agent",
            now=NOW,
            obligation_id=owed.pk,
        )
        numbers.append(case.book_number)
    assert numbers == ["2026-000001", "2026-000002", "", "2026-000003"]
    assert hear_free(reachable).book_number == ""
    first = Petition.objects.get(book_number="2026-000001")
    client = reachable.client("compliance")
    assert client.get(reverse("workspace:petition_sheet", args=[first.uid])).content.startswith(b"%PDF")
    assert (
        "Libro de reclamaciones 2026-000001"
        in client.get(reverse("workspace:petition", args=[first.uid])).content.decode()
    )
    without = Petition.objects.get(kind="access")
    assert client.get(reverse("workspace:petition_sheet", args=[without.uid])).status_code == 404


def hear_free(world: World) -> Petition:
    return open_petition(
        world.debtor.pk, world.creditor.pk, "complaint", text="Gritó", source="call", actor="agent", now=NOW,
        obligation_id=world.obligation.pk,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["petition_attach", "petition_write", "petition_sheet"])
def test_who_may_not_see_the_case_reaches_nothing_of_it(reachable: World, name: str) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")
    address = reverse(f"workspace:{name}", args=[Petition.objects.get().uid])
    reachable.users["supervisor"].sees_all_creditors = False
    reachable.users["supervisor"].save()
    for who, expected in (("anonymous", 302), ("agent", 403), ("rival_agency_agent", 403), ("supervisor", 404)):
        client = reachable.client(who)
        answer = client.get(address) if name == "petition_sheet" else client.post(address, {})
        assert answer.status_code == expected


def test_undoing_the_call_takes_its_case_back(reachable: World) -> None:
    from acuerdo.policy.public import undo_outcome

    contact = PlannedContact(reachable.debtor.pk, reachable.creditor.pk, "call", obligation_id=reachable.obligation.pk)
    outcome = log_inbound(contact, "CD-DIF", actor="agent", now=NOW, fields={"need": "pausa"}, note="")
    undo_outcome(
        outcome.attempt.pk, actor="agent", now=NOW + timedelta(minutes=1), recorded_at=NOW,
        hold_ids=[hold.pk for hold in outcome.holds],
    )  # fmt: skip
    assert Petition.objects.get().state == "withdrawn"


def test_the_case_page_takes_the_same_queries_however_many_papers(reachable: World) -> None:
    hear(reachable, "CD-RCL", category="pago", text="Ya pagó")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(reachable)
        return len(queries)

    attach(reachable, title="Uno", file=SimpleUploadedFile("a.pdf", PDF))
    page(reachable)
    one = count()
    for number in range(3):
        attach(reachable, title=f"Más {number}", file=SimpleUploadedFile("a.pdf", PDF + bytes([number])))
    assert count() == one
