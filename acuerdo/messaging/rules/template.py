"""The small language of templates: `{campo}` places a value, `{#campo}…{/campo}` shows a part if the field has a value,
`{^campo}…{/campo}` if it has none, and `{#obligaciones}…{/obligaciones}` repeats a part for each obligation. A mark that
stands alone on its line leaves no line behind.

A template is parsed into a tree once and the tree is rendered with values, so a value is never read again as a template:
a debtor named "{saldo_total}" is greeted by exactly that name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from acuerdo.messaging.rules.catalogue import FIELDS, OBLIGATION_FIELDS, REPEATED

_TAG = re.compile(r"\{([#^/]?)([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a template cannot be used: `code` is `unknown-field`, `stray-brace`, `unclosed-part`, `part-mismatch` or `missing-field`."""

    code: str
    line: int
    field: str
    message: str
    near: str = ""  # the field that was probably meant


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    field: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """`children` shown when `field` has a value (`is_inverted`: when it has none); repeated for each obligation if it is the list."""

    field: str
    line: int
    is_inverted: bool
    children: "tuple[Node, ...]"


type Node = Text | Place | Part


@dataclass(frozen=True, slots=True)
class Parsed:
    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Every field the template places, also inside parts."""
        return frozenset(_placed(self.nodes))


@dataclass
class _Open:
    field: str
    line: int
    is_inverted: bool
    children: list[Node]


@lru_cache(maxsize=1024)
def parse(source: str) -> Parsed:
    """The tree of a template and everything that is wrong with it; line numbers start at 1."""
    stack = [_Open("", 0, False, [])]
    problems: list[Problem] = []
    last = 0
    for match in _TAG.finditer(source):
        _add_text(stack[-1].children, source[last : match.start()])
        last = match.end() + _is_alone(source, match)
        line = source.count("\n", 0, match.start()) + 1
        if match.group(2) is None:
            problems.append(
                Problem(
                    "stray-brace",
                    line,
                    "",
                    f"Línea {line}: hay una llave suelta; escriba el campo como {{saldo_vencido}}.",
                )
            )
            continue
        mark, field = match.group(1), match.group(2).strip()
        if field not in FIELDS:
            near = _nearest(field)
            meant = f" ¿Quiso escribir «{near}»?" if near else ""
            message = f"Línea {line}: no existe el campo «{field}».{meant}"
            problems.append(Problem("unknown-field", line, field, message, near))
        if mark == "/":
            _close(stack, field, line, problems)
        elif mark:
            stack.append(_Open(field, line, mark == "^", []))
        else:
            problems.extend(_misplaced(stack, field, line))
            stack[-1].children.append(Place(field, line))
    _add_text(stack[-1].children, source[last:])
    for part in stack[1:]:
        message = f"Línea {part.line}: la parte «{part.field}» se abre y no se cierra con {{/{part.field}}}."
        problems.append(Problem("unclosed-part", part.line, part.field, message))
    return Parsed(tuple(stack[0].children), tuple(sorted(problems, key=lambda problem: problem.line)))


def validate(*, subject: str, body: str, required: Sequence[str] = ()) -> list[Problem]:
    """Problems of both texts; a field of `required` that neither places is `missing-field`, at line 0."""
    parsed_subject, parsed_body = parse(subject), parse(body)
    problems = [*parsed_subject.problems, *parsed_body.problems]
    placed = parsed_subject.fields | parsed_body.fields
    absent = [field for field in required if not placed & {field, *_EQUIVALENT.get(field, ())}]
    problems += [
        Problem("missing-field", 0, field, f"Falta el campo {{{field}}}: {FIELDS[field].why_required}")
        for field in absent
    ]
    return problems


def render(source: str, values: Mapping[str, str], items: Sequence[Mapping[str, str]] = ()) -> str:
    """The text with its values. `items` are the obligations' values. Empty lines that hidden parts leave are closed up.

    Raises ValueError for a template with problems: those are found when it is saved, not when it is sent.
    """
    parsed = parse(source)
    if parsed.problems:
        raise ValueError(parsed.problems[0].message)
    return _tidied("".join(_rendered(parsed.nodes, values, items)))


def render_checked(
    source: str, values: Mapping[str, str], items: Sequence[Mapping[str, str]] = ()
) -> tuple[str, list[str]]:
    """`render` and `missing_values` in one walk, for texts by the thousand."""
    parsed = parse(source)
    if parsed.problems:
        raise ValueError(parsed.problems[0].message)
    texts: list[str] = []
    holes: set[str] = set()
    for leaf, scope in _shown(parsed.nodes, values, items):
        if isinstance(leaf, Text):
            texts.append(leaf.text)
        elif value := scope.get(leaf.field, ""):
            texts.append(value)
        else:
            holes.add(leaf.field)
    return _tidied("".join(texts)), sorted(holes)


def _tidied(text: str) -> str:
    """No spaces at the ends of lines, no two empty lines in a row, none at either end."""
    lines = "\n".join([line.strip(" \t") for line in text.split("\n")])
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def missing_values(source: str, values: Mapping[str, str], items: Sequence[Mapping[str, str]] = ()) -> list[str]:
    """Fields that would leave a hole: placed where they are shown, with no value to show."""
    return sorted(set(_holes(parse(source).nodes, values, items)))


_EQUIVALENT: dict[str, tuple[str, ...]] = {
    "acreedor": ("acreedor_razon_social",),
    "saldo_vencido": ("saldo_total", "cuota", "promesa_valor", "pago_valor", "ob_saldo"),
    "fecha_vencimiento": ("promesa_fecha", "pago_fecha", "fecha_corte", "ob_fecha"),
    "enlace": ("formas_de_pago", "telefono_acreedor"),
    "nombre": ("nombre_preferido",),
}


def _is_alone(source: str, match: re.Match[str]) -> bool:
    """Whether a part's mark is all that its line holds; then the line's break is dropped with it."""
    starts_line = match.start() == 0 or source[match.start() - 1] == "\n"
    return bool(match.group(1)) and starts_line and source[match.end() : match.end() + 1] == "\n"


def _add_text(children: list[Node], text: str) -> None:
    if text:
        children.append(Text(text))


def _close(stack: list[_Open], field: str, line: int, problems: list[Problem]) -> None:
    if len(stack) == 1 or stack[-1].field != field:
        problems.append(
            Problem("part-mismatch", line, field, f"Línea {line}: {{/{field}}} cierra una parte que no está abierta.")
        )
        return
    part = stack.pop()
    stack[-1].children.append(Part(part.field, part.line, part.is_inverted, tuple(part.children)))


def _misplaced(stack: list[_Open], field: str, line: int) -> list[Problem]:
    """The list itself has no text of its own, and an item's field outside the list has no item to speak of."""
    if field == REPEATED:
        message = f"Línea {line}: «{field}» es una lista; escríbala como {{#{field}}}…{{/{field}}}."
        return [Problem("part-mismatch", line, field, message)]
    if field in OBLIGATION_FIELDS and not any(part.field == REPEATED for part in stack):
        message = f"Línea {line}: «{field}» solo tiene sentido dentro de {{#{REPEATED}}}…{{/{REPEATED}}}."
        return [Problem("part-mismatch", line, field, message)]
    return []


