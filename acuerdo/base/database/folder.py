"""Where things stand inside the data folder, and the address of its server; nothing here touches the disk but `data_folder`'s look."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PORT = 5432
DATABASE_NAME = "acuerdo"
ROLE_NAME = "acuerdo"
# sockaddr_un.sun_path holds 108 bytes with its final zero on Linux, 104 on macOS; the smaller one is kept.
_SOCKET_PATH_BYTES_MAX = 103


@dataclass(frozen=True, slots=True)
class Folder:
    """The data folder of one installation; `root` is absolute and resolved."""

    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def binaries(self) -> Path:
        return self.root / "binaries"

    @property
    def start_log(self) -> Path:
        return self.cluster / "start.log"

    @property
    def supervisor_lock(self) -> Path:
        return self.root / "supervisor.lock"

    @property
    def clients_lock(self) -> Path:
        return self.root / "clients.lock"

    @property
    def server_lock(self) -> Path:
        return self.root / "server.lock"

    @property
    def socket_dir(self) -> Path:
        """Inside the data folder where the path fits a socket's address, else a short folder under /tmp named by its hash."""
        inside = self.root / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_BYTES_MAX:
            return inside
        return Path("/tmp") / f"acuerdo-{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]}"  # noqa: S108 - checked by owner before use


def data_folder() -> Path:
    """ACUERDO_DATA, else /var/lib/acuerdo for root, else acuerdo under the user's data home (XDG base directories)."""
    if configured := os.environ.get("ACUERDO_DATA"):
        return Path(configured).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/acuerdo")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "acuerdo"


def server_dsn(data_dir: Path | str, database: str = DATABASE_NAME) -> str:
    """The address of the folder's server as a libpq URI; the same whether or not the server runs."""
    folder = Folder(Path(data_dir).resolve())
    return f"postgresql://{ROLE_NAME}@/{quote(database)}?host={quote(str(folder.socket_dir), safe='')}&port={PORT}"
