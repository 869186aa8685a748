"""The database's other sessions, to wait for a killed process's end: the server notices a dead client a moment later."""

import time

from django.db import connection


def other_sessions() -> set[int]:
    """The process numbers of every client of this database but this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def wait_for_sessions_to_end(before: set[int], seconds: float = 30) -> None:
    """Returns once nobody is connected who was not already there before. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while other_sessions() - before:
        if time.monotonic() > until:
            raise TimeoutError("a killed process is still connected")
        time.sleep(0.05)
