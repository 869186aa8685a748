"""`acuerdo up`: one supervising process; the web servers and the worker (which is also the scheduler) are its children.

A child that dies is started again; a database that dies is too. Children end when their parent does, however it does:
each holds the reading end of a pipe whose writing end only the parent has. The parent opens the port and the web servers
take from it in turn, so that one that is starting again closes the door to nobody.
"""

import argparse
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from acuerdo.base.database import ensure_server, server_answers
from acuerdo.base.language import in_language
from acuerdo.config import environment
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PAUSE_SECONDS = 0.2
_BACKLOG = 512
_WEB_PROCESSES_MAX = 4
_DATABASE_LOOK_SECONDS = 2.0
_STOP_SECONDS_MAX = 25.0
_GROWN_SECONDS = 60.0
_RESTART_PAUSE_SECONDS_MAX = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help=in_language(es="puerto (8000)", en="port (8000)"))
    parser.add_argument(
        "--host", default="127.0.0.1", help=in_language(es="dirección (127.0.0.1)", en="address (127.0.0.1)")
    )


def run(args: argparse.Namespace) -> int:
    check_port(args.host, args.port)
    installation.open_installation(migrated=False)
    installation.migrate()
    return serve(args, {}, "")


def check_port(host: str, port: int) -> None:
    """Raises Refusal `port-in-use` before anything slow begins."""
    _listen(host, port).close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
        )
    except (OSError, OverflowError) as error:
        raise Refusal(
            "port-in-use",
            in_language(
                es=f"No se puede escuchar en {host}:{port} ({error}). Elija otro con --port.",
                en=f"Cannot listen on {host}:{port} ({error}). Choose another with --port.",
            ),
        ) from None


def web_processes() -> int:
    """ACUERDO_WEB_PROCESSES, else one for each processor up to four: what the web does is mostly our own processor time."""
    return max(1, environment.number("ACUERDO_WEB_PROCESSES", min(os.cpu_count() or 1, _WEB_PROCESSES_MAX)))


def serve(args: argparse.Namespace, document: dict[str, object], words: str) -> int:
    """Serve until told to stop; once the web answers, say `document` (with its address) or `words`."""
    _close_connections()
    door, ready = _listen(args.host, args.port), os.pipe()
    webs = [_Child(["web"], args.host, door.fileno(), ready[1]) for _ in range(web_processes())]
    children = [*webs, _Child(["worker"], args.host)]
    url = f"http://{f'[{args.host}]' if ':' in args.host else args.host}:{args.port}/"
    try:
        for child in children:
            child.start()
        _wait_until_served(ready[0], webs)
        text = in_language(
            es=f"Acuerdo atiende en {url} (Ctrl-C para detenerlo)", en=f"Acuerdo serves {url} (Ctrl-C stops it)"
        )
        output.answer(
            args, {"status": "running", "url": url, **document}, "\n".join(part for part in (words, text) if part)
        )
        _watch(children)
    except KeyboardInterrupt:
        output.progress(in_language(es="Deteniendo…", en="Stopping…"))
    finally:
        _stop(children)
        door.close()
        for end in ready:
            os.close(end)
    return 0


@dataclass(slots=True)
class _Child:
    """`door` is the listening socket of a web server, which writes one byte to `ready` once it takes requests."""

    arguments: list[str]
    host: str
    door: int | None = None
    ready: int | None = None
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    quick_deaths: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        passed = tuple(one for one in (self.door, self.ready) if one is not None)
        # A session of its own: Ctrl-C reaches only the parent, which then stops its children in order.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "acuerdo.config.cli.child", *self.arguments, *(map(str, passed))],
            pass_fds=passed,
            stdin=subprocess.PIPE,
            stdout=sys.stderr,
            env=_child_environment(self.host),
            start_new_session=True,
        )

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def start_again(self) -> None:
        """Start the dead child, each time later while it keeps dying young."""
        age = time.monotonic() - self.started
        if age > _GROWN_SECONDS:
            self.quick_deaths = 0
        elif age < min(_RESTART_PAUSE_SECONDS_MAX, 2.0**self.quick_deaths - 1):
            return
        else:
            self.quick_deaths += 1
        output.progress(in_language(es=f"Reiniciando {self.arguments[0]}…", en=f"Restarting {self.arguments[0]}…"))
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.start()


def _child_environment(host: str) -> dict[str, str]:
    variables = dict(os.environ)
    if host in _LOOPBACK and not environment.flag("ACUERDO_BEHIND_PROXY"):
        # Served to this machine's own browser over plain HTTP, where a cookie only for TLS would never come back.
        variables.setdefault("ACUERDO_TLS", "false")
    return variables


def _watch(children: list[_Child]) -> None:
    looked = time.monotonic()
    while True:
        for child in children:
            if child.has_ended():
                child.start_again()
        if installation.uses_embedded_server() and time.monotonic() - looked > _DATABASE_LOOK_SECONDS:
            if not server_answers():
                ensure_server(say=output.progress)
            looked = time.monotonic()
        time.sleep(_PAUSE_SECONDS)


def _wait_until_served(ready: int, webs: list[_Child]) -> None:
    waited_for = len(webs)
    while waited_for:
        if any(web.has_ended() for web in webs):
            raise Refusal(
                "web-did-not-start",
                in_language(
                    es="La web no arrancó; lo que dijo está arriba.", en="The web did not start; its words are above."
                ),
            )
        if select.select([ready], [], [], _PAUSE_SECONDS)[0]:
            waited_for -= len(os.read(ready, waited_for))


def _stop(children: list[_Child]) -> None:
    # A second Ctrl-C while stopping must not leave children behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS_MAX
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for child in children:
        if child.process is not None and child.process.stdin is not None:
            child.process.stdin.close()


def _close_connections() -> None:
    from django.db import connections  # noqa: PLC0415 - Django is ready

    connections.close_all()
