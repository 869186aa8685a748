"""From the snapshot's tables to the facts of `rules.facts`: one row an obligation that still owes, none of them null.

Rules that make the engines agree (measured, see the reference): integers only, division only of non-negatives, no
rounding, no date arithmetic (days are numbers), `unique` with a full order for "the latest", when/then inside sums.
"""

from collections.abc import Mapping

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine import behaviour
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.moment import Moment, any_of, in_force, ones
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import StageStarts
from acuerdo.strategy.rules.facts import CHANNELS, NEVER
from acuerdo.strategy.rules.reasons import HOLD_KINDS

NO_DAY = -NEVER
NEVER_DAY = 2**31 - 1
JUDGED_DAYS = 180
OTHER_HOLD = len(HOLD_KINDS)
NO_HOLD = OTHER_HOLD + 1
RECENT = 8  # local days that a frequency rule may look back, today included
DIGIT = 16  # contacts of one day fit one digit of this base


def obligations_frame(engine: Engine, snapshot: Snapshot, moment: Moment, stages: StageStarts) -> Frame:
    """Facts of every obligation in the portfolio, with ids, draw, reach, consents and recent contacts of its person."""
    base = _owed(engine, snapshot, moment, stages)
    people = engine.settle(_people(engine, snapshot, moment), "people")
    base = behaviour.with_episodes(base, engine, snapshot, moment)
    totals = base.group_by("debtor_id").agg(
        obligations=nw.len().cast(nw.Int64), obligations_overdue=ones(nw.col("days_past_due") > 0)
    )
    exposure = base.group_by("debtor_id", "creditor_id", "currency").agg(
        exposure=nw.col("balance").sum().cast(nw.Int64)
    )
    totals = totals.join(behaviour.tenure(base), on="debtor_id", how="inner")
    frame = base.join(totals, on="debtor_id", how="inner").join(
        exposure, on=["debtor_id", "creditor_id", "currency"], how="inner"
    )
    frame = frame.join(people, on="debtor_id", how="inner")
    frame = _with_promises(frame, engine, snapshot, moment)
    frame = _with_plans(frame, engine, snapshot, moment)
    frame = _with_cases(frame, engine, snapshot, moment)
    frame = _with_obligation_holds(frame, engine, snapshot, moment)
    return behaviour.calendar_facts(frame, moment)


def _days_since(column: str, today: int) -> nw.Expr:
    """Days from a day column to today; NEVER when it is null, 0 when it lies ahead."""
    gone = today - nw.col(column)
    return nw.when(nw.col(column).is_null()).then(nw.lit(NEVER)).otherwise(nw.max_horizontal(gone, nw.lit(0)))


def _owed(engine: Engine, snapshot: Snapshot, moment: Moment, stages: StageStarts) -> Frame:
    accounts = engine.scan(snapshot.path("accounts"))
    obligations = engine.scan(snapshot.path("obligations"))
    creditors = engine.scan(snapshot.path("creditors"))
    placements = engine.scan(snapshot.path("placements"))
    frame = obligations.join(accounts, on="obligation_id", how="inner").join(creditors, on="creditor_id", how="inner")
    frame = frame.join(placements, on="obligation_id", how="left")
    today = moment.day
    ahead = nw.col("next_due_day") - today
    has_next = (~nw.col("next_due_day").is_null()) & (ahead >= 0)
    frame = frame.with_columns(
        days_to_due=nw.when(has_next).then(ahead).otherwise(nw.lit(NEVER)),
        agency_id=nw.col("agency_id").fill_null(0),
        placed_agent_id=nw.col("placed_agent_id").fill_null(0),
        days_since_payment=_days_since("last_payment_day", today),
        days_since_disbursed=_days_since("disbursed_day", today),
    )
    late = (nw.col("days_past_due") > 0) | (nw.col("balance_due_minor") > 0)
    to_go = nw.when(nw.col("days_to_due") == NEVER).then(nw.lit(NO_DAY)).otherwise(0 - nw.col("days_to_due"))
    frame = frame.with_columns(
        day=nw.when(late).then(nw.col("days_past_due")).otherwise(to_go),
        placed=nw.col("agency_id") > 0,
        stake=nw.when(nw.col("balance_due_minor") > 0)
        .then(nw.col("balance_due_minor"))
        .otherwise(nw.col("next_due_minor")),
    )
    frame = frame.with_columns(stage=_stage(stages)).rename(
        {
            "balance_minor": "balance",
            "balance_due_minor": "balance_due",
            "next_due_minor": "next_due",
            "last_payment_minor": "last_payment",
            "late_interest_minor": "late_interest",
        }
    )
    return behaviour.proportions(frame).drop("next_due_day", "last_payment_day", "disbursed_day")


