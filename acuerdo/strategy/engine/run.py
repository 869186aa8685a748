"""The decision run: a snapshot and a strategy in, exactly one row out for every obligation of the portfolio.

    facts → segment and step (or the reason for none) → candidates → law → one contact a person → capacity → rows

The result depends only on the snapshot, the document, the date and the instant: running it twice gives the same rows, on
any engine.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.choosing import agents_of, choose_leads, judge_candidates
from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import Engine, Frame, open_engine
from acuerdo.strategy.engine.gate import SITUATION, laws_of
from acuerdo.strategy.engine.moment import Moment, start_of
from acuerdo.strategy.engine.placing import place
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.facts import CHANNELS

PARTS = (
    "accounts", "agents", "attempts", "consents", "contact_points", "creditors", "debtors", "episodes", "holds", "obligations",
    "placements", "preferences", "promises", "readings",
)  # fmt: skip
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_on": pl.Date, "obligation_id": pl.Int64, "debtor_id": pl.Int64, "creditor_id": pl.Int64, "stage": pl.String,
    "segment": pl.String, "step": pl.String, "channel": pl.String, "template": pl.String, "is_lead": pl.Boolean,
    "score": pl.Int64, "reasons": pl.List(pl.String), "balance_due_minor": pl.Int64, "days_past_due": pl.Int32,
    "planned_at": pl.Datetime("us", "UTC"), "state": pl.String, "agent_id": pl.Int64,
}  # fmt: skip
COLUMNS = pl.Schema(_TYPES)
SEPARATOR = "|"
CHANNELS_A_STEP = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` as the worklist stores them; `funnel` counts them by main reason, from the portfolio to contacts by channel."""

    rows: pl.DataFrame
    funnel: dict[str, object]


def decide(
    snapshot: Snapshot, document: StrategyDocument, *, now: datetime, zone: str, engine_name: str = "polars"
) -> Plan:
    """The plan of the snapshot's date. `zone` says when that date begins where the installation works.

    Refuses `snapshot-incomplete`, `unknown-engine`, `unknown-timezone`.
    """
    missing = sorted(set(PARTS) - set(snapshot.parts))
    if missing:
        raise Refusal(
            "snapshot-incomplete", f"A la foto de la cartera le falta: {', '.join(missing)}. Créela de nuevo."
        )
    moment = start_of(snapshot.on, now, zone)
    with open_engine(engine_name) as engine:
        return _decide(engine, snapshot, document, moment)


def seed_of(document: StrategyDocument) -> int:
    """The number behind all draws of a strategy, kept with the run."""
    return int.from_bytes(hashlib.sha256(document.code.encode()).digest()[:6], "big")


