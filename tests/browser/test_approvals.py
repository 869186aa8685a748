"""Two browsers: what an agent asks for reaches the supervisor's open page at once, without a reload and without losing their typing."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from acuerdo.ledger.models import Account
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.public import cancel_plan, propose_plan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.portfolio.models import Obligation
from tests import factories
from tests.browser.conftest import SignIn
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.browser
AT_ONCE_SECONDS = 5


@pytest.fixture
def agents_browser(browser: Browser, live_server: Any) -> Iterator[Page]:
    """Another person's browser, signed in as the agent."""
    made = browser.new_context(viewport={"width": 1366, "height": 768}, locale="es-CO", reduced_motion="reduce")
    made.set_default_timeout(10_000)
    page = made.new_page()
    page.goto(f"{live_server.url}/ingresar")
    page.fill("#usuario", "agent")
    page.fill("#clave", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/ingresar" not in url)
    yield page
    made.close()


def ask(page: Page, person: Any, live_server: Any, reason: str) -> None:
    """The agent builds a plan that forgives half of the late interest, and says why."""
    page.goto(f"{live_server.url}/titulares/{person.uid}/acuerdos/")
    page.fill("#forma-calculo [name=instalments]", "3")
    page.fill("#forma-calculo [name=first_on]", str(TODAY + timedelta(days=5)))
    page.fill("#forma-calculo [name=waiver]", "50")
    page.locator("#forma-calculo button[type=submit]").click()
    page.fill("#motivo-aprobacion", reason)
    page.get_by_role("button", name="Pedir aprobación").click()
    page.wait_for_url(lambda url: url.rstrip("/").split("/")[-2] == "acuerdos")


def test_it_reaches_the_supervisor_at_once_and_the_answer_counts(
    sign_in: SignIn, agents_browser: Page, day: dict[str, Any], live_server: Any
) -> None:
    late = {"days_past_due": 45, "stage": "middle", "bucket": "31-60", "due_since": TODAY - timedelta(days=45)}
    Account.objects.update(**late)
    first, second = day["people"][:2]
    supervisor = sign_in("supervisor")
    supervisor.goto(f"{live_server.url}/aprobaciones")
    expect(supervisor.get_by_text("Nada espera su aprobación")).to_be_visible()
    supervisor.evaluate("window.stillHere = true")
    ask(agents_browser, first, live_server, "Paga desde hace tres años")
    asked_at = time.monotonic()
    expect(supervisor.get_by_text("Paga desde hace tres años")).to_be_visible(timeout=AT_ONCE_SECONDS * 1000)
    assert time.monotonic() - asked_at < AT_ONCE_SECONDS
    supervisor.locator("#aprobaciones input[name=reason]").fill("Sí, pero llámela")
    ask(agents_browser, second, live_server, "Vendió su cosecha")
    expect(supervisor.get_by_text("Vendió su cosecha")).to_be_visible(timeout=AT_ONCE_SECONDS * 1000)
    typed = supervisor.locator("#aprobaciones li").first.locator("input[name=reason]")
    expect(typed).to_have_value("Sí, pero llámela")
    expect(supervisor.locator(".ac-rail-count")).to_contain_text("2")
    assert supervisor.evaluate("window.stillHere") is True
    supervisor.locator("#aprobaciones li").first.get_by_role("button", name="Aprobar", exact=True).click()
    expect(supervisor.locator("#aprobaciones li")).to_have_count(1)
    plan = PaymentPlan.objects.order_by("pk")[0]
    assert (plan.state, plan.decision_reason) == ("offered", "Sí, pero llámela")
    supervisor.locator("#aprobaciones li").first.get_by_role("button", name="Aprobar", exact=True).click()
    expect(agents_browser.get_by_text("Resumen para leer")).to_be_visible()
    expect(agents_browser.get_by_role("button", name="Dijo que sí")).to_be_visible(timeout=AT_ONCE_SECONDS * 1000)


def test_one_that_is_withdrawn_leaves_the_page(sign_in: SignIn, day: dict[str, Any], live_server: Any) -> None:
    Account.objects.update(days_past_due=45, stage="middle", due_since=TODAY - timedelta(days=45))
    owed = Obligation.objects.filter(debtor=day["people"][0])
    asked = OfferRequest("plan", TODAY + timedelta(days=5), instalments=3, waiver_share=Decimal("0.5"))
    plan = propose_plan(owed, asked, role="agent", actor="agent", now=NOW, today=TODAY, reason="Cumple siempre")
    supervisor = sign_in("supervisor")
    supervisor.goto(f"{live_server.url}/aprobaciones")
    expect(supervisor.get_by_text("Cumple siempre")).to_be_visible()
    cancel_plan(plan.pk, reason="capture_error", actor="director", now=NOW, today=TODAY)
    expect(supervisor.get_by_text("Nada espera su aprobación")).to_be_visible(timeout=AT_ONCE_SECONDS * 1000)
