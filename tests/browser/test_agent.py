"""An agent's work by keyboard alone: queue, person, call, promise, next person; nothing reloads the page under them."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from acuerdo.base import clock
from acuerdo.negotiation.models import Promise
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


def _open_first(page: Page) -> None:
    page.keyboard.press("j")
    expect(page.locator("a.ac-item").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/titulares/"))


def test_a_promise_by_keyboard_without_a_reload(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    expect(page.get_by_role("heading", name="Cola de hoy")).to_be_visible()
    _open_first(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana Uno Prueba")
    expect(page.locator("#semaforo .ac-semaforo[data-verdict=allow]").first).to_be_visible()
    page.evaluate("window.stillHere = true")
    page.keyboard.press("c")
    expect(page.locator("#codigo-texto")).to_be_focused()
    for key in ("p", "t", "p", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[name=amount]")).to_be_focused()
    expect(page.locator("[name=amount]")).to_have_value("180.000")
    page.keyboard.press("Enter")
    expect(page.locator("#gestion")).to_contain_text("Promesa de $ 180.000 para el 21 jul 2026")
    expect(page.locator("#promesas")).to_contain_text("Vigente")
    expect(page.locator("#historia")).to_contain_text("Promesa de pago total")
    assert page.evaluate("window.stillHere") is True
    assert Promise.objects.get().amount_minor == 180_000_00
    expect(page.get_by_role("button", name="Siguiente persona")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Berta Dos Prueba")


def test_a_promise_takes_five_keys_and_under_twenty_seconds(sign_in: SignIn, day: dict[str, Any]) -> None:
    """From the open call to the kept promise: every key is counted, in the browser itself."""
    page = sign_in("agent")
    _open_first(page)
    page.keyboard.press("c")
    expect(page.locator("#codigo-texto")).to_be_focused()
    page.evaluate("window.keys = 0; document.addEventListener('keydown', () => window.keys += 1, true)")
    started = time.monotonic()
    page.keyboard.type("ptp")
    page.keyboard.press("Enter")
    expect(page.locator("[name=amount]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#gestion")).to_contain_text("Promesa de $ 180.000")
    assert time.monotonic() - started < 20
    assert page.evaluate("window.keys") <= 5
    assert Promise.objects.count() == 1


def test_undo_brings_the_call_back(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    _open_first(page)
    page.keyboard.press("c")
    expect(page.locator("#codigo-texto")).to_be_focused()
    page.keyboard.type("equivocado")
    page.keyboard.press("Enter")
    expect(page.locator("#campos")).to_contain_text("Este número no se vuelve a usar")
    expect(page.get_by_role("button", name="Guardar gestión")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#gestion")).to_contain_text("Puede deshacerla")
    page.keyboard.press("u")
    expect(page.locator("#codigo-texto")).to_be_visible()
    expect(page.locator("#ac-toasts")).to_contain_text("Deshecho")


def test_a_refused_call_says_which_rule_and_when(sign_in: SignIn, day: dict[str, Any]) -> None:
    clock.set_now(factories.NOW.replace(hour=2, day=16))
    page = sign_in("supervisor")
    page.goto(page.url.rsplit("/", 1)[0] + f"/titulares/{day['people'][0].uid}")
    page.keyboard.press("c")
    expect(page.locator("#gestion")).to_contain_text("No se puede llamar ahora")
    expect(page.locator("#gestion")).to_contain_text("Ley 2300")
    expect(page.locator("#gestion")).to_contain_text("7:00")


def test_filters_stay_in_the_address_and_on_the_way_back(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    page.select_option("#f-etapa", "late")
    expect(page.get_by_text("Nada coincide con estos filtros")).to_be_visible()
    assert "stage=late" in page.url
    page.goto(page.url.split("?")[0] + "?stage=early")
    _open_first(page)
    page.get_by_role("link", name="Cola").last.click()
    page.wait_for_url(re.compile("stage=early"))


def test_the_sheet_of_keys_lists_what_this_page_has(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    page.locator("h1").click()
    page.keyboard.press("?")
    sheet = page.locator("#ac-keys")
    for text in ("Recorrer la cola", "Siguiente persona", "Ir a Cola"):
        expect(sheet).to_contain_text(text)


def test_language_and_theme(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    page.locator(".ac-user").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today's queue")).to_be_visible()
    before = page.evaluate("document.documentElement.dataset.bsTheme")
    page.locator("[data-theme-toggle]").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") != before
