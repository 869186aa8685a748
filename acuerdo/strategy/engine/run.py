"""The decision run: a snapshot and a strategy in, exactly one row out for every obligation of the portfolio.

    facts → segment and step (or the reason for none) → candidates → law → one contact a person → capacity → rows

A large portfolio goes through the stages up to the contacts, and again through the rows, a part of its people at a time;
only what is scarce is shared out over everyone at once. The result depends only on the snapshot, the document, the date,
the instant and the earlier prices: running it twice gives the same rows, on any engine.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import narwhals as nw
import polars as pl
import pyarrow.parquet as pq

from acuerdo.strategy.engine.agents import agents_of
from acuerdo.strategy.engine.choosing import NO_MODELS, judge_candidates
from acuerdo.strategy.engine.contacts import Chosen, choose_contacts, contacts_of
from acuerdo.strategy.engine.explaining import Reasons, against_of, explained, told_of, with_told
from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import Engine, Frame, SparkPlace, open_engine, scan_files
from acuerdo.strategy.engine.gate import LawBook, law_book
from acuerdo.strategy.engine.learned import Models
from acuerdo.strategy.engine.moment import Moment, start_of
from acuerdo.strategy.engine.placing import blocker_codes, facts_needed, place
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.engine.tables import PART_ROWS, Tables, check_tables, passes
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import lanes, probability_of
from acuerdo.strategy.rules.facts import STAGES
from acuerdo.strategy.rules.scorecard import CHANNELS_SCORED

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
SEPARATOR = "|"
ROW_GROUP = 250_000


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
    models: Models = NO_MODELS,
    folder: Path | None = None,
    spark: SparkPlace | None = None,
    part_rows: int = PART_ROWS,
) -> Plan:
    """The plan of the snapshot's date. `zone` says when that date begins where the installation works.

    `warm` are an earlier run's prices, `paused` variants that fall back to their champion, `models` those that are on.
    The rows go to `folder`'s decisions.parquet, or stay in memory without one. `spark` says where that engine runs.
    `part_rows`: obligations of one pass.

    Refuses `snapshot-incomplete`, `snapshot-column-missing`, `snapshot-damaged`, `unknown-engine`, `engine-missing`, `unknown-timezone`.
    """
    check_tables(snapshot)
    moment = start_of(snapshot.on, now, zone)
    with open_engine(engine_name, spark) as engine:
        run = _Run(engine, document, moment, frozenset(paused), law_book(engine, snapshot, moment), models)
        rows, chosen = run.decided(snapshot, part_rows, warm)
        file = run.written(rows, folder or engine.scratch)
        kept = file if folder else pl.read_parquet(file, memory_map=False)
        versions = {question: one.version for question, one in sorted(models.items())}
        return Plan(kept, {**funnel_of(rows, run.reasons), "models": versions}, allocation_of(chosen))


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


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one part of the people came to, before what is scarce is shared out."""

    tables: Tables
    placed: Frame
    against: Frame
    told: Frame | None
    contacts: Frame


@dataclass(slots=True)
class _Run:
    engine: Engine
    document: StrategyDocument
    moment: Moment
    paused: frozenset[str]
    book: LawBook
    models: Models = NO_MODELS
    reasons: Reasons = field(init=False)

    def __post_init__(self) -> None:
        self.reasons = Reasons(self.document, self.book)

    def decided(
        self, snapshot: Snapshot, part_rows: int, warm: Mapping[str, float] | None
    ) -> tuple[list[Path], Chosen]:
        """A file of rows for each part of the people, and what was chosen."""
        engine = self.engine
        parts = [self._looked_at(tables) for tables in passes(engine, snapshot, part_rows)]
        currencies = parts[0].tables.currencies
        contacts = parts[0].contacts if len(parts) == 1 else nw.concat([part.contacts for part in parts])
        seed = seed_of(self.document) + self.moment.day
        chosen = choose_contacts(engine, contacts, agents_of(snapshot), self.document, currencies, seed=seed, warm=warm)
        files = []
        for part in parts:
            leads = with_told(part.tables.of_people(chosen.leads), part.told)
            rows = explained(engine, part.placed, part.against, part.contacts, leads, self.reasons)
            files.append(engine.store(rows, "rows"))
        return files, chosen

    def _looked_at(self, tables: Tables) -> _Pass:
        engine, document, moment = self.engine, self.document, self.moment
        facts = obligations_frame(tables, moment, document.stages, facts_needed(document) | _KEPT)
        kept = engine.settle if tables.people is None else engine.keep  # until the other passes have been made
        placed = kept(place(facts, document, moment.on, self.paused).select(_PLACED), "placed")
        judged = judge_candidates(tables, placed, document, self.book, moment, self.models)
        told, against = told_of(judged), kept(against_of(judged), "against")
        told = told if told is None else kept(told, "told")
        return _Pass(tables, placed, against, told, kept(contacts_of(judged), "contacts"))

    def written(self, files: Sequence[Path], folder: Path) -> Path:
        """The rows by obligation in the worklist's columns, in the folder's file, which appears whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"{FILE}.new"
        with ExitStack() as open_:
            writer = None
            for (first, last), holders in _spans(files):
                rows = scan_files(holders).filter(pl.col("obligation_id").is_between(first, last))
                mine = rows.collect(engine="streaming").sort("obligation_id")
                arrow = self._named(mine).to_arrow(compat_level=pl.CompatLevel.oldest())
                if writer is None:
                    writer = open_.enter_context(pq.ParquetWriter(fresh, arrow.schema, compression="zstd"))
                writer.write_table(arrow, row_group_size=ROW_GROUP)
        return fresh.replace(folder / FILE)

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Codes for numbers, instants for microseconds, lists for what is told in several codes."""
        document, steps = self.document, self.document.steps
        has_action = rows.get_column("place") >= 0
        is_message = has_action & (rows.get_column("place") != CHANNELS_SCORED.index("call"))
        step = rows.get_column("step_index")
        lists = pl.Series("reasons", self.reasons.codes, dtype=pl.List(pl.String))
        rows = rows.with_columns(
            run_on=pl.lit(self.moment.on),
            stage=_named_by(rows.get_column("stage_no"), STAGES),
            segment=_named_by(rows.get_column("segment_index"), [segment.code for segment in document.segments]),
            step=_named_by(step, [one.code for one in steps]),
            channel=_named_by(rows.get_column("place"), CHANNELS_SCORED),
            template=_named_by(pl.select(pl.when(is_message).then(step).otherwise(-1)).to_series(), [one.template for one in steps]),
            reasons=lists.gather(rows.get_column("reason")),
            balance_due_minor=pl.col("balance_due"),
            planned_at=pl.when(has_action).then(pl.col("planned_us")).cast(pl.Datetime("us", "UTC")),
            state=pl.when(has_action).then(pl.lit("planned")).otherwise(pl.lit("skipped")),
            agent_id=pl.when(pl.col("agent_id") > 0).then(pl.col("agent_id")),
            probability_bp=_chance(document, self.moment, self.paused),
            options=_listed("options"),
        )  # fmt: skip
        return rows.select(list(COLUMNS)).cast(COLUMNS)


