"""Who falls in each segment of a strategy over a snapshot, who would but was taken by an earlier one, who in none."""

from dataclasses import dataclass
from datetime import datetime

import narwhals as nw

from acuerdo.strategy.engine.expressions import compile_condition
from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import open_engine
from acuerdo.strategy.engine.moment import ones, start_of
from acuerdo.strategy.engine.placing import blocker_codes, facts_needed, place
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.engine.tables import check_tables, whole
from acuerdo.strategy.rules.checking import SegmentCount
from acuerdo.strategy.rules.document import StrategyDocument


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """`in_scope`: obligations that the strategy covers and that still owe; `left_out`: those of them in no segment."""

    in_scope: int
    left_out: int
    segments: list[SegmentCount]


def count_segments(snapshot: Snapshot, document: StrategyDocument, *, now: datetime, zone: str) -> SegmentCounts:
    """One pass over the portfolio."""
    check_tables(snapshot)
    moment = start_of(snapshot.on, now, zone)
    outside = [index for index, code in enumerate(blocker_codes(document)) if code in ("out-of-scope", "paid")]
    with open_engine("polars") as engine:
        facts = obligations_frame(whole(engine, snapshot), moment, document.stages, facts_needed(document))
        frame = place(facts, document, moment.on).filter(~nw.col("blocker").is_in(outside))
        sums = {"rows": nw.len().cast(nw.Int64), "none": ones(nw.col("segment_index") < 0)}
        for index, segment in enumerate(document.segments):
            here = nw.col("segment_index") == index
            if segment.when != "true":  # whoever everybody else left is no overlap
                sums[f"also_{index}"] = ones(compile_condition(segment.condition) & ~here)
            sums[f"taken_{index}"] = ones(here)
        row = engine.collect(frame.select(**sums)).row(0, named=True)
    counts = [
        SegmentCount(segment.code, row[f"taken_{index}"] or 0, row.get(f"also_{index}") or 0)
        for index, segment in enumerate(document.segments)
    ]
    return SegmentCounts(row["rows"], row["none"] or 0, counts)
