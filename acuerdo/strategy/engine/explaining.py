"""Why each obligation is or is not contacted today: one row each, its reason a number that `Reasons` says in codes.

Millions of rows share a few hundred reasons. A row carries the case it is in and, where that matters, what stands against
each channel of its step; each distinct one is put in words once.
"""

from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine.contacts import CHANNELS_A_STEP
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.gate import ALLOWED, LawBook
from acuerdo.strategy.engine.placing import OPEN, blocker_codes
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.model_words import told_codes
from acuerdo.strategy.rules.scorecard import CHANNELS_SCORED

BASE = 1 << 10  # a digit of `against`: the refusal's number, or FREE
FREE = BASE - 1
ROW = [
    "obligation_id", "debtor_id", "creditor_id", "stage_no", "segment_index", "step_index", "place", "is_lead", "score", "price",
    "options", "reason", "variant", "balance_due", "days_past_due", "planned_us", "agent_id",
]  # fmt: skip
# The cases of a row whose step falls today. A contact: 1 + 2 for a step carried over + 4 for a channel not its own + 8 for
# one that was full (16 if it was a call). No contact: what stands against it.
CONTACT, CARRIED, PASSED_OVER, FULL, CALL_FULL = 1, 2, 4, 8, 16
REFUSED, NOT_WORTH, JOINED, OTHER_CREDITOR, NO_CAPACITY = 32, 33, 34, 35, 36
_SAID = {
    NOT_WORTH: "not-worth-it", JOINED: "joined", OTHER_CREDITOR: "other-creditor", NO_CAPACITY: "capacity-reached",
}  # fmt: skip