def _stage(stages: StageStarts) -> nw.Expr:
    """`none` before the preventive stage and when nothing will fall due."""
    day = nw.col("day")
    found: nw.Expr = nw.lit("none")
    for name in ("preventive", "due", "early", "middle", "late"):
        found = nw.when(day >= getattr(stages, name)).then(nw.lit(name)).otherwise(found)
    return nw.when(nw.col("is_written_off")).then(nw.lit("written_off")).otherwise(found)


# --- the person


def _people(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    frame = engine.scan(snapshot.path("debtors"))
    outbound = _outbound(engine, snapshot, moment)
    parts = (
        _reach(engine, snapshot),
        _consents(engine, snapshot, moment),
        _contacts(outbound),
        _last_contact(outbound),
        _person_holds(engine, snapshot, moment),
        behaviour.told(engine, snapshot, moment),
        behaviour.answers(outbound),
        behaviour.last_outcome(engine, snapshot, moment),
    )
    filled: Mapping[str, int | str] = {
        "has_email": 0, "has_mobile": 0, "has_phone": 0, "has_address": 0,
        **{f"consent_{channel}": 0 for channel in CHANNELS}, **{f"reminder_{channel}": 0 for channel in CHANNELS},
        **{f"tries_{channel}": 0 for channel in CHANNELS}, **{f"talks_{channel}": 0 for channel in CHANNELS},
        "contacts_7_days": 0, "contacts_30_days": 0, "answers_30_days": 0,
        "last_contact_days": NEVER, "last_channel": "", "hold": NO_HOLD,
        **{f"hold_{channel}": 0 for channel in CHANNELS},
        "dispute": 0, "vulnerable": 0, "hardship_day": -1, "dispute_day": -1, "last_answer_days": NEVER, "unanswered_in_row": 0,
        "last_answer": "", "calls_7_days": 0, "messages_7_days": 0,
    }  # fmt: skip
    for part in parts:
        frame = frame.join(part, on="debtor_id", how="left")
    frame = frame.with_columns(**{name: nw.col(name).fill_null(value) for name, value in filled.items()})
    flags = [f"has_{what}" for what in ("email", "mobile", "phone", "address")]
    flags += [f"{what}_{channel}" for what in ("consent", "reminder", "hold") for channel in CHANNELS]
    flags += ["dispute", "vulnerable"]
    frame = frame.with_columns(**{name: nw.col(name) == 1 for name in flags}, **behaviour.days_since_told(moment.day))
    frame = behaviour.contact_facts(frame.drop("hardship_day", "dispute_day"))
    return _with_own_hours(frame, engine, snapshot, moment)


def _reach(engine: Engine, snapshot: Snapshot) -> Frame:
    points = engine.scan(snapshot.path("contact_points"))
    is_phone = nw.col("kind") == "phone"
    return points.group_by("debtor_id").agg(
        has_email=any_of(nw.col("kind") == "email"),
        has_mobile=any_of(is_phone & nw.col("is_mobile")),
        has_phone=any_of(is_phone),
        has_address=any_of(nw.col("kind") == "address"),
    )


def _consents(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """`consent_…` covers collection; `reminder_…` a consent given for reminders alone."""
    consents = engine.scan(snapshot.path("consents")).filter(in_force(moment))
    collects = nw.col("purpose").is_in(["", "collection"])
    reminds = nw.col("purpose").is_in(["", "collection", "reminder"])
    flags = {f"consent_{channel}": any_of(collects & (nw.col("channel") == channel)) for channel in CHANNELS}
    flags |= {f"reminder_{channel}": any_of(reminds & (nw.col("channel") == channel)) for channel in CHANNELS}
    return consents.group_by("debtor_id").agg(**flags)


def _outbound(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """Contacts that count, with how many local days ago each was; those after `now` do not exist yet for a replay."""
    zones = engine.scan(snapshot.path("debtors")).select("debtor_id", "timezone")
    offsets = engine.lend(_zone_offsets(engine, snapshot, moment), "zone_offsets")
    attempts = engine.scan(snapshot.path("attempts"))
    attempts = attempts.filter(nw.col("is_out") & nw.col("counts") & (nw.col("at_us") <= moment.now_us))
    attempts = attempts.join(zones, on="debtor_id", how="inner").join(offsets, on="timezone", how="inner")
    local_day = (nw.col("at_us") // 1_000_000 + nw.col("offset_seconds")) // 86_400
    attempts = attempts.with_columns(days_ago=nw.max_horizontal(moment.day - local_day, nw.lit(0)))
    return attempts.select("attempt_id", "debtor_id", "channel", "at_us", "is_two_way", "days_ago")


def _zone_offsets(engine: Engine, snapshot: Snapshot, moment: Moment) -> pl.DataFrame:
    zones = (
        engine.collect(engine.scan(snapshot.path("debtors")).select("timezone").unique())
        .get_column("timezone")
        .to_list()
    )
    rows = []
    for zone in sorted(zones):
        try:
            rows.append((zone, moment.midnight_offset_seconds(zone)))
        except (KeyError, ValueError, OSError):
            raise Refusal("unknown-timezone", f"«{zone}» no es una zona horaria IANA, como America/Bogota.") from None
    return pl.DataFrame(rows, schema={"timezone": pl.String, "offset_seconds": pl.Int64}, orient="row")


def _contacts(outbound: Frame) -> Frame:
    """Counters, and for the frequency rules one number a channel whose base-16 digits count each recent day's contacts."""
    days = nw.col("days_ago")
    weight: nw.Expr = nw.lit(0)
    for ago in range(RECENT):
        weight = nw.when(days == ago).then(nw.lit(DIGIT**ago)).otherwise(weight)
    outbound = outbound.with_columns(weight=weight)
    sums = {}
    for channel in CHANNELS:
        is_channel = nw.col("channel") == channel
        sums[f"tries_{channel}"] = nw.when(is_channel).then(nw.col("weight")).otherwise(nw.lit(0)).sum().cast(nw.Int64)
        talked = is_channel & nw.col("is_two_way")
        sums[f"talks_{channel}"] = nw.when(talked).then(nw.col("weight")).otherwise(nw.lit(0)).sum().cast(nw.Int64)
    return outbound.group_by("debtor_id").agg(
        contacts_7_days=ones(days < 7),
        contacts_30_days=ones(days < 30),
        answers_30_days=ones((days < 30) & nw.col("is_two_way")),
        **behaviour.counted_by_kind(days),
        **sums,
    )


def _last_contact(outbound: Frame) -> Frame:
    outbound = outbound.with_columns(recency=0 - nw.col("at_us"), newest=0 - nw.col("attempt_id"))
    latest = outbound.unique(subset=["debtor_id"], keep="first", order_by=["recency", "newest"])
    return latest.select(
        nw.col("debtor_id"), nw.col("days_ago").alias("last_contact_days"), nw.col("channel").alias("last_channel")
    )


def _hold_rank() -> nw.Expr:
    rank: nw.Expr = nw.lit(OTHER_HOLD)
    for index, kind in enumerate(HOLD_KINDS):
        rank = nw.when(nw.col("kind") == kind).then(nw.lit(index)).otherwise(rank)
    return rank


def _person_holds(engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """`hold`: the first kind that stops the person everywhere; `hold_…`: a stop on one channel.

    A stop on one channel for one obligation stops that channel for the person: a contact joins all that they owe.
    """
    holds = engine.scan(snapshot.path("holds"))
    holds = holds.filter(in_force(moment) & ((nw.col("obligation_id") == 0) | (nw.col("channel") != "")))
    everywhere = nw.when(nw.col("channel") == "").then(_hold_rank()).otherwise(nw.lit(NO_HOLD))
    channels = {f"hold_{channel}": any_of(nw.col("channel") == channel) for channel in CHANNELS}
    return holds.group_by("debtor_id").agg(hold=everywhere.min().cast(nw.Int64), **channels)


def _with_own_hours(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    hours = engine.scan(snapshot.path("preferences")).filter(in_force(moment))
    hours = hours.select(
        nw.col("debtor_id"), nw.col("hours").alias("own_hours"), nw.col("has_instrument").alias("own_instrument")
    )
    joined = frame.join(hours, on="debtor_id", how="left")
    joined = joined.with_columns(own_hours_chosen=~nw.col("own_hours").is_null())
    return joined.with_columns(
        own_hours=nw.col("own_hours").fill_null(""), own_instrument=nw.col("own_instrument").fill_null(value=False)
    )


# --- the obligation's own


def _with_promises(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """The standing promise, and those judged in the last `JUDGED_DAYS`."""
    promises = engine.scan(snapshot.path("promises"))
    stands = nw.col("state").is_in(["open", "verifying"])
    judged_ago = moment.day - nw.col("decided_day").fill_null(0)
    recent = judged_ago <= JUDGED_DAYS
    kept, broken = nw.col("state") == "kept", nw.col("state") == "broken"
    totals = promises.group_by("obligation_id").agg(
        open_due_day=nw.when(stands).then(nw.col("due_day")).otherwise(nw.lit(NEVER_DAY)).min().cast(nw.Int64),
        promise_amount=nw.when(stands).then(nw.col("amount_minor")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        kept_promises=ones(kept & recent),
        broken_promises=ones(broken & recent),
        partly_kept_promises=ones((nw.col("state") == "partly_kept") & recent),
        promises_made=nw.len().cast(nw.Int64),
        made_day=nw.col("made_day").max().cast(nw.Int64),
        days_since_broken=nw.when(broken)
        .then(nw.max_horizontal(judged_ago, nw.lit(0)))
        .otherwise(nw.lit(NEVER))
        .min()
        .cast(nw.Int64),
    )
    joined = frame.join(totals, on="obligation_id", how="left")
    joined = joined.with_columns(
        open_due_day=nw.col("open_due_day").fill_null(NEVER_DAY),
        promise_amount=nw.col("promise_amount").fill_null(0),
        kept_promises=nw.col("kept_promises").fill_null(0),
        broken_promises=nw.col("broken_promises").fill_null(0),
        days_since_broken=nw.col("days_since_broken").fill_null(NEVER),
        partly_kept_promises=nw.col("partly_kept_promises").fill_null(0),
        promises_made=nw.col("promises_made").fill_null(0),
        days_since_promise=_days_since("made_day", moment.day),
    )
    joined = behaviour.commitment(joined.drop("made_day"))
    stands_now = nw.col("open_due_day") != NEVER_DAY
    due_in = nw.when(stands_now).then(nw.col("open_due_day") - moment.day).otherwise(nw.lit(NEVER))
    return joined.with_columns(open_promise=stands_now, promise_due_in=due_in).drop("open_due_day")


def _with_plans(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """The plan in force. Days that were kept before plans were part of the snapshot had none."""
    if "plans" not in snapshot.parts:
        return frame.with_columns(plan_standing=nw.lit("none"), plan_due_in=nw.lit(NEVER).cast(nw.Int64))
    joined = frame.join(
        engine.scan(snapshot.path("plans")).rename({"due_day": "plan_due_day"}), on="obligation_id", how="left"
    )
    due_in = (
        nw.when(nw.col("plan_due_day").is_null()).then(nw.lit(NEVER)).otherwise(nw.col("plan_due_day") - moment.day)
    )
    return joined.with_columns(
        plan_standing=nw.col("standing").fill_null("none"), plan_due_in=due_in.cast(nw.Int64)
    ).drop("standing", "plan_due_day")


def _with_cases(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    """The person's last case. Days that were kept before cases were part of the snapshot had none."""
    if "cases" not in snapshot.parts:
        none = nw.lit("none")
        return frame.with_columns(case_kind=none, case_reason=none, days_since_case=nw.lit(NEVER).cast(nw.Int64))
    joined = frame.join(engine.scan(snapshot.path("cases")), on="debtor_id", how="left")
    return joined.with_columns(
        case_kind=nw.col("case_kind").fill_null("none"),
        case_reason=nw.col("case_reason").fill_null("none"),
        days_since_case=_days_since("case_day", moment.day).cast(nw.Int64),
    ).drop("case_day")


def _with_obligation_holds(frame: Frame, engine: Engine, snapshot: Snapshot, moment: Moment) -> Frame:
    holds = engine.scan(snapshot.path("holds"))
    holds = holds.filter(in_force(moment) & (nw.col("obligation_id") != 0) & (nw.col("channel") == ""))
    own = holds.group_by("obligation_id").agg(own_hold=_hold_rank().min().cast(nw.Int64))
    joined = frame.join(own, on="obligation_id", how="left")
    worst = nw.min_horizontal(nw.col("hold"), nw.col("own_hold").fill_null(NO_HOLD))
    return joined.with_columns(hold=worst).drop("own_hold")
