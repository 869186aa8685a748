"""`acuerdo strategy simulate`: a strategy over past snapshots, without touching anything; kept when it has a database."""

import argparse
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import decide, documents, installation, output

ACTOR = "acuerdo strategy"
DAYS = 30
ANY_DAY = date(1, 1, 1), date(9999, 12, 31)


def add_word(words: Any) -> None:
    simulate = words.add_parser(
        "simulate",
        help=in_language(es="ensaya una estrategia sobre días pasados", en="rehearse a strategy over past days"),
        description=in_language(
            es="Ensaya un documento sobre las fotos guardadas de la cartera: contactos, bloqueos, carga, costo y qué cambia.",
            en="Rehearses a document over the portfolio's kept snapshots: contacts, blocks, load, cost, and what changes.",
        ),
    )
    documents.add_file(simulate)
    simulate.add_argument(
        "--snapshot",
        type=Path,
        action="append",
        metavar="DIR",
        help=in_language(
            es="foto de un día (se repite); sin base de datos ni registro",
            en="a day's snapshot (repeatable); no database, not kept",
        ),
    )
    simulate.add_argument(
        "--against",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(
            es="con qué comparar, si se dan fotos (por omisión, nada; sin fotos, la vigente)",
            en="what to compare with when snapshots are given (default: nothing; without them, the one in force)",
        ),
    )
    for name, es, en in (("--from", "primer día", "first day"), ("--to", "último día", "last day")):
        simulate.add_argument(
            name, dest=f"{name[2:]}_on", type=date.fromisoformat, metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
            help=in_language(es=f"{es} (por omisión, los {DAYS} últimos)", en=f"{en} (default: the last {DAYS})"),
        )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    text = documents.read_text(args.file)
    told = _over_folders(args, text) if args.snapshot else _over_kept_days(args, text)
    output.answer(args, told, _as_text(told))
    return 0 if told["status"] == "done" else 1


def _over_folders(args: argparse.Namespace, text: str) -> dict[str, Any]:
    from acuerdo.strategy.rules.yaml_text import read_strategy  # noqa: PLC0415

    document = read_strategy(text)
    against = read_strategy(documents.read_text(args.against)) if args.against else None
    decide.ready()
    from django.conf import settings  # noqa: PLC0415 - after its variables

    from acuerdo.strategy.public import read_snapshot, rehearse  # noqa: PLC0415

    days = [partial(read_snapshot, folder) for folder in args.snapshot]
    result = rehearse(days, document, against, zone=settings.TIME_ZONE, on_day=_say_day)
    return {
        "status": "done",
        "code": document.code,
        "against": None if against is None else against.code,
        "result": result,
    }


def _over_kept_days(args: argparse.Namespace, text: str) -> dict[str, Any]:
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import ask_rehearsal, days_kept, run_rehearsal  # noqa: PLC0415

    newest = days_kept()[-DAYS:]
    from_on = args.from_on or (newest[0] if newest else ANY_DAY[0])
    row = ask_rehearsal(
        text, from_on=from_on, to_on=args.to_on or ANY_DAY[1], actor=ACTOR, now=clock.now(), enqueue=False
    )
    row = run_rehearsal(row.pk, clock.now, on_day=_say_day)
    against = f"{row.against.code} v{row.against.version}" if row.against else None
    told = {
        "status": "done" if row.state == "done" else "refused",
        "uid": str(row.uid),
        "code": row.code,
        "against": against,
    }
    return {**told, "message": row.failure, "result": row.result}


def _say_day(day: date) -> None:
    output.progress(f"→ {day.isoformat()}")


def _as_text(told: dict[str, Any]) -> str:
    """Totals side by side, and the reasons."""
    if told["status"] != "done":
        return str(told["message"])
    result = told["result"]
    new, old = result["total"], result["against"]
    head = in_language(es=f"{told['code']}: {new['days']} días", en=f"{told['code']}: {new['days']} days")
    lines = [head if not told["against"] else f"{head} · vs {told['against']}"]
    lines.append(_line(in_language(es="contactos", en="contacts"), new["planned"], old and old["planned"]))
    for part in ("contacts", "cost_minor", "drops", "rules"):
        names = {**new[part], **(old[part] if old else {})}
        lines += [_line(f"  {name}", new[part].get(name, 0), old and old[part].get(name, 0)) for name in names]
    lines += [f"  {name}: {rows}" for name, rows in result["changes"].items()]
    return "\n".join([*lines, *_estimated(result.get("estimate"))])


def _estimated(estimate: dict[str, Any] | None) -> list[str]:
    """What it would have earned by the logged decisions, or why nothing can be said; nothing for folders without a log."""
    if estimate is None:
        return []
    from acuerdo.base.language import terminal_language  # noqa: PLC0415
    from acuerdo.strategy.rules.comparing_words import estimate_rows, estimate_sentence, seen_row  # noqa: PLC0415

    language = terminal_language()
    lines = [estimate_sentence(estimate, language)]
    seen = seen_row(estimate, language)
    if seen:
        lines.append(
            f"  {in_language(es='lo que pasó', en='what happened'):<40} {seen['paid']:>8} {seen['recovered']:>16}"
        )
    return lines + [
        f"  {row['method']:<40} {row['paid']:>8} ({row['paid_interval']}) {row['recovered']:>16} ({row['recovered_interval']})"
        for row in estimate_rows(estimate, language)
    ]


def _line(name: str, new: int, old: int | None) -> str:
    return f"{name:<40} {new:>12,}" + (f" {old:>12,} {new - old:>+12,}" if old is not None else "")