@dataclass(slots=True)
class Reasons:
    """The lists of codes by number; those of `blocker` come first, the others as they are met."""

    document: StrategyDocument
    book: LawBook
    codes: list[list[str]] = field(default_factory=list)
    known: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in blocker_codes(self.document):
            self.codes.append([code])

    def number(self, case: int, step_index: int, against: int, told: int = 0) -> int:
        """The reason of one case, with what the models say of the contact (`rules.model_words`)."""
        said = (*self._say(case, step_index, against), *told_codes(told))
        if said not in self.known:
            self.known[said] = len(self.codes)
            self.codes.append(list(said))
        return self.known[said]

    def _say(self, case: int, step_index: int, against: int) -> list[str]:
        if case in _SAID:
            return [_SAID[case]]
        digits = [against // BASE**place % BASE for place in range(CHANNELS_A_STEP)]
        shut = [(place, *self.book.refusals[digit]) for place, digit in enumerate(digits) if 0 < digit < FREE]
        channels = self.document.steps[step_index].channels if shut else ()
        details = [f"{channels[place]}:{code}" for place, code, _rule in shut]
        if case == REFUSED:
            rule = max(rule for _place, _code, rule in shut)
            codes = {code for _place, code, _rule in shut}
            return [*([min(codes)] if len(codes) == 1 else ["no-channel", *details]), *([rule] if rule else [])]
        when = "step-carried" if case & CARRIED else "step-due"
        if case & FULL:
            return [when, "channel-full"]
        if case & CALL_FULL:
            return [when, "call-full"]
        return [when, "channel-next", *details] if case & PASSED_OVER else [when, "channel-first"]


def explained(engine: Engine, placed: Frame, against: Frame, contacts: Frame, leads: Frame, reasons: Reasons) -> Frame:
    """Every obligation of the pass with its action or the number of its reason. `against`, `leads`: see `against_of`, `with_told`."""
    open_ = placed.filter(nw.col("blocker") == OPEN).join(against, on="obligation_id", how="left")
    lead = leads.rename({"creditor_id": "lead_creditor_id", "obligation_id": "lead_id"})
    open_ = open_.join(lead, on="debtor_id", how="left")
    open_ = open_.join(_worth(contacts), on=["debtor_id", "creditor_id"], how="left").with_columns(**_filled())
    open_ = open_.with_columns(case=_case()).with_columns(
        against=_where_it_matters(), options=_options(), **_only_leads()
    )
    open_ = engine.settle(open_, "cases")
    key = ["case", "at_step", "against", "told"]
    open_ = open_.with_columns(
        at_step=nw.when(nw.col("against") == 0).then(nw.lit(0)).otherwise(nw.col("step_index")).cast(nw.Int64)
    )
    met = engine.collect(open_.select(key).unique()).sort(key)
    numbers = [reasons.number(*row) for row in met.iter_rows()]
    told = engine.lend(met.cast(pl.Int64).with_columns(reason=pl.Series(numbers, dtype=pl.Int64)), "reasons")
    open_ = open_.join(told, on=key, how="inner")
    closed = placed.filter(nw.col("blocker") != OPEN).with_columns(
        **_nothing(), reason=nw.col("blocker").cast(nw.Int64)
    )
    return nw.concat([open_.select(ROW), closed.select(ROW)])


_TOLD_KEY = ["obligation_id", "place", "planned_us"]


def told_of(judged: Frame) -> Frame | None:
    """`told`, what the models say of each contact that may go; None while none is on."""
    if "told" not in judged.collect_schema().names():
        return None
    allowed = judged.filter(nw.col("refusal") == ALLOWED)
    return allowed.group_by(*_TOLD_KEY).agg(told=nw.col("told").max().cast(nw.Int64))


def with_told(leads: Frame, told: Frame | None) -> Frame:
    """The contacts to be made with `told`; 0 while no model is on."""
    if told is None:
        return leads.with_columns(told=nw.lit(0).cast(nw.Int64))
    return leads.join(told, on=_TOLD_KEY, how="left")


def against_of(judged: Frame) -> Frame:
    """For each obligation with a step, a digit for each of its channels: FREE, or the refusal that stands against it."""
    digit = nw.when(nw.col("refusal") == ALLOWED).then(nw.lit(FREE)).otherwise(nw.col("refusal"))
    here = {
        f"digit_{place}": nw.when(nw.col("position") == place).then(digit).otherwise(nw.lit(0)).max().cast(nw.Int64)
        for place in range(CHANNELS_A_STEP)
    }
    free = nw.when(nw.col("refusal") == ALLOWED).then(nw.lit(1)).otherwise(nw.lit(0)).max().cast(nw.Int64)
    found = judged.group_by("obligation_id").agg(**here, may_go=free)
    packed: nw.Expr = nw.col("digit_0")
    for place in range(1, CHANNELS_A_STEP):
        packed = packed + nw.col(f"digit_{place}") * BASE**place
    return found.select("obligation_id", "may_go", against=packed)


_EMPTY = {
    "lead_id": 0, "lead_creditor_id": 0, "place": -1, "position": 0, "score": 0, "price": 0, "planned_us": 0, "agent_id": 0, "wished": -1,
    "told": 0,
    "against": 0, "may_go": 0, **{f"score_{channel}": 0 for channel in CHANNELS_SCORED},
}  # fmt: skip
_OF_LEAD = {"place": -1, "score": 0, "price": 0, "planned_us": 0, "agent_id": 0, "told": 0}


def _filled() -> dict[str, nw.Expr]:
    """What a row has when nothing was joined to it."""
    filled = {name: nw.col(name).fill_null(value) for name, value in _EMPTY.items()}
    return {
        **filled,
        "is_lead": (nw.col("lead_id") == nw.col("obligation_id")).fill_null(value=False),
        "has_lead": ~nw.col("lead_id").is_null(),
        "is_worth_it": ~nw.col("score_email").is_null(),
    }


def _only_leads() -> dict[str, nw.Expr]:
    """The contact's figures stand on the row that leads it."""
    return {
        name: nw.when(nw.col("is_lead")).then(nw.col(name)).otherwise(nw.lit(value)).cast(nw.Int64)
        for name, value in _OF_LEAD.items()
    }


def _nothing() -> dict[str, nw.Expr]:
    integer = nw.lit(0).cast(nw.Int64)
    empty = {"place": integer - 1, "options": nw.lit(""), "is_lead": nw.lit(value=False)}
    return {**empty, "score": integer, "price": integer, "planned_us": integer, "agent_id": integer}


def _worth(contacts: Frame) -> Frame:
    """What each person's contact with a creditor would be worth by each channel that may go."""
    scores = {
        f"score_{channel}": nw.when(nw.col("place") == place).then(nw.col("score")).otherwise(nw.lit(0)).max()
        for place, channel in enumerate(CHANNELS_SCORED)
    }
    return contacts.group_by("debtor_id", "creditor_id").agg(**scores)


def _options() -> nw.Expr:
    """What was to choose from, on the row of the contact: `|call:1240|email:530`."""
    told = []
    for channel in CHANNELS_SCORED:
        score = nw.col(f"score_{channel}")
        said = nw.concat_str(nw.lit(f"|{channel}:"), score.cast(nw.String))
        told.append(nw.when(nw.col("is_lead") & (score > 0)).then(said).otherwise(nw.lit("")))
    return nw.concat_str(*told)


def _case() -> nw.Expr:
    moved = (nw.col("wished") >= 0) & (nw.col("wished") != nw.col("place"))
    carried = nw.when(nw.col("step_age") > 0).then(nw.lit(CARRIED)).otherwise(nw.lit(0))
    in_order = nw.when(nw.col("position") == 0).then(nw.lit(0)).otherwise(nw.lit(PASSED_OVER))
    full = nw.when(nw.col("wished") == CHANNELS_SCORED.index("call")).then(nw.lit(CALL_FULL)).otherwise(nw.lit(FULL))
    contact = CONTACT + carried + nw.when(moved).then(full).otherwise(in_order)
    other = (
        nw.when(nw.col("lead_creditor_id") == nw.col("creditor_id"))
        .then(nw.lit(JOINED))
        .otherwise(nw.lit(OTHER_CREDITOR))
    )
    busy = nw.when(nw.col("has_lead")).then(other).otherwise(nw.lit(NO_CAPACITY))
    worth = nw.when(nw.col("is_worth_it")).then(busy).otherwise(nw.lit(NOT_WORTH))
    none = nw.when(nw.col("may_go") == 0).then(nw.lit(REFUSED)).otherwise(worth)
    return nw.when(nw.col("is_lead")).then(contact).otherwise(none).cast(nw.Int64)


def _where_it_matters() -> nw.Expr:
    """What stands against the channels, for the cases whose words tell it."""
    case = nw.col("case")
    tells = (case == REFUSED) | ((case < REFUSED) & (case % (2 * PASSED_OVER) >= PASSED_OVER))
    return nw.when(tells).then(nw.col("against")).otherwise(nw.lit(0)).cast(nw.Int64)
