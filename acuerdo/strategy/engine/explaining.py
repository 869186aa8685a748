"""Why each obligation is or is not contacted today: one row each, its reasons as codes joined by `|`, the main one first."""

import narwhals as nw

from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.rules.scorecard import CHANNELS_SCORED

SEPARATOR = "|"
CHANNELS_A_STEP = 4
ROW = [
    "obligation_id", "debtor_id", "creditor_id", "stage", "segment_index", "step_index", "channel", "is_lead", "score", "price",
    "options", "reasons", "variant", "balance_due", "days_past_due", "planned_us", "agent_id",
]  # fmt: skip


def explained(engine: Engine, placed: Frame, judged: Frame, contacts: Frame, leads: Frame) -> Frame:
    """Every obligation with its action or its reasons."""
    own = leads.join(_options(contacts), on=["debtor_id", "creditor_id"], how="left").select(
        "obligation_id", "channel", "position", "score", "price", "options", "planned_us", "agent_id", "wished",
    )  # fmt: skip
    person = leads.select("debtor_id", lead_creditor_id=nw.col("creditor_id"))
    worth = contacts.select("debtor_id", "creditor_id").unique().with_columns(is_worth_it=nw.lit(1))
    open_ = placed.filter(nw.col("blocker") == "").join(_refusals(judged), on="obligation_id", how="left")
    open_ = open_.join(engine.settle(own, "own"), on="obligation_id", how="left").join(
        person, on="debtor_id", how="left"
    )
    open_ = open_.join(worth, on=["debtor_id", "creditor_id"], how="left").with_columns(**_filled())
    open_ = open_.with_columns(reasons=nw.when(nw.col("is_lead")).then(_why()).otherwise(_why_not()))
    closed = placed.filter(nw.col("blocker") != "").with_columns(**_nothing(), reasons=nw.col("blocker"))
    return nw.concat([open_.select(ROW), closed.select(ROW)])


def _filled() -> dict[str, nw.Expr]:
    """What a row has when nothing was joined to it."""
    filled = {name: nw.col(name).fill_null(value) for name, value in _EMPTY.items()}
    return {**filled, "is_lead": ~nw.col("channel").is_null(), "has_lead": ~nw.col("lead_creditor_id").is_null()}


_EMPTY: dict[str, str | int] = {
    "channel": "", "position": 0, "score": 0, "price": 0, "options": "", "planned_us": 0, "agent_id": 0, "wished": "",
    "details": "", "refusal": "", "may_go": 0, "is_worth_it": 0,
}  # fmt: skip


def _nothing() -> dict[str, nw.Expr]:
    integer = nw.lit(0).cast(nw.Int64)
    empty = {"channel": nw.lit(""), "options": nw.lit(""), "is_lead": nw.lit(value=False)}
    return {**empty, "score": integer, "price": integer, "planned_us": integer, "agent_id": integer}


def _options(contacts: Frame) -> Frame:
    """What each person's contact with a creditor would be worth by each channel that may go: `call:1240|email:530`."""
    scores = {
        f"score_{channel}": nw.when(nw.col("channel") == channel).then(nw.col("score")).otherwise(nw.lit(0)).max()
        for channel in CHANNELS_SCORED
    }
    best = contacts.group_by("debtor_id", "creditor_id").agg(**scores)
    told = [
        nw.when(nw.col(name) > 0)
        .then(nw.concat_str(nw.lit(f"{SEPARATOR}{name.removeprefix('score_')}:"), nw.col(name).cast(nw.String)))
        .otherwise(nw.lit(""))
        for name in scores
    ]
    return best.select("debtor_id", "creditor_id", options=nw.concat_str(*told))


def _refusals(judged: Frame) -> Frame:
    """For each obligation with a step: whether some channel may go, and the refusal of each that may not."""
    allowed = nw.col("refused") == ""
    told = {}
    for position in range(CHANNELS_A_STEP):
        code = nw.concat_str(nw.col("channel"), nw.lit(":"), nw.col("refused"))
        here = nw.col("position") == position
        told[f"told_{position}"] = nw.when(here & ~allowed).then(code).otherwise(nw.lit("")).max()
        told[f"open_{position}"] = nw.when(here & allowed).then(nw.lit(1)).otherwise(nw.lit(0)).max()
    summary = judged.group_by("obligation_id").agg(
        may_go=nw.when(allowed).then(nw.lit(1)).otherwise(nw.lit(0)).max().cast(nw.Int64),
        least_code=nw.col("refused").min(),
        most_code=nw.col("refused").max(),
        rule=nw.col("refused_by").max(),
        **told,
    )
    closed = [
        nw.when(nw.col(f"open_{position}") == 0).then(nw.col(f"told_{position}")).otherwise(nw.lit(""))
        for position in range(CHANNELS_A_STEP)
    ]
    details = nw.concat_str(*map(_joined, closed))
    rule = _joined(nw.col("rule"))
    is_one = nw.col("least_code") == nw.col("most_code")
    return summary.select(
        nw.col("obligation_id"),
        nw.col("may_go"),
        details.alias("details"),
        nw.when(is_one)
        .then(nw.concat_str(nw.col("least_code"), rule))
        .otherwise(nw.concat_str(nw.lit("no-channel"), details, rule))
        .alias("refusal"),
    )


def _joined(text: nw.Expr) -> nw.Expr:
    """The text after a separator, or nothing."""
    return nw.when(text == "").then(nw.lit("")).otherwise(nw.concat_str(nw.lit(SEPARATOR), text))


def _why() -> nw.Expr:
    when = nw.when(nw.col("step_age") > 0).then(nw.lit("step-carried")).otherwise(nw.lit("step-due"))
    passed_over = nw.concat_str(nw.lit(f"{SEPARATOR}channel-next"), nw.col("details"))
    in_order = nw.when(nw.col("position") == 0).then(nw.lit(f"{SEPARATOR}channel-first")).otherwise(passed_over)
    full = (
        nw.when(nw.col("wished") == "call")
        .then(nw.lit(f"{SEPARATOR}call-full"))
        .otherwise(nw.lit(f"{SEPARATOR}channel-full"))
    )
    moved = (nw.col("wished") != "") & (nw.col("wished") != nw.col("channel"))
    return nw.concat_str(when, nw.when(moved).then(full).otherwise(in_order))


def _why_not() -> nw.Expr:
    other = (
        nw.when(nw.col("lead_creditor_id") == nw.col("creditor_id"))
        .then(nw.lit("joined"))
        .otherwise(nw.lit("other-creditor"))
    )
    busy = nw.when(nw.col("has_lead")).then(other).otherwise(nw.lit("capacity-reached"))
    worth = nw.when(nw.col("is_worth_it") == 0).then(nw.lit("not-worth-it")).otherwise(busy)
    return nw.when(nw.col("may_go") == 0).then(nw.col("refusal")).otherwise(worth)
