"""ADBC to the database that Django is using: Arrow out and in, without a Python object a row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import adbc_driver_postgresql.dbapi
from django.db import connection
from psycopg.conninfo import make_conninfo

_LIBPQ = (
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "service",
    "passfile",
)


@contextmanager
def arrow_connection() -> Iterator[Any]:
    """An ADBC connection of its own, in a transaction; commits at the end, rolls back on an exception."""
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in _LIBPQ and value}
    with adbc_driver_postgresql.dbapi.connect(make_conninfo(**parameters)) as arrow:
        try:
            yield arrow
        except BaseException:
            arrow.rollback()
            raise
        arrow.commit()
