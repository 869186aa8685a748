"""The one reader of environment variables: typed, with secrets also from files (`NAME_FILE`), and a clear word when one is wrong."""

import contextlib
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acuerdo.base.database import data_folder
from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal

_TRUE = {"1", "true", "yes", "on", "si", "sí"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that `<name>_FILE` names (final line break removed)."""
    if (path := os.environ.get(f"{name}_FILE")) is not None:
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise _wrong(f"{name}_FILE", path, error.strerror or "") from None
    return os.environ.get(name, default)


def secret_at(kind: str, place: str) -> str:
    """A secret that a document names: of the variable `place` (kind "env") or of the file there (kind "file")."""
    if kind == "env":
        value = os.environ.get(place)
        if value is None:
            raise _wrong(place, "", "…")
        return value
    try:
        return Path(place).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("ACUERDO_PROVIDERS", place, getattr(error, "strerror", None) or "UTF-8") from None


def flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise _wrong(name, value, "true / false")


def number(name: str, default: int) -> int:
    value = os.environ.get(name)
    try:
        return default if value is None else int(value)
    except ValueError:
        raise _wrong(name, value or "", "1234") from None


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list separated by commas."""
    value = os.environ.get(name)
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise _wrong(name, value, "America/Bogota") from None
    return value


def web_address(name: str) -> str:
    """An address such as https://cobranza.banco.co without a final slash, or "" for none."""
    value = text(name).rstrip("/")
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[^\s?#]*)?", value):
        raise _wrong(name, value, "https://cobranza.banco.co")
    return value


def local_time(name: str, default: str) -> str:
    """An hour as HH:MM, or "" for none."""
    value = text(name, default)
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise _wrong(name, value, "HH:MM")
    return value


def database(url: str) -> dict[str, Any]:
    """Django's connection settings from a libpq URI (`postgresql://user:password@host:port/name?sslmode=…`)."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - only where a database is used
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        # The address carries a password, so it is not repeated.
        raise _wrong("DATABASE_URL", "…", "postgresql://user:password@host:5432/name") from None
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    settings = {django: str(parts.pop(libpq, "")) for django, libpq in named.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        # Threads that end with their work would leave connections that nobody uses again, until all hundred of the server
        # are gone; only the web, whose threads go on, keeps them (base/serving.py).
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parts),
    }


def secret_key() -> str:
    """ACUERDO_SECRET_KEY (or its file), else the data folder's (`keep_secret_key`), else one for this process alone."""
    if configured := text("ACUERDO_SECRET_KEY"):
        return configured
    try:
        return _secret_path().read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        # Type checkers and message collectors load the settings too and must leave no trace.
        return secrets.token_urlsafe(48)
    except OSError as error:
        raise _wrong("ACUERDO_DATA", str(_secret_path()), error.strerror or "") from None


def keep_secret_key() -> None:
    """Make the data folder's key once, readable by its owner only; what serves the installation calls it before the settings load."""
    path = _secret_path()
    if text("ACUERDO_SECRET_KEY") or path.exists():
        return
    aside = path.with_name(f".secret_key.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        _write_secret(aside)
        # Of two processes that come first at once, one wins and both read its key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside)
        aside.unlink()
    except OSError as error:
        raise _wrong("ACUERDO_DATA", str(path), error.strerror or "") from None


def _secret_path() -> Path:
    return data_folder().resolve() / "secret_key"


def _write_secret(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        # A visit of root (sudo) must not lock the folder's own account out.
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(48))
        stream.flush()
        os.fsync(descriptor)


def _wrong(name: str, value: str, expected: str) -> Refusal:
    return Refusal(
        "setting-invalid",
        in_language(
            es=f"La variable {name} tiene un valor que no sirve ({value!r}): {expected}.",
            en=f"The variable {name} has a value that cannot be used ({value!r}): {expected}.",
        ),
    )
