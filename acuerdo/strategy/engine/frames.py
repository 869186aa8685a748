"""One code, several engines: Narwhals' lazy frames over Polars (default) or DuckDB, with Parquet between the stages.

Each stage is written out and read again: the plan stays small, nothing is computed twice, and memory stays with the
widest stage instead of the sum of all.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal

ENGINES = ("polars", "duckdb")
type Frame = nw.LazyFrame[Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """`made` counts the files of a run: none is written twice, since a frame over it may not have been computed yet."""

    name: str
    scratch: Path
    made: Iterator[int] = field(default_factory=count)

    def scan(self, path: Path) -> Frame:
        return nw.scan_parquet(str(path), backend=self.name)  # type: ignore[arg-type]

    def lend(self, rows: pl.DataFrame, name: str) -> Frame:
        """A small table of our own as a frame of this engine."""
        path = self._fresh(name)
        rows.write_parquet(path)
        return self.scan(path)

    def settle(self, frame: Frame, name: str) -> Frame:
        """The frame computed, written, and read again."""
        return self.scan(self.store(frame, name))

    def store(self, frame: Frame, name: str) -> Path:
        """The frame computed and written; where it stands."""
        path = self._fresh(name)
        native = frame.to_native()
        if isinstance(native, pl.LazyFrame):  # read once, here: speed beats size
            native.sink_parquet(path, compression="lz4", statistics=False)
        else:
            frame.sink_parquet(path)
        return path

    def _fresh(self, name: str) -> Path:
        return self.scratch / f"{next(self.made):03}-{name}.parquet"

    def collect(self, frame: Frame) -> pl.DataFrame:
        native = frame.to_native()
        if isinstance(native, pl.LazyFrame):
            return native.collect(engine="streaming")
        return pl.DataFrame(native.pl())


@contextmanager
def open_engine(name: str) -> Iterator[Engine]:
    """The engine with a scratch folder of its own. Refuses `unknown-engine` and `engine-missing`."""
    if name not in ENGINES:
        raise Refusal("unknown-engine", f"No hay motor «{name}»; use uno de: {', '.join(ENGINES)}.")
    if name == "duckdb":
        _need_duckdb()
    with tempfile.TemporaryDirectory(prefix="acuerdo-decide-") as folder:
        yield Engine(name, Path(folder))


def _need_duckdb() -> None:
    try:
        import duckdb  # noqa: F401, PLC0415 - an engine that only some installations have
    except ImportError:
        raise Refusal("engine-missing", "El motor «duckdb» no está instalado: agregue el paquete duckdb.") from None
