"""The small language of conditions: `days_past_due >= 4 and not company and balance_due > amount(COP=2000000)`.

Python's own grammar read with `ast` and a white list: names of facts, whole numbers, texts, true/false, comparisons
(also chained), `in` and `not in` with a list, `and`, `or`, `not`, `+` and `-`. Checked for types when it is read, so that
running it cannot fail. `evaluate` is the plain reference that every engine must equal.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import EXPONENTS, minor_from_decimal
from acuerdo.strategy.rules.facts import FACTS, PROTECTED, FactType

type Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
type FactValue = int | bool | str

LENGTH_MAX = 1_000
NUMBER_MAX = 10**12
_OPERATORS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_TYPE_WORDS: dict[FactType, str] = {
    "int": "número entero",
    "bool": "sí o no",
    "text": "texto",
    "money": "valor en dinero",
}


@dataclass(frozen=True, slots=True)
class Name:
    fact: str
    type: FactType


@dataclass(frozen=True, slots=True)
class Constant:
    value: int | bool | str
    type: FactType


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum for each currency, in minor units; a comparison in any other currency is false."""

    minor: tuple[tuple[str, int], ...]
    type: FactType = "money"


@dataclass(frozen=True, slots=True)
class Sum:
    left: "Node"
    right: "Node"
    sign: Literal[1, -1]
    type: FactType = "int"


@dataclass(frozen=True, slots=True)
class Compare:
    left: "Node"
    operator: Comparison
    right: "Node"
    type: FactType = "bool"


@dataclass(frozen=True, slots=True)
class Among:
    fact: "Node"
    values: tuple[int | str, ...]
    is_negated: bool
    type: FactType = "bool"


@dataclass(frozen=True, slots=True)
class Both:
    """`all_of` true: every part holds; false: at least one does."""

    parts: tuple["Node", ...]
    all_of: bool
    type: FactType = "bool"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"
    type: FactType = "bool"


type Node = Name | Constant | Amount | Sum | Compare | Among | Both | Not


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Node:
    """The checked tree of one condition. Refuses `bad-expression` with the column and what to write instead."""
    if len(text) > LENGTH_MAX:
        raise _refusal(f"la condición es demasiado larga: admite {LENGTH_MAX} caracteres")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None)
        raise _refusal("no se entiende; revise paréntesis, comillas y operadores", column) from None
    return _condition(tree)


def evaluate(node: Node, facts: Mapping[str, FactValue]) -> FactValue:
    """The value of the tree for one obligation's facts (plain reference for the engines)."""
    match node:
        case Name(fact):
            return facts[fact]
        case Constant(value):
            return value
        case Amount():
            raise TypeError("an amount has a value only inside a comparison")
        case Sum(left, right, sign):
            return int(evaluate(left, facts)) + sign * int(evaluate(right, facts))
        case Compare(left, operator, right):
            return _compare(left, operator, right, facts)
        case Among(fact, values, is_negated):
            return (evaluate(fact, facts) in values) != is_negated
        case Both(parts, all_of):
            results = (bool(evaluate(part, facts)) for part in parts)
            return all(results) if all_of else any(results)
        case Not(part):
            return not evaluate(part, facts)


def facts_used(node: Node) -> set[str]:
    """Codes of the facts that the tree reads."""
    match node:
        case Name(fact):
            return {fact}
        case Constant() | Amount():
            return set()
        case Sum(left, right, _):
            return facts_used(left) | facts_used(right)
        case Compare(left, _, right):
            uses_currency = isinstance(left, Amount) or isinstance(right, Amount)
            return facts_used(left) | facts_used(right) | ({"currency"} if uses_currency else set())
        case Among(fact, _, _):
            return facts_used(fact)
        case Both(parts, _):
            return set().union(*(facts_used(part) for part in parts))
        case Not(part):
            return facts_used(part)


def _compare(left: Node, operator: Comparison, right: Node, facts: Mapping[str, FactValue]) -> bool:
    sides: list[FactValue] = []
    for side in (left, right):
        if isinstance(side, Amount):
            known = dict(side.minor).get(str(facts["currency"]))
            if known is None:
                return False
            sides.append(known)
        else:
            sides.append(evaluate(side, facts))
    return _ordered(sides[0], operator, sides[1])


def _ordered(left: FactValue, operator: Comparison, right: FactValue) -> bool:
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    a, b = int(left), int(right)  # texts are refused by the parser for these
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


# --- reading


def _condition(tree: ast.expr) -> Node:
    node = _node(tree)
    if node.type != "bool":
        raise _refusal(
            f"se esperaba una condición y hay un {_TYPE_WORDS[node.type]}; compare con ==, <, >…", tree.col_offset + 1
        )
    return node


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.BoolOp(op, values):
            return Both(tuple(_condition(value) for value in values), all_of=isinstance(op, ast.And))
        case ast.UnaryOp(ast.Not(), operand):
            return Not(_condition(operand))
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))) if not isinstance(value, bool):
            return Constant(-_checked_number(value, tree), "int")
        case ast.BinOp(left, ast.Add() | ast.Sub() as sign, right):
            return _sum(left, right, 1 if isinstance(sign, ast.Add) else -1)
        case ast.Compare(left, ops, comparators):
            return _comparisons(left, ops, comparators)
        case ast.Name(name):
            return _name(name, tree)
        case ast.Constant(value):
            return _constant(value, tree)
        case ast.Call(ast.Name("amount"), [], keywords):
            return _amount(keywords, tree)
        case _:
            words = "use hechos, números, textos, comparaciones, in, and, or, not, + y -"
            raise _refusal(f"«{ast.unparse(tree)}» no está permitido; {words}", tree.col_offset + 1)


