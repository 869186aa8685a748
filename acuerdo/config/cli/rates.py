"""`acuerdo rates import FILE`: load certified caps of interest."""

import argparse
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.ledger.rules.rate_files import read_rate_file

FILE_BYTES_MAX = 20_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`import` with its file."""
    words = parser.add_subparsers(dest="rates_command", required=True, metavar="import")
    command = words.add_parser(
        "import",
        help=in_language(es="carga tasas máximas certificadas", en="load certified caps of interest"),
        description=in_language(
            es="Lee el conjunto de datos abiertos del interés bancario corriente (JSON o CSV) o nuestro CSV de tasas.",
            en="Reads the open data set of the current bank interest (JSON or CSV), or our own CSV of rates.",
        ),
    )
    command.add_argument(
        "file",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="archivo de tasas, JSON o CSV", en="file of rates, JSON or CSV"),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0; a file that cannot be read as rates is refused whole."""
    caps = read_rate_file(_text(args.file), args.file.name)
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.ledger.public import load_rate_caps  # noqa: PLC0415

    done = load_rate_caps(caps, now=clock.now(), actor="cli")
    document = {"status": "done", "added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    es = f"Tasas nuevas: {done.added}; corregidas: {done.changed}; ya estaban: {done.unchanged}."
    en = f"New rates: {done.added}; corrected: {done.changed}; already here: {done.unchanged}."
    output.answer(args, document, in_language(es=es, en=en))
    return 0


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Refusal("file-too-large", "El archivo de tasas pesa más de 20 MB.", Place(path.name))
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("file-unreadable", "No se puede leer el archivo como texto UTF-8.", Place(path.name)) from error
