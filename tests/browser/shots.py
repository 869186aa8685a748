"""Pictures of every screen into ./shots: Spanish and English, 1366 px and 390 px wide, light, and dark for two.

`make shots` starts a demonstration of its own; `ARGS="--url http://127.0.0.1:8000"` uses a running one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.chromium import ARGUMENTS, find_chromium

SIZES = {"1366": (1366, 768), "390": (390, 844)}
LANGUAGES = ("es", "en")
PASSWORD = "acuerdo-demo"
PATIENCE_MS = 180_000  # a busy machine is slow, not broken


@dataclass(frozen=True)
class Shot:
    """`steps` are selectors to press before the picture, in order; `dark` also takes a dark one.

    With `follow` (a regular expression) the picture is of the first page linked from `path` whose address matches, with `then`
    put behind that address; with `onward`, of the first page linked from there that matches it, with `last` behind it.
    """

    name: str
    role: str
    path: str
    steps: tuple[str, ...] = ()
    dark: bool = False
    follow: str = ""
    then: str = ""
    onward: str = ""
    last: str = ""


PERSON = r"/titulares/[0-9a-f-]{36}$"


SHOTS = (
    Shot("ingresar", "", "/ingresar"),
    Shot("cola", "agent", "/cola", dark=True),
    Shot("titular", "agent", "/cola", follow=PERSON, dark=True),
    Shot("llamada", "agent", "/cola", ("[data-key=e]", "text:ptp"), follow=PERSON),
    Shot("acuerdos", "agent", "/cola", follow=PERSON, then="/acuerdos/", dark=True),
    Shot("documentos", "agent", "/cola", follow=PERSON, then="/documentos/"),
    Shot("solicitud-nueva", "agent", "/cola", follow=PERSON, then="/solicitudes/nueva"),
    Shot("visita", "agent", "/cola", follow=PERSON, then="/visita"),
    Shot("mensaje", "agent", "/cola", ("[data-key=m]",), follow=PERSON),
    Shot("agendar", "agent", "/cola", ("[data-key=a]",), follow=PERSON),
    Shot("sala", "supervisor", "/sala/", dark=True),
    Shot("gestor", "supervisor", "/sala/", follow=r"/sala/gestores/[0-9a-f-]{36}$"),
    Shot("notas", "agent", "/sala/notas"),
    Shot("varias", "supervisor", "/cola/varias"),
    Shot("agenda", "agent", "/agenda/?view=day", dark=True),
    Shot("agenda-semana", "supervisor", "/agenda/?view=week", dark=True),
    Shot("buscar", "agent", "/buscar?q=maria"),
    Shot("conversaciones", "agent", "/conversaciones/"),
    Shot("tablero", "supervisor", "/hoy", dark=True),
    Shot("filas", "supervisor", "/hoy/filas"),
    Shot("aprobaciones", "supervisor", "/aprobaciones"),
    Shot("cartera", "director", "/cartera"),
    Shot("veredictos", "compliance", "/veredictos?outcome=all", dark=True),
    Shot("periodo", "compliance", "/veredictos/periodo"),
    Shot("calendario", "compliance", "/buscar?q=ra", follow=PERSON, then="/calendario", dark=True),
    Shot("solicitudes", "compliance", "/solicitudes", dark=True),
    Shot("caso", "compliance", "/solicitudes", follow=r"/solicitudes/[0-9a-f-]{36}$", dark=True),
    Shot("core", "director", "/core", dark=True),
    Shot("movimientos", "director", "/cartera", follow=PERSON, onward=r"/movimientos$", dark=True),
    Shot("movimiento", "director", "/cartera", follow=PERSON, onward=r"/movimientos$", last="/pago", dark=True),
    Shot("centrales", "compliance", "/centrales", dark=True),
    Shot("centrales-persona", "compliance", "/centrales", follow=r"/titulares/[0-9a-f-]{36}/centrales$"),
    Shot("permisos", "compliance", "/centrales", follow=r"/titulares/[0-9a-f-]{36}/centrales$", then="/../permisos/"),
    Shot("lectura", "compliance", "/reglas/co/frequency_policy"),
    Shot("supresiones", "compliance", "/solicitudes/supresiones"),
    Shot("pausas", "compliance", "/pausas"),
    Shot("reglas", "compliance", "/reglas", dark=True),
    Shot("guiones", "compliance", "/guiones/", dark=True),
    Shot("guion-nuevo", "director", "/guiones/nuevo", dark=True),
    Shot("guion", "compliance", "/guiones/", follow=r"/guiones/[0-9a-f-]{36}$", dark=True),
    Shot("estrategia", "director", "/estrategia", dark=True),
    Shot("plantillas", "director", "/plantillas"),
    Shot("plantilla", "director", "/plantillas", follow=r"/plantillas/[0-9a-f-]{36}$"),
    Shot("plantilla-nueva", "director", "/plantillas/nueva", dark=True),
    Shot("cargas", "admin", "/cargas/"),
    Shot("carga", "admin", "/cargas/", follow=r"/cargas/[0-9a-f-]{36}$"),
    Shot("autorizaciones", "compliance", "/cargas/autorizaciones", dark=True),
    Shot("cargar", "admin", "/cargas/nueva"),
    Shot("pagos", "admin", "/pagos/"),
    Shot("pagos-nuevo", "admin", "/pagos/nuevo"),
    Shot("por-identificar", "admin", "/pagos/por-identificar"),
    Shot("buzon", "compliance", "/buzon/"),
    Shot("proveedores", "admin", "/proveedores/", dark=True),
    Shot("cartas", "admin", "/proveedores/cartas", dark=True),
    Shot("campanas", "director", "/campanas/", dark=True),
    Shot("campana-nueva", "director", "/campanas/nueva?text=nuevo_medio_pago:email", dark=True),
    Shot("usuarios", "admin", "/usuarios"),
    Shot("usuario-nuevo", "admin", "/usuarios/nuevo"),
    Shot("dia", "admin", "/dia"),
    Shot("no-esta", "agent", "/no-existe"),
    Shot("sin-permiso", "agent", "/usuarios"),
)


def main() -> int:
    args = _arguments()
    executable = find_chromium()
    if executable is None:
        print("Chromium is missing: apt-get install chromium fonts-noto-color-emoji", file=sys.stderr)
        return 1
    args.out.mkdir(parents=True, exist_ok=True)
    with _site(args.url, args.debtors) as url, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for language in args.languages:
            for size, (width, height) in ((size, SIZES[size]) for size in args.sizes):
                for role in dict.fromkeys(shot.role for shot in SHOTS):
                    context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
                    context.set_default_timeout(PATIENCE_MS)
                    _come_in(context, url, role, language)
                    for shot in SHOTS:
                        if shot.role == role and (not args.only or shot.name in args.only):
                            _take(context, url, shot, args.out / f"{shot.name}-{language}-{size}")
                    context.close()
        browser.close()
    print(f"{len(list(args.out.glob('*.png')))} pictures in {args.out}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a running demonstration; without it one is started")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--debtors", type=int, default=800)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--languages", nargs="*", default=list(LANGUAGES), choices=list(LANGUAGES))
    return parser.parse_args()


@contextmanager
def _site(url: str, debtors: int) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="acuerdo-shots-") as folder:
        Path(folder).chmod(0o711)  # as root the database runs under an account of its own, which must pass through
        command = [sys.executable, "-m", "acuerdo.config.cli.main", "demo", "--debtors", str(debtors), "--port", "8765"]
        served = subprocess.Popen(
            command,
            env={**os.environ, "ACUERDO_DATA": folder, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert served.stdout is not None
            for line in served.stdout:
                if found := re.search(r"http://[\d.]+:\d+", line):
                    yield found.group()
                    return
            raise SystemExit("the demonstration did not start")
        finally:
            served.terminate()
            served.wait(timeout=60)


def _come_in(context: BrowserContext, url: str, role: str, language: str) -> None:
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    if not role:
        return
    page = context.new_page()
    page.goto(f"{url}/ingresar")
    page.fill("#usuario", USERS[role])
    page.fill("#clave", PASSWORD)
    page.click("button[type=submit] >> nth=0")
    page.wait_for_url(lambda address: "/ingresar" not in address)
    page.evaluate(
        """async language => {
            const body = new URLSearchParams({language, next: "/"});
            const headers = {"X-CSRFToken": document.querySelector("meta[name=csrf-token]").content};
            await fetch("/idioma", {method: "POST", body, headers});
        }""",
        language,
    )
    page.close()


def _take(context: BrowserContext, url: str, shot: Shot, target: Path) -> None:
    page = context.new_page()
    _open(page, url, shot)
    page.screenshot(path=f"{target}.png", full_page=True, timeout=PATIENCE_MS)
    if shot.dark:
        page.evaluate(
            "document.documentElement.dataset.bsTheme = 'dark'; document.dispatchEvent(new Event('ac:theme'))"
        )
        page.wait_for_timeout(300)
        page.screenshot(path=f"{target}-dark.png", full_page=True, timeout=PATIENCE_MS)
    page.close()


def _open(page: Page, url: str, shot: Shot) -> None:
    page.goto(url + shot.path)
    if shot.follow:
        if shot.follow == PERSON and not _linked(page, PERSON):  # the agents of the demonstration were quick
            page.goto(f"{url}/buscar?q=ra")
        if path := _linked(page, shot.follow):
            page.goto(f"{url}{path}{shot.then}")
    if shot.onward and (path := _linked(page, shot.onward)):
        page.goto(f"{url}{path}{shot.last}")
    page.wait_for_load_state("networkidle")
    for step in shot.steps:
        if step.startswith("text:"):
            page.keyboard.type(step.removeprefix("text:"))
            page.keyboard.press("Enter")
        else:
            page.click(step)
            page.wait_for_selector("#gestion form")
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def _linked(page: Page, pattern: str) -> str:
    """The path of the first link that matches, empty without one."""
    paths = page.eval_on_selector_all("a[href]", "links => links.map(link => new URL(link.href).pathname)")
    return next((path for path in paths if re.search(pattern, path)), "")


USERS = {
    "agent": "gestora",
    "supervisor": "supervisor",
    "director": "directora",
    "compliance": "cumplimiento",
    "admin": "admin",
}

if __name__ == "__main__":
    raise SystemExit(main())
