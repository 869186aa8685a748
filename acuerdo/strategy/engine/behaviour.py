"""Facts of the debt beyond its amounts: how past delays and promises went, what stops it, and what its person owes in all.

The same rules that make the engines agree as in `engine.facts`.
"""

from collections.abc import Collection, Mapping

import narwhals as nw

from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.moment import Moment, any_of, days_since, in_force, ones
from acuerdo.strategy.engine.parts import Part, with_facts
from acuerdo.strategy.engine.people import NO_HOLD, hold_rank
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.facts import AFFORDABILITY, NEVER, WEEKDAYS
from acuerdo.strategy.rules.scorecard import STAKE_MINOR_MAX

YEAR, MONTH = 365, 30
JUDGED_DAYS = 180
DECLARED_DAYS = 180
NEEDS: Mapping[str, tuple[str, ...]] = {
    "max_days_past_due_12m": ("worst", "days_past_due"),
    "times_late_12m": ("times", "open_ones", "days_past_due"),
    "hold": ("person_hold", "own_hold"),
    "placed": ("agency_id",),
}


def proportions() -> dict[str, nw.Expr]:
    """`paid_percent`, `overdue_percent`, `instalments_due` of each obligation."""
    paid = nw.min_horizontal(nw.max_horizontal(nw.col("paid_minor"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    owed = nw.min_horizontal(nw.max_horizontal(nw.col("balance"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    due = nw.min_horizontal(nw.max_horizontal(nw.col("balance_due"), nw.lit(0)), owed)
    whole, one = paid + owed, nw.max_horizontal(nw.col("next_due"), nw.lit(1))
    return {
        "paid_percent": nw.when(whole > 0).then(paid * 100 // nw.max_horizontal(whole, nw.lit(1))).otherwise(nw.lit(0)),
        "overdue_percent": nw.when(owed > 0).then(due * 100 // nw.max_horizontal(owed, nw.lit(1))).otherwise(nw.lit(0)),
        "instalments_due": nw.when(nw.col("next_due") > 0).then(due // one).otherwise(nw.lit(0)),
    }


def derived(frame: Frame, names: Collection[str], moment: Moment) -> Frame:
    """What follows from several parts, and the calendar of the date."""
    late_now = (nw.col("days_past_due") > 0) & (nw.col("open_ones") == 0)
    told = {
        "max_days_past_due_12m": nw.max_horizontal(nw.col("worst"), nw.col("days_past_due")),
        "times_late_12m": nw.col("times") + nw.when(late_now).then(nw.lit(1)).otherwise(nw.lit(0)),
        "hold": nw.min_horizontal(nw.col("person_hold"), nw.col("own_hold")),
        "placed": nw.col("agency_id") > 0,
        "weekday": nw.lit(WEEKDAYS[moment.on.weekday()]),
        "month_day": nw.lit(moment.on.day),
    }
    return with_facts(frame, told, names)


# --- the obligation's own


def _episodes(tables: Tables, moment: Moment) -> Frame:
    """How the delays of the last 12 months went; those that began after the date do not exist yet for a replay."""
    today = moment.day
    episodes = tables.scan("episodes").filter(nw.col("began_day") <= today)
    is_over = (~nw.col("ended_day").is_null()) & (nw.col("ended_day") <= today)
    ended = nw.when(is_over).then(nw.col("ended_day")).otherwise(nw.lit(today))
    episodes = episodes.with_columns(is_over=is_over, ended=ended).filter(nw.col("ended") >= today - YEAR)
    return episodes.group_by("obligation_id").agg(
        worst=(nw.col("ended") - nw.col("began_day")).max().cast(nw.Int64),
        times=nw.len().cast(nw.Int64),
        open_ones=ones(~nw.col("is_over")),
        times_cured_alone_12m=ones(nw.col("is_over") & (nw.col("contacts") == 0)),
        paid_after_reminder=any_of(nw.col("is_over") & nw.col("reminded")),
    )


def _promises(tables: Tables, moment: Moment) -> Frame:
    """The standing promise, and those judged in the last `JUDGED_DAYS`."""
    stands, state = nw.col("state").is_in(["open", "verifying"]), nw.col("state")
    judged_ago = moment.day - nw.col("decided_day").fill_null(0)
    recent = judged_ago <= JUDGED_DAYS
    gone = nw.max_horizontal(judged_ago, nw.lit(0))
    broken_ago = nw.when(state == "broken").then(gone).otherwise(nw.lit(NEVER))
    due_in = nw.when(stands).then(nw.col("due_day") - moment.day).otherwise(nw.lit(NEVER))
    found = tables.scan("promises").group_by("obligation_id").agg(
        open_promise=any_of(stands),
        promise_due_in=due_in.min().cast(nw.Int64),
        promise_amount=nw.when(stands).then(nw.col("amount_minor")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        kept_promises=ones((state == "kept") & recent),
        broken_promises=ones((state == "broken") & recent),
        partly_kept_promises=ones((state == "partly_kept") & recent),
        promises_made=nw.len().cast(nw.Int64),
        made_day=nw.col("made_day").max().cast(nw.Int64),
        days_since_broken=broken_ago.min().cast(nw.Int64),
    )  # fmt: skip
    return found.with_columns(days_since_promise=days_since("made_day", moment.day), commitment=_commitment())


def _commitment() -> nw.Expr:
    """keeps, partial, or breaks, from the promises judged in 180 days; none when none was."""
    kept, partly, broken = nw.col("kept_promises"), nw.col("partly_kept_promises"), nw.col("broken_promises")
    judged = kept + partly + broken
    said = (
        nw.when(broken * 2 > judged)
        .then(nw.lit("breaks"))
        .otherwise(nw.when((broken == 0) & (partly == 0)).then(nw.lit("keeps")).otherwise(nw.lit("partial")))
    )
    return nw.when(judged == 0).then(nw.lit("none")).otherwise(said)


def _plans(tables: Tables, moment: Moment) -> Frame:
    """The plan in force, at most one."""
    due_day = nw.col("due_day")
    ahead = nw.when(due_day.is_null()).then(nw.lit(NEVER)).otherwise(due_day - moment.day)
    return tables.scan("plans").select(
        "obligation_id", plan_standing=nw.col("standing"), plan_due_in=ahead.cast(nw.Int64)
    )


def _own_holds(tables: Tables, moment: Moment) -> Frame:
    holds = tables.scan("holds")
    holds = holds.filter(in_force(moment) & (nw.col("obligation_id") != 0) & (nw.col("channel") == ""))
    return holds.group_by("obligation_id").agg(own_hold=hold_rank().min().cast(nw.Int64))


def _placements(tables: Tables, _moment: Moment) -> Frame:
    return tables.scan("placements")


_KEY = ("obligation_id",)
OF_DEBTS = (
    Part(
        _KEY,
        {"worst": 0, "times": 0, "open_ones": 0, "times_cured_alone_12m": 0, "paid_after_reminder": False},
        _episodes,
    ),
    Part(
        _KEY,
        {"open_promise": False, "promise_due_in": NEVER, "promise_amount": 0, "kept_promises": 0, "broken_promises": 0,
         "partly_kept_promises": 0, "promises_made": 0, "days_since_broken": NEVER, "days_since_promise": NEVER, "commitment": "none"},
        _promises,
    ),
    Part(_KEY, {"plan_standing": "none", "plan_due_in": NEVER}, _plans),
    Part(_KEY, {"own_hold": NO_HOLD}, _own_holds),
    Part(_KEY, {"agency_id": 0, "placed_agent_id": 0}, _placements),
)  # fmt: skip


# --- what the person owes in all


def of_debtors(owed: Frame, tables: Tables, moment: Moment) -> tuple[Part, ...]:
    """Sums over the obligations of a person; `owed` has one row each. The exposure's key is one number: see `exposure_key`."""
    ages = days_since("disbursed_day", moment.day)

    def totals(*_: object) -> Frame:
        known = nw.when(ages == NEVER).then(nw.lit(0)).otherwise(ages)
        late = nw.col("days_past_due") > 0
        return owed.with_columns(age=known).group_by("debtor_id").agg(
            obligations=nw.len().cast(nw.Int64), obligations_overdue=ones(late), tenure_months=nw.col("age").max().cast(nw.Int64) // MONTH
        )  # fmt: skip

    def exposure(*_: object) -> Frame:
        keyed = owed.select(exposure_key=exposure_key(tables), balance=nw.col("balance_minor"))
        return keyed.group_by("exposure_key").agg(exposure=nw.col("balance").sum().cast(nw.Int64))

    return (
        Part(("debtor_id",), {"obligations": 0, "obligations_overdue": 0, "tenure_months": 0}, totals),
        Part(("exposure_key",), {"exposure": 0}, exposure),
    )


def affordability(owed: Frame, tables: Tables, moment: Moment) -> Part:
    """What a person said they can pay in a month, while that is recent, against the instalments of all that they owe in the
    currency (what is due, where no instalment is to come): `covers` all of them, `tight` at least half, `short` less."""

    def judged(*_: object) -> Frame:
        number: nw.Expr = nw.lit(0)
        for index, currency in enumerate(tables.currencies):
            number = nw.when(nw.col("currency") == currency).then(nw.lit(index)).otherwise(number)
        told = tables.scan("capacities").filter(nw.col("currency").is_in(list(tables.currencies)))
        ago = moment.day - nw.col("declared_day")
        told = told.filter((ago >= 0) & (ago <= DECLARED_DAYS)).with_columns(currency_no=number.cast(nw.Int64))
        asked = (
            nw.when(nw.col("next_due_minor") > 0).then(nw.col("next_due_minor")).otherwise(nw.col("balance_due_minor"))
        )
        each = owed.select("debtor_id", "currency_no", asked=asked)
        burden = each.group_by("debtor_id", "currency_no").agg(burden=nw.col("asked").sum().cast(nw.Int64))
        rows = told.select("debtor_id", "currency_no", "monthly_minor").join(
            burden, on=["debtor_id", "currency_no"], how="inner"
        )
        can, whole = nw.col("monthly_minor"), nw.col("burden")
        said = nw.when(can >= whole).then(nw.lit("covers")).otherwise(
            nw.when(can * 2 >= whole).then(nw.lit("tight")).otherwise(nw.lit("short"))
        )  # fmt: skip
        return rows.select("debtor_id", "currency_no", affordability=said)

    return Part(("debtor_id", "currency_no"), {"affordability": AFFORDABILITY[0]}, judged)


def exposure_key(tables: Tables) -> nw.Expr:
    """Person, creditor and currency in one integer."""
    creditors = max(tables.snapshot.parts["creditors"].rows, 1)
    pair = nw.col("debtor_id") * creditors + nw.col("creditor_no")
    return pair * max(len(tables.currencies), 1) + nw.col("currency_no")
