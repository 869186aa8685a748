"""The tests' own PostgreSQL: one embedded server for every test process of this checkout, and a migrated template to copy.

Durability is switched off here and nowhere else: what these databases hold is thrown away.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from acuerdo.base.database import Folder, ensure_server, server_dsn
from acuerdo.base.database.locks import held
from acuerdo.base.database.owner import check_entry, find_owner
from acuerdo.kernel.errors import Refusal

REPOSITORY = Path(__file__).resolve().parent.parent
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
}


def test_data_folder() -> Path:
    """`.cache/test-postgres` of the checkout, or a temporary folder when root's server account cannot reach it."""
    inside = REPOSITORY / ".cache" / "test-postgres"
    if os.geteuid() != 0:
        return inside
    try:
        check_entry(Folder(REPOSITORY), find_owner(Folder(inside)))
    except Refusal:
        name = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"acuerdo-tests-{name}"
    return inside


def start_server() -> None:
    ensure_server(test_data_folder(), extra_settings=_NOT_DURABLE)


def drop_left_over_databases() -> None:
    """Drop the databases of test processes that were killed."""
    with psycopg.connect(server_dsn(test_data_folder(), "postgres"), autocommit=True) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_acuerdo_[0-9]+'"
        ).fetchall():
            if not _lives(int(re.findall(r"\d+", name)[0])):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrated_template() -> str:
    """The name of a database with every migration of the working tree applied, made when the migrations have changed."""
    name = f"template_acuerdo_{_migrations_digest()}"
    folder = test_data_folder()
    with held(folder / "template.lock"), psycopg.connect(server_dsn(folder, "postgres"), autocommit=True) as connection:
        known = [
            row[0]
            for row in connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^(building|template)_acuerdo'"
            ).fetchall()
        ]
        if name not in known:
            _drop_old_templates(connection)
            _build_template(connection, name)
    return name


def _build_template(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    building = name.replace("template", "building")
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "acuerdo.config.settings",
        "DATABASE_URL": server_dsn(test_data_folder(), building),
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the migrations of the working tree do not apply:\n{done.stderr}")
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))


def _drop_old_templates(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Those made more than two days ago: other working trees may still use the younger."""
    old = connection.execute(
        "SELECT datname FROM pg_database WHERE datname ~ '^(building|template)_acuerdo'"
        " AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '2 days'"
    ).fetchall()
    for (name,) in old:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(str(name))))


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((REPOSITORY / "acuerdo").glob("*/migrations/*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    digest.update(psycopg.__version__.encode())
    return digest.hexdigest()[:16]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
