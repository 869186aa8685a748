"""`acuerdo policy`: may this contact be made (`check`), by which packs (`packs`), putting a newer one in force (`install`), and the
readings that creditors follow (`readings`).

All but the last open no database and no Django, so each starts at once; `check` is JSON in, JSON out.

A denied contact is an answer (status 0); a question that cannot be judged is a refusal (status 1) that says why.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from acuerdo.base.database.folder import data_folder
from acuerdo.base.language import in_language
from acuerdo.base.sentences import in_terminal_language
from acuerdo.config.cli import output, readings
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.adapters.shelf import install_pack
from acuerdo.policy.rules import judge, library, load_pack
from acuerdo.policy.rules.request import read_request, show_verdict

DONE, REFUSED = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check` with its options, `packs`, `install` and `readings`."""
    commands = parser.add_subparsers(dest="policy_command", required=True, metavar=in_language(es="QUÉ", en="WHAT"))
    commands.add_parser(
        "packs",
        help=in_language(es="las normas en vigor", en="the packs in force"),
        description=in_language(
            es="Dice la versión en vigor de cada país y si es la que trae el producto o una propia.",
            en="Tells each country's version in force, and whether it is the one that ships or the installation's own.",
        ),
    )
    install = commands.add_parser(
        "install",
        help=in_language(es="pone en vigor una norma más nueva", en="put a newer pack in force"),
        description=in_language(
            es="Lee pack.toml, corre sus casos y la pone en vigor; si algo falla lo dice y sigue la anterior.",
            en="Reads pack.toml, runs its cases and puts it in force; if anything fails it says so and the one before stays.",
        ),
    )
    install.add_argument(
        "folder",
        type=Path,
        metavar=in_language(es="CARPETA", en="FOLDER"),
        help=in_language(
            es="nombrada como el país (co), con pack.toml y cases.toml",
            en="named as the country (co), with pack.toml and cases.toml",
        ),
    )
    readings.add_words(commands)
    check = commands.add_parser(
        "check",
        help=in_language(es="¿Se puede hacer este contacto?", en="May this contact be made?"),
        description=in_language(
            es="Lee una pregunta en JSON por la entrada estándar y responde el veredicto en JSON.",
            en="Reads a question as JSON on standard input and answers the verdict as JSON.",
        ),
    )
    check.add_argument(
        "--lines",
        action="store_true",
        help=in_language(
            es="una pregunta por línea, una respuesta por línea", en="one question a line, one answer a line"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0, or 1 when a question was refused."""
    library.add_shelf(data_folder() / library.SHELF_NAME)
    if args.policy_command != "check":
        return {"packs": _packs, "install": _install, "readings": readings.run}[args.policy_command](args)
    if args.lines:
        return max([_answer_line(line) for line in sys.stdin if line.strip()], default=DONE)
    answer, status = answer_question(sys.stdin.read())
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return status


def _packs(args: argparse.Namespace) -> int:
    rows = []
    for code in library.pack_codes():
        pack, own = load_pack(code), library.is_own(code)
        rows.append({"pack": code, "name": pack.name, "version": pack.version, "is_own": own, "rules": len(pack.rules)})
    mine = in_language(es="propia", en="own")
    text = "\n".join(
        f"{row['pack']} · {row['name']} · {row['version']}{f' · {mine}' if row['is_own'] else ''}" for row in rows
    )
    output.answer(args, {"packs": rows}, text)
    return DONE


def _install(args: argparse.Namespace) -> int:
    pack = install_pack(args.folder, data_folder())
    es, en = f"{pack.name}: rige la versión {pack.version}.", f"{pack.name}: version {pack.version} is in force."
    output.answer(args, {"status": "done", "pack": pack.code, "version": pack.version}, in_language(es=es, en=en))
    return DONE


def _answer_line(line: str) -> int:
    answer, status = answer_question(line)
    print(json.dumps(answer, ensure_ascii=False), flush=True)
    return status


def answer_question(text: str) -> tuple[dict[str, Any], int]:
    """The verdict, or `{"error": {code, message, field}}`, with the exit status."""
    try:
        request = read_request(_parse(text))
        verdict = judge(load_pack(request.pack), request.question, request.facts)
    except Refusal as error:
        return {
            "error": {"code": error.code, "message": in_terminal_language(error.message), "field": error.where.column}
        }, REFUSED
    return show_verdict(verdict), DONE


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"La pregunta no es JSON válido (línea {error.lineno}, columna {error.colno})."
        raise Refusal("invalid-json", message) from error
    except (RecursionError, ValueError) as error:
        raise Refusal("invalid-json", "La pregunta está anidada sin fin.") from error
