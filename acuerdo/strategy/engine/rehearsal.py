"""A strategy run over a snapshot without touching anything: figures of the day, and what changes against another.

Contacts, who is left out and why, which rule of the law stops how many, load by local hour and channel, and cost. The
snapshots are what really happened: a rehearsal of many days does not imagine how people would have answered other contacts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.choosing import NO_MODELS
from acuerdo.strategy.engine.counting import count_segments
from acuerdo.strategy.engine.learned import Models
from acuerdo.strategy.engine.run import decide
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.scorecard import UNIT_MINOR

SAMPLE = 20
_SUMMED = (
    "portfolio",
    "planned",
    "contacts",
    "drops",
    "rules",
    "load",
    "cost_minor",
    "gain_minor",
    "segments",
    "steps",
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One day: the plan's rows and its figures, ready to be stored as JSON."""

    rows: pl.DataFrame
    figures: dict[str, Any]


def rehearse(
    days: Iterable[Callable[[], Snapshot]],
    document: StrategyDocument,
    against: StrategyDocument | None,
    *,
    zone: str,
    models: Models = NO_MODELS,
    on_day: Callable[[date], None] = lambda _day: None,
    on_rows: Callable[[Snapshot, pl.DataFrame], None] = lambda _snapshot, _rows: None,
) -> dict[str, Any]:
    """Days in order, each with its figures; totals of both strategies; what changes. Refuses `rehearsal-without-days`.

    `on_rows` is given each day's snapshot and the plan of `document` over it.
    """
    told, others, changes = [], [], Counter[str]()
    last: tuple[Snapshot, Rehearsed] | None = None
    for read in days:
        snapshot = read()
        new = rehearse_day(snapshot, document, zone=zone, models=models)
        told.append(new.figures)
        if against is not None:
            old = rehearse_day(snapshot, against, zone=zone, models=models)
            others.append(old.figures)
            changes.update(compare_rows(old.rows, new.rows))
        last = (snapshot, new)
        on_rows(snapshot, new.rows)
        on_day(snapshot.on)
    if last is None:
        raise Refusal(
            "rehearsal-without-days",
            "No hay fotos guardadas de esas fechas: se guarda una con cada corrida del día.",
        )
    return {
        "days": told,
        "total": sum_figures(told),
        "against": sum_figures(others) if others else None,
        "changes": dict(changes),
        "sample": sample_of(last[1].rows),
        "counts": _counts(last[0], document, zone),
    }


def rehearse_day(snapshot: Snapshot, document: StrategyDocument, *, zone: str, models: Models = NO_MODELS) -> Rehearsed:
    """The day's plan as of its first instant, so that it does not depend on when it is asked."""
    now = datetime.combine(snapshot.on, time(), tzinfo=ZoneInfo(zone))
    plan = decide(snapshot, document, now=now, zone=zone, models=models)
    currencies = pl.read_parquet(snapshot.path("accounts"), columns=["obligation_id", "currency"])
    rows = plan.rows.join(currencies, on="obligation_id", how="left")
    actions = rows.filter(pl.col("channel") != "")
    hours = actions.with_columns(hour=pl.col("planned_at").dt.convert_time_zone(zone).dt.hour())
    figures = {
        "date": snapshot.on.isoformat(),
        "portfolio": rows.height,
        "people": plan.funnel["people"],
        "planned": actions.height,
        "contacts": plan.funnel["contacts"],
        "drops": plan.funnel["drops"],
        "rules": _rules(rows),
        "load": _load(hours),
        "cost_minor": _cost(actions, document),
        "gain_minor": _gain(actions),
        "segments": _by(rows, "segment"),
        "steps": _by(actions, "step"),
    }
    return Rehearsed(rows, figures)


