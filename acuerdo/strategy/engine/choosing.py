"""From what falls today to candidates: an obligation on one channel of its step, with its worth and the law's answer."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine.behaviour import OF_DEBTS
from acuerdo.strategy.engine.facts import person_facts
from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.gate import ALLOWED, ASKED, LawBook, ask_gate, local_times
from acuerdo.strategy.engine.learned import (
    ANSWERS,
    HOURS,
    WHOLE,
    Models,
    with_answer_factor,
    with_debt_factor,
    with_factor,
)
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.parts import joined_parts
from acuerdo.strategy.engine.people import REACH, WHERE
from acuerdo.strategy.engine.placing import OPEN
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.facts import STAGES
from acuerdo.strategy.rules.scorecard import (
    CHANNELS_SCORED,
    FATIGUE_CONTACTS_MAX,
    SCORE_MAX,
    STAKE_MINOR_MAX,
    UNIT_MINOR,
    UPLIFT_BP,
)

ANY_HOUR = -1
NO_MODELS: Models = MappingProxyType({})
KEPT = [
    "obligation_id", "debtor_id", "creditor_id", "currency_no", "place", "position", "points", "cost_points", "dice",
    "planned_us", "refusal", "agency_id", "placed_agent_id", "meets", "way", "is_preferred",
]  # fmt: skip
_OF_SLOT = {
    "slot": pl.Int64, "step_index": pl.Int64, "channel": pl.String, "place": pl.Int64, "position": pl.Int64, "is_reminder": pl.Boolean,
    "minute": pl.Int64, "skill": pl.String, "hour": pl.Int64, "is_preferred": pl.Boolean, "is_best": pl.Boolean,
    "way": pl.Int64,
}  # fmt: skip


def judge_candidates(
    tables: Tables,
    placed: Frame,
    document: StrategyDocument,
    book: LawBook,
    moment: Moment,
    models: Models = NO_MODELS,
) -> Frame:
    """One row an obligation and channel of its step: score, moment, and the refusal if it may not go.

    With `models` on, the score counts what they say, `told` keeps it, and a step of `hour_policy: best` goes at the hour, of
    those that the gate opens, at which an answer is likeliest.
    """
    engine, slots = tables.engine, slots_of(document, has_answers=ANSWERS in models)
    open_ = placed.filter(nw.col("blocker") == OPEN)
    asking = tables.asking(engine.settle(open_.select("debtor_id").unique(), "open_people"))
    open_ = joined_parts(open_, OF_DEBTS, {"agency_id", "placed_agent_id"}, tables, moment)
    meets = open_.group_by("debtor_id", "creditor_id").agg(meets=nw.len().cast(nw.Int64))
    open_ = open_.join(meets, on=["debtor_id", "creditor_id"], how="inner")
    persons = person_facts(asking, moment, _of_person(slots))
    frame = open_.join(persons, on="debtor_id", how="inner").join(book.frame(engine), on="creditor_id", how="inner")
    times = local_times(tables.zones, slots, moment)
    if models:
        frame = with_debt_factor(frame, asking, moment, models)
    frame = frame.join(engine.lend(slots.drop("channel", "skill", "is_best"), "slots"), on="step_index", how="inner")
    if models:
        frame = with_factor(with_answer_factor(frame, asking, slots, moment, models))
    frame = frame.join(engine.lend(times, "local_times"), on=["timezone", "minute"], how="inner")
    frame = _with_score(_with_reach(frame, slots), tables, document, has_models=bool(models))
    row_id = nw.col("obligation_id") * max(slots.height, 1) + nw.col("slot")
    kept = [*KEPT, "told"] if models else KEPT
    needed = sorted({*kept, *ASKED} - {"planned_us"})
    candidates = engine.settle(frame.with_columns(row_id=row_id).select(needed), "candidates")
    answers = ask_gate(asking, candidates.filter(nw.col("refusal") == ALLOWED), book, moment)
    joined = candidates.join(answers, on="row_id", how="left").with_columns(
        refusal=nw.col("answer").fill_null(nw.col("refusal")), planned_us=nw.col("planned_us").fill_null(0)
    )
    joined = joined.select(kept)
    return engine.settle(_at_best_hour(joined) if slots.get_column("is_best").any() else joined, "judged")


def _at_best_hour(judged: Frame) -> Frame:
    """Of the hours of one channel, the one that may go and brings most; where none may, one of them tells why."""
    is_shut = nw.when(nw.col("refusal") == ALLOWED).then(nw.lit(0)).otherwise(nw.lit(1))
    is_other = nw.when(nw.col("is_preferred")).then(nw.lit(0)).otherwise(nw.lit(1))
    ranked = judged.with_columns(is_shut=is_shut, least=0 - nw.col("points"), is_other=is_other)
    order = ["is_shut", "least", "is_other", "planned_us", "refusal"]
    best = ranked.unique(subset=["obligation_id", "place", "way"], keep="first", order_by=order)
    return best.drop("is_shut", "least", "is_other")


def slots_of(document: StrategyDocument, *, has_answers: bool = False) -> pl.DataFrame:
    """A row for each channel of each step; one for each hour, for a call by agents whose minutes are counted by hour, and for
    a step whose hour the answering model chooses (`has_answers`: it is on).

    `way` numbers skill and hour together, 0 where no minutes are counted.
    """
    rows = []
    for index, step in enumerate(document.steps):
        for position, channel in enumerate(step.channels):
            hours = document.capacity.agent_minutes.get(step.skill) if channel == "call" else None
            common = (index, channel, CHANNELS_SCORED.index(channel), position, step.purpose == "reminder")
            is_best, preferred = has_answers and step.hour_policy == "best", step.minute // 60
            if hours is None and is_best:
                for hour in HOURS:
                    minute = step.minute if hour == preferred else hour * 60
                    rows.append((*common, minute, "", hour, hour == preferred, True))
                continue
            if hours is None:
                rows.append((*common, step.minute, "", ANY_HOUR, True, False))
                continue
            for hour in sorted(int(hour) for hour, minutes in hours.items() if minutes) or [preferred]:
                minute = step.minute if hour == preferred else hour * 60
                rows.append((*common, minute, step.skill, hour, hour == preferred, is_best))
    counted = sorted({row[6:8] for row in rows if row[6]})
    ways = {way: number for number, way in enumerate(counted, 1)}
    numbered = [(slot, *row, ways.get(row[6:8], 0)) for slot, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=_OF_SLOT, orient="row")


def _of_person(slots: pl.DataFrame) -> set[str]:
    channels = set(slots.get_column("channel"))
    flags = {REACH[channel] for channel in channels if channel in REACH}
    return {
        "timezone", "region", "dice", "contacts_7_days", *flags, *(WHERE[flag] for flag in flags),
        *(f"hold_{channel}" for channel in channels),
    }  # fmt: skip


def _with_reach(frame: Frame, slots: pl.DataFrame) -> Frame:
    """`contact_point_id` of the channel, and `refusal` where there is none or the channel is stopped."""
    channels = sorted(set(slots.get_column("channel")))
    reachable = _by_channel({channel: nw.col(REACH[channel]) for channel in channels}, otherwise=nw.lit(value=False))
    on_hold = _by_channel({channel: nw.col(f"hold_{channel}") for channel in channels}, otherwise=nw.lit(value=False))
    point = _by_channel({channel: nw.col(WHERE[REACH[channel]]) for channel in channels}, otherwise=nw.lit(0))
    stopped = nw.when(~nw.col("reachable")).then(nw.lit(LawBook.NO_POINT))
    return frame.with_columns(reachable=reachable, on_hold=on_hold, contact_point_id=point).with_columns(
        refusal=stopped.otherwise(
            nw.when(nw.col("on_hold")).then(nw.lit(LawBook.ON_HOLD)).otherwise(nw.lit(ALLOWED))
        ).cast(nw.Int64)
    )


def _by_channel(values: Mapping[str, nw.Expr], *, otherwise: nw.Expr) -> nw.Expr:
    found = otherwise
    for channel, value in values.items():
        found = nw.when(nw.col("place") == CHANNELS_SCORED.index(channel)).then(value).otherwise(found)
    return found


# --- what it is worth


def _with_score(frame: Frame, tables: Tables, document: StrategyDocument, *, has_models: bool = False) -> Frame:
    """`rules.scorecard` over the frame: `points` that the contact brings, `cost_points` that it costs."""
    rates = tables.engine.lend(_rates(document, tables.currencies), "rates")
    frame = frame.with_columns(rate=_rate(nw.col("stage_no"), nw.col("currency_no"), nw.col("place")))
    frame = frame.join(rates, on="rate", how="inner")
    stake = nw.min_horizontal(nw.max_horizontal(nw.col("stake"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    tired = nw.min_horizontal(nw.col("contacts_7_days"), nw.lit(FATIGUE_CONTACTS_MAX))
    gained = stake * nw.col("uplift_bp") // 10_000
    if has_models:  # a ratio of at most five keeps the product below 2^53
        frame = frame.with_columns(plain_gain=gained)
        gained = nw.col("plain_gain") * nw.col("factor_bp") // WHOLE
    cost = nw.min_horizontal(nw.col("cost_minor") + nw.col("fatigue_minor") * tired, nw.lit(STAKE_MINOR_MAX))
    frame, most = frame.with_columns(gained=gained, cost=cost), nw.lit(SCORE_MAX)
    points = nw.col("gained") * 100 // nw.col("unit_minor")
    cost_points = (nw.col("cost") * 100 + nw.col("unit_minor") - 1) // nw.col("unit_minor")
    return frame.with_columns(
        points=nw.min_horizontal(points, most).cast(nw.Int64),
        cost_points=nw.min_horizontal(cost_points, most).cast(nw.Int64),
    )


def _rate[Number: (int, nw.Expr)](stage_no: Number, currency_no: Number, place: Number) -> Number:
    """One number for stage, currency and channel: where what a contact brings and costs is looked up."""
    return (currency_no * len(STAGES) + stage_no) * len(CHANNELS_SCORED) + place


def _rates(document: StrategyDocument, currencies: Sequence[str]) -> pl.DataFrame:
    """By `_rate`: a currency or stage of which nothing is known brings nothing and costs nothing."""
    rows = []
    for currency_no, currency in enumerate(currencies):
        costs, unit = document.costs.get(currency, Costs()), UNIT_MINOR.get(currency)
        known = unit is not None or currency in document.costs
        for stage_no, stage in enumerate(STAGES):
            uplifts = UPLIFT_BP.get(stage) if known else None
            for place, channel in enumerate(CHANNELS_SCORED):
                cost = costs.minor(channel, currency) if uplifts and channel in Costs.model_fields else 0
                fatigue = costs.minor("fatigue", currency) if uplifts else 0
                uplift = uplifts[place] if uplifts else 0
                rows.append((_rate(stage_no, currency_no, place), uplift, cost, fatigue, unit or 100))
    names = ["rate", "uplift_bp", "cost_minor", "fatigue_minor", "unit_minor"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")
