"""From the snapshot's tables to the facts of `rules.facts`: one row an obligation that still owes, none of them null.

Facts come in parts, each one grouping of one table. A run joins only the parts whose facts its strategy asks about, and
of a part only those facts: the rest is neither read nor computed.

Rules that make the engines agree (measured, see the reference): integers only, division only of non-negatives, no
rounding, no date arithmetic (days are numbers), `unique` with a full order for "the latest", when/then inside sums.
"""

from collections.abc import Collection, Iterable, Mapping

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine import behaviour, people
from acuerdo.strategy.engine.figures import states
from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.moment import Moment, days_since
from acuerdo.strategy.engine.parts import joined_parts, with_facts
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.document import StageStarts
from acuerdo.strategy.rules.facts import FACTS, NEVER, STAGES

NO_DAY = -NEVER
IDS = {"obligation_id", "debtor_id"}
OWED = (
    "obligation_id", "debtor_id", "creditor_id", "creditor_no", "currency_no", "kind", "product", "creditor", "country", "bucket",
    "is_written_off", "balance_minor", "balance_due_minor", "days_past_due", "next_due_day", "next_due_minor", "paid_minor",
    "late_interest_minor", "last_payment_day", "last_payment_minor", "disbursed_day",
)  # fmt: skip
# What a fact of the debt itself is worked out from.
_FROM: Mapping[str, tuple[str, ...]] = {
    "balance": ("balance_minor",),
    "balance_due": ("balance_due_minor",),
    "next_due": ("next_due_minor",),
    "last_payment": ("last_payment_minor",),
    "late_interest": ("late_interest_minor",),
    "currency": ("currency_no",),
    "stake": ("balance_due", "next_due"),
    "days_to_due": ("next_due_day",),
    "day": ("days_past_due", "balance_due", "days_to_due"),
    "stage_no": ("day", "is_written_off"),
    "stage": ("stage_no",),
    "days_since_payment": ("last_payment_day",),
    "days_since_disbursed": ("disbursed_day",),
    "paid_percent": ("paid_minor", "balance"),
    "overdue_percent": ("balance_due", "balance"),
    "instalments_due": ("balance_due", "balance", "next_due"),
    **dict.fromkeys(("obligations", "obligations_overdue", "tenure_months"), ("days_past_due", "disbursed_day")),
    "exposure": ("balance", "creditor_no", "currency_no"),
    "affordability": ("next_due_minor", "balance_due_minor", "currency_no"),
}
# What another fact is worked out from, where it lies in another part.
NEEDS: Mapping[str, tuple[str, ...]] = {**_FROM, **behaviour.NEEDS, **people.NEEDS}


def obligations_frame(
    tables: Tables, moment: Moment, stages: StageStarts, wanted: Collection[str] = tuple(FACTS)
) -> Frame:
    """Every obligation of the pass with its ids and the facts `wanted` (or columns that they come from)."""
    names = _with_needs(wanted)
    owed = tables.engine.settle(_books(tables).select([name for name in OWED if name in {*IDS, *names}]), "owed")
    frame = _figures(owed, names, tables, moment, stages)
    if "exposure" in names:
        frame = frame.with_columns(exposure_key=behaviour.exposure_key(tables))
    frame = joined_parts(frame, behaviour.OF_DEBTS, names, tables, moment)
    frame = joined_parts(frame, behaviour.of_debtors(owed, tables, moment), names, tables, moment)
    frame = joined_parts(frame, (behaviour.affordability(owed, tables, moment),), names, tables, moment)
    persons = joined_parts(people.base(tables), people.PARTS, names, tables, moment)
    persons = people.derived(persons, names)
    asked = [name for name in persons.collect_schema().names() if name == "debtor_id" or name in names]
    if len(asked) > 1:
        frame = frame.join(persons.select(asked), on="debtor_id", how="inner")
    return behaviour.derived(frame, names, moment).select("obligation_id", "debtor_id", *sorted(set(wanted) - IDS))


