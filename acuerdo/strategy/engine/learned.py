"""Switched-on models in the score: what a contact brings is scaled by how much likelier than usual it is to help.

    gained = stake × uplift × (chance of answering by this channel and hour ÷ usual chance by the channel)
                            × (chance of not paying alone ÷ usual) × (chance of not keeping the promise alone ÷ usual)

Each quotient is 1 where its model is off or says nothing of the row. A model is a sum of a number a band, so the engines add
integers (thousandths of log-odds) and look the chance up in a table: equal on all of them. The feature that pushes a row
furthest from the usual is kept with it, to be told in words.

Paying alone is asked of delays of at most `ALONE_DAYS` days, as it was learnt; a promise only while it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil, exp
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.learning.additive import Additive, Feature
from acuerdo.strategy.engine.learning.history import ALONE_DAYS, RECENT_CONTACTS
from acuerdo.strategy.engine.moment import Moment, ones
from acuerdo.strategy.engine.people import outbound
from acuerdo.strategy.engine.snapshot import EPOCH_DAY
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.model_words import BEST_HOUR, OF_CONTACT, QUESTION_FEATURES, push_code

ANSWERS, ALONE, KEEPS = "answers", "pays_alone", "keeps_promise"
# Among which `hour_policy: best` chooses; the gate closes those that the law does not open.
HOURS = range(6, 22)
MISSING = -1
MILLI, REACH, STEP = 1_000, 8_000, 10  # log-odds from −8 to 8, the chance looked up every hundredth
TELLING = 50  # a push below a twentieth of log-odds is not told
WHOLE = 10_000
RATIO_MIN, RATIO_MAX = 1_000, 50_000  # a model moves a score between a tenth of it and five times it
DAY_US, NOON_US = 86_400_000_000, 43_200_000_000
ISO_MONDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True)
class Learned:
    """A model that is on. `rate`: how often the label held in the period that judged it; `rates` the same by channel."""

    question: str
    version: int
    model: Additive
    rate: float
    rates: Mapping[str, float] = field(default_factory=dict)

    def weights(self, feature: Feature) -> list[int]:
        """Thousandths of log-odds of each band, calibrated."""
        return [round(self.model.slope * weight * MILLI) for weight in feature.weights]

    def usual(self, feature: Feature) -> int:
        """The mean weight over the people it was learnt from."""
        return round(self.model.slope * float(np.dot(feature.weights, feature.shares)) * MILLI)

    @property
    def base(self) -> int:
        return round((self.model.slope * self.model.intercept + self.model.shift) * MILLI)


type Models = Mapping[str, Learned]


def models_from_json(told: Sequence[Mapping[str, Any]]) -> dict[str, Learned]:
    """From what is stored of each model that is on: `question`, `version`, `parameters`, `report`. Refuses `bad-models`."""
    try:
        return {
            str(one["question"]): Learned(
                str(one["question"]), int(one["version"]), Additive.from_json(one["parameters"]), float(one["report"]["rate"]),
                dict(one["report"].get("rates", {})),
            )
            for one in told
            if one["question"] in QUESTION_FEATURES
        }  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refusal(
            "bad-models", "El archivo de modelos no tiene la forma que escribe «acuerdo strategy models --export»."
        ) from None


# --- the debt: paying alone, keeping the promise


def with_debt_factor(open_: Frame, tables: Tables, moment: Moment, models: Models) -> Frame:
    """`debt_bp` and `debt_told` of each obligation whose step falls today."""
    frame = open_.with_columns(debt_bp=nw.lit(WHOLE), debt_told=nw.lit(0))
    for question, features in ((ALONE, _alone_features), (KEEPS, _promise_features)):
        learned = models.get(question)
        if learned is None:
            continue
        rows = _scored(features(tables, moment), learned, tables).select(
            "obligation_id", new_bp=_opposite(learned.rate), new_told=nw.col("told")
        )
        frame = frame.join(rows, on="obligation_id", how="left").with_columns(
            debt_bp=_product(nw.col("debt_bp"), nw.col("new_bp").fill_null(WHOLE)),
            debt_told=nw.col("debt_told") + nw.col("new_told").fill_null(0),
        )
        frame = frame.drop("new_bp", "new_told")
    return frame


def _opposite(rate: float) -> nw.Expr:
    """How much likelier than usual it does not happen by itself."""
    return _bounded((WHOLE - nw.col("chance")) * WHOLE // max(WHOLE - round(rate * WHOLE), 1))


def _alone_features(tables: Tables, moment: Moment) -> Frame:
    """Delays that began within `ALONE_DAYS`, with what was known on their first day."""
    began = _calendar(range(moment.day - ALONE_DAYS, moment.day + 1))
    episodes = tables.scan("episodes").filter(nw.col("began_day") <= moment.day)
    is_open = nw.col("ended_day").is_null() | (nw.col("ended_day") > moment.day)
    now = episodes.filter(is_open).group_by("obligation_id").agg(day=nw.col("began_day").max().cast(nw.Int64))
    now = now.join(tables.engine.lend(began, "calendar"), on="day", how="inner")
    past = episodes.filter(~is_open).join(now.select("obligation_id", "day"), on="obligation_id", how="inner")
    past = past.filter(nw.col("ended_day") < nw.col("day")).group_by("obligation_id").agg(
        times_before=nw.len().cast(nw.Int64),
        alone_before=ones(nw.col("contacts") == 0),
        worst_before=(nw.col("ended_day") - nw.col("began_day")).max().cast(nw.Int64),
    )  # fmt: skip
    rows = now.join(past, on="obligation_id", how="left").with_columns(
        times_before=nw.col("times_before").fill_null(0),
        alone_before=nw.col("alone_before").fill_null(0),
        worst_before=nw.col("worst_before").fill_null(MISSING),
    )
    debts = tables.scan("obligations").select("obligation_id", "debtor_id", "kind", "product")
    accounts = tables.scan("accounts").select("obligation_id", "disbursed_day")
    rows = rows.join(debts, on="obligation_id", how="inner").join(accounts, on="obligation_id", how="inner")
    age = (
        nw.when(nw.col("disbursed_day").is_null())
        .then(nw.lit(MISSING))
        .otherwise(nw.col("day") - nw.col("disbursed_day"))
    )
    return _with_company(rows, tables).with_columns(age_days=age)


def _promise_features(tables: Tables, moment: Moment) -> Frame:
    """Promises that stand, one an obligation, with what was known when they were made."""
    promises = tables.scan("promises")
    has_times = "times_rescheduled" in promises.collect_schema().names()
    times = nw.col("times_rescheduled") if has_times else nw.lit(MISSING)
    promises = promises.with_columns(times_rescheduled=times)
    standing = promises.filter(nw.col("state").is_in(["open", "verifying"]))
    standing = standing.group_by("obligation_id", "debtor_id").agg(
        made_day=nw.col("made_day").max().cast(nw.Int64),
        day=nw.col("due_day").min().cast(nw.Int64),
        times_rescheduled=nw.col("times_rescheduled").max().cast(nw.Int64),
    )
    ahead = _calendar(range(moment.day - 60, moment.day + 200))
    standing = standing.join(tables.engine.lend(ahead, "calendar"), on="day", how="inner")
    judged = promises.filter(~nw.col("decided_day").is_null()).select("debtor_id", "decided_day", "state")
    before = standing.select("debtor_id", "obligation_id", "made_day").join(judged, on="debtor_id", how="inner")
    before = before.filter(nw.col("decided_day") < nw.col("made_day")).group_by("obligation_id").agg(
        kept_before=ones(nw.col("state") == "kept"), broken_before=ones(nw.col("state").is_in(["broken", "partly_kept"]))
    )  # fmt: skip
    return standing.join(before, on="obligation_id", how="left").with_columns(
        days_ahead=nw.max_horizontal(nw.col("day") - nw.col("made_day"), nw.lit(0)),
        kept_before=nw.col("kept_before").fill_null(0),
        broken_before=nw.col("broken_before").fill_null(0),
    )


def _calendar(days: Sequence[int]) -> pl.DataFrame:
    """`day` with its `weekday` (1 is Monday) and `month_day`."""
    months = [date.fromordinal(day + EPOCH_DAY).day for day in days]
    return pl.DataFrame(
        {"day": list(days), "weekday": [(day + ISO_MONDAY) % 7 + 1 for day in days], "month_day": months},
        schema={"day": pl.Int64, "weekday": pl.Int64, "month_day": pl.Int64},
    )


def _with_company(rows: Frame, tables: Tables) -> Frame:
    people = tables.scan("debtors").select("debtor_id", company=_flag(nw.col("company")))
    return rows.join(people, on="debtor_id", how="inner")


def _flag(value: nw.Expr) -> nw.Expr:
    return nw.when(value).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


# --- the contact: answering by this channel at this hour


def with_answer_factor(frame: Frame, asking: Tables, slots: pl.DataFrame, moment: Moment, models: Models) -> Frame:
    """`answer_bp` and `answer_told` of each candidate; `frame` has `slot` and `debtor_id`."""
    learned = models.get(ANSWERS)
    if learned is None:
        return frame.with_columns(answer_bp=nw.lit(WHOLE), answer_told=nw.lit(0))
    of_slot = _slot_scores(learned, slots, moment)
    people = _person_scores(_person_features(asking, moment), learned)
    frame = frame.join(asking.engine.lend(of_slot, "slot_scores"), on="slot", how="inner")
    frame = frame.join(people, on="debtor_id", how="left").with_columns(
        total=nw.col("slot_score") + nw.col("person_score").fill_null(0),
        person_told=nw.col("person_told").fill_null(0),
    )
    frame = _with_chance(frame, asking)
    told = nw.col("slot_told") + nw.col("person_told") + nw.col("best_told")
    frame = frame.with_columns(answer_bp=_bounded(nw.col("chance") * WHOLE // nw.col("usual_bp")), answer_told=told)
    return frame.drop(
        "slot_score", "slot_told", "best_told", "usual_bp", "person_score", "person_told", "total", "chance"
    )  # fmt: skip


def _person_features(asking: Tables, moment: Moment) -> Frame:
    """What is known of each person's last contacts before the day."""
    contacts = outbound(asking, moment).select("debtor_id", "at_us", "attempt_id", "is_two_way")
    newest = ["newest", "newest_id"]
    contacts = contacts.with_columns(newest=0 - nw.col("at_us"), newest_id=0 - nw.col("attempt_id"), one=nw.lit(1))
    contacts = contacts.with_columns(place=nw.col("one").cum_sum().over("debtor_id", order_by=newest))
    last = contacts.filter(nw.col("place") <= RECENT_CONTACTS).group_by("debtor_id").agg(
        contacts_before=nw.len().cast(nw.Int64), answers_before=ones(nw.col("is_two_way")), last_us=nw.col("at_us").max().cast(nw.Int64)
    )  # fmt: skip
    noon = moment.day * DAY_US + NOON_US
    since = nw.max_horizontal(noon - nw.col("last_us"), nw.lit(0)) // DAY_US
    people = asking.scan("debtors").select("debtor_id", company=_flag(nw.col("company")))
    return people.join(last, on="debtor_id", how="left").with_columns(
        contacts_before=nw.col("contacts_before").fill_null(0),
        answers_before=nw.col("answers_before").fill_null(0),
        days_since=nw.when(nw.col("last_us").is_null()).then(nw.lit(MISSING)).otherwise(since),
    )


