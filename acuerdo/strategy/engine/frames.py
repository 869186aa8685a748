"""One code, several engines: Narwhals' lazy frames over Polars (default), DuckDB or Spark, with Parquet between the stages.

Each stage is computed whole and read again: the plan stays small, nothing is computed twice, and memory stays with the
widest stages instead of the sum of all. What must outlive a pass over a part of the people is written to a file.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal

ENGINES = ("polars", "duckdb", "spark")
ARROW = ".arrow"
type Frame = nw.LazyFrame[Any]
# For a session of our own; what spark-submit or spark-defaults.conf says stands otherwise.
SPARK_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


@dataclass(frozen=True, slots=True)
class SparkPlace:
    """Where Spark runs and what its workers share: `folder` holds the run's tables, `snapshot` the snapshot's files.

    Any address that Spark reads: a path, `s3a://…`, `gs://…`, `abfss://…`. Empty: this machine and its files.
    """

    master: str = ""
    folder: str = ""
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """`made` counts the tables of a run: none is written twice, since a frame over it may not have been computed yet."""

    name: str
    scratch: Path
    made: Iterator[int] = field(default_factory=count)

    has_wide_integers: ClassVar[bool] = True  # of 128 bits

    def scan(self, path: Path) -> Frame:
        if path.suffix == ARROW:
            return nw.from_native(pl.scan_ipc(path))
        return nw.scan_parquet(str(path), backend=self.name)  # type: ignore[arg-type]

    def lend(self, rows: pl.DataFrame, name: str) -> Frame:
        """A small table of our own as a frame of this engine."""
        path = self._fresh(name)
        rows.write_parquet(path)
        return self.scan(path)

    def settle(self, frame: Frame, name: str) -> Frame:
        """The frame computed, to be read again by the stages that follow soon."""
        native = frame.to_native()
        if isinstance(native, pl.LazyFrame):  # in memory: a file's pages would be copied and mapped again
            return nw.from_native(native.collect(engine="streaming").lazy())
        return self.keep(frame, name)

    def keep(self, frame: Frame, name: str) -> Frame:
        """The frame computed, written, and read again."""
        return self.scan(self.store(frame, name))

    def store(self, frame: Frame, name: str) -> Path:
        """The frame computed and written as one file of this machine."""
        native = frame.to_native()
        if isinstance(
            native, pl.LazyFrame
        ):  # read once or twice, here: nothing is encoded, and pages are mapped as they are
            path = self._fresh(name, ARROW)
            native.sink_ipc(path, compression="uncompressed")
            return path
        path = self._fresh(name)
        frame.sink_parquet(path)
        return path

    def collect(self, frame: Frame) -> pl.DataFrame:
        native = frame.to_native()
        if isinstance(native, pl.LazyFrame):
            return native.collect(engine="streaming")
        return pl.DataFrame(native.pl())

    def _fresh(self, name: str, suffix: str = ".parquet") -> Path:
        return self.scratch / f"{next(self.made):03}-{name}{suffix}"


@dataclass(frozen=True, slots=True)
class SparkEngine(Engine):
    """Tables stand in the folder that the workers share; small ones of our own travel with the work."""

    session: Any = None
    shared: str = ""
    snapshot: str = ""

    has_wide_integers: ClassVar[bool] = False

    def scan(self, path: Path) -> Frame:
        where = f"{self.snapshot.rstrip('/')}/{path.name}" if self.snapshot else str(path.resolve())
        return self._read(where)

    def lend(self, rows: pl.DataFrame, name: str) -> Frame:
        lent: Frame = nw.from_native(self.session.createDataFrame(rows.to_arrow(compat_level=pl.CompatLevel.oldest())))
        return lent

    def keep(self, frame: Frame, name: str) -> Frame:
        where = f"{self.shared}/{next(self.made):03}-{name}"
        frame.to_native().write.parquet(where)
        return self._read(where)

    def _read(self, where: str) -> Frame:
        found: Frame = nw.from_native(self.session.read.parquet(where))
        return found

    def store(self, frame: Frame, name: str) -> Path:
        path = self._fresh(name)
        self.collect(frame).write_parquet(path)
        return path

    def collect(self, frame: Frame) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(frame.to_native().toArrow()))

    def clear(self) -> None:
        """Remove the run's tables from the shared folder, whatever file system it is on."""
        java = self.session._jvm
        path = java.org.apache.hadoop.fs.Path(self.shared)
        path.getFileSystem(self.session._jsc.hadoopConfiguration()).delete(path, True)


def scan_files(paths: Sequence[Path]) -> pl.LazyFrame:
    """Files that `store` wrote, as one."""
    if paths and paths[0].suffix == ARROW:
        return pl.scan_ipc(list(paths))
    return pl.scan_parquet(list(paths))


@contextmanager
def open_engine(name: str, spark: SparkPlace | None = None) -> Iterator[Engine]:
    """The engine with a scratch folder of its own. Refuses `unknown-engine` and `engine-missing`."""
    if name not in ENGINES:
        raise Refusal("unknown-engine", f"No hay motor «{name}»; use uno de: {', '.join(ENGINES)}.")
    with tempfile.TemporaryDirectory(prefix="acuerdo-decide-") as folder:
        if name == "spark":
            engine = _open_spark(Path(folder), spark or SparkPlace())
            try:
                yield engine
            finally:
                engine.clear()
            return
        if name == "duckdb":
            _need_duckdb()
        yield Engine(name, Path(folder))


def _need_duckdb() -> None:
    try:
        import duckdb  # noqa: F401, PLC0415 - an engine that only some installations have
    except ImportError:
        raise _missing("duckdb", "duckdb") from None


def _open_spark(scratch: Path, place: SparkPlace) -> SparkEngine:
    """A session of this process (spark-submit's own, if there is one), counting days in UTC."""
    try:
        from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 - half a gigabyte that few installations have
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise _missing("spark", "pyspark") from None
    builder = SparkSession.builder.appName("acuerdo decide").config("spark.sql.session.timeZone", "UTC")
    if place.master or SparkSession.getActiveSession() is None:
        builder = builder.master(place.master or "local[*]")
        for name, value in SPARK_QUIET.items():
            builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError:
        raise Refusal(
            "engine-missing",
            "Spark no arranca: necesita Java 17 o posterior (en Debian, «apt-get install default-jre-headless»).",
        ) from None
    shared = f"{place.folder.rstrip('/')}/acuerdo-{uuid4()}" if place.folder else str(scratch / "tables")
    return SparkEngine("pyspark", scratch, session=session, shared=shared, snapshot=place.snapshot)


def _missing(name: str, package: str) -> Refusal:
    return Refusal(
        "engine-missing", f"El motor «{name}» no está instalado: agregue «acuerdo[{name}]» (paquete {package})."
    )
