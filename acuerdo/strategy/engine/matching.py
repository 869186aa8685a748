"""Whom one condition over the facts finds in a snapshot: the people of a creditor with the obligations that met it."""

from dataclasses import dataclass
from datetime import datetime

import narwhals as nw

from acuerdo.strategy.engine.expressions import compile_condition
from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import open_engine
from acuerdo.strategy.engine.moment import start_of
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.engine.tables import check_tables, whole
from acuerdo.strategy.rules.document import StageStarts
from acuerdo.strategy.rules.expressions import Node, facts_used


@dataclass(frozen=True, slots=True)
class Matched:
    """One person; the obligation longest past due leads."""

    debtor_id: int
    obligation_ids: tuple[int, ...]


def match_people(
    snapshot: Snapshot, condition: Node, stages: StageStarts, creditor_id: int, *, now: datetime, zone: str
) -> list[Matched]:
    """Of obligations that still owe. One pass; the people in the order of their keys."""
    check_tables(snapshot)
    moment = start_of(snapshot.on, now, zone)
    with open_engine("polars") as engine:
        needed = {"creditor_id", "balance", "days_past_due", *facts_used(condition)}
        frame = obligations_frame(whole(engine, snapshot), moment, stages, needed)
        frame = frame.filter((nw.col("creditor_id") == creditor_id) & (nw.col("balance") > 0))
        frame = frame.filter(compile_condition(condition))
        rows = engine.collect(frame.select("debtor_id", "obligation_id", "days_past_due"))
    found: dict[int, list[int]] = {}
    ordered = rows.sort(["debtor_id", "days_past_due", "obligation_id"], descending=[False, True, False])
    for debtor_id, obligation_id in ordered.select("debtor_id", "obligation_id").iter_rows():
        found.setdefault(debtor_id, []).append(obligation_id)
    return [Matched(debtor_id, tuple(obligations)) for debtor_id, obligations in found.items()]
