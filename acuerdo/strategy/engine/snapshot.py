"""The snapshot: every table that a run reads, as Parquet in one folder, refreshed by what changed since the last time.

All tables are read in one repeatable-read transaction, so they agree with each other. The manifest remembers that
transaction's horizon; the next refresh fetches only rows whose `xmin` is younger (one scan in the server, nothing sent
for the rest), so it needs no writer's discipline about timestamps. A table whose count then disagrees (rows were deleted)
is read whole. Files get a new name at each change and the manifest is replaced last: a refresh killed half-way leaves
the old snapshot.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from acuerdo.base.extracts import Extract
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.database import arrow_connection

MANIFEST = "manifest.json"
FORMAT = 1
RECENT_DAYS = 35
EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Part:
    """One table's file. `columns` is what it was made from, so that a new release reads it whole once."""

    file: str
    rows: int
    columns: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`horizon` is the transaction id from which rows count as changed; `identity` names the database it is valid for."""

    folder: Path
    on: date
    taken_at: datetime
    identity: str
    horizon: int
    parts: dict[str, Part]

    def path(self, name: str) -> Path:
        return self.folder / self.parts[name].file


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in a folder. Refuses `snapshot-missing` and `snapshot-damaged`."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise Refusal(
            "snapshot-missing", f"No hay una foto de la cartera en «{folder.name}». Cree una con «acuerdo snapshot»."
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise _damaged(folder, MANIFEST) from None
    if told.get("format") != FORMAT:
        raise Refusal("snapshot-format", f"La foto de «{folder.name}» es de otra versión de Acuerdo. Créela de nuevo.")
    parts = {name: Part(**part) for name, part in told["parts"].items()}
    for part in parts.values():
        if not (folder / part.file).is_file():
            raise _damaged(folder, part.file)
    return Snapshot(
        folder,
        date.fromisoformat(told["on"]),
        datetime.fromisoformat(told["taken_at"]),
        told["identity"],
        told["horizon"],
        parts,
    )


def refresh_snapshot(folder: Path, extracts: Sequence[Extract], on: date, now: datetime) -> Snapshot:
    """Brings the folder's snapshot to the database's present state for date `on`, whole or by what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    before = _usable(folder)
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        identity, horizon = _present(cursor)
        base = before if before is not None and before.identity == identity else None
        since = int((now - timedelta(days=RECENT_DAYS)).timestamp()) * 1_000_000
        parts = {extract.name: _refresh(cursor, folder, extract, base, since) for extract in extracts}
    snapshot = Snapshot(folder, on, now, identity, horizon, parts)
    _write_manifest(snapshot)
    _drop_unused(snapshot)
    return snapshot


def _usable(folder: Path) -> Snapshot | None:
    try:
        return read_snapshot(folder)
    except Refusal:
        return None  # whatever is there cannot be built upon, so all is read


def _present(cursor: Any) -> tuple[str, int]:
    """Names this very database (a restored copy is another) and the oldest transaction still running."""
    cursor.execute(
        "SELECT (SELECT system_identifier FROM pg_control_system())::text || '-' || (SELECT oid FROM pg_database WHERE datname ="
        " current_database())::text, (pg_snapshot_xmin(pg_current_snapshot())::text::numeric % 4294967296)::bigint"
    )
    identity, horizon = cursor.fetchone()
    return str(identity), int(horizon)


def _refresh(cursor: Any, folder: Path, extract: Extract, base: Snapshot | None, since: int) -> Part:
    recipe = repr((extract.source, sorted(extract.columns.items()), extract.where, extract.recent))
    old = base.parts.get(extract.name) if base is not None else None
    if base is None or old is None or old.columns != recipe or not extract.is_incremental:
        return _read_whole(cursor, folder, extract, since, recipe)
    changed = _fetch_changed(cursor, extract, base.horizon, since)
    path = folder / old.file
    rows = _count(cursor, extract, since)
    is_trimmed = bool(extract.recent) and old.rows != rows
    if not changed.height and not is_trimmed and old.rows == rows:
        return old
    part = _merge(path, folder, extract, changed, since, recipe)
    return part if part.rows == rows else _read_whole(cursor, folder, extract, since, recipe)


