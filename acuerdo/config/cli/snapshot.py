"""`acuerdo snapshot --out DIR`: the portfolio's present state as Parquet, which `acuerdo decide` reads."""

import argparse
from datetime import date
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar=in_language(es="CARPETA", en="DIR"),
        help=in_language(
            es="carpeta de la foto; si ya tiene una, solo se lee lo que cambió",
            en="the snapshot's folder; if it has one already, only what changed is read",
        ),
    )
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(es="fecha que se planea (por omisión, hoy)", en="date to plan (default: today)"),
    )


def run(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import take_snapshot  # noqa: PLC0415

    snapshot = take_snapshot(args.out, args.date or clock.business_date(), clock.now())
    rows = {name: part.rows for name, part in sorted(snapshot.parts.items())}
    document = {"status": "done", "date": snapshot.on.isoformat(), "out": str(args.out), "rows": rows}
    lines = [in_language(es=f"Foto del {snapshot.on} en {args.out}", en=f"Snapshot of {snapshot.on} in {args.out}")]
    output.answer(args, document, "\n".join([*lines, *(f"  {name:<16} {count:>12,}" for name, count in rows.items())]))
    return 0
