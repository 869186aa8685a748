"""`acuerdo strategy validate|publish|list|show|facts`: strategies as YAML documents with versions."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language, terminal_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal

if TYPE_CHECKING:
    from acuerdo.strategy.public import Strategy

ACTOR = "acuerdo strategy"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    document = in_language(es="documento YAML de la estrategia", en="the strategy's YAML document")
    words = parser.add_subparsers(dest="strategy_command", required=True, metavar="validate|publish|list|show|facts")
    validate = words.add_parser(
        "validate", help=in_language(es="revisa un documento y dice cada falla", en="check a document")
    )
    validate.add_argument("file", type=Path, metavar=in_language(es="ARCHIVO", en="FILE"), help=document)
    publish = words.add_parser(
        "publish",
        help=in_language(es="guarda un documento y lo pone en vigor", en="save a document and put it in force"),
    )
    publish.add_argument("file", type=Path, metavar=in_language(es="ARCHIVO", en="FILE"), help=document)
    publish.add_argument(
        "--draft", action="store_true", help=in_language(es="solo guarda un borrador", en="save as a draft only")
    )
    words.add_parser("list", help=in_language(es="las estrategias y sus versiones", en="strategies and their versions"))
    show = words.add_parser("show", help=in_language(es="el documento de una estrategia", en="a strategy's document"))
    show.add_argument(
        "code", metavar=in_language(es="CÓDIGO", en="CODE"), help=in_language(es="cuál estrategia", en="which strategy")
    )
    show.add_argument(
        "--version",
        type=int,
        metavar="N",
        help=in_language(es="cuál versión (por omisión, la última)", en="which version (default: the newest)"),
    )
    words.add_parser(
        "facts", help=in_language(es="los hechos que una condición puede usar", en="facts that a condition may use")
    )


def run(args: argparse.Namespace) -> int:
    return {"validate": _validate, "publish": _publish, "list": _list, "show": _show, "facts": _facts}[
        args.strategy_command
    ](args)


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        message = in_language(
            es=f"No se puede leer «{path}» como texto UTF-8.", en=f"“{path}” cannot be read as UTF-8 text."
        )
        raise Refusal("file-unreadable", message) from None


def _validate(args: argparse.Namespace) -> int:
    """No database: whoever writes a strategy may check it anywhere."""
    from acuerdo.strategy.rules.yaml_text import StrategyFaults, read_strategy  # noqa: PLC0415

    try:
        document = read_strategy(_text(args.file))
    except StrategyFaults as refusal:
        faults = [{"line": fault.line, "path": fault.path, "message": fault.message} for fault in refusal.faults]
        lines = "\n".join(str(fault) for fault in refusal.faults)
        output.answer(args, {"status": "refused", "code": refusal.code, "faults": faults}, lines)
        return 1
    counts = {"segments": len(document.segments), "steps": len(document.steps)}
    text = in_language(
        es=f"«{document.code}» es válida: {counts['segments']} segmentos, {counts['steps']} pasos.",
        en=f"“{document.code}” is valid: {counts['segments']} segments, {counts['steps']} steps.",
    )
    output.answer(args, {"status": "done", "code": document.code, **counts}, text)
    return 0


def _publish(args: argparse.Namespace) -> int:
    text = _text(args.file)
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import publish_strategy, save_strategy  # noqa: PLC0415

    now = clock.now()
    strategy = save_strategy(text, actor=ACTOR, now=now)
    if not args.draft:
        strategy = publish_strategy(strategy.code, strategy.version, actor=ACTOR, now=now)
    output.answer(args, {"status": "done", "strategy": _told(strategy)}, _line(strategy))
    return 0


def _list(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.strategy.public import Strategy  # noqa: PLC0415

    found = list(Strategy.objects.order_by("code", "-version"))
    nothing = in_language(es="No hay estrategias guardadas.", en="No strategies are saved.")
    output.answer(
        args, {"strategies": [_told(strategy) for strategy in found]}, "\n".join(map(_line, found)) or nothing
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.strategy.public import strategy_version  # noqa: PLC0415

    strategy = strategy_version(args.code, args.version)
    output.answer(args, {"strategy": _told(strategy), "document": strategy.document}, strategy.document)
    return 0


def _facts(args: argparse.Namespace) -> int:
    from acuerdo.strategy.rules.facts import FACTS  # noqa: PLC0415

    is_english = terminal_language() == "en"
    facts = [
        {
            "code": fact.code,
            "type": fact.type,
            "text": fact.english if is_english else fact.spanish,
            "values": list(fact.values),
        }
        for fact in FACTS.values()
    ]
    output.answer(
        args, {"facts": facts}, "\n".join(f"{fact['code']:<22} {fact['type']:<6} {fact['text']}" for fact in facts)
    )
    return 0


def _told(strategy: "Strategy") -> dict[str, Any]:
    published_at = strategy.published_at.isoformat() if strategy.published_at else None
    told = {"uid": str(strategy.uid), "code": strategy.code, "version": strategy.version, "status": strategy.status}
    return {**told, "published_at": published_at}


def _line(strategy: "Strategy") -> str:
    names = {
        "draft": in_language(es="borrador", en="draft"),
        "published": in_language(es="en vigor", en="in force"),
        "retired": in_language(es="retirada", en="retired"),
    }
    return f"{strategy.code} v{strategy.version} · {names[strategy.status]}"
