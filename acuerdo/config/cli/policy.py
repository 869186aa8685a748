"""`acuerdo policy check`: may this contact be made? JSON in, JSON out, no database and no Django, so it starts at once.

A denied contact is an answer (status 0); a question that cannot be judged is a refusal (status 1) that says why.
"""

import argparse
import json
import sys
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules import judge, load_pack
from acuerdo.policy.rules.request import read_request, show_verdict

DONE, REFUSED = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check` with its options."""
    commands = parser.add_subparsers(dest="policy_command", required=True, metavar="check")
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
    if args.lines:
        return max([_answer_line(line) for line in sys.stdin if line.strip()], default=DONE)
    answer, status = answer_question(sys.stdin.read())
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return status


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
        return {"error": {"code": error.code, "message": error.message, "field": error.where.column}}, REFUSED
    return show_verdict(verdict), DONE


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"La pregunta no es JSON válido (línea {error.lineno}, columna {error.colno})."
        raise Refusal("invalid-json", message) from error
    except (RecursionError, ValueError) as error:
        raise Refusal("invalid-json", "La pregunta está anidada sin fin.") from error
