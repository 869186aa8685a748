"""Starting, asking and stopping the server of one folder. The caller holds the supervisor's lock.

Every process of the server inherits the lock on `server.lock`. While any of them lives the lock is taken; once we get
it, none lives, and only then may what a dead server left behind (postmaster.pid, socket) be cleared.
"""

import os
import signal
import socket
import time
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from acuerdo.base.database import cluster, processes, trouble
from acuerdo.base.database.folder import PORT, Folder, server_dsn
from acuerdo.base.database.locks import lock_now, open_lock
from acuerdo.base.database.owner import Owner

# Long enough for a crash recovery over max_wal_size on a slow disk.
_RECOVERY_SECONDS_MAX = 600.0
_SILENCE_SECONDS_MAX = 60.0
_STOP_SECONDS_MAX = 120.0
_PAUSE_SECONDS = 0.05
_BUSY_WORDS = (
    "starting up",
    "shutting down",
    "recovery mode",
    "not yet accepting connections",
    "not accepting connections",
)


class Answer(Enum):
    WELL = "well"
    BUSY = "busy"
    """It is there but starting, recovering or stopping."""
    SILENT = "silent"


def ask(folder: Folder) -> Answer:
    """What the server says to `SELECT 1`."""
    import psycopg  # noqa: PLC0415 - 100 ms that commands without a database do not pay

    try:
        with psycopg.connect(server_dsn(folder.root, "postgres"), connect_timeout=3, autocommit=True) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        words = str(error)
        if any(busy in words for busy in _BUSY_WORDS):
            return Answer.BUSY
        return Answer.WELL if "too many clients" in words or "remaining connection slots" in words else Answer.SILENT
    return Answer.WELL


def take_lock(folder: Folder) -> int | None:
    """The server's lock once no process of a former server or initdb lives, or None when a server answers meanwhile.

    Raises Refusal when the lock is held where we can reach nobody (another computer or container).
    """
    lock = open_lock(folder.server_lock)
    begun = time.monotonic()
    while not lock_now(lock, exclusive=True):
        answer = ask(folder)
        if answer is Answer.WELL:
            os.close(lock)
            return None
        patience = _RECOVERY_SECONDS_MAX if answer is Answer.BUSY else _SILENCE_SECONDS_MAX
        if time.monotonic() - begun > patience:
            holder = os.pread(lock, 200, 0).decode(errors="replace").strip()
            os.close(lock)
            raise trouble.folder_in_use(folder.cluster, holder)
        time.sleep(_PAUSE_SECONDS)
    return lock


def start(folder: Folder, owner: Owner, bin_dir: Path, lock: int, extra_settings: Mapping[str, str]) -> None:
    """Start a server that inherits `lock`; the caller closes its own descriptor of it, then waits with `wait_until_well`."""
    cluster.check_disk(folder.root, cluster.DISK_START_MB)
    _prepare_socket_dir(folder, owner)
    _clear_left_over(folder)
    cluster.write_settings(folder, owner, extra_settings)
    _launch(folder, owner, bin_dir, lock)


def stop(folder: Folder) -> None:
    """Stop the server without waiting for its clients; returns when its last process has ended. Not ours to see: left alone."""
    pid = processes.server_pid(folder.cluster)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS_MAX
    lock = open_lock(folder.server_lock)
    try:
        while not lock_now(lock, exclusive=True) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
    finally:
        os.close(lock)


def _launch(folder: Folder, owner: Owner, bin_dir: Path, lock: int) -> None:
    os.ftruncate(lock, 0)
    os.pwrite(lock, socket.gethostname().encode(), 0)
    folder.start_log.unlink(missing_ok=True)
    command: list[str | Path] = [bin_dir / "pg_ctl", "start", "-W", "-s", "-D", folder.cluster, "-l", folder.start_log]
    done = owner.run(command, pass_fds=(lock,))
    if done.returncode != 0:
        raise cluster.explain(folder, done.stderr + _last_words(folder), folder.start_log)


def wait_until_well(folder: Folder) -> None:
    """Return when the server answers. Raises Refusal with its last words when its processes have ended instead."""
    lock = open_lock(folder.server_lock)
    deadline = time.monotonic() + _RECOVERY_SECONDS_MAX
    try:
        while ask(folder) is not Answer.WELL:
            if lock_now(lock, exclusive=True):
                raise cluster.explain(folder, _last_words(folder), folder.cluster / "log")
            if time.monotonic() > deadline:
                raise trouble.did_not_start(folder.cluster / "log", _last_words(folder)[-300:])
            time.sleep(_PAUSE_SECONDS)
    finally:
        os.close(lock)


def _clear_left_over(folder: Folder) -> None:
    """Cure the pid files of a dead server whose number another program now has; PostgreSQL itself cures the other case."""
    if processes.server_pid(folder.cluster) is not None or processes.shared_memory_in_use(folder.cluster):
        # Started by hand, without our lock.
        raise trouble.folder_in_use(folder.cluster, socket.gethostname())
    address = folder.socket_dir / f".s.PGSQL.{PORT}"
    for left_over in (folder.cluster / "postmaster.pid", folder.socket_dir / f"{address.name}.lock", address):
        left_over.unlink(missing_ok=True)


def _prepare_socket_dir(folder: Folder, owner: Owner) -> None:
    path = folder.socket_dir
    if not path.exists():
        path.mkdir(mode=0o700)
        owner.give(path)
    found = path.lstat()
    # A folder under /tmp can be laid in wait by anyone: it must be a real folder of the server's account, closed to others.
    if path.is_symlink() or found.st_uid != owner.uid or found.st_mode & 0o077:
        raise trouble.socket_taken(path)


def _last_words(folder: Folder) -> str:
    logs = sorted((folder.cluster / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)[-1:]
    return "\n".join(_tail(path) for path in [folder.start_log, *logs])


def _tail(path: Path, size: int = 4000) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - size))
        return stream.read().decode(errors="replace")
