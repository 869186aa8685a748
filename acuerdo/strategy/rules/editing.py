"""Changing one segment or step in the text of a strategy, leaving every other line and comment as its author wrote it.

The text is the document: a form changes the lines of one list item. An item in flow style (`{…}`) is written again in
block style, and so is a whole list in flow style.
"""

from collections.abc import Mapping
from typing import Any, Literal

import yaml

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.yaml_text import plain_value, tree_of

type ListName = Literal["segments", "steps"]
WIDTH = 10_000  # one line a field: the reader wraps, not the file


def item_of(text: str, part: ListName, index: int) -> dict[str, Any]:
    """The fields of an item as written, without the defaults. Refuses `item-unknown`."""
    node = _items(text, part)[1]
    if not 0 <= index < len(node.value):
        raise Refusal("item-unknown", "Ese elemento ya no está en el documento.")
    return dict(plain_value(node.value[index]))


def replace_item(text: str, part: ListName, index: int, fields: Mapping[str, Any]) -> str:
    """The text with the item's fields in place of the old ones."""
    item_of(text, part, index)
    text = _in_blocks(text, part)
    first, last = _span(text, part, index)
    return _spliced(text, first, last, _block(fields, _indent(text, part)))


def insert_item(text: str, part: ListName, index: int, fields: Mapping[str, Any]) -> str:
    """The text with a new item before the one at `index` (at the end when there is none)."""
    text = _in_blocks(text, part)
    count = len(_items(text, part)[1].value)
    lines = _block(fields, _indent(text, part))
    if index >= count:
        last = _span(text, part, count - 1)[1]
        return _spliced(text, last, last, lines)
    first = _span(text, part, index)[0]
    return _spliced(text, first, first, lines)


def remove_item(text: str, part: ListName, index: int) -> str:
    """The text without the item. Refuses `item-last`: a list keeps at least one."""
    item_of(text, part, index)
    text = _in_blocks(text, part)
    if len(_items(text, part)[1].value) == 1:
        raise Refusal("item-last", "Una estrategia necesita al menos un segmento y un paso.")
    first, last = _span(text, part, index)
    return _spliced(text, first, last, [])


def move_item(text: str, part: ListName, index: int, by: Literal[-1, 1]) -> str:
    """The text with the item one place earlier or later; at either end nothing changes."""
    item_of(text, part, index)
    text = _in_blocks(text, part)
    other = index + by
    if not 0 <= other < len(_items(text, part)[1].value):
        return text
    upper, lower = sorted((index, other))
    (a, b), (c, d) = _span(text, part, upper), _span(text, part, lower)
    lines = text.splitlines()
    moved = [*lines[:a], *lines[c:d], *lines[b:c], *lines[a:b], *lines[d:]]
    return "\n".join(moved) + "\n"


def _items(text: str, part: ListName) -> tuple[yaml.Node, yaml.SequenceNode]:
    """Key and value of the list. Refuses `bad-strategy` for what is no YAML, `item-unknown` without the list."""
    root = tree_of(text)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == part and isinstance(value, yaml.SequenceNode) and value.value:
                return key, value
    raise Refusal("item-unknown", f"El documento no tiene la lista «{part}».")


def _span(text: str, part: ListName, index: int) -> tuple[int, int]:
    """First line of the item and the line after its last, from 0. Comments above an item stay where they are."""
    item = _items(text, part)[1].value[index]
    return item.start_mark.line, _last_line(item) + 1


def _last_line(node: yaml.Node) -> int:
    """The last line that holds something of the node: a block's own end mark lies past the comments that follow it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last_line(part) for pair in node.value for part in pair)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(_last_line(part) for part in node.value)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(node.end_mark.line) - 1
    return int(node.end_mark.line)


def _indent(text: str, part: ListName) -> int:
    """The column of the list's dashes."""
    node = _items(text, part)[1]
    return max(int(node.value[0].start_mark.column) - 2, 0)


def _block(fields: Mapping[str, Any], indent: int) -> list[str]:
    marks = ["- ", *["  "] * (len(fields) - 1)]
    return [
        f"{' ' * indent}{mark}{name}: {_written(value)}"
        for mark, (name, value) in zip(marks, fields.items(), strict=True)
    ]


def _written(value: Any) -> str:
    """The value on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=WIDTH)
    return text.removesuffix("\n").removesuffix("\n...")


def _in_blocks(text: str, part: ListName) -> str:
    """The text with the list in block style."""
    key, node = _items(text, part)
    if not node.flow_style:
        return text
    lines = text.splitlines()
    first, last = key.start_mark.line, _last_line(node)
    items = [line for item in node.value for line in _block(dict(plain_value(item)), 2)]
    return "\n".join([*lines[:first], f"{part}:", *items, *lines[last + 1 :]]) + "\n"


def _spliced(text: str, first: int, last: int, new: list[str]) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:first], *new, *lines[last:]]) + "\n"
