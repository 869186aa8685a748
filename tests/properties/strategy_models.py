"""Models whose weights are known, and the plain reading of what the engines must look up for each row."""

from datetime import date
from math import exp
from typing import Any

from acuerdo.strategy.engine.learned import MISSING, Learned
from acuerdo.strategy.engine.learning.additive import MISSING as MISSING_LEVEL
from acuerdo.strategy.engine.learning.additive import OTHER, Additive, Feature
from acuerdo.strategy.engine.snapshot import EPOCH_DAY
from tests.properties.strategy_worlds import DAY, World

assert OTHER != MISSING_LEVEL


def number(name: str, cuts: tuple[float, ...], weights: tuple[float, ...]) -> Feature:
    """The last weight is what is missing."""
    return Feature(name, cuts, None, tuple(1 / len(weights) for _ in weights), weights)


def text(name: str, levels: tuple[str, ...], weights: tuple[float, ...]) -> Feature:
    """The last weight but one is any other text."""
    return Feature(name, None, levels, tuple(1 / len(weights) for _ in weights), weights)


ANSWERS = Learned(
    "answers", 3,
    Additive(
        (
            text("channel", ("call", "email"), (0.6, -0.4, 0.0, 0.0)), number("weekday", (3.0,), (-0.1, 0.2, 0.0)),
            number("hour", (12.0, 17.5), (-0.8, 0.0, 0.9, 0.0)), number("company", (1.0,), (0.1, -0.3, 0.0)),
            number("contacts_before", (2.0, 5.0), (0.2, 0.0, -0.5, 0.0)), number("answers_before", (1.0,), (-0.3, 1.1, 0.0)),
            number("days_since", (4.5,), (-0.2, 0.1, 0.4)),
        ),
        -0.9, slope=0.9, shift=0.05,
    ),
    0.28, {"call": 0.35, "email": 0.2},
)  # fmt: skip
ALONE = Learned(
    "pays_alone", 1,
    Additive(
        (
            text("kind", ("loan",), (0.2, -0.1, 0.0)), text("product", ("Crédito de consumo",), (0.1, 0.0, 0.0)),
            number("company", (1.0,), (0.0, 0.3, 0.0)), number("weekday", (6.0,), (0.0, 0.4, 0.0)),
            number("month_day", (15.0,), (0.3, -0.2, 0.0)), number("times_before", (1.0,), (0.1, -0.2, 0.0)),
            number("alone_before", (1.0,), (-0.4, 0.9, 0.0)), number("worst_before", (20.0,), (0.2, -0.6, 0.0)),
            number("age_days", (200.0,), (-0.1, 0.2, 0.0)),
        ),
        0.2,
    ),
    0.5,
)  # fmt: skip
KEEPS = Learned(
    "keeps_promise", 2,
    Additive(
        (
            number("days_ahead", (5.0,), (0.4, -0.3, 0.0)), number("weekday", (5.0,), (0.1, -0.1, 0.0)),
            number("month_day", (10.0,), (0.2, 0.0, 0.0)), number("times_rescheduled", (1.0,), (0.1, -0.8, 0.05)),
            number("kept_before", (1.0,), (0.0, 0.7, 0.0)), number("broken_before", (1.0,), (0.1, -0.9, 0.0)),
        ),
        0.3,
    ),
    0.6,
)  # fmt: skip
MODELS = {one.question: one for one in (ANSWERS, ALONE, KEEPS)}


def chance(learned: Learned, values: dict[str, Any]) -> float:
    """The model's own formula over one row; None is missing."""
    total = learned.model.intercept
    for one in learned.model.features:
        value = values[one.name]
        if value is None or value == MISSING:
            band = one.bands - 1
        elif one.cuts is not None:
            band = sum(cut <= value for cut in one.cuts)
        else:
            band = list(one.levels or ()).index(value) if value in (one.levels or ()) else one.bands - 2
        total += one.weights[band]
    return 1 / (1 + exp(-(learned.model.slope * total + learned.model.shift)))


def weekday(day: int) -> int:
    return date.fromordinal(day + EPOCH_DAY).isoweekday()


def month_day(day: int) -> int:
    return date.fromordinal(day + EPOCH_DAY).day


def plain_alone(world: World) -> dict[int, dict[str, Any]]:
    """What is known of each delay of at most 15 days, by obligation."""
    found = {}
    for debt in world.tables["obligations"]:
        mine = [
            row
            for row in world.tables["episodes"]
            if row["obligation_id"] == debt["obligation_id"] and row["began_day"] <= DAY
        ]
        over = [row for row in mine if row["ended_day"] is not None and row["ended_day"] <= DAY]
        open_days = [row["began_day"] for row in mine if row not in over]
        if not open_days or max(open_days) < DAY - 15:
            continue
        began = max(open_days)
        before = [row for row in over if row["ended_day"] < began]
        account = next(row for row in world.tables["accounts"] if row["obligation_id"] == debt["obligation_id"])
        person = next(row for row in world.tables["debtors"] if row["debtor_id"] == debt["debtor_id"])
        found[debt["obligation_id"]] = {
            "kind": debt["kind"], "product": debt["product"], "company": int(person["company"]), "weekday": weekday(began),
            "month_day": month_day(began), "times_before": len(before), "alone_before": sum(row["contacts"] == 0 for row in before),
            "worst_before": max((row["ended_day"] - row["began_day"] for row in before), default=None),
            "age_days": None if account["disbursed_day"] is None else began - account["disbursed_day"],
        }  # fmt: skip
    return found


def plain_promises(world: World) -> dict[int, dict[str, Any]]:
    """What was known of each promise that stands, by obligation."""
    found = {}
    rows = world.tables["promises"]
    for debt in world.tables["obligations"]:
        mine = [
            row
            for row in rows
            if row["obligation_id"] == debt["obligation_id"] and row["state"] in ("open", "verifying")
        ]
        if not mine:
            continue
        made, due = max(row["made_day"] for row in mine), min(row["due_day"] for row in mine)
        judged = [
            row["state"] for row in rows
            if row["debtor_id"] == debt["debtor_id"] and row["decided_day"] is not None and row["decided_day"] < made
        ]  # fmt: skip
        found[debt["obligation_id"]] = {
            "days_ahead": max(due - made, 0), "weekday": weekday(due), "month_day": month_day(due), "times_rescheduled": None,
            "kept_before": judged.count("kept"), "broken_before": judged.count("broken") + judged.count("partly_kept"),
        }  # fmt: skip
    return found