def compare_rows(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """How many obligations gain a contact, lose it, change channel or step, or stay the same."""
    both = before.join(after, on="obligation_id", how="full", suffix="_after", coalesce=True)
    was, now = pl.col("channel").fill_null(""), pl.col("channel_after").fill_null("")
    what = (
        pl.when((was == "") & (now != "")).then(pl.lit("gained"))
        .when((was != "") & (now == "")).then(pl.lit("lost"))
        .when((was == "") & (now == "")).then(pl.lit("quiet"))
        .when(was != now).then(pl.lit("channel"))
        .when(pl.col("step") != pl.col("step_after")).then(pl.lit("step"))
        .otherwise(pl.lit("same"))
    )  # fmt: skip
    return dict(both.group_by(what.alias("what")).agg(rows=pl.len()).sort("what").iter_rows())


def sample_of(rows: pl.DataFrame, size: int = SAMPLE) -> list[dict[str, Any]]:
    """Messages of as many different steps as there are, the most valuable of each first, with the obligations that join them."""
    written = rows.filter((pl.col("channel") != "") & (pl.col("channel") != "call"))
    ranked = written.sort(["score", "obligation_id"], descending=[True, False])
    ranked = ranked.with_columns(turn=pl.int_range(pl.len()).over("step")).sort("turn", maintain_order=True).head(size)
    joined = rows.filter(pl.col("reasons").list.first() == "joined").group_by("debtor_id", "creditor_id")
    others = joined.agg(others=pl.col("obligation_id").sort()) if written.height else None
    if others is not None:
        ranked = ranked.join(others, on=["debtor_id", "creditor_id"], how="left")
    return [_sampled(row) for row in ranked.iter_rows(named=True)]


def sum_figures(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several days as one; `days` says how many."""
    total: dict[str, Any] = {"days": len(figures)}
    for name in _SUMMED:
        total[name] = _sum([one[name] for one in figures])
    return total


def _sum(values: Sequence[Any]) -> Any:
    if not values or not isinstance(values[0], dict):
        return sum(values)
    keys = {key: None for value in values for key in value}
    return {key: _sum([value[key] for value in values if key in value]) for key in keys}


def _sampled(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "debtor_id": row["debtor_id"], "creditor_id": row["creditor_id"],
        "obligation_ids": [row["obligation_id"], *(row.get("others") or [])], "channel": row["channel"],
        "template": row["template"], "step": row["step"], "segment": row["segment"],
    }  # fmt: skip


def _rules(rows: pl.DataFrame) -> dict[str, int]:
    """Obligations without a contact by the rule of a country that stopped them (codes with a dot)."""
    codes = rows.filter(pl.col("channel") == "").select(pl.col("reasons").explode().alias("code"))
    rules = codes.filter(pl.col("code").str.contains(r"^[a-z]+\.", literal=False))
    return dict(rules.group_by("code").agg(rows=pl.len()).sort(["rows", "code"], descending=[True, False]).iter_rows())


def _load(hours: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for hour, channel, rows in hours.group_by("hour", "channel").agg(rows=pl.len()).sort("hour", "channel").iter_rows():
        found.setdefault(f"{hour:02d}", {})[channel] = rows
    return found


def _cost(actions: pl.DataFrame, document: StrategyDocument) -> dict[str, int]:
    found: dict[str, int] = {}
    for currency, channel, rows in (
        actions.group_by("currency", "channel").agg(rows=pl.len()).sort("currency", "channel").iter_rows()
    ):
        costs = document.costs.get(currency, Costs())
        found[currency] = found.get(currency, 0) + costs.minor(channel, currency) * rows
    return found


def _gain(actions: pl.DataFrame) -> dict[str, int]:
    """What the scorecard expects the contacts to bring beyond their cost (see `rules.scorecard`), by currency."""
    sums = actions.group_by("currency").agg(score=pl.col("score").sum()).sort("currency")
    return {currency: score * UNIT_MINOR.get(currency, 100) // 100 for currency, score in sums.iter_rows()}


def _by(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(rows.group_by(column).agg(rows=pl.len()).sort(["rows", column], descending=[True, False]).iter_rows())


def _counts(snapshot: Snapshot, document: StrategyDocument, zone: str) -> dict[str, Any]:
    now = datetime.combine(snapshot.on, time(), tzinfo=ZoneInfo(zone))
    counted = count_segments(snapshot, document, now=now, zone=zone)
    segments = [{"code": one.code, "taken": one.taken, "also": one.also} for one in counted.segments]
    return {"in_scope": counted.in_scope, "left_out": counted.left_out, "segments": segments}
