"""The cluster's files: made once in a folder aside and renamed when complete, its settings written again before each start.

Settings that a person changes with ALTER SYSTEM (postgresql.auto.conf) win over ours and survive.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from acuerdo.base.database import trouble
from acuerdo.base.database.binaries import wheel_major
from acuerdo.base.database.folder import DATABASE_NAME, ROLE_NAME, Folder
from acuerdo.base.database.owner import Owner

_MB = 1024 * 1024
DISK_NEW_MB = 400
DISK_START_MB = 48
_SHARED_MEMORY_SMALL_MB = 256


def check_cluster(folder: Folder) -> bool:
    """Whether a cluster of this major version exists. Raises Refusal for another version or a folder of something else."""
    version = folder.cluster / "PG_VERSION"
    try:
        found = version.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if folder.cluster.exists() and any(folder.cluster.iterdir()):
            raise trouble.not_a_cluster(folder.cluster) from None
        return False
    except PermissionError:
        raise trouble.not_ours(folder.cluster) from None
    if found != wheel_major():
        raise trouble.other_version(folder.cluster, found, wheel_major())
    return True


def check_disk(path: Path, needed_mb: int) -> None:
    if shutil.disk_usage(path).free < needed_mb * _MB:
        raise trouble.disk_full(path, needed_mb)


def make_cluster(folder: Folder, owner: Owner, bin_dir: Path, lock: int) -> None:
    """Run initdb aside and rename. `lock` is the server's, which initdb inherits: while the initdb of a killed process
    still writes, nobody else gets this far; what it left aside is then removed."""
    check_disk(folder.root, DISK_NEW_MB)
    aside = folder.root / "postgres.new"
    if aside.exists():
        shutil.rmtree(aside)
    aside.mkdir(mode=0o700)
    owner.give(aside)
    # fmt: off
    done = owner.run([
        bin_dir / "initdb", "--pgdata", aside, "--username", ROLE_NAME, "--encoding", "UTF8", "--data-checksums",
        "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--text-search-config", "spanish",
        "--auth-local", "peer", "--auth-host", "reject", "--no-instructions",
    ], pass_fds=(lock,))
    # fmt: on
    if done.returncode == 0:
        # By the single-user server, so that the rename below brings a complete installation or nothing.
        done = owner.run(
            [bin_dir / "postgres", "--single", "-D", aside, "postgres"],
            stdin=f"CREATE DATABASE {DATABASE_NAME};\n",
            pass_fds=(lock,),
        )
    if done.returncode != 0 or "ERROR" in done.stderr:
        shutil.rmtree(aside, ignore_errors=True)
        raise explain(folder, done.stderr, aside)
    if folder.cluster.exists():
        folder.cluster.rmdir()
    aside.rename(folder.cluster)
    _sync_folder(folder.root)


def write_settings(folder: Folder, owner: Owner, extra: Mapping[str, str]) -> None:
    """Our settings, and who may connect: root, the account that runs the server, nobody else."""
    lines = [f"{name} = '{value}'" for name, value in {**_settings(folder), **extra}.items()]
    _write(
        folder.cluster / "postgresql.conf",
        "\n".join(["# Written by Acuerdo at each start; use ALTER SYSTEM for yours.", *lines, ""]),
        owner,
    )
    _write(folder.cluster / "pg_hba.conf", f"local all {ROLE_NAME} peer map=acuerdo\n", owner)
    accounts = sorted({"root", owner.name})
    _write(
        folder.cluster / "pg_ident.conf", "".join(f'acuerdo "{account}" {ROLE_NAME}\n' for account in accounts), owner
    )


def explain(folder: Folder, said: str, log: Path) -> Exception:
    """The refusal that fits the server's last words."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return trouble.disk_full(folder.root, DISK_START_MB)
    if "Permission denied" in said or "wrong ownership" in said:
        return trouble.not_ours(folder.cluster)
    words = [line for line in said.splitlines() if any(mark in line for mark in ("FATAL", "PANIC", "error:", "ERROR"))]
    return trouble.did_not_start(log, " ".join(words[-3:]) or said[-300:].strip() or "—")


def _settings(folder: Folder) -> dict[str, str]:
    memory_mb = _memory_mb()
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(folder.socket_dir),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(1024, max(128, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(256, max(64, memory_mb // 32))}MB",
        "max_wal_size": "2GB",
        "min_wal_size": "80MB",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "dynamic_shared_memory_type": _shared_memory_type(),
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] ",
        # A statement or a DETAIL line can carry a person's data; neither is logged.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
    }


def _memory_mb() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MB
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return physical
    return physical if limit == "max" else min(physical, int(limit) // _MB)


def _shared_memory_type() -> str:
    # Containers get 64 MB of /dev/shm by default, too little for a parallel query's hash table.
    shared = Path("/dev/shm")  # noqa: S108 - only its size is read
    return "mmap" if shared.exists() and shutil.disk_usage(shared).total < _SHARED_MEMORY_SMALL_MB * _MB else "posix"


def _write(path: Path, text: str, owner: Owner) -> None:
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    owner.give(aside)
    aside.rename(path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