def person_facts(tables: Tables, moment: Moment, wanted: Collection[str]) -> Frame:
    """`debtor_id` and the facts of the person that are `wanted`."""
    names = _with_needs(wanted)
    persons = people.derived(joined_parts(people.base(tables), people.PARTS, names, tables, moment), names)
    return persons.select("debtor_id", *sorted(set(wanted) - IDS))


def _with_needs(wanted: Iterable[str]) -> set[str]:
    found, waiting = set[str](), list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += NEEDS.get(name, ())
    return found


def _books(tables: Tables) -> Frame:
    """The columns of `OWED`; creditor and currency also as numbers, which join and group cheaper than ids and texts."""
    obligations, accounts = map(tables.scan, ("obligations", "accounts"))
    creditors = tables.engine.collect(tables.scan("creditors")).sort("creditor_id").with_row_index("creditor_no")
    creditors = creditors.cast({"creditor_no": pl.Int64})
    frame = obligations.join(accounts, on="obligation_id", how="inner").join(
        states(tables), on="obligation_id", how="inner"
    )
    frame = frame.join(tables.engine.lend(creditors, "creditors"), on="creditor_id", how="inner")
    number: nw.Expr = nw.lit(0)
    for index, currency in enumerate(tables.currencies):
        number = nw.when(nw.col("currency") == currency).then(nw.lit(index)).otherwise(number)
    return frame.with_columns(currency_no=number.cast(nw.Int64))


def _figures(owed: Frame, names: Collection[str], tables: Tables, moment: Moment, stages: StageStarts) -> Frame:
    """Amounts, days and stage of each debt, as far as they are among `names`."""
    today = moment.day
    ahead = nw.col("next_due_day") - today
    has_next = (~nw.col("next_due_day").is_null()) & (ahead >= 0)
    plain = ("balance", "balance_due", "next_due", "last_payment", "late_interest")
    told = {name: nw.col(f"{name}_minor") for name in plain}
    told["days_to_due"] = nw.when(has_next).then(ahead).otherwise(nw.lit(NEVER))
    told["days_since_payment"] = days_since("last_payment_day", today)
    told["days_since_disbursed"] = days_since("disbursed_day", today)
    frame = with_facts(owed, told, names)
    is_due = nw.col("balance_due") > 0
    to_go = nw.when(nw.col("days_to_due") == NEVER).then(nw.lit(NO_DAY)).otherwise(0 - nw.col("days_to_due"))
    late_or_to_go = nw.when((nw.col("days_past_due") > 0) | is_due).then(nw.col("days_past_due")).otherwise(to_go)
    stake = nw.when(is_due).then(nw.col("balance_due")).otherwise(nw.col("next_due"))
    currency: nw.Expr = nw.lit("")
    for index, code in enumerate(tables.currencies):
        currency = nw.when(nw.col("currency_no") == index).then(nw.lit(code)).otherwise(currency)
    told = {"day": late_or_to_go, "stake": stake, "currency": currency, **behaviour.proportions()}
    frame = with_facts(with_facts(frame, told, names), {"stage_no": _stage_no(stages)}, names)
    stage: nw.Expr = nw.lit(STAGES[0])
    for index, name in enumerate(STAGES):
        stage = nw.when(nw.col("stage_no") == index).then(nw.lit(name)).otherwise(stage)
    return with_facts(frame, {"stage": stage}, names)


def _stage_no(stages: StageStarts) -> nw.Expr:
    """The place in `STAGES`: `none` before the preventive stage and when nothing will fall due."""
    found: nw.Expr = nw.lit(0)
    for name in ("preventive", "due", "early", "middle", "late"):
        found = nw.when(nw.col("day") >= getattr(stages, name)).then(nw.lit(STAGES.index(name))).otherwise(found)
    return nw.when(nw.col("is_written_off")).then(nw.lit(STAGES.index("written_off"))).otherwise(found)
