"""Opening the installation for a command: its secret, its database (started if it is the embedded one) and Django."""

import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from acuerdo.base.database import ensure_server
from acuerdo.base.language import in_language, terminal_language
from acuerdo.config import environment
from acuerdo.config.cli.output import progress
from acuerdo.kernel.errors import Refusal

if TYPE_CHECKING:
    from acuerdo.base.models import User

_POSTGRES_MIN = 17


def uses_embedded_server() -> bool:
    return not environment.text("DATABASE_URL")


def open_installation(*, migrated: bool = True) -> None:
    """Leave with Django ready and the database answering in a version that serves.

    Raises Refusal: `database-…`; `database-not-migrated` when `migrated` is asked and migrations wait.
    """
    # Ending by SIGTERM must leave the embedded server in order, as any other exit does.
    signal.signal(signal.SIGTERM, _leave)
    if uses_embedded_server():
        ensure_server(say=progress)
    environment.keep_secret_key()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")

    import django  # noqa: PLC0415 - after its variables, and only for commands that need it

    django.setup()
    from django.utils import translation  # noqa: PLC0415

    translation.activate(terminal_language())
    _check_database()
    if migrated and pending_migrations():
        raise Refusal(
            "database-not-migrated",
            in_language(
                es="La base de datos no está al día. Ejecute `acuerdo migrate`.",
                en="The database is not up to date. Run `acuerdo migrate`.",
            ),
        )


def active_user(username: str) -> "User":
    """Who a command acts for; refuses `user-unknown`."""
    from acuerdo.base.models import User  # noqa: PLC0415

    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Refusal("user-unknown", f"No hay un usuario activo «{username}».")
    return user


def pending_migrations() -> list[str]:
    """The migrations that wait, as `app.name`, in order."""
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def migrate() -> list[str]:
    """Apply what waits and publish the library's texts; returns the names of what was applied."""
    from django.core.management import call_command  # noqa: PLC0415

    from acuerdo.messaging.public import load_templates  # noqa: PLC0415

    waiting = pending_migrations()
    if waiting:
        progress(in_language(es=f"Aplicando {len(waiting)} migraciones…", en=f"Applying {len(waiting)} migrations…"))
        call_command("migrate", verbosity=0, interactive=False)
    load_templates()
    return waiting


def _check_database() -> None:
    from django.db import OperationalError, connection  # noqa: PLC0415

    try:
        connection.ensure_connection()
    except OperationalError as error:
        # libpq's words name host and user, never the password.
        raise Refusal(
            "database-unreachable",
            in_language(es="No se pudo entrar a la base de datos: ", en="The database could not be entered: ")
            + str(error).strip(),
        ) from None
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
    if version < _POSTGRES_MIN:
        raise Refusal(
            "database-too-old",
            in_language(
                es=f"La base de datos es PostgreSQL {version}; se necesita la {_POSTGRES_MIN} o posterior.",
                en=f"The database is PostgreSQL {version}; version {_POSTGRES_MIN} or later is needed.",
            ),
        )


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
