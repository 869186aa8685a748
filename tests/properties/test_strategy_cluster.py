"""The decision on a small Spark cluster of this machine: a master, two workers and their executors, each a process of its own.

`make slow` runs it; it needs Java and the dependency group `spark`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from acuerdo.strategy.engine.frames import SparkPlace
from tests.properties.strategy_worlds import make_world
from tests.properties.test_strategy_spark import SMALL, run

pytest.importorskip("pyspark", reason="Apache Spark is not installed: make .venv/.engines")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None, reason="Apache Spark needs Java: apt-get install default-jre-headless"
    ),
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]
MASTER = "local-cluster[2,1,1024]"


@pytest.fixture
def master() -> Iterator[str]:
    """The cluster's session, which the run finds and uses; the address it really has."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(MASTER)
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session.sparkContext.master
    session.stop()


def test_a_cluster_gives_the_same_plan_from_its_shared_folders(master: str, tmp_path: Path) -> None:
    """The workers read the snapshot from where it was copied for them, and share the run's tables in another folder."""
    assert master == MASTER
    world = make_world(7, people=40)
    copied, shared = tmp_path / "copied", tmp_path / "shared"
    copied.mkdir()
    shared.mkdir()
    world.write(copied)
    place = SparkPlace(master=MASTER, folder=shared.as_uri(), snapshot=copied.as_uri())
    here, there = run(world, "polars"), run(world, "spark", place)
    assert here.rows.equals(there.rows)
    assert (here.funnel, here.allocation) == (there.funnel, there.allocation)
    assert list(shared.iterdir()) == []
