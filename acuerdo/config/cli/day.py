"""`acuerdo day`: the daily cycle, whole or one phase."""

import argparse
from datetime import date
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(es="fecha de trabajo (por omisión, hoy)", en="business date (default: today)"),
    )
    parser.add_argument(
        "--phase",
        action="append",
        metavar=in_language(es="NOMBRE", en="NAME"),
        help=in_language(
            es="ejecuta solo esta fase, aunque ya esté hecha (se puede repetir)",
            en="run only this phase, even if it is done (may be repeated)",
        ),
    )


def run(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.base.day import run_day  # noqa: PLC0415
    from acuerdo.config.wiring import day_phases  # noqa: PLC0415

    report = run_day(
        args.date or clock.business_date(),
        day_phases(),
        clock.now,
        only=args.phase,
        say=lambda name: output.progress(f"→ {name}"),
    )
    output.answer(args, report, _as_text(report))
    return 0 if report["status"] == "done" else 1


def _as_text(report: dict[str, Any]) -> str:
    names = {
        "done": in_language(es="hecha", en="done"),
        "skipped": in_language(es="ya estaba hecha o no se pidió", en="already done or not asked"),
        "refused": in_language(es="detenida", en="stopped"),
        "failed": in_language(es="falló", en="failed"),
    }
    lines = [in_language(es=f"Día {report['date']}", en=f"Day {report['date']}")]
    for phase in report["phases"]:
        told = phase.get("error", {}).get("message") or ", ".join(
            f"{key}: {value}" for key, value in phase.get("report", {}).items()
        )
        lines.append(f"  {phase['name']:<20} {names[phase['status']]}" + (f" · {told}" if told else ""))
    return "\n".join(lines)
