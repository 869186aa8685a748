"""Facts come in parts: one grouping of one table, joined only when some fact of it is asked for."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import narwhals as nw

from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.tables import Tables


@dataclass(frozen=True, slots=True)
class Part:
    """`columns`: each fact with the value of whoever has no row (a boolean's rows hold 0 or 1). `build`: one row a `key`."""

    key: tuple[str, ...]
    columns: Mapping[str, int | str | bool]
    build: Callable[[Tables, Moment], Frame]


def joined_parts(frame: Frame, parts: Iterable[Part], names: Collection[str], tables: Tables, moment: Moment) -> Frame:
    """The frame with the facts among `names` that these parts hold, none of them null."""
    for part in parts:
        taken = {name: value for name, value in part.columns.items() if name in names}
        if taken:
            rows = part.build(tables, moment).select(*part.key, *taken)
            frame = frame.join(rows, on=list(part.key), how="left").with_columns(
                **{name: _filled(name, value) for name, value in taken.items()}
            )
    return frame


def with_facts(frame: Frame, told: Mapping[str, nw.Expr], names: Collection[str]) -> Frame:
    """The frame with those of these facts that are among `names`; as it is when none of them is."""
    asked = {name: fact for name, fact in told.items() if name in names}
    return frame.with_columns(**asked) if asked else frame


def _filled(name: str, value: int | str | bool) -> nw.Expr:
    if isinstance(value, bool):
        return nw.col(name).fill_null(0) == 1
    return nw.col(name).fill_null(value)
