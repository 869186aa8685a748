"""The frontend's own behaviours in a real browser, on our own page, under the strict content policy, without the application."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

DIST = Path(__file__).resolve().parents[2] / "acuerdo" / "static" / "dist"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
    pytest.mark.skipif(not (DIST / "app.js").exists(), reason="the bundle is not built (make setup)"),
]

PAGE = """<!doctype html><html lang="es" data-bs-theme="light"><head><meta charset="utf-8"><title>Partes</title>
<meta name="csrf-token" content="token-1"><link rel="icon" href="data:,"><script src="/dist/theme.js"></script>
<link rel="stylesheet" href="/dist/app.css"><script src="/dist/app.js" defer></script><script src="/dist/charts.js" defer></script></head>
<body data-text-denied="No tiene permiso."><a class="ac-skip" href="#contenido">Saltar</a><div id="ac-progress" hidden></div>
<main id="contenido" tabindex="-1">
<button id="theme" data-theme-toggle>Tema</button><input id="search" data-search aria-label="Buscar">
<a id="queue" href="/other" data-key="g q">Mi cola</a><button id="opener" data-opens="box">Abrir</button>
<dialog id="box" class="ac-dialog"><p>Texto</p><button id="closer" data-closes>Cerrar</button></dialog>
<form id="call" hx-post="/save" hx-target="#result" data-draft="call-1">
<select name="disposition" id="disposition"><option value="none">No contesta</option>
<option value="rpc" data-kind="promise">Promesa</option></select>
<div id="part" data-when="disposition=promise"><input name="amount" id="amount"></div><textarea name="note" id="note"></textarea>
<input type="password" name="secret" id="secret"><button id="send">Guardar</button></form><div id="result"></div>
<button id="refused" hx-post="/refused" hx-target="#result">1</button><button id="problem" hx-post="/problem" hx-target="#result">2</button>
<button id="expired" hx-get="/expired" hx-target="#result">3</button>
<div class="ac-chart" id="chart" data-chart="bar" data-chart-from="figures"></div>
<script type="application/json" id="figures">{"categories":["a","b"],"series":[{"name":"Saldo","values":[1,2]}],"unit":"COP"}</script>
</main><div id="ac-toasts" class="ac-toasts" role="status" aria-live="polite"></div></body></html>"""
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


class Answers(BaseHTTPRequestHandler):
    """What the application would answer, in the ways that frontend/README.md promises."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/dist/"):
            file = DIST / path.removeprefix("/dist/")
            self._send(200, file.read_bytes(), TYPES[file.suffix])
        elif path == "/expired":
            self._send(302, b"", "text/html", {"Location": "/login"})
        else:
            page = PAGE if path == "/" else f"<!doctype html><html lang='es'><title>{path}</title><h1>{path}</h1>"
            self._send(200, page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode(), keep_blank_values=True)
        if self.headers["X-CSRFToken"] != "token-1":
            self._send(403, b"no token", "text/plain")
        elif self.path == "/refused":
            form = '<form><label>Monto <input name="other"></label><input id="wrong" class="is-invalid" aria-invalid="true"></form>'
            self._send(422, form.encode(), "text/html; charset=utf-8")
        elif self.path == "/problem":
            body = json.dumps({"title": "No", "detail": "Ya hubo un contacto hoy."}).encode()
            self._send(409, body, "application/problem+json")
        else:
            toast = json.dumps({"ac:toast": {"text": "Gestión guardada", "tone": "ok"}})
            self._send(200, f"<p>{sorted(fields)}</p>".encode(), "text/html; charset=utf-8", {"HX-Trigger": toast})

    def _send(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Security-Policy": POLICY,
            "Content-Length": str(len(body)),
            **(more or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Silence."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page at 1366 px; at the end the browser must not have complained: neither the policy nor the scripts."""
    context = browser.new_context(viewport={"width": 1366, "height": 800}, color_scheme="light", locale="es-CO")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    page.goto(address)
    page.wait_for_function("document.querySelector('#part').hidden")
    yield page
    assert complaints == []
    context.close()


def test_theme_is_chosen_and_kept(page: Page) -> None:
    page.click("#theme")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"


def test_theme_follows_the_system_until_one_is_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_slash_goes_to_the_search_and_is_not_typed(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")


def test_a_shortcut_of_two_keys_follows_its_link(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/other")


def test_shortcuts_rest_while_typing(page: Page) -> None:
    page.fill("#note", "")
    page.type("#note", "g q?/")
    expect(page.locator("#note")).to_have_value("g q?/")
    expect(page.locator("#ac-keys")).to_have_count(0)


def test_question_mark_lists_the_shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#ac-keys")).to_contain_text("Mi cola")
    page.keyboard.press("Escape")
    expect(page.locator("#ac-keys")).to_have_count(0)


def test_dialog_opens_closes_and_gives_the_focus_back(page: Page) -> None:
    page.click("#opener")
    expect(page.locator("#box")).to_be_visible()
    page.click("#closer")
    expect(page.locator("#box")).to_be_hidden()
    expect(page.locator("#opener")).to_be_focused()


def test_a_part_is_asked_only_for_its_answer(page: Page) -> None:
    expect(page.locator("#amount")).to_be_disabled()
    page.select_option("#disposition", "rpc")
    expect(page.locator("#amount")).to_be_visible()
    expect(page.locator("#amount")).to_be_enabled()


def test_saving_sends_the_token_says_so_and_leaves_hidden_fields_out(page: Page) -> None:
    page.fill("#note", "Llamará mañana")
    page.click("#send")
    expect(page.locator("#result")).to_have_text("['disposition', 'note', 'secret']")
    expect(page.locator(".ac-toast")).to_contain_text("Gestión guardada")


def test_a_draft_survives_a_reload_but_never_a_password(page: Page) -> None:
    page.fill("#note", "A medias")
    page.fill("#secret", "clave")
    page.reload()
    expect(page.locator("#note")).to_have_value("A medias")
    expect(page.locator("#secret")).to_have_value("")
    assert "clave" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_draft_goes_once_it_was_sent(page: Page) -> None:
    page.fill("#note", "Enviada")
    page.click("#send")
    expect(page.locator("#result")).to_contain_text("note")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_refused_form_is_shown_and_its_first_mistake_has_the_focus(page: Page) -> None:
    page.click("#refused")
    expect(page.locator("#wrong")).to_be_focused()
    expect(page.locator(".ac-toast")).to_have_count(0)


def test_a_problem_becomes_its_sentence_and_changes_nothing(page: Page) -> None:
    page.click("#problem")
    expect(page.locator(".ac-toast")).to_contain_text("Ya hubo un contacto hoy.")
    expect(page.locator("#result")).to_be_empty()


def test_an_ended_session_leads_to_the_log_in(page: Page) -> None:
    page.click("#expired")
    page.wait_for_url("**/login")


def test_no_connection_says_so(page: Page) -> None:
    page.route("**/problem", lambda route: route.abort())
    page.click("#problem")
    expect(page.locator(".ac-toast")).to_contain_text("No hay conexión")


def test_the_chart_is_drawn_and_described(page: Page) -> None:
    expect(page.locator("#chart canvas")).to_have_count(1)
    assert "Saldo" in (page.get_attribute("#chart", "aria-label") or "")


def test_controls_are_large_enough_for_a_thumb_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('button').forEach((button) => button.classList.add('btn'))")
    heights = page.evaluate(
        "[...document.querySelectorAll('main > .btn')].map((button) => button.getBoundingClientRect().height)"
    )
    assert len(heights) >= 4
    assert min(heights) >= 44
