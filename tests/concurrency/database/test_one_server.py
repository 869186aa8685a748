"""However many come, leave and die, a folder has one server and keeps what was committed."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg

from acuerdo.base.database import Folder, ensure_server, processes, release_server, server_answers, server_dsn
from tests.concurrency.database.conftest import ServerUser, ask, started_at, wait_until

Join = Callable[[], ServerUser]


def servers_on(data_dir: Path) -> list[int]:
    """Every postmaster that works in this folder, by asking the kernel (its parent is no postgres of the folder)."""
    cluster = Folder(data_dir.resolve()).cluster
    found: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == cluster and (entry / "comm").read_text() == "postgres\n":
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return [pid for pid, parent in found.items() if parent not in found]


def test_two_processes_at_once_start_one_server(data_dir: Path, join: Join) -> None:
    first, second = join(), join()
    first.wait_ready()
    second.wait_ready()
    assert len(servers_on(data_dir)) == 1


def test_the_last_to_leave_stops_the_server(data_dir: Path, join: Join) -> None:
    first, second = join().wait_ready(), join().wait_ready()
    begun = started_at(data_dir)
    first.leave()
    assert started_at(data_dir) == begun
    second.leave()
    assert servers_on(data_dir) == []
    assert not server_answers(data_dir)


def test_a_killed_process_loses_nothing_and_its_server_is_reused_then_stopped(data_dir: Path, join: Join) -> None:
    killed = join().wait_ready()
    begun = started_at(data_dir)
    ask(data_dir, "CREATE TABLE kept AS SELECT generate_series(1, 500) AS number")
    killed.kill()
    assert server_answers(data_dir), "the server outlives the process that started it"

    ensure_server(data_dir)
    assert started_at(data_dir) == begun
    assert ask(data_dir, "SELECT count(*) FROM kept") == 500
    release_server(data_dir)
    assert servers_on(data_dir) == []


def test_a_killed_server_recovers_every_commit(data_dir: Path) -> None:
    ensure_server(data_dir)
    ask(data_dir, "CREATE TABLE kept (number int)")
    with psycopg.connect(server_dsn(data_dir), autocommit=True) as connection:
        for number in range(300):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
    pid = processes.server_pid(Folder(data_dir).cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    ensure_server(data_dir)
    assert ask(data_dir, "SELECT count(*) FROM kept") == 300
    assert len(servers_on(data_dir)) == 1


def test_a_kill_during_the_first_preparation_leaves_nothing_half_done(data_dir: Path, join: Join) -> None:
    aside = Folder(data_dir).root / "postgres.new"
    killed = join()
    wait_until((aside / "PG_VERSION").exists)
    killed.kill()
    assert not Folder(data_dir).cluster.exists()

    ensure_server(data_dir)
    assert ask(data_dir, "SELECT current_database()") == "acuerdo"
    assert not aside.exists()


def test_a_server_killed_while_clients_use_it_comes_back_for_all(data_dir: Path, join: Join) -> None:
    user = join().wait_ready()
    os.kill(servers_on(data_dir)[0], signal.SIGKILL)
    ensure_server(data_dir)
    user.leave()
    assert server_answers(data_dir), "we still use it"


def test_the_server_is_durable(data_dir: Path) -> None:
    ensure_server(data_dir)
    settings = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    assert {name: ask(data_dir, f"SHOW {name}") for name in settings} == dict.fromkeys(settings, "on")


def test_the_server_listens_to_nobody_but_this_account(data_dir: Path) -> None:
    ensure_server(data_dir)
    assert ask(data_dir, "SELECT current_setting('listen_addresses')") == ""
    assert Folder(data_dir).socket_dir.stat().st_mode & 0o077 == 0
    assert ask(data_dir, "SELECT current_setting('timezone')") == "UTC"


def test_a_path_too_long_for_a_socket_gets_a_short_one(data_dir: Path, programs: Path) -> None:
    deep = data_dir / ("carpeta-" * 12)
    deep.mkdir(mode=0o711)
    (deep / "binaries").symlink_to(programs)
    ensure_server(deep)
    try:
        assert Folder(deep.resolve()).socket_dir.parent == Path("/tmp")
        assert ask(deep, "SELECT 1") == 1
    finally:
        release_server(deep)
        shutil.rmtree(Folder(deep.resolve()).socket_dir)
