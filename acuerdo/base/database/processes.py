"""Whether a process number written in a cluster's postmaster.pid is still that server, and whether its memory is held.

A number alone proves nothing: after a restart of the machine or container another program may have it.
"""

import contextlib
import subprocess
from pathlib import Path

_PROC = Path("/proc/self/cwd")
_PID_LINE = 0
_SHARED_MEMORY_LINE = 6


def server_pid(cluster: Path) -> int | None:
    """The running postmaster of this cluster as seen from here, or None."""
    written = _pid_file_line(cluster, _PID_LINE)
    # A server in single-user mode writes its number with a minus sign.
    if not written.lstrip("-").isdigit():
        return None
    pid = abs(int(written))
    return pid if _is_server(pid, cluster) else None


def shared_memory_in_use(cluster: Path) -> bool:
    """Whether a process is attached to the System V segment named in postmaster.pid (PostgreSQL's own interlock)."""
    _, _, identifier = _pid_file_line(cluster, _SHARED_MEMORY_LINE).partition(" ")
    if not identifier.strip().isdigit():
        return False
    with contextlib.suppress(FileNotFoundError):
        for line in Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if columns[1] == identifier.strip():
                return int(columns[6]) > 0
    return False


def _pid_file_line(cluster: Path, number: int) -> str:
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return " ".join(lines[number].split()) if number < len(lines) else ""


def _is_server(pid: int, cluster: Path) -> bool:
    if _PROC.exists():
        try:
            # The postmaster works in its data folder; a dead one that nobody has waited for has no folder.
            home = Path(f"/proc/{pid}/cwd").readlink()
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        except OSError:
            return False
        return home == cluster.resolve() and "postgres" in name
    shown = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in shown.stdout and str(cluster) in shown.stdout
