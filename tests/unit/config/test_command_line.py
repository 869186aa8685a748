"""The command line before any command works: languages, usage, speed of the start."""

import importlib
import json
import subprocess
import sys
from argparse import ArgumentParser, _HelpAction, _SubParsersAction

import pytest

from acuerdo.config.cli import main as command_line
from acuerdo.kernel.errors import Place, Refusal

NAMES = [command.name for command in command_line.COMMANDS]


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert command_line.main([*words, "--help"]) == 0
    return capsys.readouterr().out


def all_helps(parser: ArgumentParser) -> list[str]:
    """The texts of every argument, of a command's words too."""
    found = []
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            found += [str(choice.help) for choice in action._choices_actions]
            for word in action.choices.values():
                found += all_helps(word)
        elif not isinstance(action, _HelpAction):
            found.append(str(action.help))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_in_both_languages(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("ACUERDO_LANG", "es")
    spanish = helped(capsys, name)
    monkeypatch.setenv("ACUERDO_LANG", "en")
    english = helped(capsys, name)
    assert spanish.startswith(f"uso: acuerdo {name}")
    assert english.startswith(f"usage: acuerdo {name}")
    assert "--json" in spanish
    command = next(known for known in command_line.COMMANDS if known.name == name)
    assert command.es in spanish
    assert command.en in english


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_has_its_own_text_in_each_language(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = next(known for known in command_line.COMMANDS if known.name == name)
    module = importlib.import_module(f"acuerdo.config.cli.{command.module}")
    texts: dict[str, list[str]] = {}
    for language in ("es", "en"):
        monkeypatch.setenv("ACUERDO_LANG", language)
        parser = ArgumentParser(add_help=False)
        module.add_arguments(parser)
        texts[language] = all_helps(parser)
    assert "None" not in texts["es"], "an argument without help"
    same = [spanish for spanish, english in zip(texts["es"], texts["en"], strict=True) if spanish == english]
    assert same == [], "not translated"


def test_the_list_of_commands_is_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for language in ("es", "en"):
        monkeypatch.setenv("ACUERDO_LANG", language)
        listed = helped(capsys)
        assert all(getattr(command, language) in listed for command in command_line.COMMANDS)


@pytest.mark.parametrize(
    ("words", "spanish"),
    [
        ([], "faltan: ORDEN"),
        (["nada"], "'nada' no vale; elija entre"),
        (["day", "--fecha", "hoy"], "no se reconoce: --fecha"),
        (["day", "--date", "ayer"], "valor no válido: 'ayer'"),
        (["day", "--dat", "x"], "no se reconoce: --dat"),  # no abbreviations
        (["backup"], "faltan: ARCHIVO"),
    ],
)
def test_wrong_usage_is_2_and_said_in_spanish(
    words: list[str], spanish: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACUERDO_LANG", "es")
    assert command_line.main(words) == 2
    said = capsys.readouterr()
    assert spanish in said.err
    assert said.out == ""


class Refuses:
    @staticmethod
    def add_arguments(_parser: ArgumentParser) -> None:
        return

    @staticmethod
    def run(_args: object) -> int:
        raise Refusal("file-empty", "El archivo está vacío.", Place(file="a.csv", row=3))


def test_a_refusal_is_1_and_one_document(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", lambda name: Refuses)
    assert command_line.main(["day", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "status": "refused",
        "code": "file-empty",
        "message": "El archivo está vacío.",
        "where": {"file": "a.csv", "row": 3, "column": ""},
    }
    assert command_line.main(["day"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "a.csv, fila 3: El archivo está vacío.\n")


def test_starting_imports_neither_django_nor_a_driver() -> None:
    code = (
        "import sys; from acuerdo.config.cli.main import main; main(['--help']);"
        "print(sorted({'django', 'psycopg', 'polars', 'pydantic'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
