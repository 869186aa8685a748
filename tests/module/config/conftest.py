"""The worklist's partitions are made by SQL: they are dropped around each test that runs a day."""

from tests.module.strategy.conftest import no_partitions  # noqa: F401
