"""Screens of campaigns and letters: who may open what, two people, and a whole campaign from the form to its results."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.messaging.adapters.letter import LetterChannel
from acuerdo.messaging.models import Campaign, LetterMark, Message, SandboxDelivery
from acuerdo.messaging.ports import Outgoing
from acuerdo.messaging.public import load_templates
from acuerdo.messaging.tasks import deliver_due_messages
from acuerdo.policy.models import Consent
from acuerdo.workspace.campaigns.audience import count_audience, run_campaigns
from tests.factories import NOW, make_creditor, make_user
from tests.http.conftest import CAST, World
from tests.http.test_inbox import _close_file

FORM = {
    "name": "Efecty desde agosto", "segment": "days_past_due > 0", "starts_at": "2026-07-15T10:00", "ends_at": "2026-07-16T17:00",
    "paid_within_days": "15", "told_fecha_desde": "1 de agosto de 2026", "told_medio": "Efecty",
    "told_detalle": "Lleve su documento.", "share_b": "50", "subject_b": "",
}  # fmt: skip
SEEN = {"people": 1, "judged": 1, "obligations": 1, "could_leave": 1, "cost_minor": 0}
NEW = "/campanas/nueva?text=nuevo_medio_pago:email"


@pytest.fixture
def ready(world: World) -> World:
    load_templates()
    creditor = world.creditor
    creditor.phone, creditor.email = "+576015550100", "servicio@banco.example"
    creditor.save()
    Consent.objects.create(
        debtor=world.debtor,
        channel="email",
        granted_at=NOW - timedelta(days=9),
        source="contrato",
        recorded_by="prueba",
    )
    return world


def write(world: World, who: str = "supervisor", **fields: str) -> Any:
    return world.client(who).post(NEW, {**FORM, "creditor": str(world.creditor.pk), **fields})


def codes(world: World, address: str) -> tuple[int, ...]:
    return tuple(world.client(who).get(address).status_code for who in CAST)


@pytest.mark.django_db
def test_who_may_open_what(ready: World) -> None:
    write(ready)
    row = Campaign.objects.get()
    page = reverse("workspace:campaigns:page", args=[row.uid])
    assert codes(ready, "/campanas/") == (302, 403, 200, 200, 200, 200, 403, 403)
    assert codes(ready, page) == (302, 403, 200, 200, 200, 200, 403, 403)
    assert codes(ready, f"{page}/editar") == (302, 403, 200, 200, 200, 403, 403, 403)
    assert codes(ready, f"{page}/exportar") == (302, 403, 200, 200, 200, 403, 403, 403)
    assert codes(ready, "/proveedores/cartas") == (302, 403, 200, 200, 200, 200, 403, 403)
    elsewhere = make_user("supervisor", sees_all_creditors=False)
    elsewhere.creditors.add(make_creditor("Otro Banco"))
    assert ready.client_of(elsewhere).get(page).status_code == 404
    assert row.name not in ready.client_of(elsewhere).get("/campanas/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"segment": "days_past_du > 0"}, "days_past_due"),
        ({"segment": "religion == 'x'"}, "religion"),
        ({"ends_at": "2026-07-14T10:00"}, "El fin debe"),
        ({"told_medio": ""}, "obligatorio"),
        ({"told_detalle": "Pague ya o le embargamos el sueldo."}, "Escríbalo de otra manera"),
        ({"name": "<script>alert(1)</script>", "ends_at": ""}, "&lt;script&gt;"),
    ],
)
def test_a_mistake_is_told_where_it_is_and_nothing_is_kept(ready: World, fields: dict[str, str], words: str) -> None:
    answer = write(ready, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_an_unknown_text_asks_for_one(ready: World) -> None:
    assert (
        "nuevo_medio_pago:sms" in ready.client("director").get("/campanas/nueva?text=temprana_8:sms").content.decode()
    )


@pytest.mark.django_db
def test_whoever_wrote_it_does_not_approve_it(ready: World) -> None:
    write(ready, "director")
    row = Campaign.objects.get()
    Campaign.objects.update(state="submitted", preview=SEEN, previewed_at=NOW)
    page = reverse("workspace:campaigns:page", args=[row.uid])
    assert "/approve" not in ready.client("director").get(page).content.decode()
    ready.client("director").post(f"{page}/approve")
    assert Campaign.objects.get().state == "submitted"
    assert ready.client("supervisor").post(f"{page}/approve").status_code == 302
    assert Campaign.objects.get().state == "submitted"
    ready.client("compliance").post(f"{page}/approve")
    assert Campaign.objects.get().state == "running"
    assert ready.client("compliance").post(f"{page}/erase").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_from_the_form_to_its_results(ready: World) -> None:
    """With the real count over a snapshot of the portfolio, the real gate and the sandbox."""
    write(ready)
    row = Campaign.objects.get()
    page = reverse("workspace:campaigns:page", args=[row.uid])
    assert "Contando" in ready.client("supervisor").get(page).content.decode()
    count_audience(row.pk, clock.now())
    shown = ready.client("director").get(page).content.decode()
    assert "Podrían recibirlo" in shown
    assert "Efecty" in shown
    row.refresh_from_db()
    assert (row.preview["people"], row.preview["could_leave"]) == (1, 1)
    ready.client("supervisor").post(f"{page}/submit")
    ready.client("director").post(f"{page}/approve")
    assert run_campaigns(clock.now()) == {"scheduled": 1}
    assert run_campaigns(clock.now()) == {}
    deliver_due_messages(timestamp=0)
    assert SandboxDelivery.objects.count() == 1
    assert Campaign.objects.get().state == "finished"
    results = ready.client("compliance").get(page).content.decode()
    assert "Pagaron después" in results
    lines = ready.client("director").get(f"{page}/exportar").content.decode("utf-8-sig").splitlines()
    assert str(ready.debtor.uid) in lines[1]
    assert ready.debtor.full_name not in "".join(lines)


@pytest.mark.django_db
def test_letters_are_fetched_then_posted(ready: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path
    row = Message.objects.create(
        plan_key="carta", debtor=ready.debtor, creditor=ready.creditor, obligation=ready.obligation, channel="letter",
        receiver="Carlos\nCalle 1", subject="Aviso", body="Hola", scheduled_for=NOW, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    row.refresh_from_db()
    out = Outgoing(row.uid, "letter", row.receiver, "Banco", "", "Aviso", "Hola", "", NOW)
    ((answer,),) = LetterChannel("papel", tmp_path / "letters").send([out])
    Message.objects.update(state="sent", sent_at=NOW, provider_ref=answer.provider_ref)
    listing = ready.client("supervisor").get("/proveedores/cartas").content.decode()
    assert answer.provider_ref in listing
    assert "Marcar como enviado" not in listing
    posted = reverse("workspace:providers:letters_posted", args=[answer.provider_ref])
    ready.client("supervisor").post(posted)
    assert not LetterMark.objects.filter(posted_at__isnull=False).exists()
    file = reverse("workspace:providers:letters_file", args=[answer.provider_ref, "pdf"])
    assert ready.client("compliance").post(file).status_code == 403
    fetched = ready.client("supervisor").post(file)
    assert b"".join(fetched.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    _close_file(fetched)
    listed = ready.client("supervisor").post(file.replace("/pdf", "/csv"))
    assert str(row.uid).encode() in b"".join(listed.streaming_content)  # type: ignore[attr-defined]
    _close_file(listed)
    ready.client("supervisor").post(posted)
    mark = LetterMark.objects.get()
    assert (mark.fetched_by, mark.posted_by) == ("supervisor", "supervisor")
    for odd in ("nada.pdf", "..", "%2e%2e%2fetc"):
        assert ready.client("supervisor").post(f"/proveedores/cartas/{odd}/pdf").status_code in (404, 405)
    elsewhere = make_user("supervisor", sees_all_creditors=False)
    elsewhere.creditors.add(make_creditor("Otro Banco"))
    assert ready.client_of(elsewhere).post(file).status_code == 404
