"""The editor of templates in a real browser: live findings, one press to mend and Ctrl+Z to take it back, on a phone too."""

from typing import Any

import pytest
from playwright.sync_api import expect

from acuerdo.messaging.public import load_templates
from tests.browser.conftest import SignIn
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


def test_a_threat_is_mended_with_one_press_and_back(sign_in: SignIn, day: dict[str, Any], live_server: Any) -> None:
    load_templates()
    page = sign_in("supervisor")
    page.goto(f"{live_server.url}/plantillas?q=temprana_8&channel=sms")
    page.locator("a.ac-stretch").first.click()
    page.wait_for_url("**/plantillas/*-*")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("v")
    expect(page.locator("#body")).to_be_editable()
    page.locator("#body").press("Control+End")
    page.keyboard.type("\nSi no paga, lo vamos a embargar.")
    expect(page.locator("#revision")).to_contain_text("No puede salir así")
    assert violations(page) == []
    page.locator("[data-remedy]").first.click()
    expect(page.locator("#revision")).to_contain_text("Puede salir")
    assert "embargar" not in page.locator("#body").input_value()
    page.keyboard.press("Control+z")
    expect(page.locator("#revision")).to_contain_text("No puede salir así")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    assert violations(page) == []
