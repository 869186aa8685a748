"""The field's Spanish terms have one identifier each, and the code really uses it."""

import ast
import re
from functools import cache

from tests.contracts.source import ROOT, python_files, tree_of

ROW = re.compile(r"^\| (?P<spanish>[^|]+) \| (?P<identifiers>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def _rows() -> list[tuple[str, list[str], str]]:
    rows = ROW.findall((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    return [
        (spanish.strip(), re.findall(r"`([^`]+)`", cell), meaning.strip())
        for spanish, cell, meaning in rows
        if spanish != "español"
    ]


@cache
def _names_in_code() -> frozenset[str]:
    """Classes, functions, fields, arguments and constant texts (a stage or a state is a text) of the package."""
    found: set[str] = set()
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                    found.add(name)
                case ast.Constant(value=str() as text) if len(text) < 40:
                    found.add(text)
                case _:
                    pass
    return frozenset(found)


def test_each_identifier_is_in_the_code() -> None:
    missing = [(spanish, name) for spanish, names, _ in _rows() for name in names if name not in _names_in_code()]
    assert missing == [], "rename the code, or take the row out until the code has it"


def test_each_term_has_an_identifier_and_a_meaning() -> None:
    rows = _rows()
    assert len(rows) >= 40
    assert [spanish for spanish, names, meaning in rows if not names or len(meaning) < 10] == []


def test_no_term_is_explained_twice() -> None:
    terms = [term.strip() for spanish, _, _ in _rows() for term in re.split(r"[,/]", spanish)]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []
