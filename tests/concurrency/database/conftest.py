"""Real servers in folders of their own, and processes of ours that can be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from acuerdo.base.database import Folder, binaries, processes, release_server, server_dsn

_USER = """
import sys
from acuerdo.base.database import ensure_server
ensure_server(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


class ServerUser:
    """A process that uses the folder's server until told to leave."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> "ServerUser":
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()
        return self

    def leave(self) -> None:
        _, errors = self.process.communicate("")
        assert (self.process.returncode, errors) == (0, "")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The server's programs, unpacked once for all these tests."""
    home = Path(tempfile.mkdtemp(prefix="acuerdo-programs-"))
    home.chmod(0o755)
    binaries.unpack(home)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def bare_data_dir() -> Iterator[Path]:
    """A folder not made yet, where the server's account can reach it; whatever runs in it is stopped afterwards."""
    home = Path(tempfile.mkdtemp(prefix="acuerdo-"))
    home.chmod(0o711)
    path = home / "data"
    yield path
    release_server(path)
    if pid := processes.server_pid(Folder(path).cluster):
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: processes.server_pid(Folder(path).cluster) is None)
    shutil.rmtree(Folder(path.resolve()).socket_dir, ignore_errors=True)
    shutil.rmtree(home)


@pytest.fixture
def data_dir(bare_data_dir: Path, programs: Path) -> Path:
    """A folder without a cluster yet, whose programs are there."""
    bare_data_dir.mkdir(mode=0o711)
    (bare_data_dir / "binaries").symlink_to(programs)
    return bare_data_dir


@pytest.fixture
def join(data_dir: Path) -> Iterator[Callable[[], ServerUser]]:
    """Starts a process that joins the folder's server (does not wait for it)."""
    users: list[ServerUser] = []

    def start() -> ServerUser:
        users.append(ServerUser(data_dir))
        return users[-1]

    yield start
    for user in users:
        if user.process.returncode is None:
            user.kill()


def ask(data_dir: Path, query: str) -> object:
    with psycopg.connect(server_dsn(data_dir), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def started_at(data_dir: Path) -> object:
    """Tells one server from another on the same folder."""
    return ask(data_dir, "SELECT pg_postmaster_start_time()")


def wait_until(happens: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.02)
