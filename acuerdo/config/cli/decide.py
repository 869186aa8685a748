"""`acuerdo decide`: the decision run alone, Parquet in and out, no database."""

import argparse
import json
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from acuerdo.base.language import in_language
from acuerdo.config import environment
from acuerdo.config.cli import output
from acuerdo.kernel.errors import Refusal

ENGINES = ("polars", "duckdb", "spark")

SPARK = (
    (
        "master",
        "dónde corre Spark (spark://…, yarn, k8s://…); por omisión, esta máquina",
        "where Spark runs; default: this machine",
    ),
    (
        "folder",
        "carpeta que comparten sus trabajadores (s3a://…) para las tablas de la corrida",
        "folder its workers share for the run",
    ),
    (
        "snapshot",
        "la misma foto donde la leen sus trabajadores (s3a://…)",
        "the same snapshot, where its workers read it",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    folder, file = in_language(es="CARPETA", en="DIR"), in_language(es="ARCHIVO", en="FILE")
    parser.add_argument(
        "--snapshot",
        type=Path,
        required=True,
        metavar=folder,
        help=in_language(es="foto hecha con «acuerdo snapshot»", en="made by `acuerdo snapshot`"),
    )
    parser.add_argument(
        "--strategy",
        type=Path,
        required=True,
        metavar=file,
        help=in_language(es="estrategia en YAML", en="strategy as YAML"),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar=folder,
        help=in_language(es="recibe decisions.parquet y funnel.json", en="gets decisions.parquet and funnel.json"),
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="polars",
        help=in_language(es="motor de cálculo", en="engine to compute with"),
    )
    parser.add_argument(
        "--models",
        type=Path,
        metavar=file,
        help=in_language(
            es="modelos encendidos, de «acuerdo strategy models --export» (por omisión, la regla documentada)",
            en="models that are on, from `acuerdo strategy models --export` (default: the documented rule)",
        ),
    )
    for name, spanish, english in SPARK:
        parser.add_argument(f"--spark-{name}", default="", metavar="URL", help=in_language(es=spanish, en=english))
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(es="debe ser la fecha de la foto", en="must be the snapshot's date"),
    )


def run(args: argparse.Namespace) -> int:
    ready()
    from django.conf import settings  # noqa: PLC0415 - after its variables

    from acuerdo.strategy.public import SparkPlace, decide, read_snapshot  # noqa: PLC0415
    from acuerdo.strategy.rules.yaml_text import read_strategy  # noqa: PLC0415

    document = read_strategy(_text(args.strategy))
    snapshot = read_snapshot(args.snapshot)
    if args.date and args.date != snapshot.on:
        raise Refusal(
            "snapshot-other-date",
            in_language(
                es=f"La foto es del {snapshot.on} y se pidió el {args.date}. Cree la foto de esa fecha.",
                en=f"The snapshot is of {snapshot.on}, not {args.date}. Make one of that date.",
            ),
        )
    # The plan of a date is made as of its first instant, so it never depends on when the command runs.
    now = datetime.combine(snapshot.on, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    place = SparkPlace(args.spark_master, args.spark_folder, args.spark_snapshot)
    plan = decide(
        snapshot, document, now=now, zone=settings.TIME_ZONE, engine_name=args.engine, folder=args.out, spark=place,
        models=_models(args.models),
    )  # fmt: skip
    told = {**plan.funnel, "allocation": plan.allocation}
    (args.out / "funnel.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    answer = {"status": "done", "date": snapshot.on.isoformat(), "engine": args.engine, **told}
    output.answer(args, answer, _as_text(plan, snapshot.on))
    return 0


def _models(path: Path | None) -> Any:
    """The models of a file; none without one. Refuses `bad-models`."""
    if path is None:
        return {}
    from acuerdo.strategy.public import models_from_json  # noqa: PLC0415 - data frames only when asked

    try:
        told = json.loads(_text(path))
    except ValueError:
        told = None
    return models_from_json(told if isinstance(told, list) else [{}])


def ready() -> None:
    """Django without its database: the run reads and writes files only."""
    environment.keep_secret_key()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")
    import django  # noqa: PLC0415

    django.setup()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal(
            "file-unreadable",
            in_language(
                es=f"No se puede leer «{path}» como texto UTF-8.", en=f"“{path}” cannot be read as UTF-8 text."
            ),
        ) from None


def _as_text(plan: Any, on: date) -> str:
    """The funnel, a line a drop, then what is scarce and what more of it would bring."""
    from acuerdo.base.language import terminal_language  # noqa: PLC0415
    from acuerdo.strategy.rules.price_words import gap_sentence, price_sentences  # noqa: PLC0415
    from acuerdo.strategy.rules.reasons import say  # noqa: PLC0415

    language, funnel = terminal_language(), plan.funnel
    lines = [in_language(es=f"Plan del {on}", en=f"Plan of {on}")]
    lines.append(f"{funnel['portfolio']:>12,}  " + in_language(es="obligaciones", en="obligations"))
    lines += [f"{-rows:>12,}  {say(code, language)}" for code, rows in funnel["drops"].items()]
    lines.append(f"{funnel['planned']:>12,}  " + in_language(es="contactos", en="contacts"))
    lines += [f"{rows:>12,}    {channel}" for channel, rows in funnel["contacts"].items()]
    lines.append(gap_sentence(plan.allocation, language))
    lines += [f"  {told.sentence}" for told in price_sentences(plan.allocation, language)]
    return "\n".join(lines)
