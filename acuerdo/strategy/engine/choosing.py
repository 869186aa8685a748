"""From what falls today to candidates: an obligation on one channel of its step, with its worth and the law's answer."""

from collections.abc import Mapping

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.gate import SITUATION, Law, ask_gate
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.facts import CHANNELS
from acuerdo.strategy.rules.scorecard import (
    CHANNELS_SCORED,
    FATIGUE_CONTACTS_MAX,
    SCORE_MAX,
    STAKE_MINOR_MAX,
    UNIT_MINOR,
    UPLIFT_BP,
)

REACH = {
    "email": "has_email", "sms": "has_mobile", "whatsapp": "has_mobile", "voice": "has_phone", "call": "has_phone",
    "letter": "has_address",
}  # fmt: skip
ANY_HOUR = -1
KEPT = [
    "obligation_id", "debtor_id", "creditor_id", "currency", "channel", "position", "minute", "points", "cost_points", "dice",
    "planned_us", "refused", "refused_by", "agency_id", "placed_agent_id", "skill", "hour", "is_preferred",
]  # fmt: skip


def judge_candidates(
    engine: Engine, placed: Frame, document: StrategyDocument, laws: Mapping[int, Law], law_frame: Frame, moment: Moment
) -> Frame:
    """One row an obligation and channel of its step: score, moment, and the refusal if it may not go."""
    frame = placed.filter(nw.col("blocker") == "")
    frame = frame.join(engine.lend(_step_channels(document), "step_channels"), on="step_index", how="inner")
    frame = frame.join(law_frame, on="creditor_id", how="inner")
    frame = frame.with_columns(
        law_region=nw.when(nw.col("is_regional")).then(nw.col("region")).otherwise(nw.lit("")),
        reachable=_by_channel({channel: nw.col(flag) for channel, flag in REACH.items()}),
        on_hold=_by_channel({channel: nw.col(f"hold_{channel}") for channel in CHANNELS}),
        may_channel=nw.when(nw.col("purpose") == "reminder")
        .then(_by_channel({channel: nw.col(f"reminder_{channel}") for channel in CHANNELS}))
        .otherwise(_by_channel({channel: nw.col(f"consent_{channel}") for channel in CHANNELS})),
    )
    frame = _with_score(frame, engine, document)
    stopped = nw.when(~nw.col("reachable")).then(nw.lit("no-contact-point"))
    frame = frame.with_columns(
        stopped=stopped.otherwise(nw.when(nw.col("on_hold")).then(nw.lit("hold-channel")).otherwise(nw.lit("")))
    )
    needed = sorted({*SITUATION, *KEPT, "stopped"} - {"planned_us", "refused", "refused_by"})
    candidates = engine.settle(frame.select(needed), "candidates")
    asked = ask_gate(engine, candidates.filter(nw.col("stopped") == ""), laws, moment)
    silent = candidates.filter(nw.col("stopped") != "").with_columns(
        planned_us=nw.lit(0).cast(nw.Int64), refused=nw.col("stopped"), refused_by=nw.lit("")
    )
    # A call of an hour with counted minutes must fall in that hour; the law may have moved it.
    moved = (nw.col("refused") == "") & (nw.col("hour") != ANY_HOUR) & (nw.col("hour") != nw.col("planned_hour"))
    asked = asked.with_columns(refused=nw.when(moved).then(nw.lit("hours-closed")).otherwise(nw.col("refused")))
    return engine.settle(nw.concat([asked.select(KEPT), silent.select(KEPT)]), "judged")


def _by_channel(flags: Mapping[str, nw.Expr]) -> nw.Expr:
    found: nw.Expr = nw.lit(value=False)
    for channel, flag in flags.items():
        found = nw.when(nw.col("channel") == channel).then(flag).otherwise(found)
    return found


def _step_channels(document: StrategyDocument) -> pl.DataFrame:
    """A row for each channel of each step; for a call by agents whose minutes are counted by hour, one for each hour."""
    rows = []
    for index, step in enumerate(document.steps):
        for position, channel in enumerate(step.channels):
            hours = document.capacity.agent_minutes.get(step.skill) if channel == "call" else None
            common = (index, channel, position, step.purpose)
            if hours is None:
                rows.append((*common, step.minute, "", ANY_HOUR, True))
                continue
            preferred = step.minute // 60
            for hour in sorted(int(hour) for hour, minutes in hours.items() if minutes) or [preferred]:
                minute = step.minute if hour == preferred else hour * 60
                rows.append((*common, minute, step.skill, hour, hour == preferred))
    names = ["step_index", "channel", "position", "purpose", "minute", "skill", "hour", "is_preferred"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _with_score(frame: Frame, engine: Engine, document: StrategyDocument) -> Frame:
    """`rules.scorecard` over the frame: `points` that the contact brings, `cost_points` that it costs."""
    rates = engine.lend(_rates(document), "rates")
    frame = frame.join(rates, on=["stage", "channel", "currency"], how="left")
    stake = nw.min_horizontal(nw.max_horizontal(nw.col("stake"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    tired = nw.min_horizontal(nw.col("contacts_7_days"), nw.lit(FATIGUE_CONTACTS_MAX))
    unit = nw.col("unit_minor").fill_null(100)
    gained = stake * nw.col("uplift_bp").fill_null(0) // 10_000
    cost = nw.col("cost_minor").fill_null(0) + nw.col("fatigue_minor").fill_null(0) * tired
    frame = frame.with_columns(gained=gained, cost=nw.min_horizontal(cost, nw.lit(STAKE_MINOR_MAX)), unit=unit)
    most = nw.lit(SCORE_MAX)
    return frame.with_columns(
        points=nw.min_horizontal(nw.col("gained") * 100 // nw.col("unit"), most).cast(nw.Int64),
        cost_points=nw.min_horizontal((nw.col("cost") * 100 + nw.col("unit") - 1) // nw.col("unit"), most).cast(
            nw.Int64
        ),
    )


def _rates(document: StrategyDocument) -> pl.DataFrame:
    rows = []
    for stage, uplifts in UPLIFT_BP.items():
        for currency in sorted({*UNIT_MINOR, *document.costs}):
            costs = document.costs.get(currency, Costs())
            for channel, uplift in zip(CHANNELS_SCORED, uplifts, strict=True):
                cost = costs.minor(channel, currency) if channel in Costs.model_fields else 0
                fatigue = costs.minor("fatigue", currency)
                rows.append((stage, channel, currency, uplift, cost, fatigue, UNIT_MINOR.get(currency, 100)))
    names = ["stage", "channel", "currency", "uplift_bp", "cost_minor", "fatigue_minor", "unit_minor"]
    return pl.DataFrame(rows, schema=names, orient="row")
