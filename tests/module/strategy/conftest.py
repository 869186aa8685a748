"""The worklist is made by SQL, so Django does not empty it between tests: its partitions are dropped before each."""

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def no_partitions(request: pytest.FixtureRequest) -> Iterator[None]:
    if "django_db" in request.keywords:
        request.getfixturevalue("transactional_db")
        drop_partitions()
    yield
    if "django_db" in request.keywords:
        drop_partitions()


def drop_partitions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'strategy_decision'::regclass"
            " UNION SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^strategy_aside_[0-9]{8}$'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
