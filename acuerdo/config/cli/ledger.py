"""`acuerdo ledger schedule|replay`: what is owed, as arithmetic. JSON in, JSON out, no database and no Django.

The other words (`classes`, `buckets`, `tariffs`, `statement`) are about this installation's own data: see ledger_data.
"""

import argparse
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli.ledger_data import DATA_COMMANDS, add_data_commands, run_data_command
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.answers import answer_replay, answer_schedule

DONE, REFUSED = 0, 1
ANSWERS: dict[str, Callable[[Any], dict[str, Any]]] = {"schedule": answer_schedule, "replay": answer_replay}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`schedule` and `replay` with their options."""
    commands = parser.add_subparsers(dest="ledger_command", required=True, metavar="schedule|replay|…")
    _add_command(
        commands,
        "schedule",
        in_language(es="el cronograma de un crédito y su tasa efectiva", en="a loan's schedule and its effective rate"),
    )
    _add_command(
        commands,
        "replay",
        in_language(
            es="qué se debe a cada fecha, dados el cronograma y lo ocurrido",
            en="what is owed on each date, given the schedule and what happened",
        ),
    )
    add_data_commands(commands)


def _add_command(commands: "argparse._SubParsersAction[Any]", name: str, summary: str) -> None:
    command = commands.add_parser(
        name,
        help=summary,
        description=in_language(
            es=f"Lee JSON por la entrada estándar y responde {summary}, en JSON.",
            en=f"Reads JSON on standard input and answers {summary}, as JSON.",
        ),
    )
    command.add_argument(
        "--lines",
        action="store_true",
        help=in_language(
            es="una pregunta por línea, una respuesta por línea", en="one question a line, one answer a line"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0, or 1 when a question was refused."""
    if args.ledger_command in DATA_COMMANDS:
        return run_data_command(args)
    answer = ANSWERS[args.ledger_command]
    if args.lines:
        return max([_say(answer, line, indent=None) for line in sys.stdin if line.strip()], default=DONE)
    return _say(answer, sys.stdin.read(), indent=2)


def _say(answer: Callable[[Any], dict[str, Any]], text: str, *, indent: int | None) -> int:
    document, status = answer_question(answer, text)
    print(json.dumps(document, ensure_ascii=False, indent=indent), flush=True)
    return status


def answer_question(answer: Callable[[Any], dict[str, Any]], text: str) -> tuple[dict[str, Any], int]:
    """The answer, or `{"error": {code, message, field}}`, with the exit status."""
    try:
        return answer(_parse(text)), DONE
    except Refusal as refusal:
        error = {"code": refusal.code, "message": refusal.message, "field": refusal.where.column}
        return {"error": error}, REFUSED


def _parse(text: str) -> Any:
    """JSON whose numbers stay exact decimals."""
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        message = f"La pregunta no es JSON válido (línea {error.lineno}, columna {error.colno})."
        raise Refusal("invalid-json", message) from error
    except (RecursionError, ValueError) as error:
        raise Refusal("invalid-json", "La pregunta no se puede leer como JSON.") from error
