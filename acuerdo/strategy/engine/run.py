"""The decision run: a snapshot and a strategy in, exactly one row out for every obligation of the portfolio.

    facts → segment and step (or the reason for none) → candidates → law → one contact a person → capacity → rows

The result depends only on the snapshot, the document, the date, the instant and the earlier prices: running it twice gives
the same rows, on any engine.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.agents import agents_of
from acuerdo.strategy.engine.choosing import judge_candidates
from acuerdo.strategy.engine.contacts import Chosen, choose_contacts
from acuerdo.strategy.engine.explaining import SEPARATOR, explained
from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import Engine, SparkPlace, open_engine
from acuerdo.strategy.engine.gate import SITUATION, laws_of
from acuerdo.strategy.engine.moment import Moment, start_of
from acuerdo.strategy.engine.placing import place
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import lanes, probability_of
from acuerdo.strategy.rules.facts import CHANNELS

PARTS = (
    "accounts", "agents", "attempts", "consents", "contact_points", "creditors", "debtors", "episodes", "holds", "obligations",
    "placements", "preferences", "promises", "readings",
)  # fmt: skip
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_on": pl.Date, "obligation_id": pl.Int64, "debtor_id": pl.Int64, "creditor_id": pl.Int64, "stage": pl.String,
    "segment": pl.String, "step": pl.String, "channel": pl.String, "template": pl.String, "is_lead": pl.Boolean,
    "score": pl.Int64, "reasons": pl.List(pl.String), "balance_due_minor": pl.Int64, "days_past_due": pl.Int32,
    "planned_at": pl.Datetime("us", "UTC"), "state": pl.String, "agent_id": pl.Int64, "variant": pl.String,
    "probability_bp": pl.Int32, "options": pl.List(pl.String), "price": pl.Int64,
}  # fmt: skip
COLUMNS = pl.Schema(_TYPES)
FILE = "decisions.parquet"
CERTAIN_BP = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows`, in memory or in a file, are as the worklist stores them; `funnel` counts them by main reason, from the
    portfolio to contacts by channel; `allocation` tells capacities, use, prices, bound and gap (see `allocation_of`)."""

    kept: pl.DataFrame | Path
    funnel: dict[str, object]
    allocation: dict[str, object]

    @property
    def rows(self) -> pl.DataFrame:
        return self.kept if isinstance(self.kept, pl.DataFrame) else pl.read_parquet(self.kept)


def decide(
    snapshot: Snapshot,
    document: StrategyDocument,
    *,
    now: datetime,
    zone: str,
    engine_name: str = "polars",
    warm: Mapping[str, float] | None = None,
    paused: Collection[str] = (),
    folder: Path | None = None,
    spark: SparkPlace | None = None,
) -> Plan:
    """The plan of the snapshot's date. `zone` says when that date begins where the installation works.

    `warm` are an earlier run's prices, `paused` variants that fall back to their champion. The rows go to `folder`'s
    decisions.parquet, or stay in memory without one. `spark` says where that engine runs.

    Refuses `snapshot-incomplete`, `unknown-engine`, `engine-missing`, `unknown-timezone`.
    """
    missing = sorted(set(PARTS) - set(snapshot.parts))
    if missing:
        raise Refusal(
            "snapshot-incomplete", f"A la foto de la cartera le falta: {', '.join(missing)}. Créela de nuevo."
        )
    moment = start_of(snapshot.on, now, zone)
    with open_engine(engine_name, spark) as engine:
        rows, chosen = _decide(engine, snapshot, document, moment, warm=warm, paused=paused)
        file = _written(rows, document, moment, folder or engine.scratch, paused)
        kept = file if folder else pl.read_parquet(file, memory_map=False)
        return Plan(kept, funnel_of(pl.scan_parquet(rows)), allocation_of(chosen))


def seed_of(document: StrategyDocument) -> int:
    """The number behind all draws of a strategy, kept with the run."""
    return int.from_bytes(hashlib.sha256(document.code.encode()).digest()[:6], "big")


def write_plan(plan: Plan, folder: Path) -> None:
    """`decisions.parquet` in the folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(plan.kept, Path) and plan.kept == folder / FILE:
        return
    fresh = folder / f"{FILE}.new"
    plan.rows.write_parquet(fresh)
    fresh.replace(folder / FILE)


def _decide(
    engine: Engine,
    snapshot: Snapshot,
    document: StrategyDocument,
    moment: Moment,
    *,
    warm: Mapping[str, float] | None,
    paused: Collection[str],
) -> tuple[Path, Chosen]:
    facts = obligations_frame(engine, snapshot, moment, document.stages)
    placed = engine.settle(place(facts, document, moment.on, paused).select(_needed()), "placed")
    laws, law_frame = laws_of(engine, snapshot, moment)
    judged = judge_candidates(engine, placed, document, laws, law_frame, moment)
    seed = seed_of(document) + moment.day
    chosen = choose_contacts(engine, judged, agents_of(snapshot), document, seed=seed, warm=warm)
    rows = explained(engine, placed, judged, chosen.contacts, chosen.leads)
    return engine.store(rows, "rows"), chosen


def _needed() -> list[str]:
    """What the later stages read of the facts; the rest is never written."""
    flags = [f"{what}_{channel}" for what in ("consent", "reminder", "hold") for channel in CHANNELS]
    computed = {"law", "law_region", "channel", "purpose", "minute", "may_channel"}
    return [
        "obligation_id", "debtor_id", "creditor_id", "currency", "stage", "stake", "balance_due", "days_past_due", "region",
        "contacts_7_days", "agency_id", "placed_agent_id", "segment_index", "step_index", "step_age", "blocker", "dice", "variant",
        "has_email", "has_mobile", "has_phone", "has_address", *flags, *(name for name in SITUATION if name not in computed),
    ]  # fmt: skip


def _written(rows: Path, document: StrategyDocument, moment: Moment, folder: Path, paused: Collection[str]) -> Path:
    """The rows by obligation in the worklist's columns, streamed to the folder's file, which appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    named = pl.scan_parquet(rows).sort("obligation_id").select(_named(document, moment, paused)).cast(COLUMNS)
    fresh = folder / f"{FILE}.new"
    named.sink_parquet(fresh, compression="zstd")
    return fresh.replace(folder / FILE)


