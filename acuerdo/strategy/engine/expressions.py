"""A checked condition as a Narwhals expression; `rules.expressions.evaluate` says what it must equal."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import narwhals as nw

from acuerdo.strategy.rules.expressions import Among, Amount, Both, Compare, Constant, Name, Node, Not, Sum

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compile_condition(node: Node) -> nw.Expr:
    """The node over columns named as the facts."""
    match node:
        case Name(fact):
            return nw.col(fact)
        case Constant(value):
            return nw.lit(value)
        case Amount():
            raise TypeError("an amount has a value only inside a comparison")
        case Sum(left, right, sign):
            return compile_condition(left) + sign * compile_condition(right)
        case Compare(left, sign, right):
            return _compare(left, sign, right)
        case Among(fact, values, is_negated):
            found = compile_condition(fact).is_in(list(values))
            return ~found if is_negated else found
        case Both(parts, all_of):
            joined: nw.Expr = reduce(operator.and_ if all_of else operator.or_, map(compile_condition, parts))
            return joined
        case Not(part):
            return ~compile_condition(part)


def _compare(left: Node, sign: str, right: Node) -> nw.Expr:
    apply = _OPERATORS[sign]
    amount = left if isinstance(left, Amount) else right if isinstance(right, Amount) else None
    if amount is None:
        return apply(compile_condition(left), compile_condition(right))  # type: ignore[no-any-return]
    parts = []
    for currency, minor in amount.minor:
        sides = [nw.lit(minor) if side is amount else compile_condition(side) for side in (left, right)]
        parts.append((nw.col("currency") == currency) & apply(*sides))
    any_currency: nw.Expr = reduce(operator.or_, parts)
    return any_currency


def first_index(conditions: list[nw.Expr], otherwise: int = -1) -> nw.Expr:
    """The position of the first condition that holds."""
    found: nw.Expr = nw.lit(otherwise)
    for index in range(len(conditions) - 1, -1, -1):
        found = nw.when(conditions[index]).then(nw.lit(index)).otherwise(found)
    return found


def first_text(conditions: list[tuple[nw.Expr, str]], otherwise: str = "") -> nw.Expr:
    """The text of the first condition that holds."""
    found: nw.Expr = nw.lit(otherwise)
    for condition, text in reversed(conditions):
        found = nw.when(condition).then(nw.lit(text)).otherwise(found)
    return found