def write_plan(plan: Plan, folder: Path) -> None:
    """`decisions.parquet` in the folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "decisions.parquet.new"
    plan.rows.write_parquet(fresh)
    fresh.replace(folder / "decisions.parquet")


def _decide(engine: Engine, snapshot: Snapshot, document: StrategyDocument, moment: Moment) -> Plan:
    facts = obligations_frame(engine, snapshot, moment, document.stages)
    placed = engine.settle(place(facts, document, moment.on).select(_needed()), "placed")
    laws, law_frame = laws_of(engine, snapshot, moment)
    judged = judge_candidates(engine, placed, document, laws, law_frame, moment)
    leads = choose_leads(engine, judged, agents_of(snapshot), document)
    rows = engine.collect(_rows(engine, placed, judged, leads))
    return Plan(_named(rows, document, moment), funnel_of(rows))


def _needed() -> list[str]:
    """What the later stages read of the facts; the rest is never written."""
    flags = [f"{what}_{channel}" for what in ("consent", "reminder", "hold") for channel in CHANNELS]
    computed = {"law", "law_region", "channel", "purpose", "minute", "may_channel"}
    return [
        "obligation_id", "debtor_id", "creditor_id", "currency", "stage", "stake", "balance_due", "days_past_due", "region",
        "contacts_7_days", "agency_id", "placed_agent_id", "segment_index", "step_index", "step_age", "blocker",
        "has_email", "has_mobile", "has_phone", "has_address", *flags, *(name for name in SITUATION if name not in computed),
    ]  # fmt: skip


def _refusals(judged: Frame) -> Frame:
    """For each obligation with a step: whether some channel may go and is worth it, and the refusal of each channel."""
    allowed = nw.col("refused") == ""
    told = {}
    for position in range(CHANNELS_A_STEP):
        code = nw.concat_str(nw.col("channel"), nw.lit(":"), nw.col("refused"))
        told[f"told_{position}"] = (
            nw.when((nw.col("position") == position) & ~allowed).then(code).otherwise(nw.lit("")).max()
        )
    summary = judged.group_by("obligation_id").agg(
        may_go=nw.when(allowed).then(nw.lit(1)).otherwise(nw.lit(0)).max().cast(nw.Int64),
        best_score=nw.when(allowed).then(nw.col("score")).otherwise(nw.lit(0)).max().cast(nw.Int64),
        least_code=nw.col("refused").min(),
        most_code=nw.col("refused").max(),
        rule=nw.col("refused_by").max(),
        **told,
    )
    details = nw.concat_str(*(_joined(nw.col(f"told_{position}")) for position in range(CHANNELS_A_STEP)))
    rule = _joined(nw.col("rule"))
    is_one = nw.col("least_code") == nw.col("most_code")
    return summary.select(
        nw.col("obligation_id"),
        nw.col("may_go"),
        nw.col("best_score"),
        details.alias("details"),
        nw.when(is_one)
        .then(nw.concat_str(nw.col("least_code"), rule))
        .otherwise(nw.concat_str(nw.lit("no-channel"), details, rule))
        .alias("refusal"),
    )


def _joined(text: nw.Expr) -> nw.Expr:
    """The text after a separator, or nothing."""
    return nw.when(text == "").then(nw.lit("")).otherwise(nw.concat_str(nw.lit(SEPARATOR), text))


def _rows(engine: Engine, placed: Frame, judged: Frame, leads: pl.DataFrame) -> Frame:
    """Every obligation with its action or its reasons, as codes joined by `|`."""
    own = leads.select(
        "obligation_id", "channel", "position", "score", "planned_us", "agent_id", "is_refilled",
    ).rename({"score": "lead_score"})  # fmt: skip
    person = leads.select("debtor_id", pl.col("creditor_id").alias("lead_creditor_id"))
    frame = placed.join(engine.lend(own, "leads"), on="obligation_id", how="left")
    frame = frame.join(engine.lend(person, "contacted"), on="debtor_id", how="left")
    frame = frame.join(_refusals(judged), on="obligation_id", how="left")
    is_lead = ~nw.col("channel").is_null()
    has_lead = ~nw.col("lead_creditor_id").is_null()
    frame = frame.with_columns(
        channel=nw.col("channel").fill_null(""), is_lead=is_lead, position=nw.col("position").fill_null(0),
        is_refilled=nw.col("is_refilled").fill_null(value=False), agent_id=nw.col("agent_id").fill_null(0),
        planned_us=nw.col("planned_us").fill_null(0), has_lead=has_lead,
        lead_creditor_id=nw.col("lead_creditor_id").fill_null(0), details=nw.col("details").fill_null(""),
        refusal=nw.col("refusal").fill_null(""), may_go=nw.col("may_go").fill_null(0), best_score=nw.col("best_score").fill_null(0),
        score=nw.col("lead_score").fill_null(0),
    )  # fmt: skip
    frame = frame.with_columns(
        reasons=nw.when(nw.col("is_lead"))
        .then(_why())
        .otherwise(nw.when(nw.col("blocker") != "").then(nw.col("blocker")).otherwise(_why_not()))
    )
    return frame.select(
        "obligation_id", "debtor_id", "creditor_id", "stage", "segment_index", "step_index", "channel", "is_lead", "score",
        "reasons", "balance_due", "days_past_due", "planned_us", "agent_id",
    )  # fmt: skip


def _why() -> nw.Expr:
    when = nw.when(nw.col("step_age") > 0).then(nw.lit("step-carried")).otherwise(nw.lit("step-due"))
    passed_over = nw.concat_str(nw.lit(f"{SEPARATOR}channel-next"), nw.col("details"))
    which = nw.when(nw.col("position") == 0).then(nw.lit(f"{SEPARATOR}channel-first")).otherwise(passed_over)
    return nw.concat_str(when, nw.when(nw.col("is_refilled")).then(nw.lit(f"{SEPARATOR}call-full")).otherwise(which))


def _why_not() -> nw.Expr:
    other = (
        nw.when(nw.col("lead_creditor_id") == nw.col("creditor_id"))
        .then(nw.lit("joined"))
        .otherwise(nw.lit("other-creditor"))
    )
    busy = nw.when(nw.col("has_lead")).then(other).otherwise(nw.lit("capacity-reached"))
    worth = nw.when(nw.col("best_score") <= 0).then(nw.lit("not-worth-it")).otherwise(busy)
    return nw.when(nw.col("may_go") == 0).then(nw.col("refusal")).otherwise(worth)


def _named(rows: pl.DataFrame, document: StrategyDocument, moment: Moment) -> pl.DataFrame:
    """The worklist's columns: codes for positions, instants for numbers, lists for joined codes."""
    segments = pl.Series([segment.code for segment in document.segments] + [""], dtype=pl.String)
    steps = pl.Series([step.code for step in document.steps] + [""], dtype=pl.String)
    templates = pl.Series([step.template for step in document.steps] + [""], dtype=pl.String)
    has_action = pl.col("channel") != ""
    segment_at = pl.when(pl.col("segment_index") < 0).then(len(document.segments)).otherwise(pl.col("segment_index"))
    step_at = pl.when(pl.col("step_index") < 0).then(len(document.steps)).otherwise(pl.col("step_index"))
    is_message = has_action & (pl.col("channel") != "call")
    return rows.sort("obligation_id").select(
        pl.lit(moment.on).alias("run_on"),
        "obligation_id", "debtor_id", "creditor_id", "stage",
        pl.lit(segments).gather(segment_at).alias("segment"),
        pl.lit(steps).gather(step_at).alias("step"),
        "channel",
        pl.when(is_message).then(pl.lit(templates).gather(step_at)).otherwise(pl.lit("")).alias("template"),
        "is_lead", "score",
        pl.col("reasons").str.split(SEPARATOR),
        pl.col("balance_due").alias("balance_due_minor"),
        pl.col("days_past_due").cast(pl.Int32),
        pl.when(has_action).then(pl.col("planned_us")).cast(pl.Datetime("us", "UTC")).alias("planned_at"),
        pl.when(has_action).then(pl.lit("planned")).otherwise(pl.lit("skipped")).alias("state"),
        pl.when(pl.col("agent_id") > 0).then(pl.col("agent_id")).alias("agent_id"),
    ).cast(COLUMNS)  # fmt: skip


def funnel_of(rows: pl.DataFrame) -> dict[str, object]:
    """Totals: the portfolio, each drop by its main reason, and the contacts by channel."""
    main = pl.col("reasons").str.split(SEPARATOR).list.first()
    idle = rows.filter(pl.col("channel") == "")
    drops = idle.group_by(main.alias("code")).agg(rows=pl.len()).sort(["rows", "code"], descending=[True, False])
    actions = rows.filter(pl.col("channel") != "")
    contacts = actions.group_by("channel").agg(rows=pl.len()).sort("channel")
    return {
        "portfolio": rows.height,
        "people": rows.get_column("debtor_id").n_unique(),
        "drops": dict(drops.iter_rows()),
        "contacts": dict(contacts.iter_rows()),
        "planned": actions.height,
    }
