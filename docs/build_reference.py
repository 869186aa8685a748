"""Writes the reference pages that are made from the code: the command line and the columns of a portfolio file. `make docs` runs it.

The command line says each of its texts in the terminal's language (ACUERDO_LANG), so each language is read with its own setting.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import rules_page
import strategy_page
import yaml

from acuerdo.config.cli.main import COMMANDS
from acuerdo.portfolio.rules.fields import FIELDS
from acuerdo.strategy.rules.schema import strategy_schema

DOCS = Path(__file__).resolve().parent
GENERATED = "<!-- Made by docs/build_reference.py (`make docs`); edit the code's texts instead. -->"
TITLES = {
    "es": {
        "cli": "# Línea de órdenes",
        "intro": (
            "Toda orden tiene `--help` y `--json`: con este último responde un solo documento JSON por la salida "
            "estándar, y nada más. Lo que dura "
            "más de un segundo dice su avance por la salida de errores. `ACUERDO_LANG=en` la pone en inglés.\n\n"
            "La orden termina con 0 (hecho), 1 (rechazado del todo o en parte; el documento dice qué y por qué) o "
            "2 (mal usada)."
        ),
        "words": ["argumento", "qué hace"],
        "columns": "# Columnas de un archivo de cartera",
        "columns_intro": (
            "Un archivo trae una fila por obligación (o por cuota, o por persona vinculada), con los nombres de "
            "columna que use su entidad. Estos "
            "se reconocen solos, sin distinguir tildes, mayúsculas, plurales ni abreviaturas usuales; cualquier "
            "otro se asocia una vez y queda "
            "guardado como perfil. La etiqueta es la que muestra la pantalla de importación."
        ),
        "columns_words": ["campo", "etiqueta", "contenido", "nombres reconocidos (ejemplos)"],
    },
    "en": {
        "cli": "# Command line",
        "intro": (
            "Every command has `--help` and `--json`: with the latter it answers one JSON document on standard "
            "output, and nothing else. What lasts "
            "more than a second tells its progress on standard error. `ACUERDO_LANG=en` makes it speak English.\n\n"
            "A command ends with 0 (done), 1 (refused, wholly or in part; the document says what and why) or 2 "
            "(wrong usage)."
        ),
        "words": ["argument", "does"],
        "columns": "# Columns of a portfolio file",
        "columns_intro": (
            "A file has one row an obligation (or an instalment, or a related person), under whatever column "
            "names your institution uses. These are "
            "recognised by themselves, whatever their accents, case, plurals and usual abbreviations; any other "
            "is mapped once and kept as a profile. "
            "The label is the one on the import screen."
        ),
        "columns_words": ["field", "label", "content", "recognised names (examples)"],
    },
}


def build(language: str) -> dict[Path, str]:
    """The text of each generated page of a language."""
    folder = DOCS / language / "reference"
    return {
        folder / "cli.md": _command_line(language),
        folder / "import-columns.md": _columns(language),
        folder / "contact-rules.md": rules_page.page(language, GENERATED),
        folder / "strategies.md": strategy_page.page(language, GENERATED),
    }


def _command_line(language: str) -> str:
    os.environ["ACUERDO_LANG"] = language
    title = TITLES[language]
    parts = [str(title["cli"]), GENERATED, str(title["intro"])]
    for command in COMMANDS:
        module: Any = importlib.import_module(f"acuerdo.config.cli.{command.module}")
        parser = argparse.ArgumentParser(prog=f"acuerdo {command.name}", add_help=False)
        module.add_arguments(parser)
        parts.append(f"## acuerdo {command.name}")
        parts.append(_sentence(command.es if language == "es" else command.en))
        parts.extend(_describe(parser, language))
    return "\n\n".join(parts) + "\n"


def _describe(parser: argparse.ArgumentParser, language: str) -> Iterator[str]:
    rows = [_row(action) for action in parser._actions if _is_told(action)]
    if rows:
        yield _table(list(TITLES[language]["words"]), rows)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            for word, inner in action.choices.items():
                yield f"### {inner.prog}" if inner.prog.count(" ") < 3 else f"#### {inner.prog}"
                if text := inner.description or helps.get(word):
                    yield _sentence(text)
                yield from _describe(inner, language)


def _is_told(action: argparse.Action) -> bool:
    return (
        not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        and action.help is not argparse.SUPPRESS
        and "--json" not in action.option_strings
    )


def _row(action: argparse.Action) -> list[str]:
    value = (
        ""
        if action.nargs == 0
        else str(action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper()))
    )
    more = " …" if action.nargs in {"+", "*"} else ""
    names = ", ".join(action.option_strings)
    shown = f"`{f'{names} {value}'.strip()}{more}`" if names else f"`{value}{more}`"
    return [
        shown.replace("|", "\\|"),
        (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default)).replace("|", "\\|"),
    ]


def _columns(language: str) -> str:
    title = TITLES[language]
    known = yaml.safe_load(
        resources.files("acuerdo.portfolio").joinpath("data/headers.yaml").read_text(encoding="utf-8")
    )
    names = _flatten(known)
    rows = [
        [
            f"`{field.name}`",
            field.label,
            _content(field),
            ", ".join(f"`{name}`" for name in names.get(field.name, [])[:4]),
        ]
        for field in FIELDS.values()
    ]
    return (
        "\n\n".join(
            [str(title["columns"]), GENERATED, str(title["columns_intro"]), _table(list(title["columns_words"]), rows)]
        )
        + "\n"
    )


def _flatten(known: dict[str, Any]) -> dict[str, list[str]]:
    """The names by field, whether the file lists them flat or in groups."""
    flat: dict[str, list[str]] = {}
    for key, value in known.items():
        if isinstance(value, dict):
            flat.update(_flatten(value))
        elif isinstance(value, list):
            flat[key] = [str(name) for name in value]
    return flat


def _content(field: Any) -> str:
    return (
        " / ".join(f"`{choice}`" for choice in field.choices)
        if field.choices
        else f"{field.kind}{' …' if field.repeated else ''}"
    )


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", ":")) else ".")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    for language in TITLES:
        for path, text in build(language).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")
    schema = DOCS.parent / "acuerdo" / "strategy" / "data" / "strategy.schema.json"
    schema.write_text(json.dumps(strategy_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
