"""A whole day of an agent without a mouse; two agents on one person; the connection lost and back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from acuerdo.agenda.models import Appointment
from acuerdo.base import clock
from acuerdo.negotiation.models import Promise
from acuerdo.policy.models import Attempt, Hold
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser
MOUSE = """window.clicks = 0;
for (const kind of ["mousedown", "pointerdown", "touchstart"]) addEventListener(kind, () => window.clicks += 1, true);"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def call(page: Page, words: str) -> None:
    """Asks to call, and chooses what happened by typing."""
    press(page, "c")
    expect(page.locator("#codigo-texto")).to_be_focused()
    page.keyboard.type(words)
    press(page, "Enter")
    expect(page.locator("#campos button[type=submit]")).to_be_visible()


def person(page: Page, name: str) -> None:
    page.wait_for_url(re.compile("/titulares/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("#semaforo .ac-semaforo").first).to_be_visible()


def test_a_day_by_keyboard_alone(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    page.context.add_init_script(MOUSE)
    _promise_of_the_first(page)
    _call_back_of_the_second(page)
    _mistake_with_the_third(page)
    _agenda_of_tomorrow(page)
    _follow_up_of_ones_own(page)
    _search_history_and_notes(page)
    assert page.evaluate("window.clicks ?? 0") == 0
    assert [Promise.objects.count(), Appointment.objects.count(), Hold.objects.filter(lifted_at=None).count()] == [
        1,
        2,
        0,
    ]


def _promise_of_the_first(page: Page) -> None:
    press(page, "n")
    person(page, "Ana Uno")
    call(page, "ptp")
    expect(page.locator("[name=amount]")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#gestion")).to_contain_text("Promesa de $ 180.000")
    press(page, "Enter")


def _call_back_of_the_second(page: Page) -> None:
    person(page, "Berta Dos")
    call(page, "volver a llamar")
    expect(page.locator("[name=call_at]")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#gestion")).to_contain_text("Llamada acordada")
    expect(page.locator("#citas")).to_contain_text("Agendada")
    press(page, "Enter")


def _mistake_with_the_third(page: Page) -> None:
    """A pause chosen by mistake is taken back, and what happened is recorded."""
    person(page, "Carla Tres")
    call(page, "dificil")
    expect(page.locator("#campos")).to_contain_text("Detiene")
    expect(page.locator("[name=need]")).to_be_focused()
    press(page, "Tab", "Tab", "Enter")
    expect(page.locator("#gestion")).to_contain_text("Pausa puesta")
    press(page, "u")
    expect(page.locator("#ac-toasts")).to_contain_text("Deshecho")
    expect(page.locator("#codigo-texto")).to_be_focused()
    page.keyboard.type("no contesta")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Guardar gestión")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#gestion")).to_contain_text("Puede deshacerla")
    press(page, "Enter")
    expect(page.get_by_text("Ahora no hay otra persona")).to_be_visible()


def _agenda_of_tomorrow(page: Page) -> None:
    press(page, "g", "x")
    page.wait_for_url(re.compile("/agenda/"))
    press(page, "]")
    page.wait_for_url(re.compile("day=2026-07-16"))
    press(page, "j")
    expect(page.locator("a.ac-item").first).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Llamada acordada")
    press(page, "p")
    person(page, "Berta Dos")


def _follow_up_of_ones_own(page: Page) -> None:
    press(page, "a")
    expect(page.locator("#gestion select[name=kind]")).to_be_focused()
    page.keyboard.type("Seg")
    for _field in range(12):  # over the parts of the date and the hour
        press(page, "Tab")
        if page.evaluate("document.activeElement.name") == "note":
            break
    page.keyboard.type("Pedir certificado")
    press(page, "Enter")
    expect(page.locator("#citas")).to_contain_text("Seguimiento")
    expect(page.get_by_role("link", name="Ver la cita")).to_be_focused()


def _search_history_and_notes(page: Page) -> None:
    press(page, "/")
    page.keyboard.type("Ana Uno")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana Uno")
    person(page, "Ana Uno")
    press(page, "f")
    expect(page.locator("#historia-buscar")).to_be_focused()
    page.keyboard.type("promesa")
    press(page, "Enter")
    expect(page.locator("#historia .ac-timeline li").first).to_contain_text("romesa")
    press(page, "Tab", "g", "m")
    expect(page.get_by_role("heading", name="Mis notas")).to_be_visible()
    press(page, "?")
    expect(page.locator("#ac-keys")).to_contain_text("Ir a Agenda")


def test_two_agents_on_one_person_are_told(sign_in: SignIn, day: dict[str, Any], context: BrowserContext) -> None:
    first = sign_in("agent")
    address = first.url.split("/cola")[0] + f"/titulares/{day['people'][0].uid}"
    first.goto(address)
    expect(first.locator("#quien")).to_be_attached()
    other = factories.make_user("agent", username="otra", full_name="Otra Gestora")
    assert context.browser is not None
    second = context.browser.new_context(locale="es-CO").new_page()
    second.goto(first.url.split("/titulares")[0] + "/ingresar")
    second.fill("#usuario", other.username)
    second.fill("#clave", factories.PASSWORD)
    second.keyboard.press("Enter")
    second.wait_for_url(re.compile("/cola"))
    second.goto(address)
    expect(second.locator("#quien")).to_contain_text("también tiene abierta a esta persona")
    first.reload()
    expect(first.locator("#quien")).to_contain_text("Otra Gestora")
    second.context.close()


def test_nothing_typed_is_lost_with_the_connection(
    sign_in: SignIn, day: dict[str, Any], context: BrowserContext
) -> None:
    """Offline: the form stays and says so; back: it is sent by itself, once."""
    page = sign_in("agent")
    press(page, "n")
    person(page, "Ana Uno")
    call(page, "ptp")
    page.locator("[name=note]").fill("Paga con la prima")
    context.set_offline(True)
    page.locator("[name=amount]").focus()
    press(page, "Enter")
    expect(page.locator("#ac-toasts")).to_contain_text("Sin conexión")
    expect(page.locator("[name=note]")).to_have_value("Paga con la prima")
    assert not Promise.objects.exists()
    context.set_offline(False)
    expect(page.locator("#gestion")).to_contain_text("Promesa de $ 180.000")
    assert Promise.objects.count() == 1
    assert Attempt.objects.get(disposition="CD-PTP").note == "Paga con la prima"
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_a_draft_comes_back_with_its_code_after_a_reload(sign_in: SignIn, day: dict[str, Any]) -> None:
    page = sign_in("agent")
    press(page, "n")
    person(page, "Ana Uno")
    call(page, "intencion")
    page.locator("[name=note]").fill("Prefiere la quincena")
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("Prefiere la quincena")
    expect(page.locator("[name=code]")).to_have_value("CD-INT")
    expect(page.locator("#codigo-texto")).to_have_value(re.compile("intención"))


def test_an_agreed_call_is_first_at_its_minute(sign_in: SignIn, day: dict[str, Any]) -> None:
    last = day["people"][2]
    Appointment.objects.create(
        debtor=last, creditor=day["creditor"], obligation=factories.Obligation.objects.get(debtor=last), kind="phone",
        agent=day["users"]["agent"], starts_at=factories.NOW + timedelta(minutes=10), minutes=15, made_by="agent",
        made_at=factories.NOW, updated_at=factories.NOW,
    )  # fmt: skip
    clock.set_now(factories.NOW + timedelta(minutes=10))
    page = sign_in("agent")
    expect(page.get_by_text("Es la hora")).to_be_visible()
    press(page, "n")
    person(page, "Carla Tres")
