"""`acuerdo inbound mail [FILE…]`: hand over mail that arrived, as a mail server's pipe does."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal

BYTES_MAX = 80_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`mail` with its files; without one, standard input."""
    words = parser.add_subparsers(dest="inbound_command", required=True, metavar="mail")
    command = words.add_parser(
        "mail",
        help=in_language(es="entrega correos que llegaron", en="hand over mail that arrived"),
        description=in_language(
            es="Lee un correo completo (RFC 5322) de cada archivo, o uno de la entrada estándar: rebotes, quejas y respuestas.",
            en="Reads a whole mail (RFC 5322) from each file, or one from standard input: bounces, complaints and answers.",
        ),
    )
    command.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="correo completo", en="whole mail"),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0; a mail given twice changes nothing the second time."""
    raws = [_read(path) for path in args.files] or [_bounded(sys.stdin.buffer.read(BYTES_MAX + 1), "-")]
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.messaging.public import take_mail  # noqa: PLC0415

    counts = Counter(take_mail(raw, clock.now()) for raw in raws)
    kinds = {kind: counts[kind] for kind in ("written", "report", "complaint", "unknown-report")}
    written, report, complaint, unknown = kinds.values()
    es = f"Respuestas: {written}; rebotes: {report}; quejas: {complaint}; sin reconocer: {unknown}."
    en = f"Answers: {written}; bounces: {report}; complaints: {complaint}; not recognised: {unknown}."
    output.answer(args, {"status": "done", **kinds}, in_language(es=es, en=en))
    return 0


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return _bounded(stream.read(BYTES_MAX + 1), str(path))
    except OSError as error:
        text = in_language(
            es=f"No se puede leer {path} ({error.strerror}).", en=f"Cannot read {path} ({error.strerror})."
        )
        raise Refusal("file-unreadable", text) from None


def _bounded(raw: bytes, name: str) -> bytes:
    if len(raw) > BYTES_MAX:
        text = in_language(es=f"El correo {name} pasa de 80 MB.", en=f"The mail {name} is above 80 MB.")
        raise Refusal("mail-too-large", text)
    return raw