def _person_scores(people: Frame, learned: Learned) -> Frame:
    features = [one for one in learned.model.features if one.name not in OF_CONTACT]
    scored = people.with_columns(**{f"w_{one.name}": _weight(one, learned) for one in features})
    total: nw.Expr = nw.lit(learned.base)
    for one in features:
        total = total + nw.col(f"w_{one.name}")
    scored = scored.with_columns(**{f"p_{one.name}": nw.col(f"w_{one.name}") - learned.usual(one) for one in features})
    return scored.select("debtor_id", person_score=total, person_told=_furthest(features, learned.question))


def _slot_scores(learned: Learned, slots: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """For each channel and hour of a step: its part of the score, the feature that pushes most, and the channel's usual chance."""
    rows = []
    for slot, channel, minute, is_best in slots.select("slot", "channel", "minute", "is_best").iter_rows():
        values = {"channel": channel, "weekday": moment.on.isoweekday(), "hour": minute // 60}
        score, furthest, told = 0, TELLING, 0
        for one in learned.model.features:
            if one.name in OF_CONTACT:
                weight = learned.weights(one)[_band(one, values[one.name])]
                push = weight - learned.usual(one)
                score += weight
                if abs(push) > abs(furthest):
                    furthest, told = push, push_code(learned.question, one.name, is_more=push > 0)
        usual = learned.rates.get(channel) or learned.rate
        rows.append((slot, score, told, BEST_HOUR if is_best else 0, max(round(usual * WHOLE), 1)))
    names = ["slot", "slot_score", "slot_told", "best_told", "usual_bp"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")


def _band(feature: Feature, value: str | int) -> int:
    """The band of one value that is not missing."""
    if feature.cuts is not None:
        return sum(cut <= value for cut in feature.cuts)  # type: ignore[operator]
    levels = list(feature.levels or ())
    return levels.index(str(value)) if str(value) in levels else feature.bands - 2


# --- a model over a frame


def _scored(rows: Frame, learned: Learned, tables: Tables) -> Frame:
    """`chance` in hundredths of a per cent and `told`, the feature that pushes it furthest, of each row."""
    features = learned.model.features
    rows = rows.with_columns(**{f"w_{one.name}": _weight(one, learned) for one in features})
    total: nw.Expr = nw.lit(learned.base)
    for one in features:
        total = total + nw.col(f"w_{one.name}")
    rows = rows.with_columns(
        total=total, **{f"p_{one.name}": nw.col(f"w_{one.name}") - learned.usual(one) for one in features}
    )
    return _with_chance(rows.with_columns(told=_furthest(features, learned.question)), tables)


def _weight(feature: Feature, learned: Learned) -> nw.Expr:
    weights, value = learned.weights(feature), nw.col(feature.name)
    if feature.cuts is not None:
        found: nw.Expr = nw.lit(weights[0])
        for cut, weight in zip(feature.cuts, weights[1:], strict=False):
            found = nw.when(value >= ceil(cut)).then(nw.lit(weight)).otherwise(found)
        return nw.when(value == MISSING).then(nw.lit(weights[-1])).otherwise(found).cast(nw.Int64)
    found = nw.lit(weights[-2])
    for level, weight in zip(feature.levels or (), weights, strict=False):
        found = nw.when(value == level).then(nw.lit(weight)).otherwise(found)
    return nw.when(value.is_null()).then(nw.lit(weights[-1])).otherwise(found).cast(nw.Int64)


def _furthest(features: Sequence[Feature], question: str) -> nw.Expr:
    """The code of the greatest push among these features; 0 where none is worth telling."""
    push: nw.Expr = nw.lit(TELLING)
    told: nw.Expr = nw.lit(0)
    for one in features:
        mine = nw.col(f"p_{one.name}")
        is_further = _size(mine) > _size(push)
        code = nw.when(mine > 0).then(nw.lit(push_code(question, one.name, is_more=True)))
        told = (
            nw.when(is_further)
            .then(code.otherwise(nw.lit(push_code(question, one.name, is_more=False))))
            .otherwise(told)
        )
        push = nw.when(is_further).then(mine).otherwise(push)
    return told.cast(nw.Int64)


def _size(value: nw.Expr) -> nw.Expr:
    return nw.max_horizontal(value, 0 - value)


def _with_chance(rows: Frame, tables: Tables) -> Frame:
    """The chance of `total`, from the table of the logistic curve."""
    steps = 2 * REACH // STEP
    odds = pl.DataFrame(
        {"odds_step": range(steps + 1), "chance": [round(WHOLE / (1 + exp((REACH - place * STEP) / MILLI))) for place in range(steps + 1)]},
        schema={"odds_step": pl.Int64, "chance": pl.Int64},
    )  # fmt: skip
    inside = nw.min_horizontal(nw.max_horizontal(nw.col("total") + REACH, nw.lit(0)), nw.lit(2 * REACH))
    rows = rows.with_columns(odds_step=((inside + STEP // 2) // STEP).cast(nw.Int64))
    return rows.join(tables.engine.lend(odds, "odds"), on="odds_step", how="inner").drop("odds_step")


def _bounded(ratio: nw.Expr) -> nw.Expr:
    return nw.min_horizontal(nw.max_horizontal(ratio, nw.lit(RATIO_MIN)), nw.lit(RATIO_MAX)).cast(nw.Int64)


def _product(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Of two ratios, still within bounds."""
    return _bounded(a * b // WHOLE)


def with_factor(frame: Frame) -> Frame:
    """`factor_bp`, by which what a contact brings is multiplied, and `told`, what the models say of it."""
    factor = _product(nw.col("debt_bp"), nw.col("answer_bp"))
    return frame.with_columns(factor_bp=factor, told=nw.col("debt_told") + nw.col("answer_told"))
