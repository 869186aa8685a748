"""What every test gets: a real PostgreSQL, no network beyond this machine, and Hypothesis' profiles.

DATABASE_URL, if set, is the server; else an embedded one (tests/embedded.py).
"""

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings

from tests import embedded

_TESTS = Path(__file__).parent

settings.register_profile("default", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class NetworkBlocked(AssertionError):
    """A test tried to reach another machine."""


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guard_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise NetworkBlocked(f"tests may only reach this machine, not {address[0]}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if not _is_loopback(name):
            raise NetworkBlocked(f"tests may not look up {name}")


sys.addaudithook(_guard_network)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    embedded.start_server()
    embedded.drop_left_over_databases()
    django_settings.DATABASES["default"]["TEST"]["TEMPLATE"] = embedded.migrated_template()


@pytest.fixture(autouse=True, scope="session")
def _empty_again_after_a_deadlock() -> Iterator[None]:
    """A server's thread may still read while the tables are emptied between two tests; PostgreSQL then refuses one of the two."""
    empty = DatabaseOperations.execute_sql_flush

    def patiently(self: DatabaseOperations, statements: list[str]) -> None:
        for _ in range(4):
            try:
                return empty(self, statements)
            except OperationalError as error:
                if "deadlock" not in str(error):
                    raise
        return empty(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", patiently)
        yield


# What a busy machine does to a test that drives processes, sockets or a browser: such a test runs once more, and the summary
# names it. A wrong result (a failed assertion) outside the browser never gets a second chance.
_OF_THE_MACHINE = [
    r"\bTimeout(Error|Expired)?\b",
    "OperationalError",
    "Connection(Reset|Refused|Aborted)?Error",
    "BrokenPipe",
    "ResourceWarning",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(_TESTS).parts[0]
        if folder == "browser":
            item.add_marker(pytest.mark.flaky(reruns=2))
        elif folder in {"concurrency", "http", "module"}:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=_OF_THE_MACHINE))


@pytest.fixture(autouse=True)
def _leave_no_jobs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Procrastinate's tables are not emptied with ours after a test with real transactions; do it here."""
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" not in request.fixturenames and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"
        )
