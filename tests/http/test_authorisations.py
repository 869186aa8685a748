"""Saying on screen which channels the customers authorised, and the whole day that follows from one workbook."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from acuerdo.base import clock
from acuerdo.base.day import run_day
from acuerdo.config.wiring import day_phases
from acuerdo.messaging.models import SandboxDelivery
from acuerdo.messaging.public import load_templates
from acuerdo.negotiation.models import Promise
from acuerdo.policy.models import Attempt, Consent
from acuerdo.portfolio.models import ContactPoint, Debtor, ImportBatch, Obligation
from acuerdo.strategy.models import Decision
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.conftest import CAST, World
from tests.http.test_imports import TEXT, address, choose, run, send

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = "Formato de autorización, versión 3"
WARNING = "ningún canal autorizado"
HTMX = {"HX-Request": "true"}
HEADER = ["Número obligación", "Tipo identificación", "Identificación", "Nombre", "Celular", "Correo", "Saldo total", "Valor vencido",
          "Días de mora", "Valor cuota", "Fallecido"]  # fmt: skip
# Due yesterday: a message. Twenty days: a call. Another twenty, but the file says that the person died.
ROWS = [
    ["A-1", "CC", 52123456, "Ana Peña Ruiz", 3991234567, "ana@ejemplo.com", 1_500_000, 200_000, 1, 200_000, ""],
    ["A-2", "CC", 79555111, "Luis Rojas Mora", 3997654321, "luis@ejemplo.com", 3_000_000, 700_000, 20, 350_000, ""],
    ["A-3", "CC", 41222333, "Rosa Díaz Gil", 3991112233, "rosa@ejemplo.com", 3_000_000, 700_000, 20, 350_000, "sí"],
]


@pytest.fixture(autouse=True)
def folders(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DATA_FOLDER = tmp_path / "data"


def workbook() -> SimpleUploadedFile:
    book, told = Workbook(), io.BytesIO()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(told)
    return SimpleUploadedFile("cartera.xlsx", told.getvalue())


def load_by_screen(client: Client, creditor: Any, **said: Any) -> ImportBatch:
    """Upload, columns with what is said beside the file, trial, load."""
    form = {"file": workbook(), "creditor": str(creditor.uid), "profile": "co_cartera", "as_of": TODAY.isoformat()}
    assert client.post(reverse("workspace:imports:upload"), form).status_code == 302
    batch = ImportBatch.objects.latest("pk")
    choose(client, batch, **said)
    run(batch, dry_run=True)
    page = client.get(address("progress", batch)).content.decode()
    assert ("Autorizaciones nuevas: Llamada 3" in " ".join(page.split())) is bool(said)
    assert (WARNING in page) is not bool(said)
    assert not Consent.objects.exists()
    assert client.post(address("load", batch)).status_code == 302
    return run(batch, dry_run=False)


def plan_of(creditor: Any) -> dict[str, str]:
    """The worklist of this lender: a day's partition may keep what another test's people were contacted about."""
    found = Decision.objects.filter(obligation__in=Obligation.objects.filter(creditor=creditor))
    return dict(found.values_list("obligation__number", "channel"))


def live_the_day() -> None:
    """A little after the load, as it happens."""
    assert run_day(TODAY, day_phases(), lambda: clock.now() + timedelta(minutes=5))["status"] == "done"


@pytest.fixture
def lender(db: None) -> Any:
    clock.set_now(NOW)
    load_templates()
    factories.make_user("agent", username="gestora")
    factories.make_user("supervisor", username="supervisora")
    ways = [{"name": "PSE", "detail": ""}]
    return factories.make_creditor("Banco Andino", phone="+576015550100", email="a@andino.example", ways_to_pay=ways)


def signed_in(username: str) -> Client:
    from acuerdo.base.models import User

    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_a_workbook_becomes_a_worked_day(lender: Any) -> None:
    supervisor, agent = signed_in("supervisora"), signed_in("gestora")
    batch = load_by_screen(supervisor, lender, channel=["sms", "email", "call"], proof=PAPER)
    assert (batch.status, batch.report["followed"]["stops"]["placed"]) == ("done", {"deceased": 1})
    live_the_day()
    assert plan_of(lender) == {"A-1": "email", "A-2": "call", "A-3": ""}
    assert SandboxDelivery.objects.get().receiver == "ana@ejemplo.com"
    assert "no autorizaron ningún canal" not in supervisor.get(reverse("workspace:board")).content.decode()
    luis = Debtor.objects.get(id_number="79555111")
    assert str(luis.uid) in agent.get(reverse("workspace:queue")).content.decode()
    phone = ContactPoint.objects.get(debtor=luis, kind="phone")
    assert agent.post(reverse("workspace:call", args=[luis.uid, phone.uid]), headers=HTMX).status_code == 200
    told = {"code": "CD-PTP", "amount": "350.000", "due_on": "2026-07-17"}
    record = reverse("workspace:record", args=[Attempt.objects.get(channel="call").uid])
    assert agent.post(record, told, headers=HTMX).status_code == 200
    assert Promise.objects.get().amount_minor == 350_000_00


def test_without_a_declaration_the_plan_says_why_nobody_is_contacted(lender: Any) -> None:
    supervisor = signed_in("supervisora")
    batch = load_by_screen(supervisor, lender)
    assert WARNING in supervisor.get(address("batch", batch)).content.decode()
    live_the_day()
    assert set(plan_of(lender).values()) == {""}
    board = supervisor.get(reverse("workspace:board")).content.decode()
    assert "2 obligaciones quedaron sin contacto" in board
    assert reverse("workspace:imports:authorisations") in board


def test_channels_without_a_paper_are_asked_for_it_and_stay_ticked(world: World) -> None:
    client = world.client("supervisor")
    batch = send(client, world, TEXT)
    page = client.get(address("columns", batch))
    form = {f"column-{index}": column.field for index, column in enumerate(page.context["preview"].columns)}
    form |= {"header": [column.header for column in page.context["preview"].columns], "channel": ["sms"], "proof": " "}
    answer = client.post(address("columns", batch), form)
    assert answer.status_code == 422
    assert "Diga qué documento prueba" in answer.content.decode()
    assert [code for code, _, is_ticked in answer.context["authorise"]["channels"] if is_ticked] == ["sms"]
    batch.refresh_from_db()
    assert batch.status == "previewed"


def test_the_next_file_starts_with_what_was_said_for_the_last(lender: Any) -> None:
    supervisor = signed_in("supervisora")
    load_by_screen(supervisor, lender, channel=["sms", "email", "call"], proof=PAPER)
    form = {"file": workbook(), "creditor": str(lender.uid), "profile": "co_cartera", "as_of": TODAY.isoformat()}
    supervisor.post(reverse("workspace:imports:upload"), form)
    told = supervisor.get(address("columns", ImportBatch.objects.latest("pk"))).context["authorise"]
    assert (told["proof"], sum(is_ticked for *_, is_ticked in told["channels"])) == (PAPER, 3)


def test_authorisations_are_declared_for_a_portfolio_as_it_stands(world: World) -> None:
    client, url = world.client("compliance"), reverse("workspace:imports:authorisations")
    assert "1 de 1 personas no tienen ningún canal" in client.get(url).content.decode()
    creditor = str(world.creditor.uid)
    for said in ({}, {"channel": ["sms"]}, {"proof": ""}):
        assert client.post(url, {"creditor": creditor, **said}).status_code == 422
    assert not Consent.objects.exists()
    assert client.post(url, {"creditor": creditor, "channel": ["sms", "call"], "proof": PAPER}).status_code == 302
    assert set(Consent.objects.values_list("channel", "proof", "recorded_by")) == {
        ("sms", PAPER, "compliance"),
        ("call", PAPER, "compliance"),
    }
    assert "Todas las personas tienen" in client.get(url).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_declare(world: World, method: str) -> None:
    url = reverse("workspace:imports:authorisations")
    answers = [getattr(world.client(who), method)(url).status_code for who in CAST]
    mine = 200 if method == "get" else 404
    assert answers == [302, 403, mine, mine, mine, mine, 403, 403]
