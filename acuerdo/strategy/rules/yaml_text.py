"""From the text of a strategy to its document, or to a list of faults: line, what is wrong, how to mend it.

The YAML read is its plain core: no aliases, tags, dates, or base-60 numbers (`09:30` stays a text), `yes`/`no` are texts,
and a key given twice is a fault.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.strategy.rules.document import (
    Capacity,
    Costs,
    Experiment,
    Guard,
    Retry,
    Scope,
    Segment,
    StageStarts,
    Step,
    StrategyDocument,
    Target,
)
from acuerdo.strategy.rules.experiment import Variant

SIZE_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` as written in the document: `steps[3].channels`; lines count from 1, 0 when none is to blame."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"línea {self.line}" if self.line else "documento"
        return f"{place}, {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class StrategyFaults(Refusal):
    """All faults of a document at once; the message is the first, `faults` has them all."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        more = f" (y {len(faults) - 1} más)" if len(faults) > 1 else ""
        Refusal.__init__(self, "bad-strategy", f"{faults[0]}{more}", Place(row=faults[0].line or None))


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core: PyYAML's 1.1 reads 09:30 as 570 and `no` as false."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])


def read_strategy(text: str) -> StrategyDocument:
    """The checked document. Refuses `bad-strategy` (a `StrategyFaults`) with every fault found."""
    root = _compose(text)
    plain = _plain(root, "")
    if not isinstance(plain, dict):
        raise StrategyFaults([Fault(1, "", "el documento debe ser una lista de campos como «code: …»")])
    try:
        return StrategyDocument.model_validate(plain)
    except ValidationError as error:
        raise StrategyFaults(_faults(error.errors(), root)) from None


def line_numbers(text: str) -> dict[str, int]:
    """The line of every path of a document that reads: `steps[3].channels` → 41."""
    found: dict[str, int] = {}
    _note_lines(_compose(text), "", found)
    return found


def _note_lines(node: yaml.Node, path: str, found: dict[str, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            found[inner] = key.start_mark.line + 1
            _note_lines(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found[f"{path}[{index}]"] = value.start_mark.line + 1
            _note_lines(value, f"{path}[{index}]", found)


def tree_of(text: str) -> yaml.Node:
    """The YAML tree with the marks of its lines. Refuses `bad-strategy`."""
    return _compose(text)


def plain_value(node: yaml.Node) -> Any:
    """The Python value of a tree."""
    return _plain(node, "")


def _compose(text: str) -> yaml.Node:
    if len(text) > SIZE_MAX:
        raise StrategyFaults([Fault(0, "", f"el documento pasa de {SIZE_MAX} caracteres")])
    try:
        for token in yaml.scan(text, Loader=_CoreLoader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
                line = token.start_mark.line + 1
                raise StrategyFaults(
                    [Fault(line, "", "no se admiten alias, anclas ni etiquetas de YAML; repita el texto")]
                )
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        words = "revise sangría, comillas y dos puntos"
        raise StrategyFaults([Fault(mark.line + 1 if mark else 0, "", f"no es YAML válido; {words}")]) from None
    except (yaml.YAMLError, RecursionError):
        raise StrategyFaults([Fault(0, "", "no es YAML válido")]) from None
    if root is None:
        raise StrategyFaults([Fault(0, "", "el documento está vacío")])
    return root


def _plain(node: yaml.Node, path: str) -> Any:
    """Python values of the tree, refusing a key given twice."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                raise StrategyFaults([Fault(key.start_mark.line + 1, path, f"el campo «{name}» está dos veces")])
            found[name] = _plain(value, f"{path}.{name}" if path else name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, f"{path}[{index}]") for index, value in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> str | int | bool | None:
    value = str(node.value)
    match node.tag.rpartition(":")[2]:
        case "bool":
            return value == "true"
        case "int":
            return int(value) if len(value) < 25 else value
        case "null":
            return None
        case _:
            return value


def _faults(errors: list[ErrorDetails], root: yaml.Node) -> list[Fault]:
    """In the order of the text; a list that lost its only element to a fault is not blamed for being empty."""
    told = [error for error in errors if error["type"] != "too_short" or not _has_inner(error["loc"], errors)]
    return sorted((_fault(error, root) for error in told), key=lambda fault: fault.line)


def _has_inner(place: tuple[int | str, ...], errors: list[ErrorDetails]) -> bool:
    return any(len(error["loc"]) > len(place) and error["loc"][: len(place)] == place for error in errors)


def _fault(details: ErrorDetails, root: yaml.Node) -> Fault:
    place = [part for part in details["loc"] if part != "[key]"]
    node, line, walked = root, root.start_mark.line + 1, ""
    for part in place:
        step = _child(node, part)
        walked += f"[{part}]" if isinstance(part, int) else f".{part}" if walked else str(part)
        if step is None:
            break
        line, node = step
    return Fault(line, walked, _words(details))


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _words(details: ErrorDetails) -> str:
    """pydantic's fault in Spanish, with what to do."""
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return _unknown_field(str(details["loc"][-1]))
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return f"no es válido ({kind})"
    told = {name: str(value).replace(" or ", " o ") for name, value in context.items()}
    return sentence.format(given=given, **told)


_SENTENCES = {
    "missing": "falta este campo",
    "literal_error": "no puede ser «{given}»; use {expected}",
    "string_pattern_mismatch": "«{given}» no tiene la forma pedida ({pattern})",
    "greater_than_equal": "debe ser {ge} o más",
    "less_than_equal": "debe ser {le} o menos",
    "too_short": "no puede estar vacío",
    "string_too_short": "no puede estar vacío",
    "too_long": "es demasiado largo: admite {max_length}",
    "string_too_long": "es demasiado largo: admite {max_length}",
    "int_type": "debe ser un número entero y es «{given}»",
    "int_parsing": "debe ser un número entero y es «{given}»",
    "decimal_parsing": "debe ser un número como 2.5 y es «{given}»",
    "decimal_type": "debe ser un número como 2.5 y es «{given}»",
    "decimal_max_places": "admite dos decimales y es «{given}»",
    "tuple_type": "debe ser una lista",
    "dict_type": "debe ser un grupo de campos",
    "model_type": "debe ser un grupo de campos",
    "string_type": "debe ser un texto",
    "bool_type": "debe ser true o false",
    "bool_parsing": "debe ser true o false",
    "date_from_datetime_parsing": "debe ser una fecha que exista, como 2026-03-31, y es «{given}»",
    "date_parsing": "debe ser una fecha que exista, como 2026-03-31, y es «{given}»",
    "date_type": "debe ser una fecha como 2026-03-31 y es «{given}»",
}


def _unknown_field(name: str) -> str:
    near = get_close_matches(name, _FIELD_NAMES, n=1)
    return f"el campo «{name}» no existe" + (f"; ¿quiso decir «{near[0]}»?" if near else "; quítelo")


_PARTS = (
    StrategyDocument, Target, Scope, StageStarts, Segment, Step, Retry, Capacity, Costs, Experiment, Variant, Guard,
)  # fmt: skip
_FIELD_NAMES = sorted({name for part in _PARTS for name in part.model_fields})
