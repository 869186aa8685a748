"""The payment screens: who may open them, a bank's file from upload to posted, and a credit placed, parted, returned, undone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from acuerdo.base.models import User
from acuerdo.ledger.models import Payment
from acuerdo.portfolio.models import Creditor, ImportBatch, UnmatchedCredit
from acuerdo.portfolio.public import load_payments
from acuerdo.portfolio.rules.reconcile import CLUES, REASONS, STRENGTHS
from acuerdo.workspace.payments import wording
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.conftest import CAST, World
from tests.module.portfolio.test_bank_import import asobancaria

# anonymous, agent, supervisor, director, compliance, admin, own agency's agent, rival agency's agent
LEADS = (302, 403, 200, 200, 403, 200, 403, 403)
SCREENS = ("list", "upload", "waiting", "credit", "batch", "progress")
POSTS: dict[str, tuple[int, ...]] = {
    "upload": (302, 403, 422, 422, 403, 422, 403, 403),
    "split": (302, 403, 404, 404, 403, 404, 403, 403),
    "load": (302, 403, 302, 302, 403, 302, 403, 403),
    "assign": (302, 403, 422, 422, 403, 422, 403, 403),
    "return": (302, 403, 422, 422, 403, 422, 403, 403),
    "undo": (302, 403, 422, 422, 403, 422, 403, 403),
}


@pytest.fixture(autouse=True)
def files_folder(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def send(client: Client, world: World, content: bytes, name: str = "recaudo.txt", **changes: Any) -> ImportBatch:
    form = {"file": SimpleUploadedFile(name, content), "creditor": str(world.creditor.uid), "format": "auto"}
    answer = client.post(reverse("workspace:payments:upload"), form | changes)
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def run(batch: ImportBatch, *, dry_run: bool) -> ImportBatch:
    load_payments(batch.pk, dry_run=dry_run, now=NOW, today=TODAY)
    batch.refresh_from_db()
    return batch


def make_credit(world: World, **fields: Any) -> UnmatchedCredit:
    base = {
        "creditor": world.creditor, "source": "bank:x:1", "external_ref": f"R{UnmatchedCredit.objects.count()}",
        "amount_minor": 100_000_00, "currency": "COP", "paid_on": TODAY, "reference": "777", "reason": "several-obligations",
        "proposals": [{"account_id": world.obligation.pk, "strength": "middle", "clues": ["document"]}], "created_at": NOW,
    }  # fmt: skip
    made = UnmatchedCredit.objects.create(**{**base, **fields})
    made.refresh_from_db()
    return made


def address(name: str, of: Any) -> str:
    return reverse(f"workspace:payments:{name}", args=[of.uid])


def _address(name: str, world: World) -> str:
    if name in ("list", "upload", "waiting", "split"):
        return reverse(f"workspace:payments:{name}")
    if name in ("batch", "progress", "load"):
        return address(name, send(world.client("supervisor"), world, asobancaria([("1", 100)])))
    return address(name, make_credit(world))


@pytest.mark.parametrize("name", SCREENS)
def test_screen(world: World, name: str) -> None:
    url = _address(name, world)
    assert tuple(world.client(who).get(url).status_code for who in CAST) == LEADS


@pytest.mark.parametrize("name", POSTS)
def test_change(world: World, name: str) -> None:
    url = _address(name, world)
    answers = tuple(world.client(who).post(url).status_code for who in CAST)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, POSTS[name], strict=True))


def test_a_bank_file_goes_from_upload_to_posted(world: World) -> None:
    client = world.client("supervisor")
    number = world.obligation.number.replace("-", "")
    batch = send(client, world, asobancaria([(number, 5_000_000), ("424242", 70_000)]))
    assert batch.status == "running"
    assert b"hx-get" in client.get(address("progress", batch)).content
    before = Payment.objects.count()
    run(batch, dry_run=True)
    page = client.get(address("batch", batch)).content.decode()
    assert "Esto es un ensayo" in page
    assert "Por el número de la obligación" in page
    assert Payment.objects.count() == before
    client.post(address("load", batch))
    run(batch, dry_run=False)
    assert (batch.status, Payment.objects.count() - before, UnmatchedCredit.objects.count()) == ("done", 1, 1)
    run(batch, dry_run=False)
    assert Payment.objects.count() - before == 1
    assert "1 pago por identificar" in client.get(reverse("workspace:payments:list")).content.decode()


def test_a_table_of_payments_has_a_trial_too(world: World) -> None:
    client = world.client("supervisor")
    text = "numero_obligacion;valor_pagado;fecha_pago;comprobante\n"
    text += f"{world.obligation.number};50000,00;14/07/2026;A1\nX-9;1,00;14/07/2026;A2\n"
    batch = run(send(client, world, text.encode(), "pagos.csv"), dry_run=True)
    assert (batch.status, batch.report["recorded"], batch.rejections.count()) == ("previewed", 1, 1)
    client.post(address("load", batch))
    run(batch, dry_run=False)
    assert (batch.status, Payment.objects.filter(amount_minor=5_000_000).count()) == ("done", 1)


def test_a_quarantined_file_says_why(world: World) -> None:
    client = world.client("supervisor")
    batch = run(send(client, world, asobancaria([("1", 100)], total_minor=101)), dry_run=True)
    assert batch.status == "failed"
    for url in (address("batch", batch), reverse("workspace:payments:list")):
        page = client.get(url).content.decode()
        assert "En cuarentena" in page
        assert "se leyeron 1 por 1.00" in page


def test_a_proposal_is_one_press_away_and_can_be_undone(world: World) -> None:
    client, credit = world.client("supervisor"), make_credit(world)
    page = client.get(reverse("workspace:payments:waiting")).content.decode()
    assert f"Aplicar a {world.obligation.number}" in page
    assert "es del mismo documento" in page
    assert client.post(address("assign", credit), {"obligation": str(world.obligation.uid)}).status_code == 302
    assert Payment.objects.get(source="bank:x:1").amount_minor == 100_000_00
    again = client.post(address("assign", credit), {"obligation": str(world.obligation.uid)})
    assert (again.status_code, "ya lo decidió supervisor" in again.content.decode()) == (422, True)
    assert client.post(address("undo", credit)).status_code == 302
    credit.refresh_from_db()
    assert (credit.status, sum(Payment.objects.filter(source="bank:x:1").values_list("amount_minor", flat=True))) == (
        "open",
        0,
    )
    assert client.post(address("assign", credit), {"obligation": str(world.obligation.uid)}).status_code == 302
    assert Payment.objects.filter(source="bank:x:1").count() == 3


def test_a_credit_is_parted_by_hand_to_the_cent(world: World) -> None:
    client, credit = world.client("admin"), make_credit(world)
    second = factories.make_obligation(world.debtor, world.creditor, days_past_due=40)
    found = client.get(address("credit", credit), {"q": world.debtor.id_number})
    assert {one.pk for one in found.context["found"]} == {world.obligation.pk, second.pk}
    both = {"obligation": [str(world.obligation.uid), str(second.uid)]}
    amounts = {f"amount-{world.obligation.uid}": "30.000,50", f"amount-{second.uid}": "69.999,40"}
    answer = client.post(address("assign", credit), both | amounts)
    assert (answer.status_code, "sumar exactamente" in answer.content.decode()) == (422, True)
    amounts[f"amount-{second.uid}"] = "69.999,50"
    assert client.post(address("assign", credit), both | amounts).status_code == 302
    paid = dict(Payment.objects.filter(source="bank:x:1").values_list("account_id", "amount_minor"))
    assert paid == {world.obligation.pk: 30_000_50, second.pk: 69_999_50}


def test_a_credit_is_split_oldest_first_by_one_press(world: World) -> None:
    client, credit = world.client("director"), make_credit(world, amount_minor=200_000_00)
    older = factories.make_obligation(world.debtor, world.creditor, days_past_due=40)
    both = {"obligation": [str(world.obligation.uid), str(older.uid)], "split": "oldest"}
    assert client.post(address("assign", credit), both).status_code == 302
    paid = dict(Payment.objects.filter(source="bank:x:1").values_list("account_id", "amount_minor"))
    assert paid == {older.pk: 180_000_00, world.obligation.pk: 20_000_00}


def test_money_is_returned_with_a_reason(world: World) -> None:
    client, credit = world.client("supervisor"), make_credit(world)
    assert client.post(address("return", credit), {"why": " "}).status_code == 422
    assert client.post(address("return", credit), {"why": "Pagó a la cuenta equivocada"}).status_code == 302
    credit.refresh_from_db()
    assert (credit.status, credit.decided_why) == ("returned", "Pagó a la cuenta equivocada")


def test_the_creditor_chooses_who_splits(world: World) -> None:
    form = {"creditor": str(world.creditor.uid), "oldest_first": "1"}
    assert world.client("director").post(reverse("workspace:payments:split"), form).status_code == 302
    assert Creditor.objects.get(pk=world.creditor.pk).splits_oldest_first


def test_another_creditors_money_is_not_there(world: World) -> None:
    credit = make_credit(world)
    batch = send(world.client("supervisor"), world, asobancaria([("1", 100)]))
    narrow = world.client_of(User.objects.create_user("angosta", role="supervisor", full_name="Sin Acreedores"))
    assert narrow.get(address("credit", credit)).status_code == 404
    assert narrow.post(address("assign", credit), {"obligation": str(world.obligation.uid)}).status_code == 404
    assert narrow.get(address("batch", batch)).status_code == 404


def test_every_code_has_its_words() -> None:
    assert set(wording.REASON_WORDS) == set(REASONS)
    assert set(wording.WHY_WORDS) == set(CLUES)
    assert set(wording.STRENGTH_WORDS) == set(STRENGTHS)
