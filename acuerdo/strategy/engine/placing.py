"""Where each obligation stands today: its segment and step, or the reason why none applies (`blocker`).

Segments, steps and reasons are numbers here, places in the document's lists; they become words where they are shown.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import narwhals as nw

from acuerdo.strategy.engine.expressions import compile_condition, first_index, first_text
from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.people import NO_HOLD, OTHER_HOLD
from acuerdo.strategy.rules import dice
from acuerdo.strategy.rules.document import Step, StrategyDocument
from acuerdo.strategy.rules.experiment import LANES, lanes
from acuerdo.strategy.rules.expressions import facts_used
from acuerdo.strategy.rules.reasons import HOLD_KINDS

NO_STEP, STEP_DONE = -1, -2
OPEN = -1  # no reason to stop before a channel is looked at
_SCOPES = {"country": "countries", "creditor": "creditors", "product": "products", "stage": "stages"}


def place(frame: Frame, document: StrategyDocument, on: date, paused: Iterable[str] = ()) -> Frame:
    """Adds `variant`, `segment_index`, `step_index`, `step_age` (days since it fell) and `blocker` (OPEN: a step falls today)."""
    segments = [compile_condition(segment.condition) for segment in document.segments]
    frame = with_draw(frame, document.code) if document.control_percent else frame
    frame = with_variant(frame, document, on, paused)
    frame = frame.with_columns(segment_index=first_index(segments))
    falls = [falls_today(step, document) for step in document.steps]
    ages = [age_of(step) for step in document.steps]
    open_ = [fallen & ~_is_done(step, age) for step, fallen, age in zip(document.steps, falls, ages, strict=True)]
    anything = falls[0]
    for fallen in falls[1:]:
        anything = anything | fallen
    frame = frame.with_columns(step_index=first_index(open_), any_fell=anything)
    frame = frame.with_columns(
        step_index=nw.when((nw.col("step_index") == NO_STEP) & nw.col("any_fell"))
        .then(nw.lit(STEP_DONE))
        .otherwise(nw.col("step_index")),
        step_age=_by_index(ages),
    )
    return frame.with_columns(blocker=first_index([holds for holds, _code in _blockers(document)], OPEN))


def blocker_codes(document: StrategyDocument) -> list[str]:
    """The reasons' codes by the number in `blocker`."""
    return [code for _holds, code in _blockers(document)]


def facts_needed(document: StrategyDocument) -> set[str]:
    """The facts that placing an obligation under this document reads."""
    conditions = [segment.condition for segment in document.segments]
    conditions += [condition for step in document.steps for condition in (step.condition, step.stop_condition)]
    found = {"balance", "stage", "hold", "open_promise", "day", "last_contact_days"}
    found |= set().union(*map(facts_used, conditions))
    found |= {fact for fact, listed in _SCOPES.items() if getattr(document.scope, listed)}
    if any(step.relative_to == "promise" for step in document.steps):
        found.add("promise_due_in")
    if any(step.retry for step in document.steps):
        found |= {"last_answer_days", "unanswered_in_row"}
    return found | ({"dice"} if document.control_percent or document.experiments else set())


