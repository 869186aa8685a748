"""`acuerdo strategy …`: strategies as YAML documents with versions. What needs no database stands here."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language, terminal_language
from acuerdo.config.cli import decide, documents, output, strategy_versions

if TYPE_CHECKING:
    from acuerdo.strategy.rules.checking import Finding
    from acuerdo.strategy.rules.document import StrategyDocument

HOME = "CO"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="strategy_command", required=True, metavar="validate|schema|facts|…")
    _add_validate(words)
    words.add_parser(
        "schema",
        help=in_language(es="el esquema JSON de los documentos", en="the JSON Schema of the documents"),
    )
    words.add_parser(
        "facts", help=in_language(es="los hechos que una condición puede usar", en="facts that a condition may use")
    )
    strategy_versions.add_words(words)


def _add_validate(words: Any) -> None:
    validate = words.add_parser(
        "validate", help=in_language(es="revisa un documento y dice cada falla", en="check a document")
    )
    documents.add_file(validate)
    validate.add_argument(
        "--country",
        action="append",
        metavar="CC",
        default=None,
        help=in_language(
            es="país de la cartera, en dos letras (se repite; por omisión, los de «scope» o CO)",
            en="country of the portfolio, two letters (repeatable; default: those of “scope”, or CO)",
        ),
    )
    validate.add_argument(
        "--snapshot",
        type=Path,
        metavar="DIR",
        help=in_language(
            es="foto de la cartera: cuenta quién cae en cada segmento y quién queda por fuera",
            en="portfolio snapshot: counts who falls in each segment and who is left out",
        ),
    )


def run(args: argparse.Namespace) -> int:
    own = {"validate": _validate, "schema": _schema, "facts": _facts}
    return (own.get(args.strategy_command) or strategy_versions.WORDS[args.strategy_command])(args)


def _validate(args: argparse.Namespace) -> int:
    """No database: whoever writes a strategy may check it anywhere, against the texts that ship."""
    from acuerdo.strategy.rules.yaml_text import StrategyFaults, line_numbers, read_strategy  # noqa: PLC0415

    text = documents.read_text(args.file)
    try:
        document = read_strategy(text)
    except StrategyFaults as refusal:
        faults = [{"line": fault.line, "path": fault.path, "message": fault.message} for fault in refusal.faults]
        lines = "\n".join(str(fault) for fault in refusal.faults)
        output.answer(args, {"status": "refused", "code": refusal.code, "faults": faults}, lines)
        return 1
    from acuerdo.strategy.rules.checking import lines_of  # noqa: PLC0415 - only a document that reads is checked further

    found = lines_of(_findings(document, args), line_numbers(text))
    wrong = [finding for _line, finding in found if finding.level == "error"]
    told = [_told(line, finding) for line, finding in found]
    counts = {"segments": len(document.segments), "steps": len(document.steps)}
    status = "refused" if wrong else "done"
    code = {"code": "strategy-findings", "strategy": document.code} if wrong else {"code": document.code}
    output.answer(args, {"status": status, **code, **counts, "findings": told}, _sentences(document, told, counts))
    return 1 if wrong else 0


def _findings(document: "StrategyDocument", args: argparse.Namespace) -> "list[Finding]":
    from acuerdo.messaging.rules.library import library  # noqa: PLC0415
    from acuerdo.negotiation.rules.scripts.document import shipped_names  # noqa: PLC0415
    from acuerdo.strategy.rules.checking import KnownText, check_counts, check_document  # noqa: PLC0415

    decide.ready()
    from django.conf import settings  # noqa: PLC0415

    from acuerdo.base import clock  # noqa: PLC0415 - needs Django's settings

    now = clock.machine_now()
    texts = [KnownText(text.code, text.channel, text.language, text.subject, text.body) for text in library()]
    countries = args.country or list(document.scope.countries) or [HOME]
    found = check_document(document, texts, [country.upper() for country in countries], now, shipped_names())
    if args.snapshot is not None:
        from acuerdo.strategy.engine.counting import count_segments  # noqa: PLC0415 - data frames only when asked
        from acuerdo.strategy.engine.snapshot import read_snapshot  # noqa: PLC0415

        counted = count_segments(read_snapshot(args.snapshot), document, now=now, zone=settings.TIME_ZONE)
        found += check_counts(counted.segments, counted.left_out)
    return found


def _told(line: int, finding: "Finding") -> dict[str, Any]:
    return {
        "level": finding.level, "line": line, "path": finding.path, "code": finding.code, "message": finding.message,
    }  # fmt: skip


def _sentences(document: "StrategyDocument", told: list[dict[str, Any]], counts: dict[str, int]) -> str:
    names = {"error": in_language(es="error", en="error"), "warning": in_language(es="aviso", en="warning")}
    lines = [
        f"{in_language(es='línea', en='line')} {one['line']}, {one['path']}: {names[one['level']]}: {one['message']}"
        for one in told
    ]
    if not any(one["level"] == "error" for one in told):
        lines.append(
            in_language(
                es=f"«{document.code}» es válida: {counts['segments']} segmentos, {counts['steps']} pasos.",
                en=f"“{document.code}” is valid: {counts['segments']} segments, {counts['steps']} steps.",
            )
        )
    return "\n".join(lines)


def _schema(args: argparse.Namespace) -> int:
    from acuerdo.strategy.rules.schema import strategy_schema  # noqa: PLC0415

    schema = strategy_schema(terminal_language())
    output.answer(args, schema, json.dumps(schema, ensure_ascii=False, indent=2))
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
