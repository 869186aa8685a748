"""The server's own programs (pg_dump, pg_restore, psql) against the installation's database, whichever it is."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from acuerdo.base.database.supervisor import bin_folder
from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal

_LIBPQ_NAMES = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
_LIBPQ_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


@dataclass(slots=True)
class Program:
    """A running program; its error text goes to a file, so that it never waits for us to read."""

    process: "subprocess.Popen[bytes]"
    errors: IO[bytes]

    def end(self) -> str:
        """Wait; the error text, "" when it ended well."""
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        with self.errors as errors:
            errors.seek(0)
            words = errors.read().decode(errors="replace").strip()
        return (words or f"exit {status}") if status else ""


def start(
    program: str,
    arguments: Sequence[str | Path],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
) -> Program:
    """Start a program that reaches the installation's database; the password goes by environment, never by argument."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Program.end
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "PGOPTIONS": "-c client_min_messages=warning",
        **_connection_environment(),
    }
    process = subprocess.Popen(
        [bin_folder() / program, *arguments], env=environment, stdin=stdin, stdout=stdout, stderr=errors
    )
    return Program(process, errors)


def unreadable(path: Path, words: str) -> Refusal:
    return Refusal(
        "backup-unreadable",
        in_language(
            es=f"{path} no es una copia que se pueda leer: {words}",
            en=f"{path} is not a backup that can be read: {words}",
        ),
    )


def _connection_environment() -> dict[str, str]:
    from django.conf import settings  # noqa: PLC0415 - Django is ready when a dump starts

    database = settings.DATABASES["default"]
    variables = {libpq: str(database[name]) for name, libpq in _LIBPQ_NAMES.items() if database.get(name)}
    options = {
        _LIBPQ_OPTIONS[name]: str(value)
        for name, value in database.get("OPTIONS", {}).items()
        if name in _LIBPQ_OPTIONS
    }
    return variables | options
