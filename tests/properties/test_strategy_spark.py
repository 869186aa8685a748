"""The same decision on Apache Spark, row by row. Needs Java and the dependency group `spark` (`make test` adds it)."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from acuerdo.strategy.engine.frames import SparkPlace
from acuerdo.strategy.engine.run import Plan, decide
from acuerdo.strategy.rules.yaml_text import read_strategy
from tests.properties.strategy_models import MODELS
from tests.properties.strategy_worlds import DAWN, World, make_world

pytest.importorskip("pyspark", reason="Apache Spark is not installed: make .venv/.engines")
pytestmark = [
    pytest.mark.skipif(
        shutil.which("java") is None, reason="Apache Spark needs Java: apt-get install default-jre-headless"
    ),
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]
# Small, since planning a query of Spark's costs more than running it over so few.
STRATEGY = """
code: en_spark
title: Tres segmentos, cuatro pasos
segments:
  - {code: promesa, title: Promesa vigente, when: open_promise, leave_alone: promise-running}
  - {code: alto_valor, title: Alto valor, when: 'exposure >= amount(COP=20000000, PEN=20000)'}
  - {code: general, title: Los demás}
steps:
  - {code: previo, title: Antes, day: -5, open_days: 5, channels: [email, whatsapp, sms], template: preventiva_5, purpose: reminder}
  - {code: alto, title: Alto valor, day: 1, open_days: 60, segments: [alto_valor], channels: [call, email, sms], template: temprana_3}
  - {code: temprana, title: Temprana, day: 1, open_days: 20, channels: [sms, email], template: temprana_1, hour: '19:30', hour_policy: best}
  - {code: tardia, title: Tardía, day: 21, open_days: 10, repeat_days: 10, until: 400, channels: [call, email, sms], template: tardia}
capacity: {calls_per_agent: 2, messages: {sms: 3}}
costs: {COP: {sms: 40, call: 1800, fatigue: 150}}
control_percent: 10
"""
# Sixty people: compiling code and shuffling in 200 parts would cost more than the work.
SMALL = {
    "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.log.level": "ERROR",
    "spark.sql.adaptive.enabled": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
}  # fmt: skip


@pytest.fixture(scope="module")
def _session() -> Iterator[None]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield
    session.stop()


def run(world: World, engine: str, spark: SparkPlace | None = None) -> Plan:
    """With models on, and an hour of the models' choice, so that the engines agree on those too."""
    document = read_strategy(STRATEGY)
    with tempfile.TemporaryDirectory() as folder:
        snapshot = world.write(Path(folder))
        return decide(
            snapshot, document, now=DAWN, zone="America/Bogota", engine_name=engine, spark=spark, models=MODELS
        )


@pytest.mark.usefixtures("_session")
def test_spark_gives_the_same_rows_funnel_and_prices(tmp_path: Path) -> None:
    world = make_world(7, people=60)
    here, there = run(world, "polars"), run(world, "spark", SparkPlace(folder=str(tmp_path)))
    assert here.rows.equals(there.rows)
    assert (here.funnel, here.allocation) == (there.funnel, there.allocation)
    assert list(tmp_path.iterdir()) == []  # the shared folder is left as it was