def _nearest(field: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is wrong

    near = get_close_matches(field, FIELDS, n=1, cutoff=0.6)
    return near[0] if near else ""


def _placed(nodes: Sequence[Node]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Place):
            found.append(node.field)
        elif isinstance(node, Part):
            found.extend(_placed(node.children))
    return found


def _rendered(nodes: Sequence[Node], values: Mapping[str, str], items: Sequence[Mapping[str, str]]) -> list[str]:
    return [
        leaf.text if isinstance(leaf, Text) else scope.get(leaf.field, "")
        for leaf, scope in _shown(nodes, values, items)
    ]


def _holes(nodes: Sequence[Node], values: Mapping[str, str], items: Sequence[Mapping[str, str]]) -> list[str]:
    return [
        leaf.field
        for leaf, scope in _shown(nodes, values, items)
        if isinstance(leaf, Place) and not scope.get(leaf.field)
    ]


def _shown(
    nodes: Sequence[Node], values: Mapping[str, str], items: Sequence[Mapping[str, str]]
) -> Iterator[tuple[Text | Place, Mapping[str, str]]]:
    """The leaves that these values show, in order, each with the values of its place."""
    for node in nodes:
        if not isinstance(node, Part):
            yield node, values
        elif node.field == REPEATED and not node.is_inverted:
            for item in items:
                yield from _shown(node.children, {**values, **item}, ())
        else:
            has_value = bool(items) if node.field == REPEATED else bool(values.get(node.field))
            if has_value != node.is_inverted:
                yield from _shown(node.children, values, items)