def _named(document: StrategyDocument, moment: Moment, paused: Collection[str]) -> list[pl.Expr]:
    """Codes for positions, instants for numbers, lists for joined codes."""
    has_action = pl.col("channel") != ""
    steps = [step.code for step in document.steps]
    templates = [step.template for step in document.steps]
    is_message = has_action & (pl.col("channel") != "call")
    return [
        pl.lit(moment.on).alias("run_on"),
        *map(pl.col, ("obligation_id", "debtor_id", "creditor_id", "stage")),
        _at("segment_index", [segment.code for segment in document.segments]).alias("segment"),
        _at("step_index", steps).alias("step"),
        pl.col("channel"),
        pl.when(is_message).then(_at("step_index", templates)).otherwise(pl.lit("")).alias("template"),
        *map(pl.col, ("is_lead", "score")),
        pl.col("reasons").str.split(SEPARATOR),
        pl.col("balance_due").alias("balance_due_minor"),
        pl.col("days_past_due"),
        pl.when(has_action).then(pl.col("planned_us")).cast(pl.Datetime("us", "UTC")).alias("planned_at"),
        pl.when(has_action).then(pl.lit("planned")).otherwise(pl.lit("skipped")).alias("state"),
        pl.when(pl.col("agent_id") > 0).then(pl.col("agent_id")).alias("agent_id"),
        pl.col("variant"),
        _chance(document, moment, paused).alias("probability_bp"),
        pl.when(has_action)
        .then(pl.col("options").str.strip_prefix(SEPARATOR).str.split(SEPARATOR))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
        .alias("options"),
        pl.col("price"),
    ]  # fmt: skip


def _chance(document: StrategyDocument, moment: Moment, paused: Collection[str]) -> pl.Expr:
    """The probability, by the draws, of the group that the person fell in: their variant, and the control group or not."""
    found = lanes(document.experiments, moment.on, paused)
    names = ["", *dict.fromkeys(name for lane in found for name, _upper in lane.variants if name)]
    chances = [round(probability_of(name, found) * CERTAIN_BP) for name in names]
    chance = pl.col("variant").replace_strict(names, chances, default=CERTAIN_BP, return_dtype=pl.Int64)
    control = int(document.control_percent * 100)
    share = pl.when(pl.col("reasons") == "control-group").then(control).otherwise(CERTAIN_BP - control)
    return pl.max_horizontal(chance * share // CERTAIN_BP, pl.lit(1))


def _at(column: str, names: list[str]) -> pl.Expr:
    """The name at the column's place; empty for a place before the first."""
    return pl.col(column).replace_strict(range(len(names)), names, default="", return_dtype=pl.String)


def funnel_of(rows: pl.LazyFrame) -> dict[str, object]:
    """Totals: the portfolio, each drop by its main reason, and the contacts by channel."""
    counted = rows.group_by("channel", "reasons").agg(rows=pl.len()).collect(engine="streaming")
    main = pl.col("reasons").str.split(SEPARATOR).list.first().alias("code")
    drops = counted.filter(pl.col("channel") == "").group_by(main).agg(pl.col("rows").sum())
    contacts = counted.filter(pl.col("channel") != "").group_by("channel").agg(pl.col("rows").sum()).sort("channel")
    return {
        "portfolio": int(counted.get_column("rows").sum()),
        "people": int(rows.select(pl.col("debtor_id").n_unique()).collect(engine="streaming").item()),
        "drops": dict(drops.sort(["rows", "code"], descending=[True, False]).iter_rows()),
        "contacts": dict(contacts.iter_rows()),
        "planned": int(contacts.get_column("rows").sum()),
    }


def allocation_of(chosen: Chosen) -> dict[str, object]:
    """What the plan is worth, the bound that no plan passes, the gap in millionths, and each resource's use and price.

    Scores, and scores a unit (a minute, a message, a minor unit of the budget), as floats.
    """
    found, one = chosen.allocation, chosen.scale.one
    named = zip(chosen.market.resources, found.left, found.prices, strict=True)
    return {
        "value": found.value // one,
        "bound": -(-found.bound // one),
        "gap_ppm": found.gap_ppm,
        "steps": found.steps,
        "currency": chosen.currency,
        "resources": [
            {
                "code": resource.code,
                "capacity": resource.capacity,
                "used": round(resource.capacity - left),
                "price": price / one if price * resource.capacity >= one else 0.0,
            }
            for resource, left, price in named
        ],
    }
