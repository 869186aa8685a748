"""What may be said of two groups of people: better, worse, no difference seen yet, or too few to say anything.

A difference counts when its 95 % interval (Newcombe 1998) leaves zero out, with enough people and outcomes behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from acuerdo.strategy.rules.sample_size import difference_interval, people_needed, wilson

PEOPLE_MIN, OUTCOMES_MIN = 50, 5
WORTH_SEEING = 0.05  # the difference that the plan of people is made for, five points
RATE_MIN, RATE_MAX = 0.02, 0.9

type Verdict = Literal["first", "better", "worse", "unclear", "too_few"]


@dataclass(frozen=True, slots=True)
class Counted:
    """One group of an experiment: `people` whose time to answer has passed, `good` of them reached the goal; `waiting` are
    still within it. `recovered_minor` and `contacts` are of those people."""

    code: str
    title: str
    people: int
    waiting: int
    good: int
    contacts: int
    recovered_minor: int


@dataclass(frozen=True, slots=True)
class Arm:
    """The group with what may be said of it. Rates from 0 to 1; `difference` against the first arm; None without people.
    `missing`: people that this arm still lacks to see a difference of five points."""

    counted: Counted
    verdict: Verdict
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    missing: int = 0

    @property
    def recovered_each_minor(self) -> int:
        return self.counted.recovered_minor // self.counted.people if self.counted.people else 0


def judge_arms(counted: Sequence[Counted]) -> list[Arm]:
    """The arms in order; the first is what the others are compared with."""
    if not counted:
        return []
    first = counted[0]
    return [_arm(one, first) for one in counted]


def _arm(one: Counted, first: Counted) -> Arm:
    if not one.people:
        return Arm(one, "first" if one is first else "too_few", missing=_missing(one, first))
    rate, low, high = wilson(one.good, one.people)
    if one is first:
        return Arm(one, "first", rate, low, high, missing=_missing(one, first))
    if not first.people:
        return Arm(one, "too_few", rate, low, high, missing=_missing(one, first))
    difference, least, most = difference_interval(
        kept_a=first.good, people_a=first.people, kept_b=one.good, people_b=one.people
    )
    told = (rate, low, high, difference, least, most, _missing(one, first))
    return Arm(one, _verdict(one, first, least, most), *told)


def _verdict(one: Counted, first: Counted, least: float, most: float) -> Verdict:
    if min(one.people, first.people) < PEOPLE_MIN or one.good + first.good < OUTCOMES_MIN:
        return "too_few"
    if least > 0:
        return "better"
    return "worse" if most < 0 else "unclear"


def _missing(one: Counted, first: Counted) -> int:
    base = first.good / first.people if first.people else 0.3
    needed = people_needed(base_rate=min(max(base, RATE_MIN), RATE_MAX), effect=WORTH_SEEING)
    return max(needed.challenger - one.people, 0)
