"""Strategy documents as arguments of commands: a file, or standard input."""

import argparse
import sys
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal


def add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(
            es="documento YAML de la estrategia (- lo lee de la entrada)",
            en="the YAML document (- reads it from standard input)",
        ),
    )


def read_text(path: Path) -> str:
    """The document's text; `-` is standard input. Refuses `file-unreadable`."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        message = in_language(
            es=f"No se puede leer «{path}» como texto UTF-8.", en=f"“{path}” cannot be read as UTF-8 text."
        )
        raise Refusal("file-unreadable", message) from None
