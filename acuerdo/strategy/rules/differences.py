"""What changed between two versions of a strategy, part by part, for people: what was added, taken away, changed, moved."""

from dataclasses import dataclass
from typing import Any, Literal

from acuerdo.strategy.rules.document import StrategyDocument

type Change = Literal["added", "removed", "changed", "moved"]
_LISTS = ("segments", "steps", "experiments")


@dataclass(frozen=True, slots=True)
class Difference:
    """`part` is `segments`, `steps`, `experiments` or a field of the document; `name` the code inside a list."""

    change: Change
    part: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""


def compare(before: StrategyDocument, after: StrategyDocument) -> list[Difference]:
    """Every difference, in the order of the document; equal documents give an empty list."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found: list[Difference] = []
    for part in new:
        if part in _LISTS:
            found += _compare_lists(part, old[part], new[part])
        elif old[part] != new[part]:
            found += _compare_fields(part, "", old[part], new[part])
    return found


def _compare_lists(part: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Difference]:
    was = {row["code"]: row for row in old}
    now = {row["code"]: row for row in new}
    found = [Difference("removed", part, code, before=row["title"]) for code, row in was.items() if code not in now]
    for code, row in now.items():
        if code not in was:
            found.append(Difference("added", part, code, after=row["title"]))
        elif was[code] != row:
            found += _compare_fields(part, code, was[code], row)
    kept_before = [code for code in was if code in now]
    kept_after = [code for code in now if code in was]
    if kept_before != kept_after:
        moved = [code for index, code in enumerate(kept_after) if kept_before[index] != code]
        found += [
            Difference("moved", part, code, before=str(list(was).index(code) + 1), after=str(list(now).index(code) + 1))
            for code in moved
        ]
    return found


def _compare_fields(part: str, name: str, old: Any, new: Any) -> list[Difference]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [Difference("changed", part, name, "", _text(old), _text(new))]
    fields = [field for field in {**old, **new} if old.get(field) != new.get(field)]
    return [Difference("changed", part, name, field, _text(old.get(field)), _text(new.get(field))) for field in fields]


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return " · ".join(f"{key}: {_text(inner)}" for key, inner in value.items())
    return str(value)
