"""What the import says reaches a reader of another language: every sentence in the code has its twin, values and all."""

import ast
from collections.abc import Iterator

import pytest
from django.utils import translation

from acuerdo.portfolio.rules.rejects import SENTENCES as ROW_SENTENCES
from acuerdo.portfolio.rules.rejects import sentence
from acuerdo.portfolio.wording import SENTENCES, in_reader_language
from tests.contracts.source import ROOT

SAYERS = {"Refusal": "", "quarantine": "El archivo no se cargó: ", "add_notice": ""}
# Said of a document that a program writes, never of a person's file.
NOT_SAID_OF_FILES = ("acuerdo/portfolio/rules/profile.py", "acuerdo/portfolio/rules/bank_files/__init__.py")


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def _said() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "acuerdo" / "portfolio").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = ""
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found = _text(node.args[1]) and SAYERS.get(name, "-") + _text(node.args[1])
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
                found = _text(node.value)
            if found and not found.startswith("-"):
                yield str(path.relative_to(ROOT)), found


def test_every_sentence_of_the_import_has_its_twin() -> None:
    said = [(path, text) for path, text in _said() if path not in NOT_SAID_OF_FILES]
    assert len(said) > 60
    assert [one for one in said if one[1] not in SENTENCES] == []


@pytest.mark.parametrize("code", sorted(ROW_SENTENCES))
def test_a_row_is_told_in_english_with_its_value(code: str) -> None:
    spanish = sentence(code, "1.23E+09")
    with translation.override("en"):
        english = in_reader_language(spanish)
    assert english != spanish
    assert ("1.23E+09" in english) == ("1.23E+09" in spanish)
    with translation.override("es"):
        assert in_reader_language(spanish) == spanish


def test_a_sentence_inside_another_is_told_too_and_an_unknown_one_stays() -> None:
    with translation.override("en"):
        assert in_reader_language("El archivo no se cargó: la fecha «20260231» no existe.") == (
            "The file was not loaded: the date “20260231” does not exist."
        )
        assert in_reader_language("") == ""
        assert in_reader_language("Lo que nadie escribió.") == "Lo que nadie escribió."


def test_a_value_with_line_breaks_and_braces_is_only_a_value() -> None:
    with translation.override("en"):
        assert in_reader_language("«{0}\n{x}» no es un número.") == "“{0}\n{x}” is not a number."
