"""The uids of the people who were erased, in a file beside the database: a backup made before holds them still, and the list is
what erases them again when it is restored. A uid alone says nothing of anybody.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

NAME = "erased.txt"


def erased_uids() -> frozenset[UUID]:
    """All on the list; a line that is no uid (a write that was cut short) is passed over."""
    path = Path(settings.DATA_FOLDER) / NAME
    lines = path.read_text(encoding="ascii", errors="replace").split() if path.exists() else []
    return frozenset(uid for line in lines if (uid := _uid(line)) is not None)


def add_erased(uids: Iterable[UUID]) -> None:
    """Appends those that are not on the list yet; on the disk when this returns."""
    new = sorted({str(uid) for uid in uids} - {str(uid) for uid in erased_uids()})
    if not new:
        return
    path = Path(settings.DATA_FOLDER) / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="ascii") as file:
        file.write("\n" + "\n".join(new) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _uid(line: str) -> UUID | None:
    try:
        return UUID(line)
    except ValueError:
        return None