def _name(name: str, tree: ast.expr) -> Node:
    if name in ("true", "false"):
        return Constant(name == "true", "bool")
    fact = FACTS.get(name)
    if name.lower() in PROTECTED:
        raise _refusal(
            f"«{name}» es una característica protegida y no puede decidir el trato; quítela", tree.col_offset + 1
        )
    if fact is None:
        near = get_close_matches(name, FACTS, n=1)
        hint = f"¿quiso decir «{near[0]}»?" if near else "vea la lista con «acuerdo strategy facts»"
        raise _refusal(f"el hecho «{name}» no existe; {hint}", tree.col_offset + 1)
    return Name(name, fact.type)


def _constant(value: object, tree: ast.expr) -> Constant:
    if isinstance(value, bool):
        return Constant(value, "bool")
    if isinstance(value, int):
        return Constant(_checked_number(value, tree), "int")
    if isinstance(value, str):
        return Constant(value, "text")
    raise _refusal(f"«{ast.unparse(tree)}» no se admite: solo números enteros y textos", tree.col_offset + 1)


def _checked_number(value: int, tree: ast.expr) -> int:
    if abs(value) > NUMBER_MAX:
        raise _refusal(f"el número {value} es demasiado grande", tree.col_offset + 1)
    return value


def _amount(keywords: list[ast.keyword], tree: ast.expr) -> Amount:
    minor = []
    for keyword in keywords:
        match keyword.value:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool) and keyword.arg in EXPONENTS:
                minor.append((keyword.arg, minor_from_decimal(Decimal(repr(value)), keyword.arg)))
            case _:
                raise _refusal("escriba los valores así: amount(COP=2000000, PEN=2000)", tree.col_offset + 1)
    if not minor or any(not 0 <= value <= NUMBER_MAX * 100 for _, value in minor):
        raise _refusal("amount(…) necesita una moneda y un valor positivo que quepa", tree.col_offset + 1)
    return Amount(tuple(sorted(minor)))


def _sum(left: ast.expr, right: ast.expr, sign: Literal[1, -1]) -> Node:
    a, b = _node(left), _node(right)
    kinds = {a.type, b.type}
    if isinstance(a, Amount) or isinstance(b, Amount) or kinds not in ({"int"}, {"money"}):
        raise _refusal("solo se suman o restan números con números, o saldos con saldos", left.col_offset + 1)
    return Sum(a, b, sign, a.type)


def _comparisons(first: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Node:
    parts: list[Node] = []
    left = first
    for op, right in zip(ops, others, strict=True):
        parts.append(_among(left, op, right) if isinstance(op, ast.In | ast.NotIn) else _comparison(left, op, right))
        left = right
    return parts[0] if len(parts) == 1 else Both(tuple(parts), all_of=True)


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
    operator = _OPERATORS.get(type(op))
    if operator is None:
        raise _refusal("use ==, !=, <, <=, >, >=, in o not in", left.col_offset + 1)
    a, b = _node(left), _node(right)
    _check_sides(a, operator, b, left.col_offset + 1)
    return Compare(a, operator, b)


def _check_sides(a: Node, operator: Comparison, b: Node, column: int) -> None:
    is_zero = any(isinstance(side, Constant) and side.type == "int" and side.value == 0 for side in (a, b))
    if {a.type, b.type} == {"money", "int"} and not is_zero:
        raise _refusal("un saldo se compara con amount(COP=…, PEN=…) o con 0", column)
    if a.type != b.type and {a.type, b.type} != {"money", "int"}:
        raise _refusal(f"no se puede comparar {_TYPE_WORDS[a.type]} con {_TYPE_WORDS[b.type]}", column)
    if isinstance(a, Amount) and isinstance(b, Amount):
        raise _refusal("compare un saldo con amount(…), no dos amount(…)", column)
    if a.type in ("text", "bool") and operator not in ("==", "!="):
        raise _refusal(f"{_TYPE_WORDS[a.type]}: solo se compara con == o !=", column)
    for side, other in ((a, b), (b, a)):
        if isinstance(side, Name) and isinstance(other, Constant):
            _check_known(side.fact, other.value, column)


def _among(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
    node = _node(left)
    column = left.col_offset + 1
    if not isinstance(right, ast.List | ast.Tuple | ast.Set) or not right.elts or node.type not in ("int", "text"):
        raise _refusal('in se usa así: stage in ["early", "middle"]', column)
    constants = [_node(element) for element in right.elts]
    if any(not isinstance(constant, Constant) or constant.type != node.type for constant in constants):
        raise _refusal(f"la lista debe tener solo {_TYPE_WORDS[node.type]}", column)
    values = tuple(constant.value for constant in constants if isinstance(constant, Constant))
    if isinstance(node, Name):
        for value in values:
            _check_known(node.fact, value, column)
    return Among(node, values, is_negated=isinstance(op, ast.NotIn))


def _check_known(fact: str, value: object, column: int) -> None:
    known = FACTS[fact].values
    if known and value not in known:
        near = get_close_matches(str(value), known, n=1)
        hint = f"¿quiso decir «{near[0]}»?" if near else f"puede ser: {', '.join(known)}"
        raise _refusal(f"«{fact}» nunca vale «{value}»; {hint}", column)


def _refusal(words: str, column: int | None = None) -> Refusal:
    place = f" (carácter {column})" if column else ""
    return Refusal("bad-expression", f"Condición no válida{place}: {words}.")