def _named_by(places: pl.Series, names: Sequence[str]) -> pl.Series:
    """The name at each place; empty for a place before the first."""
    return pl.Series(["", *names], dtype=pl.String).gather(places.clip(-1) + 1)


# What the later stages read of the facts; the rest is never written.
_KEPT = {"creditor_id", "currency_no", "stage_no", "stake", "balance", "balance_due", "days_past_due"}
_PLACED = [
    "obligation_id", "debtor_id", *sorted(_KEPT), "segment_index", "step_index", "step_age", "blocker", "variant",
]  # fmt: skip


def _spans(files: Sequence[Path]) -> list[tuple[tuple[int, int], list[Path]]]:
    """Obligation ids in as many spans as there are parts, so that sorting takes one part's memory, and the files that hold them."""
    held = [scan_files([file]).select("obligation_id").collect().get_column("obligation_id") for file in files]
    ids = pl.concat(held).sort()
    if not len(ids):
        return [((0, 0), list(files))]
    parts = len(files)
    ends = sorted({int(ids[len(ids) * part // parts - 1]) for part in range(1, parts + 1) if len(ids) * part // parts})
    limits = [(*_ends(one), file) for one, file in zip(held, files, strict=True) if len(one)]
    return [
        ((first, last), [file for low, high, file in limits if low <= last and high >= first])
        for first, last in zip([int(ids[0]), *(end + 1 for end in ends[:-1])], ends, strict=True)
    ]


def _ends(ids: pl.Series) -> tuple[int, int]:
    low, high = pl.select(low=ids.min(), high=ids.max()).row(0)
    return int(low), int(high)


def _listed(column: str) -> pl.Expr:
    """`|a|b` as a list of a and b; an empty text as an empty list."""
    listed = pl.col(column).str.strip_prefix(SEPARATOR).str.split(SEPARATOR)
    return pl.when(pl.col(column) == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(listed).alias(column)


def _chance(document: StrategyDocument, moment: Moment, paused: Collection[str]) -> pl.Expr:
    """The probability, by the draws, of the group that the person fell in: their variant, and the control group or not."""
    found = lanes(document.experiments, moment.on, paused)
    names = ["", *dict.fromkeys(name for lane in found for name, _upper in lane.variants if name)]
    chances = [round(probability_of(name, found) * CERTAIN_BP) for name in names]
    chance = pl.col("variant").replace_strict(names, chances, default=CERTAIN_BP, return_dtype=pl.Int64)
    control = int(document.control_percent * 100)
    codes = blocker_codes(document)
    drawn = pl.col("reason") == (codes.index("control-group") if "control-group" in codes else -1)
    share = pl.when(drawn).then(control).otherwise(CERTAIN_BP - control)
    return pl.max_horizontal(chance * share // CERTAIN_BP, pl.lit(1))


def funnel_of(files: Sequence[Path], reasons: Reasons) -> dict[str, object]:
    """Totals: the portfolio, each drop by its main reason, and the contacts by channel. Each file has people of its own."""
    rows = scan_files(files)
    counted = rows.group_by("place", "reason").agg(rows=pl.len()).collect(engine="streaming")
    people = [scan_files([file]).select(pl.col("debtor_id").n_unique()).collect().item() for file in files]
    names = {number: codes[0] for number, codes in enumerate(reasons.codes)}
    main = pl.col("reason").replace_strict(names, default="", return_dtype=pl.String).alias("code")
    counted = counted.with_columns(channel=_named_by(counted.get_column("place"), CHANNELS_SCORED))
    drops = counted.filter(pl.col("channel") == "").group_by(main).agg(pl.col("rows").sum())
    contacts = counted.filter(pl.col("channel") != "").group_by("channel").agg(pl.col("rows").sum()).sort("channel")
    return {
        "portfolio": int(counted.get_column("rows").sum()),
        "people": int(sum(people)),
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
