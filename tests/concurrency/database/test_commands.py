"""The commands on an installation of their own, as a person types them: real processes, a real embedded server."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from acuerdo.base.database import Folder, processes, server_answers
from tests.concurrency.database.conftest import ask, wait_until

Acuerdo = Callable[..., "subprocess.CompletedProcess[str]"]
WEB_PROCESSES, REQUESTS = 2, 20
COMMAND = [sys.executable, "-m", "acuerdo.config.cli.main"]


def environment(data_dir: Path) -> dict[str, str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("ACUERDO", "DATABASE", "DJANGO"))
    }
    own = {"ACUERDO_DATA": str(data_dir), "ACUERDO_DAY_AT": "", "ACUERDO_WEB_PROCESSES": str(WEB_PROCESSES)}
    return {**clean, **own}


@pytest.fixture
def acuerdo(data_dir: Path) -> Acuerdo:
    def run(*words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *words], env=environment(data_dir), input=stdin, capture_output=True, text=True, check=False
        )

    return run


def told(done: "subprocess.CompletedProcess[str]", status: int = 0) -> dict[str, object]:
    assert done.returncode == status, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_an_installation_is_made_used_saved_and_brought_back(acuerdo: Acuerdo, data_dir: Path, tmp_path: Path) -> None:
    saved = str(tmp_path / "copia.dump")
    assert told(acuerdo("day", "--json"), 1)["code"] == "database-not-migrated"
    assert "base.0001_functions" in str(told(acuerdo("migrate", "--json"))["applied"])
    assert told(acuerdo("migrate", "--json"))["applied"] == []
    admin = ("createadmin", "jefa", "--password-stdin", "--json")
    assert told(acuerdo(*admin, stdin="una clave bien larga\n"))["username"] == "jefa"
    assert told(acuerdo(*admin, stdin="una clave bien larga\n"), 1)["code"] == "user-exists"
    assert told(acuerdo("day", "--date", "2026-07-13", "--phase", "nada", "--json"), 1)["code"] == "phase-unknown"
    assert told(acuerdo("check", "--json")) == {"status": "done", "findings": []}
    assert not server_answers(data_dir), "each command stops the server that it alone used"

    assert told(acuerdo("backup", saved, "--json"))["file"] == saved
    assert Path(saved).stat().st_mode & 0o777 == 0o600
    assert told(acuerdo("backup", saved, "--json"), 1)["code"] == "backup-exists"
    assert told(acuerdo(*("createadmin", "otra", "--password-stdin", "--json"), stdin="otra clave larga\n"))
    assert told(acuerdo("restore", saved, "--json"), 1)["code"] == "database-not-empty"
    assert told(acuerdo("restore", saved, "--replace", "--json"))["status"] == "done"
    assert told(acuerdo(*admin, stdin="una clave bien larga\n"), 1)["code"] == "user-exists"


@pytest.mark.slow
def test_a_spoilt_backup_changes_nothing(acuerdo: Acuerdo, data_dir: Path, tmp_path: Path) -> None:
    saved = tmp_path / "copia.dump"
    told(acuerdo("migrate", "--json"))
    told(acuerdo("createadmin", "jefa", "--password-stdin", "--json", stdin="una clave bien larga\n"))
    told(acuerdo("backup", str(saved), "--json"))
    whole = saved.read_bytes()
    for name, content in {"cut": whole[:-40], "half": whole[: len(whole) // 2], "other": b"hola", "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        refused = told(acuerdo("restore", str(tmp_path / name), "--replace", "--json"), 1)
        assert refused["code"] == "backup-unreadable", name
    again = acuerdo("createadmin", "jefa", "--password-stdin", "--json", stdin="una clave bien larga\n")
    assert told(again, 1)["code"] == "user-exists"


class Up:
    """A running `acuerdo up` with its address."""

    def __init__(self, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--port", str(self.port), "--json"],
            env=environment(data_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        assert json.loads(line) == {"status": "running", "url": f"http://127.0.0.1:{self.port}/"}

    def children(self) -> dict[str, list[int]]:
        """The numbers of each part's processes."""
        found: dict[str, list[int]] = defaultdict(list)
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_text().split("\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == self.process.pid and "acuerdo.config.cli.child" in words:
                found[words[words.index("acuerdo.config.cli.child") + 1]].append(int(entry.name))
        return found

    def serves(self) -> bool:
        """Whether it answers, and well, what it must ask the database."""
        asked = Request(
            f"http://127.0.0.1:{self.port}/api/v1/obligations", headers={"Authorization": "Bearer acu_nobody"}
        )
        try:
            with urlopen(asked, timeout=20):
                return False  # nobody has that key
        except HTTPError as error:
            return error.code == 401
        except (URLError, TimeoutError, ConnectionError):
            return False


@pytest.fixture
def up(data_dir: Path) -> Iterator[Up]:
    running = Up(data_dir)
    running.wait_ready()
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
    running.process.communicate()
    wait_until(lambda: not server_answers(data_dir), 40)


@pytest.mark.slow
def test_up_brings_back_whatever_is_killed_and_leaves_nothing_behind(up: Up, data_dir: Path) -> None:
    assert up.serves()
    for part in ("worker", "web"):
        killed, *rest = up.children()[part]
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda part=part, old=killed, rest=rest: len({*up.children()[part]} - {old}) > len(rest))  # type: ignore[misc]
    stopped = up.children()["web"][0]
    os.kill(stopped, signal.SIGTERM)
    wait_until(lambda: stopped not in (webs := up.children()["web"]) and len(webs) == WEB_PROCESSES, 40)
    wait_until(up.serves)
    # The threads now keep connections, which die with the server.
    assert all(up.serves() for _ in range(REQUESTS))
    postmaster = processes.server_pid(Folder(data_dir).cluster)
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: processes.server_pid(Folder(data_dir).cluster) not in (None, postmaster))
    wait_until(lambda: server_answers(data_dir))
    assert all(up.serves() for _ in range(REQUESTS))
    kept = int(
        ask(
            data_dir,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'acuerdo' AND backend_type = 'client backend'",
        )
    )
    assert kept < 50, "connections are bounded by processes and threads, not by requests"
    assert ask(data_dir, "SELECT count(*) > 40 FROM django_migrations")

    children = [pid for pids in up.children().values() for pid in pids]
    up.process.send_signal(signal.SIGTERM)
    up.process.communicate(timeout=40)
    assert up.process.returncode == 128 + signal.SIGTERM
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert not server_answers(data_dir)


@pytest.mark.slow
def test_killing_up_itself_ends_its_children_and_then_the_server(up: Up, data_dir: Path) -> None:
    children = [pid for pids in up.children().values() for pid in pids]
    assert {part: len(pids) for part, pids in up.children().items()} == {"web": WEB_PROCESSES, "worker": 1}
    up.process.kill()
    up.process.communicate()
    wait_until(lambda: not any(Path(f"/proc/{pid}/cwd").exists() for pid in children), 40)
    wait_until(lambda: not server_answers(data_dir), 40)


def test_a_taken_port_is_refused_before_anything_starts(acuerdo: Acuerdo, data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = told(acuerdo("up", "--port", str(taken.getsockname()[1]), "--json"), 1)
    assert refused["code"] == "port-in-use"
    assert not (data_dir / "postgres").exists()
