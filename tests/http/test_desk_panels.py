"""The parts of the debtor page that are asked for after it: contacts of those allowed, the running plan, connected systems, who
answers in a company; and what the page itself says of time and limits."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.base.models import AuditEntry, Role
from acuerdo.ledger.models import Account
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.public import accept_plan
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY
from tests.http.conftest import CAST, World
from tests.http.test_agreements import propose


class Core(BaseHTTPRequestHandler):
    """A lender's core: knows one person, fails for another, hangs for a third."""

    asked: ClassVar[list[tuple[str, str]]] = []
    answer: ClassVar[tuple[int, bytes]] = (200, b"{}")
    hangs: ClassVar[threading.Event] = threading.Event()
    seconds: ClassVar[float] = 0.0

    def do_GET(self) -> None:
        Core.asked.append((self.path, self.headers.get("Authorization", "")))
        if Core.seconds:
            Core.hangs.wait(Core.seconds)
        status, body = Core.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def core(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Core)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.HTTP_PRIVATE = ["127.0.0.1"]
    Core.asked, Core.answer, Core.seconds = [], (200, b"{}"), 0.0
    Core.hangs = threading.Event()
    yield f"http://127.0.0.1:{server.server_port}"
    Core.hangs.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=30)


def panel(**fields: Any) -> str:
    told = {
        "code": "core", "kind": "core", "title": "Core bancario", "title_en": "Core banking", "currency": "COP",
        "fact": [
            {"path": "cuentas.0.saldo", "label": "Saldo en ahorros", "kind": "money"},
            {"path": "desde", "label": "Cliente desde", "kind": "date"},
            {"path": "debito", "label": "Débito automático", "kind": "flag"},
            {"path": "nota", "label": "Nota"},
        ],
        **fields,
    }  # fmt: skip
    facts = told.pop("fact")
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items() if not isinstance(value, dict)]
    lines += [f"[panel.{name}]\n" + "\n".join(f"{key} = {json.dumps(one)}" for key, one in value.items())
              for name, value in told.items() if isinstance(value, dict)]  # fmt: skip
    blocks = ["[[panel.fact]]\n" + "\n".join(f"{key} = {json.dumps(one)}" for key, one in row.items()) for row in facts]
    return "\n".join(["[[panel]]", *lines, *blocks]) + "\n"


def consult(world: World, code: str = "core", who: str = "agent", method: str = "get") -> Any:
    address = reverse("workspace:consult", args=[world.debtor.uid, code])
    return getattr(world.client(who), method)(address)


def page(world: World, who: str = "agent") -> str:
    text: str = world.client(who).get(reverse("workspace:debtor", args=[world.debtor.uid])).content.decode()
    return text


