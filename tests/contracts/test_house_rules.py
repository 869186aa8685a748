"""House rules, each with what to do instead. A rule may start with a count of the places that still break it; the count only falls."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contracts.source import PACKAGE, name_of, python_files, text_of, tree_of

LINES_MAX = 500


@dataclass(frozen=True)
class Rule:
    name: str
    instead: str
    where: Callable[[str], bool]
    breaks: Callable[[ast.AST], bool]
    left: int = 0


def _calls(node: ast.AST, *names: str) -> bool:
    """Whether the node calls one of these, written as the source has it: `float`, `datetime.now`."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in names


def _swallows(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    is_wide = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
    does_nothing = all(isinstance(step, ast.Pass | ast.Continue) or _is_constant(step) for step in node.body)
    return is_wide and does_nothing


def _is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _reads_the_clock(node: ast.AST) -> bool:
    converts = (
        isinstance(node, ast.Call) and bool(node.args) and _calls(node, "timezone.localdate", "timezone.localtime")
    )
    return not converts and _calls(
        node, "datetime.now", "datetime.datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.date.today",
        "timezone.now", "django.utils.timezone.now", "timezone.localdate", "timezone.localtime", "time.time",
    )  # fmt: skip


def _is_signal(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module in {"django.db.models.signals", "django.dispatch"}


def _says_a_refusal_alone(node: ast.AST) -> bool:
    """`_(refusal.message)`: a sentence with a figure in it is in no catalogue."""
    if not _calls(node, "_", "gettext", "gettext_lazy", "translation.gettext"):
        return False
    assert isinstance(node, ast.Call)
    return any(isinstance(argument, ast.Attribute) and argument.attr == "message" for argument in node.args)


def _in(*folders: str) -> Callable[[str], bool]:
    return lambda name: any(name.startswith(f"acuerdo/{folder}") for folder in folders)


def _outside(*places: str) -> Callable[[str], bool]:
    return lambda name: not any(name.startswith(f"acuerdo/{place}") for place in places)


RULES = (
    Rule("no float near money", "use int minor units, or Decimal for a rate", _in("kernel", "ledger", "negotiation"),
         lambda node: _calls(node, "float") or (isinstance(node, ast.Constant) and isinstance(node.value, float))),
    Rule("no print outside the command line", "log it, or return it to the caller", _outside("config/cli"),
         lambda node: _calls(node, "print")),
    # The log-in counts real minutes: moving the demo's date must not open the door to guessed passwords.
    Rule("no reading of the clock", "take `now` or `today` as an argument; base.clock gives it at the edge",
         _outside("base/clock.py", "workspace/views/session.py"), _reads_the_clock),
    Rule("no swallowed exception", "catch what you expect, or let it fail loudly", _outside(), _swallows),
    Rule("no refusal through gettext", "say it by base.sentences.in_reader_language, which knows its values too",
         _outside(), _says_a_refusal_alone),
    Rule("no Django signals", "call the action that does it", _outside(), _is_signal),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule: Rule) -> None:
    found = [
        f"{name_of(path)}:{getattr(node, 'lineno', 0)}: {rule.instead}"
        for path in python_files()
        if rule.where(name_of(path))
        for node in ast.walk(tree_of(path))
        if rule.breaks(node)
    ]
    assert len(found) <= rule.left, "\n".join(found)
    assert len(found) == rule.left, f"better than noted: set left={len(found)}"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("float(amount)", "no float near money"),
        ("share = 0.5", "no float near money"),
        ("print('x')", "no print outside the command line"),
        ("timezone.now()", "no reading of the clock"),
        ("try:\n    act()\nexcept Exception:\n    pass", "no swallowed exception"),
        ("problem = _(refusal.message)", "no refusal through gettext"),
        ("problem = gettext(error.message)", "no refusal through gettext"),
        ("from django.db.models.signals import post_save", "no Django signals"),
    ],
)
def test_each_rule_sees_what_it_forbids(source: str, name: str) -> None:
    rule = next(rule for rule in RULES if rule.name == name)
    assert any(rule.breaks(node) for node in ast.walk(ast.parse(source)))


def test_files_stay_short() -> None:
    long = {name_of(path): lines for path in _own_python() if (lines := text_of(path).count("\n")) > LINES_MAX}
    assert long == {}, "split by content: rules.py into rules/, views.py into views/"


def test_nothing_unfinished_is_left() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in python_files("acuerdo", "demo")
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if words.search(line)
    ]
    assert found == [], "finish it, or write an issue and leave it out"


def test_foreign_keys_across_capabilities_have_no_way_back() -> None:
    """A string target `app.Model` of another capability carries related_name="+": no query may walk upwards through the layers."""
    found = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node.args[0])} needs related_name='+'"
        for path in python_files()
        if path.relative_to(PACKAGE).parts[0] != "config"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and _points_across(node, path) and not _has_no_way_back(node)
    ]
    assert found == []


def _points_across(node: ast.Call, path: Path) -> bool:
    kind = ast.unparse(node.func).rsplit(".", 1)[-1]
    if kind not in {"ForeignKey", "OneToOneField", "ManyToManyField"} or not node.args:
        return False
    target = node.args[0]
    if not isinstance(target, ast.Constant) or "." not in str(target.value):
        return False
    return str(target.value).split(".")[0] != path.relative_to(PACKAGE).parts[0]


def _has_no_way_back(node: ast.Call) -> bool:
    return any(
        word.arg == "related_name" and isinstance(word.value, ast.Constant) and word.value.value == "+"
        for word in node.keywords
    )


def _own_python() -> Iterator[Path]:
    yield from python_files("acuerdo", "demo", "tests", "benchmarks")
