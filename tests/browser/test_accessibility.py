"""axe-core finds nothing to complain about on any screen, wide and on a phone, light and dark (WCAG 2.2 AA)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from acuerdo.messaging.actions.tokens import token_of
from acuerdo.negotiation.public import issue_code, propose_plan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.policy.public import open_petition
from acuerdo.portfolio.models import Obligation
from tests import factories
from tests.browser.conftest import ROOT, SignIn

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {
    "agent": [
        "/cola",
        "/titulares/first",
        "/titulares/first/visita",
        "/agenda/",
        "/sala/notas",
        "/buscar?q=prueba",
        "/no-existe",
        "/usuarios",
    ],
    "supervisor": [
        "/agenda/?view=week",
        "/sala/",
        "/sala/gestores/agent",
        "/cola",
        "/cola/varias",
        "/hoy",
        "/hoy/filas",
        "/cartera",
        "/pausas",
        "/aprobaciones",
        "/core",
        "/solicitudes",
        "/titulares/first/solicitudes/nueva",
        "/titulares/first/acuerdos/",
        "/dia",
    ],
    "compliance": [
        "/veredictos?outcome=all",
        "/reglas",
        "/reglas/co/frequency_policy",
        "/centrales",
        "/titulares/first/centrales",
        "/titulares/first/permisos/",
        "/solicitudes/supresiones",
        "/buzon/",
        "/guiones/",
    ],
    "director": [
        "/guiones/",
        "/guiones/nuevo",
        "/estrategia",
        "/plantillas",
        "/cartera?q=nadie",
        "/campanas/",
        "/campanas/nueva",
    ],
    "admin": ["/usuarios", "/usuarios/nuevo", "/cargas/", "/proveedores/", "/proveedores/cartas"],
}


def violations(page: Page) -> list[str]:
    """Each broken rule with the elements that break it. Run in a world of its own: the page's policy forbids injected scripts."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make setup)")
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8"), "contextId": world})
    run = f"axe.run(document, {{runOnly: {{type: 'tag', values: {TAGS}}}}}).then(found => found.violations)"
    answer = session.send(
        "Runtime.evaluate", {"expression": run, "contextId": world, "awaitPromise": True, "returnByValue": True}
    )
    found = answer["result"]["value"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']][:4]}" for one in found]


def _visit(page: Page, path: str, day: dict[str, Any]) -> None:
    base = "/".join(page.url.split("/")[:3])
    path = path.replace("first", str(day["people"][0].uid))
    page.goto(base + path.replace("/gestores/agent", f"/gestores/{day['users']['agent'].uid}"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("role", SCREENS)
@pytest.mark.parametrize("width", [1366, 390])
def test_screens(sign_in: SignIn, day: dict[str, Any], role: str, width: int) -> None:
    page = sign_in(role)
    page.set_viewport_size({"width": width, "height": 800})
    broken = {}
    for path in SCREENS[role]:
        _visit(page, path, day)
        broken[path] = violations(page)
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        broken[f"{path} (dark)"] = violations(page)
    assert {path: found for path, found in broken.items() if found} == {}


def test_the_door(context: Any, day: dict[str, Any], live_server: Any) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/ingresar")
    assert violations(page) == []


def test_a_call_panel_with_its_fields(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    _visit(page, "/titulares/first", day)
    page.keyboard.press("c")
    expect(page.locator("#codigo-texto")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("ptp")
    page.keyboard.press("Enter")
    expect(page.locator("[name=amount]")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("width", [1366, 390])
def test_movements_are_recorded_by_keyboard_alone(sign_in: SignIn, day: dict[str, Any], width: int) -> None:
    """List, form, preview and confirmation: axe finds nothing, nothing is wider than the screen, no pointer is needed."""
    owed = factories.make_obligation(
        day["people"][0], account={"balance_source": "ledger", "terms": {}, "state_as_of": None}
    )
    factories.make_instalments(owed)
    page = sign_in("director")
    page.set_viewport_size({"width": width, "height": 844})
    where = f"/titulares/{owed.debtor.uid}/obligaciones/{owed.uid}/movimientos"
    _visit(page, f"{where}/pago", day)
    page.locator("[name=amount]").focus()
    page.keyboard.type("50000")
    page.locator("[name=reference]").focus()
    page.keyboard.type("R-1")
    page.keyboard.press("Tab")
    page.keyboard.type("pago en caja")
    for dark in (False, True):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{'dark' if dark else 'light'}'")
        assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("[name=confirm]")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("table")).to_contain_text("R-1")
    for dark in (False, True):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{'dark' if dark else 'light'}'")
        assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("role", "path"), [("agent", "/titulares/first"), ("supervisor", "/hoy"), ("director", "/cartera")]
)
def test_nothing_is_wider_than_a_phone(sign_in: SignIn, day: dict[str, Any], role: str, path: str) -> None:
    page = sign_in(role)
    page.set_viewport_size({"width": 390, "height": 844})
    _visit(page, path, day)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [1366, 390])
def test_an_agreement_and_a_case(sign_in: SignIn, day: dict[str, Any], live_server: Any, width: int) -> None:
    """The plan with its code, the person's own page of it, and a case with its forms: nothing broken, nothing too wide."""
    person = day["people"][0]
    owed = Obligation.objects.filter(debtor=person)
    asked = OfferRequest("split", factories.TODAY + timedelta(days=5), instalments=2, frequency="biweekly")
    plan = propose_plan(owed, asked, role="agent", actor="agent", now=factories.NOW, today=factories.TODAY)
    issue_code(plan.pk, actor="agent", now=factories.NOW, today=factories.TODAY, channel="sms")
    case = open_petition(
        person.pk, day["creditor"].pk, "dispute", text="No es mía", source="call", actor="agent", now=factories.NOW,
        obligation_id=owed.get().pk, reason="no_reconoce",
    )  # fmt: skip
    page = sign_in("supervisor")
    page.set_viewport_size({"width": width, "height": 844})
    for path in (
        f"/titulares/{person.uid}/acuerdos/{plan.uid}",
        f"/a/{token_of(UUID(str(plan.uid)), 'agreement')}",
        f"/solicitudes/{case.uid}",
    ):
        _visit(page, path, day)
        for dark in (False, True):
            page.evaluate(f"document.documentElement.dataset.bsTheme = '{'dark' if dark else 'light'}'")
            assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
