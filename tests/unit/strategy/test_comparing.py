"""What may be said of two groups, and the groups that chance makes."""

from datetime import date

import pytest

from acuerdo.strategy.rules.comparing import Counted, judge_arms
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import lanes, variant_of
from acuerdo.strategy.rules.groups import groups_of, with_all_in
from acuerdo.strategy.rules.yaml_text import read_strategy

ON = date(2026, 7, 15)
TEXT = """\
code: una
title: Una
segments: [{code: todos, title: Todos}]
steps: [{code: base, title: Base, day: 1, channels: [email], template: temprana_1}]
control_percent: 10
experiments:
  - {code: tono, title: Tono, share: 40, variants: [{code: a, title: A, percent: 50}, {code: b, title: B, percent: 50}]}
  - {code: hora, title: Hora, share: 20, variants: [{code: a, title: A, percent: 80}, {code: b, title: B, percent: 20}]}
"""


def counted(code: str, people: int, good: int) -> Counted:
    return Counted(code, code, people, 0, good, people, 0)


@pytest.mark.parametrize(
    ("first", "other", "verdict"),
    [
        ((400, 80), (400, 140), "better"),
        ((400, 140), (400, 80), "worse"),
        ((400, 80), (400, 90), "unclear"),
        ((49, 5), (400, 390), "too_few"),  # one group too small, whatever the difference
        ((400, 1), (400, 2), "too_few"),  # hardly anybody reached the goal
        ((0, 0), (400, 90), "too_few"),
        ((400, 90), (0, 0), "too_few"),
    ],
)
def test_what_is_said_of_two_groups(first: tuple[int, int], other: tuple[int, int], verdict: str) -> None:
    arms = judge_arms([counted("a", *first), counted("b", *other)])
    assert [arm.verdict for arm in arms] == ["first", verdict]
    assert all(arm.missing >= 0 for arm in arms)


def test_too_few_says_how_many_are_missing() -> None:
    small, large = (
        judge_arms([counted("a", people, people // 5), counted("b", people, 1)])[1] for people in (20, 2_000)
    )
    assert small.missing > 500
    assert large.missing == 0
    assert judge_arms([]) == []


def document() -> StrategyDocument:
    return read_strategy(TEXT)


def test_the_chances_of_the_groups_sum_to_one() -> None:
    groups = {one.code: one.chance for one in groups_of(document(), ON)}
    assert groups == pytest.approx(
        {"": 0.9 * 0.4, "tono/a": 0.18, "tono/b": 0.18, "hora/a": 0.144, "hora/b": 0.036, "control": 0.1}
    )
    assert sum(groups.values()) == pytest.approx(1)


def test_a_paused_variant_is_its_champions() -> None:
    groups = {one.code: one.chance for one in groups_of(document(), ON, ["tono/b"])}
    assert groups["tono/a"] == pytest.approx(0.36)
    assert "tono/b" not in groups


@pytest.mark.parametrize("group", ["", "tono/a", "tono/b", "hora/b"])
def test_everybody_falls_into_the_group(group: str) -> None:
    forced = with_all_in(document(), group)
    found = lanes(forced.experiments, ON)
    assert {variant_of(dice * 7_919 % 2**32, found) for dice in range(500)} == {group}
    assert forced.control_percent == 0