def with_draw(frame: Frame, salt: str, name: str = "draw") -> Frame:
    """`rules.dice.draw` over the column `dice`, a column a step: engines write `%` and `//` with their operand repeated."""
    frame = frame.with_columns(high=nw.col("dice") // dice.HALF, low=nw.col("dice") % dice.HALF)
    for factor, added in dice.round_keys(salt):
        frame = frame.with_columns(mixed=nw.col("low") * (nw.col("low") + factor) // dice.SHIFT)
        frame = frame.with_columns(high=nw.col("low"), low=(nw.col("high") + nw.col("mixed") + added) % dice.HALF)
    return frame.with_columns((nw.col("low") * dice.PARTS // dice.HALF).alias(name)).drop("mixed", "low", "high")


def with_variant(frame: Frame, document: StrategyDocument, on: date, paused: Iterable[str] = ()) -> Frame:
    """`rules.experiment.variant_of` as the column `variant`: the person's lane, then the variant inside it."""
    found = lanes(document.experiments, on, paused)
    frame = frame.with_columns(variant=nw.lit(""))
    if not found:
        return frame
    frame = with_draw(frame, LANES, "lane")
    for lane in found:
        frame = with_draw(frame, lane.experiment, "own")
        inside = first_text([(nw.col("own") < upper, name) for name, upper in lane.variants])
        in_lane = (nw.col("lane") >= lane.low) & (nw.col("lane") < lane.high)
        frame = frame.with_columns(variant=nw.when(in_lane).then(inside).otherwise(nw.col("variant"))).drop("own")
    return frame.drop("lane")


def position(step: Step) -> nw.Expr:
    """The obligation's place on the step's line: days past due, past the promised date, or since the last contact."""
    if step.relative_to == "promise":
        return 0 - nw.col("promise_due_in")
    return nw.col("last_contact_days") if step.relative_to == "contact" else nw.col("day")


def age_of(step: Step) -> nw.Expr:
    """Days since the step last fell; meaningful only where `falls_today`."""
    if step.day is None:
        return nw.lit(0)
    gone = nw.max_horizontal(position(step) - step.day, nw.lit(0))
    return gone % step.repeat_days if step.repeat_days else gone


def falls_today(step: Step, document: StrategyDocument) -> nw.Expr:
    """Whether the step fell and is still open, for the segments that it serves, under its condition."""
    codes = [segment.code for segment in document.segments]
    served = [codes.index(code) for code in document.treated(step)]
    condition = nw.col("segment_index").is_in(served) & compile_condition(step.condition)
    if step.stop_when != "false":
        condition = condition & ~compile_condition(step.stop_condition)
    if step.variants:
        condition = condition & nw.col("variant").is_in(list(step.variants))
    if step.wait_days:
        condition = condition & (nw.col("last_contact_days") >= step.wait_days)
    if step.day is None:
        return condition
    place_now = position(step)
    inside = (place_now >= step.day) & (age_of(step) < step.open_days)
    if step.until is not None:
        inside = inside & (place_now <= step.until)
    return condition & inside


def _is_done(step: Step, age: nw.Expr) -> nw.Expr:
    """A contact since the step fell counts as having done it; a step without a day says so in its own condition."""
    if step.day is None or step.relative_to == "contact":
        return nw.lit(value=False)
    done = nw.col("last_contact_days") <= age
    if step.retry is None:
        return done
    silent = (nw.col("last_answer_days") > age) & (nw.col("last_contact_days") >= step.retry.after_days)
    return done & ~(silent & (nw.col("unanswered_in_row") <= step.retry.times))


def _by_index(ages: list[nw.Expr]) -> nw.Expr:
    found: nw.Expr = nw.lit(0)
    for index, age in enumerate(ages):
        found = nw.when(nw.col("step_index") == index).then(age).otherwise(found)
    return found


def _blockers(document: StrategyDocument) -> list[tuple[nw.Expr, str]]:
    """Every reason to stop before a channel is looked at, in the order in which they are told."""
    scope = document.scope
    found: list[tuple[nw.Expr, str]] = []
    named = {fact: list(getattr(scope, listed)) for fact, listed in _SCOPES.items()}
    found += [(~nw.col(fact).is_in(values), "out-of-scope") for fact, values in named.items() if values]
    found.append((nw.col("balance") <= 0, "paid"))
    found += [(nw.col("hold") == index, f"hold-{kind}") for index, kind in enumerate(HOLD_KINDS)]
    found.append(((nw.col("hold") >= OTHER_HOLD) & (nw.col("hold") < NO_HOLD), "hold-other"))
    found.append(((nw.col("stage") == "none") & ~nw.col("open_promise"), "not-due-yet"))
    for index, segment in enumerate(document.segments):
        if segment.leave_alone:
            found.append((nw.col("segment_index") == index, segment.leave_alone))
    found.append((nw.col("segment_index") < 0, "no-segment"))
    if document.control_percent:
        found.append((nw.col("draw") < int(document.control_percent * Decimal(100)), "control-group"))
    found.append((nw.col("step_index") == NO_STEP, "no-step-today"))
    found.append((nw.col("step_index") == STEP_DONE, "step-done"))
    return found
