"""The key that signs checkpoints: 32 random bytes in the data folder, readable by its owner only, made at first need.

It lies apart from the database, so that whoever can write there still cannot sign what they rewrote.
"""

import os
import secrets
from pathlib import Path

from django.conf import settings

from acuerdo.kernel.errors import Refusal

NAME = "receipts.key"


def signing_key() -> bytes:
    """The installation's key. Refuses `signing-key-unreadable`, and `signing-key-exposed` where others may read the file."""
    path = Path(settings.DATA_FOLDER) / NAME
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise Refusal(
                "signing-key-exposed",
                f"Otros usuarios pueden leer {path.name}. Quíteles el permiso (chmod 600) y revise los puntos de control.",
            )
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Refusal(
            "signing-key-unreadable", f"No se puede leer la llave {path.name} de la carpeta de datos."
        ) from error
    if len(key) != 32:
        raise Refusal("signing-key-unreadable", f"La llave {path.name} de la carpeta de datos está incompleta.")
    return key


def _make(path: Path) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Of two processes that come first at once, one wins and both read its key.
        path.hardlink_to(aside)
    except FileExistsError:
        return
    finally:
        aside.unlink()
