"""The `acuerdo` command.

To add a command: write `acuerdo/config/cli/<name>.py` with `add_arguments(parser)` and `run(args) -> int`, and add one line
to COMMANDS. In the module, write every text a person reads as `in_language(es="…", en="…")`; call
`installation.open_installation()` first if it needs Django or the database; answer with `output.answer(args, document, text)`
and return 0, or 1 for "partly refused". Raise Refusal for a business "no" (exit 1). `--json` is added for you. Commands
with words of their own (`import portfolio`) make them with `parser.add_subparsers(...)` in `add_arguments`.
This module imports neither Django nor a database driver: commands without a database must answer in 300 ms.
"""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, cast

from acuerdo.base.language import in_language, terminal_language
from acuerdo.config.cli import output
from acuerdo.kernel.errors import ExternalError, Refusal

# The data-frame engine's allocator gives pages back to the system at once unless told otherwise, and asks for them again with
# the next stage: a third of a decision's processor time was page faults. Kept half a minute, they are used again.
KEEP_FREED_PAGES = ("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:30000,muzzy_decay_ms:30000")


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    module: str
    es: str
    en: str


COMMANDS = (
    Command("demo", "demo", "un mundo inventado para conocer Acuerdo", "an invented world to get to know Acuerdo"),
    Command("up", "up", "sirve la web, los trabajos y la base de datos", "serve web, jobs and database"),
    Command("migrate", "migrate", "crea o actualiza la base de datos", "create or update the database"),
    Command("createadmin", "createadmin", "crea un usuario administrador", "create an administrator"),
    Command("check", "check", "revisa la instalación", "check the installation"),
    Command("tone", "tone", "¿cómo suena este texto?", "how does this text sound?"),
    Command("policy", "policy", "¿se puede hacer este contacto?", "may this contact be made?"),
    Command("ledger", "ledger", "liquida un crédito: cronograma y saldos", "work a loan out: schedule and balances"),
    Command("decide", "decide", "decide el plan de un día sobre una foto", "decide a day's plan over a snapshot"),
    Command("snapshot", "snapshot", "guarda la cartera para decidir", "save the portfolio for deciding"),
    Command("strategy", "strategy", "estrategias: revisar, publicar, ver", "strategies: check, publish, show"),
    Command("audit", "audit", "prueba que nada se cambió; expedientes", "prove that nothing was changed; expedientes"),
    Command(
        "cases", "cases", "solicitudes, supresiones y centrales en espera", "requests, erasures and bureaus that wait"
    ),
    Command("rates", "rates", "carga tasas máximas certificadas", "load certified caps of interest"),
    Command("day", "day", "ejecuta el ciclo del día", "run the day's cycle"),
    Command("import", "import_", "carga carteras y pagos desde archivos", "load portfolios and payments from files"),
    Command("inbound", "inbound", "recibe correos: respuestas y rebotes", "take in mail: answers and bounces"),
    Command("apikey", "apikey", "claves de la interfaz HTTP", "keys of the HTTP API"),
    Command("backup", "backup", "guarda la base de datos en un archivo", "save the database to a file"),
    Command("restore", "restore", "recupera la base de datos de un archivo", "bring the database back from a file"),
)


class CommandModule(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 done, 1 refused or partly refused, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault(*KEEP_FREED_PAGES)
    command = next((known for known in COMMANDS if words and words[0] == known.name), None)
    try:
        if command is None:
            return _general(words)
        module = cast("CommandModule", importlib.import_module(f"acuerdo.config.cli.{command.module}"))
        parser = _Parser(prog=f"acuerdo {command.name}", description=in_language(es=command.es, en=command.en))
        module.add_arguments(parser)
        _add_json(parser)
        args = parser.parse_args(words[1:])
        return _run(module, args)
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 2
    except BrokenPipeError:
        # Whoever read us (head, less) has left; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(module: CommandModule, args: argparse.Namespace) -> int:
    try:
        return module.run(args)
    except (Refusal, ExternalError) as trouble:
        output.refuse(args, trouble)
        return 1
    except KeyboardInterrupt:
        print(in_language(es="Interrumpido.", en="Interrupted."), file=sys.stderr)
        return 130


def _general(words: Sequence[str]) -> int:
    parser = _Parser(
        prog="acuerdo",
        description=in_language(
            es="Gestión de cobranza que el acreedor instala.", en="Collections that a lender installs."
        ),
        epilog=in_language(
            es="`acuerdo ORDEN --help` explica cada orden. ACUERDO_LANG=en para inglés.",
            en="`acuerdo COMMAND --help` explains each command. ACUERDO_LANG=es for Spanish.",
        ),
    )
    choices = parser.add_subparsers(
        title=in_language(es="órdenes", en="commands"), metavar=in_language(es="ORDEN", en="COMMAND"), required=True
    )
    for command in COMMANDS:
        choices.add_parser(command.name, help=in_language(es=command.es, en=command.en), add_help=False)
    parser.parse_args(words)
    return 2


def _add_json(parser: argparse.ArgumentParser) -> None:
    """`--json` on the command and on each of its words."""
    parser.add_argument(
        "--json", action="store_true", help=in_language(es="responde un documento JSON", en="answer one JSON document")
    )
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word in action.choices.values():
                _add_json(word)


class _Parser(argparse.ArgumentParser):
    """argparse in the terminal's language, without abbreviated options (they would become part of the contract)."""

    def __init__(self, *, add_help: bool = True, **options: Any) -> None:
        super().__init__(**{**options, "add_help": False, "allow_abbrev": False})
        self._positionals.title = in_language(es="argumentos", en="arguments")
        self._optionals.title = in_language(es="opciones", en="options")
        if add_help:
            self.add_argument(
                "-h",
                "--help",
                action="help",
                help=in_language(es="muestra esta ayuda y termina", en="show this help and exit"),
            )

    def format_usage(self) -> str:
        return _localised(super().format_usage())

    def format_help(self) -> str:
        return _localised(super().format_help())

    def error(self, message: str) -> NoReturn:
        if terminal_language() == "es":
            for pattern, spanish in _ERRORS:
                message = re.sub(pattern, spanish, message)
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


_ERRORS = (
    (r"^the following arguments are required: ", "faltan: "),
    (r"^unrecognized arguments: ", "no se reconoce: "),
    (r"^argument (.+?): ", r"\1: "),
    (r"invalid choice: (.+?) \(choose from (.+)\)", r"\1 no vale; elija entre \2"),
    (r"invalid \w+ value: ", "valor no válido: "),
    (r"expected one argument", "falta su valor"),
    (r"expected at least one argument", "falta al menos un valor"),
    (r"not allowed with argument ", "no se puede usar con "),
)


def _localised(text: str) -> str:
    return text.replace("usage: ", "uso: ", 1) if terminal_language() == "es" else text


if __name__ == "__main__":
    sys.exit(main())
