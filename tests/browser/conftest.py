"""A real browser against the running application. Skipped, with the reason said, where Chromium or the bundle is missing."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from acuerdo.base import clock
from acuerdo.policy.public import grant_consent
from acuerdo.strategy.models import Decision
from tests import factories
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.http.worklist import plan_call, plan_nothing

ROOT = Path(__file__).resolve().parents[2]
# Playwright's own event loop lives in the thread of the test, where Django would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

type SignIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium fonts-noto-color-emoji)")
    if not (ROOT / "acuerdo/static/dist/app.js").exists():
        pytest.skip("the bundle is not built (make setup)")
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


def _wait_for_silence(patience_seconds: float = 15) -> None:
    """Returns when the last request of a closed page has left the database, which is emptied next."""
    until = time.monotonic() + patience_seconds
    silent = 0
    while silent < 3 and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state <> 'idle'"
            )
            silent = silent + 1 if cursor.fetchone()[0] == 0 else 0
        time.sleep(0.05)


@pytest.fixture
def day(transactional_db: None) -> Iterator[dict[str, Any]]:
    """Wednesday, ten in the morning: three people wait for the agent's call, a fourth is left alone."""
    clock.set_now(factories.NOW)
    creditor = factories.make_creditor("Banco Ficticio", ways_to_pay=[{"name": "PSE"}, {"name": "Oficina"}])
    users = {
        role: factories.make_user(role, username=role)
        for role in ("agent", "supervisor", "director", "compliance", "admin")
    }
    people = [factories.make_debtor(name) for name in ("Ana Uno Prueba", "Berta Dos Prueba", "Carla Tres Prueba")]
    for score, person in enumerate(people):
        obligation = factories.make_obligation(person, creditor)
        factories.make_instalments(obligation)
        factories.make_payment(obligation)
        factories.make_phone(person)
        factories.make_email(person)
        grant_consent(person.pk, "call", source="contrato", actor="prueba", now=factories.NOW)
        plan_call(obligation, agent=users["agent"], score=900 - score)
    plan_nothing(factories.make_obligation(factories.make_debtor("Diego Cuatro Prueba"), creditor), "not-due-yet")
    yield {"users": users, "people": people, "creditor": creditor}
    Decision.objects.all().delete()  # its partitions are not Django's to empty


@pytest.fixture
def context(browser: Browser, day: dict[str, Any]) -> Iterator[BrowserContext]:
    """A browser of one's own for one test. It closes before the day's rows go: an open page goes on asking for them."""
    made = browser.new_context(viewport={"width": 1366, "height": 768}, locale="es-CO", reduced_motion="reduce")
    made.set_default_timeout(30_000)
    yield made
    for each in browser.contexts:
        each.close()
    _wait_for_silence()


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> SignIn:
    """Opens a page signed in as a role, by the form as a person would."""

    def enter(role: str) -> Page:
        page = context.new_page()
        page.goto(f"{live_server.url}/ingresar")
        expect(page.locator("#usuario")).to_be_focused()
        page.keyboard.type(role)
        page.keyboard.press("Tab")
        expect(page.locator("#clave")).to_be_focused()
        page.keyboard.type(factories.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/ingresar" not in url)
        return page

    return enter
