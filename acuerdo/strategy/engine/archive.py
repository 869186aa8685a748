"""Past snapshots: one folder a day beside the present one, as hard links, so that a day costs only what changed since.

A day is written aside and renamed when it is whole. What is older than `DAYS_KEPT` goes.
"""

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.snapshot import MANIFEST, Snapshot, read_snapshot

DAYS_KEPT = 60


def keep_snapshot(snapshot: Snapshot, archive: Path, days_kept: int = DAYS_KEPT) -> Path:
    """The day's snapshot in the archive; a second one of a date takes the first's place."""
    archive.mkdir(parents=True, exist_ok=True)
    aside, place = archive / f".{snapshot.on.isoformat()}.new", archive / snapshot.on.isoformat()
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for part in snapshot.parts.values():
        _link(snapshot.folder / part.file, aside / part.file)
    shutil.copy2(snapshot.folder / MANIFEST, aside / MANIFEST)
    shutil.rmtree(place, ignore_errors=True)
    aside.replace(place)
    for old in kept_days(archive):
        if old < snapshot.on - timedelta(days=days_kept):
            shutil.rmtree(archive / old.isoformat(), ignore_errors=True)
    return place


def kept_days(archive: Path) -> list[date]:
    """The dates that have a snapshot, the oldest first."""
    found = []
    for path in archive.glob("????-??-??"):
        try:
            found.append(date.fromisoformat(path.name))
        except ValueError:
            continue
    return sorted(found)


def kept_snapshot(archive: Path, on: date) -> Snapshot:
    """Refuses `snapshot-missing` for a date that was not kept."""
    if on not in kept_days(archive):
        raise Refusal("snapshot-missing", f"No se guardó la foto de la cartera del {on.isoformat()}.")
    return read_snapshot(archive / on.isoformat())


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        shutil.copy2(source, target)