def test_the_cores_answer_is_shown_in_its_words(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(
        url=core + "/{id_country}/{id_type}/{id_number}", headers={"Authorization": "Bearer {token}"}, token="s3"
    )
    Core.answer = (
        200,
        json.dumps({"cuentas": [{"saldo": "1250000.50"}], "desde": "2019-04-02", "debito": True}).encode(),
    )
    text = consult(world).content.decode()
    assert "1.250.000,50" in text
    assert "2019" in text
    assert "sí" in text
    assert "Nota" not in text
    assert Core.asked == [(f"/{world.debtor.id_country}/{world.debtor.id_type}/{world.debtor.id_number}", "Bearer s3")]
    entry = AuditEntry.objects.get(action="consult_panel")
    assert (entry.actor, entry.payload) == ("agent", {"panel": "core", "kind": "core"})
    assert world.debtor.id_number not in json.dumps(entry.payload)


@pytest.mark.parametrize("answer", [(500, b"{}"), (302, b""), (200, b"<html>"), (401, b"{}")])
def test_a_system_that_fails_says_so_and_the_page_stands(
    world: World, core: str, settings: Any, answer: tuple[int, bytes]
) -> None:
    settings.PANELS = panel(url=core + "/{id_number}")
    Core.answer = answer
    found = consult(world)
    assert found.status_code == 200
    assert "No responde por ahora" in found.content.decode()
    assert "Core bancario" not in page(world)  # its place is there, and its answer is asked for later
    assert Core.asked[1:] == []


def test_a_system_that_hangs_is_left_after_its_seconds(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(url=core + "/{id_number}", seconds_max=0.2)
    Core.seconds = 60.0
    assert "No responde por ahora" in consult(world).content.decode()


def test_nobody_there_and_nobody_known(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(url="http://127.0.0.1:9/{id_number}")
    assert "No responde por ahora" in consult(world).content.decode()
    settings.PANELS = panel(url=core + "/{id_number}")
    Core.answer = (404, b"")
    assert "No tiene datos de esta persona" in consult(world).content.decode()


def test_a_bureau_is_asked_only_by_a_persons_press(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(code="central", kind="bureau", title="Central de riesgo", url=core + "/{id_number}")
    Core.answer = (200, json.dumps({"nota": "Sin mora"}).encode())
    waiting = consult(world, "central").content.decode()
    assert "queda registrada a su nombre" in waiting
    assert Core.asked == []
    assert not AuditEntry.objects.filter(action="consult_panel").exists()
    assert "Sin mora" in consult(world, "central", method="post").content.decode()
    assert AuditEntry.objects.get(action="consult_panel").payload == {"panel": "central", "kind": "bureau"}


def test_who_may_look(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(url=core + "/{id_number}")
    answers = tuple(consult(world, who=who).status_code for who in CAST)
    assert answers == (302, 200, 200, 403, 403, 403, 404, 404)
    assert consult(world, "other").status_code == 404
    assert "data-panel" in page(world)
    assert "data-panel" not in page(world, "own_agency_agent")
    assert "data-panel" not in page(world, "director")


def test_a_panel_of_one_creditor_is_not_asked_about_anothers_people(world: World, core: str, settings: Any) -> None:
    settings.PANELS = panel(url=core + "/{id_number}", creditor="Otro Banco")
    assert consult(world).status_code == 404
    assert "data-panel" not in page(world)
    assert Core.asked == []


def test_a_file_of_lines_answers_too(world: World, settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "core.jsonl"
    rows = [
        {"id_type": "NIT", "id_number": world.debtor.id_number, "nota": "De otro documento"},
        {"id_type": world.debtor.id_type, "id_number": world.debtor.id_number, "nota": "Cliente preferente"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    settings.PANELS = panel(file=str(path))
    assert "Cliente preferente" in consult(world).content.decode()
    path.write_text("", encoding="utf-8")
    assert "No tiene datos" in consult(world).content.decode()
    path.write_text(f"no es json {world.debtor.id_number}\n", encoding="utf-8")
    assert "No responde por ahora" in consult(world).content.decode()
    path.unlink()
    assert "No responde por ahora" in consult(world).content.decode()


def test_the_page_asks_no_more_queries_with_panels(world: World, core: str, settings: Any) -> None:
    def count() -> int:
        page(world)
        with CaptureQueriesContext(connection) as seen:
            page(world)
        return len(seen)

    before = count()
    settings.PANELS = panel(url=core + "/{id_number}")
    assert count() == before
    assert Core.asked == []


def test_contacts_used_of_those_allowed(world: World) -> None:
    address = reverse("workspace:light", args=[world.debtor.uid])
    assert "0 de 1 hoy" in world.client("agent").get(address).content.decode()
    Attempt.objects.create(
        debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, at=NOW - timedelta(hours=1), channel="call",
        direction="out", status="no_answer", actor="agent", counts=True,
    )  # fmt: skip
    assert "1 de 1 hoy" in world.client("agent").get(address).content.decode()


def test_the_running_plan_says_what_comes_next(world: World) -> None:
    address = reverse("workspace:plan_card", args=[world.debtor.uid])
    assert "Acuerdo en marcha" not in world.client("agent").get(address).content.decode()
    propose(world)
    plan = PaymentPlan.objects.get()
    accept_plan(plan.pk, method="voice", proof="grabación 7", actor="agent", now=NOW, today=TODAY)
    text = world.client("agent").get(address).content.decode()
    first = plan.instalments.order_by("number")[0]
    assert "0 de 2 cuotas pagadas" in text
    assert f"{first.amount_minor // 100:,}".replace(",", ".") in text
    PaymentPlan.objects.update(paid_minor=first.amount_minor)
    assert "1 de 2 cuotas pagadas" in world.client("agent").get(address).content.decode()
    PaymentPlan.objects.update(state="completed")
    assert "Acuerdo en marcha" not in world.client("agent").get(address).content.decode()
    answers = tuple(world.client(who).get(address).status_code for who in CAST)
    assert answers == (302, 200, 200, 200, 200, 200, 200, 404)


def name_contact(world: World, who: str = "agent", **told: str) -> Any:
    address = reverse("workspace:contact_role", args=[world.debtor.uid, world.phone.uid])
    return world.client(who).post(address, {"name": "Marta Ficticia", "role": "treasury", **told})


def test_who_in_a_company_answers(world: World) -> None:
    assert name_contact(world).status_code == 409  # a natural person has no such thing
    type(world.debtor).objects.filter(pk=world.debtor.pk).update(kind="company")
    assert "Anotar quién contesta" in page(world)
    text = name_contact(world).content.decode()
    assert "Marta Ficticia" in text
    assert "Tesorería" in text
    assert "Tesorería" in page(world)
    entry = AuditEntry.objects.get(action="name_company_contact")
    assert entry.payload == {"role": "treasury", "is_named": True}
    assert name_contact(world, role="boss").status_code == 409
    answers = tuple(name_contact(world, who).status_code for who in CAST)
    assert answers == (302, 200, 200, 403, 403, 403, 200, 404)
    name_contact(world, name="", role="")
    assert "Marta Ficticia" not in page(world)


def test_time_as_a_customer_and_the_credit_limit_of_the_file(world: World) -> None:
    Account.objects.filter(pk=world.obligation.pk).update(disbursed_on=TODAY.replace(year=TODAY.year - 3))
    Obligation.objects.filter(pk=world.obligation.pk).update(
        extra={"Cupo aprobado": "8.000.000", "Cupo disponible": "350.000"}
    )
    text = page(world)
    assert "3 años" in text
    assert "cupo 8.000.000" in text
    assert "disponible 350.000" in text
    assert Role(world.users["agent"].role) == Role.AGENT
