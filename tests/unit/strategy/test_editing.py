"""A form changes the lines of one item; every other line and comment stays as its author wrote it."""

from importlib.resources import files

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.editing import insert_item, item_of, move_item, remove_item, replace_item
from acuerdo.strategy.rules.yaml_text import read_strategy

BASE = files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8")
TEXT = """\
code: una
title: Una  # el título
segments: [{code: a, title: A, when: company}, {code: b, title: B}]
steps:
  # el primero
  - code: uno
    title: Uno
    day: 1   # un día
    channels: [email]
    template: temprana_1
  # el segundo
  - {code: dos, title: Dos, day: 3, channels: [call]}
"""
NUMBER = len(read_strategy(BASE).steps)


def test_replacing_keeps_the_rest() -> None:
    fields = {**item_of(TEXT, "steps", 0), "day": 2, "hour": "09:30", "when": 'kind == "loan"'}
    changed = replace_item(TEXT, "steps", 0, fields)
    assert changed.splitlines()[5:13] == [
        "  - code: uno", "    title: Uno", "    day: 2", "    channels: [email]", "    template: temprana_1", "    hour: 09:30",
        "    when: kind == \"loan\"", "  # el segundo",
    ]  # fmt: skip
    assert read_strategy(changed).steps[0].model_dump() == {
        **read_strategy(TEXT).steps[0].model_dump(), "day": 2, "hour": "09:30", "when": 'kind == "loan"',
    }  # fmt: skip
    assert "# el título" in changed
    assert changed.splitlines()[:5] == TEXT.splitlines()[:5]


def test_flow_items_and_lists_become_blocks() -> None:
    changed = replace_item(TEXT, "steps", 1, {"code": "dos", "title": "Dos", "day": 4, "channels": ["call"]})
    assert [step.day for step in read_strategy(changed).steps] == [1, 4]
    more = insert_item(TEXT, "segments", 1, {"code": "c", "title": "C", "when": "day > 3"})
    assert [one.code for one in read_strategy(more).segments] == ["a", "c", "b"]
    assert [one.code for one in read_strategy(move_item(TEXT, "segments", 1, -1)).segments] == ["b", "a"]


def test_adding_moving_and_removing() -> None:
    new = {"code": "tres", "title": "Tres", "day": 9, "channels": ["call"]}
    assert [one.code for one in read_strategy(insert_item(TEXT, "steps", 9, new)).steps] == ["uno", "dos", "tres"]
    assert [one.code for one in read_strategy(insert_item(TEXT, "steps", 0, new)).steps] == ["tres", "uno", "dos"]
    assert [one.code for one in read_strategy(move_item(TEXT, "steps", 0, 1)).steps] == ["dos", "uno"]
    assert move_item(TEXT, "steps", 0, -1) == TEXT
    assert [one.code for one in read_strategy(remove_item(TEXT, "steps", 0)).steps] == ["dos"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: item_of(TEXT, "steps", 7), "item-unknown"),
        (lambda: remove_item(remove_item(TEXT, "steps", 0), "steps", 0), "item-last"),
        (lambda: item_of("code: x", "steps", 0), "item-unknown"),
        (lambda: item_of("code: [", "steps", 0), "bad-strategy"),
    ],
)
def test_refusals(call: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(index=st.integers(0, NUMBER - 1), by=st.sampled_from([-1, 1]))
def test_writing_an_item_as_it_was_changes_no_meaning(index: int, by: int) -> None:
    same = replace_item(BASE, "steps", index, item_of(BASE, "steps", index))
    assert read_strategy(same) == read_strategy(BASE)
    assert same.count("#") >= BASE.count("#") - 1  # a comment at the end of a changed line goes with the line
    moved = move_item(BASE, "steps", index, by)  # type: ignore[arg-type]
    codes = [step.code for step in read_strategy(moved).steps]
    assert sorted(codes) == sorted(step.code for step in read_strategy(BASE).steps)
    other = index + by
    if 0 <= other < NUMBER:
        assert move_item(moved, "steps", other, -by) == BASE  # type: ignore[arg-type]
