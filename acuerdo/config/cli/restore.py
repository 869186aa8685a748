"""`acuerdo restore FILE`: bring a backup back, all of it or nothing.

The archive becomes one SQL script that psql runs in one transaction, after dropping the schema. COMMIT is sent only when
the archive was read to its end, so a broken file, a full disk or a kill leaves the database as it was.
"""

import argparse
import contextlib
import shutil
import subprocess
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.config.cli import dump, installation, output
from acuerdo.kernel.errors import Refusal

_BEGIN = b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="copia por recuperar", en="backup to restore"),
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help=in_language(es="reemplaza lo que hay en la base de datos", en="replace what is in the database"),
    )


def run(args: argparse.Namespace) -> int:
    path: Path = args.file
    installation.open_installation(migrated=False)
    if words := dump.start("pg_restore", ["--list", path]).end():
        raise dump.unreadable(path, words)
    if not args.replace and _holds_data():
        raise Refusal(
            "database-not-empty",
            in_language(
                es="La base de datos ya tiene datos. Haga una copia y use --replace para reemplazarlos.",
                en="The database holds data. Make a backup and use --replace to replace them.",
            ),
        )
    output.progress(in_language(es="Recuperando la base de datos…", en="Restoring the database…"))
    _restore(path)
    applied, again = installation.migrate(), _erase_again()
    text = in_language(es=f"Base de datos recuperada de {path}.", en=f"Database restored from {path}.")
    if again:
        text += in_language(es=f" Personas suprimidas de nuevo: {again}.", en=f" People erased again: {again}.")
    output.answer(args, {"status": "done", "file": str(path), "applied": applied, "erased_again": again}, text)
    return 0


def _erase_again() -> int:
    """The backup may hold people who were erased after it was made."""
    from acuerdo.base import clock  # noqa: PLC0415 - Django is ready
    from acuerdo.policy.public import erase_restored_people  # noqa: PLC0415

    return erase_restored_people(clock.now())


def _restore(path: Path) -> None:
    from django.db import connection  # noqa: PLC0415 - Django is ready

    connection.close()
    script = dump.start("pg_restore", ["--no-owner", "--no-privileges", "--file=-", path], stdout=subprocess.PIPE)
    psql = dump.start("psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"], stdin=subprocess.PIPE)
    words = _feed(script, psql)
    if words:
        raise dump.unreadable(path, words)


def _feed(script: dump.Program, psql: dump.Program) -> str:
    """Pass the script on; returns what went wrong, "" when the transaction is committed."""
    source, sink = script.process.stdout, psql.process.stdin
    assert source is not None
    assert sink is not None
    # psql that stopped at an error breaks the pipe; its own words say why.
    with contextlib.suppress(BrokenPipeError):
        sink.write(_BEGIN)
        shutil.copyfileobj(source, sink, 1024 * 1024)
        source.close()
        if script.process.wait() == 0:
            sink.write(b"\nCOMMIT;\n")
        sink.close()
    source.close()
    return psql.end() or script.end()


def _holds_data() -> bool:
    """Whether any of our tables has a row; a database that is only migrated is still empty."""
    from django.apps import apps  # noqa: PLC0415 - Django is ready
    from django.db import connection  # noqa: PLC0415

    ours = [model for model in apps.get_models() if model.__module__.startswith("acuerdo.")]
    present = set(connection.introspection.table_names())
    return any(model._default_manager.exists() for model in ours if model._meta.db_table in present)
