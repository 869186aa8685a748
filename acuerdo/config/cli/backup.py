"""`acuerdo backup FILE`: the whole database in PostgreSQL's custom format, taken while people work."""

import argparse
import os
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.config.cli import dump, installation, output
from acuerdo.kernel.errors import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="copia por crear", en="backup to make"),
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help=in_language(es="reemplaza el archivo si existe", en="replace an existing file"),
    )


def run(args: argparse.Namespace) -> int:
    path: Path = args.file
    if path.exists() and not args.replace:
        raise Refusal(
            "backup-exists",
            in_language(
                es=f"{path} ya existe; use --replace para reemplazarlo.",
                en=f"{path} exists; use --replace to replace it.",
            ),
        )
    installation.open_installation(migrated=False)
    output.progress(in_language(es="Guardando la base de datos…", en="Saving the database…"))
    size = _write(path)
    text = in_language(es=f"Copia guardada en {path} ({size} bytes).", en=f"Backup saved in {path} ({size} bytes).")
    output.answer(args, {"status": "done", "file": str(path), "bytes": size}, text)
    return 0


def _write(path: Path) -> int:
    """Write aside and rename, so that a name never stands for half a backup; only its owner may read it."""
    aside = path.with_name(f".{path.name}.part")
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        raise _not_written(path, error.strerror or "") from None
    try:
        # Not through standard output: there pg_dump leaves the table of contents twice.
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={aside}"]
        if words := dump.start("pg_dump", arguments).end():
            raise _not_written(path, words)
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path.stat().st_size


def _not_written(path: Path, words: str) -> Refusal:
    return Refusal(
        "backup-not-written",
        in_language(es=f"No se pudo guardar {path}: {words}", en=f"{path} could not be written: {words}"),
    )