def _select(extract: Extract, since: int, *, extra: str = "") -> str:
    columns = ", ".join(f"{sql} AS {name}" for name, sql in extract.columns.items())
    return f"SELECT {columns}{extra} FROM {extract.source} WHERE {_recent(extract, since)}"  # noqa: S608 - our own constants


def _recent(extract: Extract, since: int) -> str:
    return extract.recent.format(since=since) if extract.recent else "TRUE"


def _read_whole(cursor: Any, folder: Path, extract: Extract, since: int, recipe: str) -> Part:
    """Streams the table to Parquet batch by batch, so memory does not grow with it."""
    file = _new_name(folder, extract.name)
    cursor.execute(f"{_select(extract, since)} AND ({extract.where})")
    rows = 0
    with (
        cursor.fetch_record_batch() as reader,
        pq.ParquetWriter(folder / file, reader.schema, compression="zstd") as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return Part(file, rows, recipe)


def _fetch_changed(cursor: Any, extract: Extract, horizon: int, since: int) -> pl.DataFrame:
    """Rows written since the horizon, with `kept_` false for those that `where` now leaves out."""
    younger = f" AND age(xmin) <= age('{horizon}'::xid)"
    cursor.execute(_select(extract, since, extra=f", ({extract.where}) AS kept_") + younger)
    return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))


def _count(cursor: Any, extract: Extract, since: int) -> int:
    cursor.execute(
        f"SELECT count(*) FROM {extract.source} WHERE {_recent(extract, since)} AND ({extract.where})"  # noqa: S608 - our own constants
    )
    return int(cursor.fetchone()[0])


def _merge(path: Path, folder: Path, extract: Extract, changed: pl.DataFrame, since: int, recipe: str) -> Part:
    """The old file without the changed keys (and without what left the window), and the changed rows that stay."""
    old = pl.scan_parquet(path)
    if extract.recent:
        old = old.filter(pl.col(extract.recent_column) >= since)
    kept = old.join(changed.lazy().select(extract.key), on=extract.key, how="anti")
    fresh = changed.filter(pl.col("kept_")).drop("kept_").cast(pl.Schema(pl.read_parquet_schema(path))).lazy()
    file = _new_name(folder, extract.name)
    pl.concat([kept, fresh]).sink_parquet(folder / file, compression="zstd")
    return Part(file, int(pl.scan_parquet(folder / file).select(pl.len()).collect().item()), recipe)


def _new_name(folder: Path, name: str) -> str:
    taken = {path.name for path in folder.glob(f"{name}.*.parquet")}
    number = 1
    while f"{name}.{number}.parquet" in taken:
        number += 1
    return f"{name}.{number}.parquet"


def _write_manifest(snapshot: Snapshot) -> None:
    told = {
        "format": FORMAT,
        "on": snapshot.on.isoformat(),
        "taken_at": snapshot.taken_at.isoformat(),
        "identity": snapshot.identity,
        "horizon": snapshot.horizon,
        "parts": {name: asdict(part) for name, part in snapshot.parts.items()},
    }
    fresh = snapshot.folder / f"{MANIFEST}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(snapshot.folder / MANIFEST)


def _drop_unused(snapshot: Snapshot) -> None:
    used = {part.file for part in snapshot.parts.values()}
    for path in snapshot.folder.glob("*.parquet"):
        if path.name not in used:
            path.unlink()


def _damaged(folder: Path, file: str) -> Refusal:
    return Refusal(
        "snapshot-damaged", f"A la foto de «{folder.name}» le falta o no se le puede leer «{file}». Créela de nuevo."
    )
