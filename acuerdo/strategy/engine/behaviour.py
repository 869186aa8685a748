"""Facts that look back: how past delays went, what the person told, how they answer, and the debt's own proportions.

The same rules that make the engines agree as in `engine.facts`: integers, division of non-negatives below 2^53, days as
numbers, and `unique` with a full order for "the latest".
"""

import narwhals as nw

from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.moment import Moment, any_of, in_force, ones
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.facts import CHANNELS, CONTACTABILITY, NEVER, WEEKDAYS
from acuerdo.strategy.rules.scorecard import STAKE_MINOR_MAX

YEAR = 365
MONTH = 30
ANSWERS_WELL_PERCENT, SILENT_CONTACTS = 20, 3
REACH = {
    "email": "has_email", "sms": "has_mobile", "whatsapp": "has_mobile", "voice": "has_phone", "call": "has_phone",
    "letter": "has_address",
}  # fmt: skip
HARDSHIP, DISPUTE, VULNERABLE = "hardship", "dispute", "vulnerable"


def proportions(frame: Frame) -> Frame:
    """`paid_percent`, `overdue_percent`, `instalments_due` of each obligation."""
    paid = nw.min_horizontal(nw.max_horizontal(nw.col("paid_minor"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    owed = nw.min_horizontal(nw.max_horizontal(nw.col("balance"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    due = nw.min_horizontal(nw.max_horizontal(nw.col("balance_due"), nw.lit(0)), owed)
    whole = paid + owed
    return frame.with_columns(
        paid_percent=nw.when(whole > 0).then(paid * 100 // nw.max_horizontal(whole, nw.lit(1))).otherwise(nw.lit(0)),
        overdue_percent=nw.when(owed > 0).then(due * 100 // nw.max_horizontal(owed, nw.lit(1))).otherwise(nw.lit(0)),
        instalments_due=nw.when(nw.col("next_due") > 0)
        .then(due // nw.max_horizontal(nw.col("next_due"), nw.lit(1)))
        .otherwise(nw.lit(0)),
    ).drop("paid_minor")


def tenure(base: Frame) -> Frame:
    """`tenure_months` of each person, from the oldest active obligation whose disbursement is known."""
    known = nw.when(nw.col("days_since_disbursed") == NEVER).then(nw.lit(0)).otherwise(nw.col("days_since_disbursed"))
    oldest = base.group_by("debtor_id").agg(oldest=known.max().cast(nw.Int64))
    return oldest.select(nw.col("debtor_id"), (nw.col("oldest") // MONTH).alias("tenure_months"))


def with_episodes(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """How the delays of the last 12 months went; those that began after the date do not exist yet for a replay."""
    today = moment.day
    episodes = engine.scan(snapshot.path("episodes")).filter(nw.col("began_day") <= today)
    is_over = (~nw.col("ended_day").is_null()) & (nw.col("ended_day") <= today)
    ended = nw.when(is_over).then(nw.col("ended_day")).otherwise(nw.lit(today))
    episodes = episodes.with_columns(is_over=is_over, ended=ended).filter(nw.col("ended") >= today - YEAR)
    totals = episodes.group_by("obligation_id").agg(
        worst=(nw.col("ended") - nw.col("began_day")).max().cast(nw.Int64),
        times=nw.len().cast(nw.Int64),
        open_ones=ones(~nw.col("is_over")),
        times_cured_alone_12m=ones(nw.col("is_over") & (nw.col("contacts") == 0)),
        reminded=any_of(nw.col("is_over") & nw.col("reminded")),
    )
    joined = frame.join(totals, on="obligation_id", how="left")
    zero = ("worst", "times", "open_ones", "times_cured_alone_12m", "reminded")
    joined = joined.with_columns(**{name: nw.col(name).fill_null(0) for name in zero})
    late_now = (nw.col("days_past_due") > 0) & (nw.col("open_ones") == 0)
    return joined.with_columns(
        max_days_past_due_12m=nw.max_horizontal(nw.col("worst"), nw.col("days_past_due")),
        times_late_12m=nw.col("times") + nw.when(late_now).then(nw.lit(1)).otherwise(nw.lit(0)),
        paid_after_reminder=nw.col("reminded") == 1,
    ).drop("worst", "times", "open_ones", "reminded")


def told(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """What each person told: open disputes, special situations, and when hardship or a dispute was last told."""
    holds = engine.scan(snapshot.path("holds")).filter(nw.col("from_us") <= moment.now_us)
    holds = holds.with_columns(started_day=nw.col("from_us") // 86_400_000_000)
    stands, kind = in_force(moment), nw.col("kind")

    def last(what: str) -> nw.Expr:
        return nw.when(kind == what).then(nw.col("started_day")).otherwise(nw.lit(-1)).max().cast(nw.Int64)

    return holds.group_by("debtor_id").agg(
        dispute=any_of(stands & (kind == DISPUTE)),
        vulnerable=any_of(stands & (kind == VULNERABLE)),
        hardship_day=last(HARDSHIP),
        dispute_day=last(DISPUTE),
    )


def days_since_told(today: int) -> dict[str, nw.Expr]:
    """`days_since_hardship` and `days_since_dispute` from the day columns of `told` (−1: never)."""
    return {
        f"days_since_{what}": nw.when(nw.col(f"{what}_day") < 0)
        .then(nw.lit(NEVER))
        .otherwise(nw.max_horizontal(today - nw.col(f"{what}_day"), nw.lit(0)))
        for what in ("hardship", "dispute")
    }


def answers(outbound: Frame) -> Frame:
    """`last_answer_days` and `unanswered_in_row` from the contacts that count (with `days_ago`, `is_two_way`)."""
    talked = nw.when(nw.col("is_two_way"))
    talks = outbound.group_by("debtor_id").agg(
        last_answer_days=talked.then(nw.col("days_ago")).otherwise(nw.lit(NEVER)).min().cast(nw.Int64),
        last_talk_us=talked.then(nw.col("at_us")).otherwise(nw.lit(-1)).max().cast(nw.Int64),
    )
    since = outbound.join(talks.select("debtor_id", "last_talk_us"), on="debtor_id", how="inner")
    silent = since.group_by("debtor_id").agg(unanswered_in_row=ones(nw.col("at_us") > nw.col("last_talk_us")))
    return talks.drop("last_talk_us").join(silent, on="debtor_id", how="inner")


def last_outcome(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """`last_answer`: the code of the latest contact that has one, in or out."""
    attempts = engine.scan(snapshot.path("attempts"))
    attempts = attempts.filter((nw.col("disposition") != "") & (nw.col("at_us") <= moment.now_us))
    attempts = attempts.with_columns(recency=0 - nw.col("at_us"), newest=0 - nw.col("attempt_id"))
    latest = attempts.unique(subset=["debtor_id"], keep="first", order_by=["recency", "newest"])
    return latest.select(nw.col("debtor_id"), nw.col("disposition").alias("last_answer"))


def contact_facts(frame: Frame) -> Frame:
    """`contactability` and `reachable_channels`, from the counters and flags of the person."""
    contacts, answered = nw.col("contacts_30_days"), nw.col("answers_30_days")
    unknown, none, low, good = CONTACTABILITY
    answers_well = answered * 100 >= contacts * ANSWERS_WELL_PERCENT
    grade = nw.when(contacts == 0).then(nw.lit(unknown)).otherwise(
        nw.when(answered > 0)
        .then(nw.when(answers_well).then(nw.lit(good)).otherwise(nw.lit(low)))
        .otherwise(nw.when(contacts >= SILENT_CONTACTS).then(nw.lit(none)).otherwise(nw.lit(unknown)))
    )  # fmt: skip
    reachable: nw.Expr = nw.lit(0)
    for channel, flag in REACH.items():
        both = nw.col(flag) & nw.col(f"consent_{channel}")
        reachable = reachable + nw.when(both).then(nw.lit(1)).otherwise(nw.lit(0))
    return frame.with_columns(contactability=grade, reachable_channels=reachable)


def counted_by_kind(days: nw.Expr) -> dict[str, nw.Expr]:
    """`calls_7_days` and `messages_7_days` for a group of contacts."""
    is_call = nw.col("channel") == "call"
    written = nw.col("channel").is_in([channel for channel in CHANNELS if channel not in ("call", "visit")])
    return {"calls_7_days": ones((days < 7) & is_call), "messages_7_days": ones((days < 7) & written)}


def calendar_facts(frame: Frame, moment: Moment) -> Frame:
    """`weekday` and `month_day` of the date being planned."""
    return frame.with_columns(weekday=nw.lit(WEEKDAYS[moment.on.weekday()]), month_day=nw.lit(moment.on.day))


def commitment(frame: Frame) -> Frame:
    """`commitment`: keeps, partial, or breaks, from the promises judged in 180 days; none when none was."""
    kept, partly, broken = nw.col("kept_promises"), nw.col("partly_kept_promises"), nw.col("broken_promises")
    judged = kept + partly + broken
    said = (
        nw.when(broken * 2 > judged)
        .then(nw.lit("breaks"))
        .otherwise(nw.when((broken == 0) & (partly == 0)).then(nw.lit("keeps")).otherwise(nw.lit("partial")))
    )
    return frame.with_columns(commitment=nw.when(judged == 0).then(nw.lit("none")).otherwise(said))
