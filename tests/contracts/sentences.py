"""The Spanish sentences that refusals say, read from the source: `{}` stands for a value."""

import ast
from collections.abc import Iterator

from tests.contracts.source import PACKAGE

CALLS = ("refuse", "refusal", "refused")


def refusal_sentences() -> dict[str, str]:
    """Each sentence with one place that says it. Of `Refusal(code, message)`, `BadThing(…)` named so, and the `refuse(…)` that
    modules make for themselves; a message held in a variable is looked up in its function and its module."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for scope in _scopes(tree):
            for call in _calls(scope):
                for argument in (*call.args, *(word.value for word in call.keywords)):
                    for sentence in _said(argument, (scope, tree)):
                        found.setdefault(sentence, f"{path.relative_to(PACKAGE)}:{call.lineno}")
    return found


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    yield tree


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name.lower().endswith(CALLS):
                yield node


def _said(node: ast.expr, scopes: tuple[ast.AST, ...]) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_said(node.body, scopes), *_said(node.orelse, scopes))
    elif isinstance(node, ast.Name):
        for scope in scopes:
            values = list(_assigned(scope, node.id))
            if values:
                yield from (sentence for value in values for sentence in _said(value, ()))
                return
    elif (text := _text(node)) is not None and _is_sentence(text):
        yield text


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if node.value is not None if targets else False:
            yield from (node.value for target in targets if isinstance(target, ast.Name) and target.id == name)


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None or right is None else left + right
    return None


def _is_sentence(text: str) -> bool:
    """Not a code, a key or an empty text."""
    return " " in text.strip() and any(mark in text for mark in ".:?!«")
