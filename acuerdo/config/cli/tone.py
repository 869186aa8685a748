"""`acuerdo tone check`: how a text sounds to whoever receives it. Text in, JSON out, no database and no Django.

A text that should not be sent is an answer (status 0), like one that should: the verdict says which.
"""

import argparse
import json
import sys

from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.tone import check_tone

CHANNELS = ("sms", "email", "whatsapp", "voice", "call", "visit", "letter")
COUNTRY_LENGTH = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check` with its options."""
    commands = parser.add_subparsers(dest="tone_command", required=True, metavar="check")
    check = commands.add_parser(
        "check",
        help=in_language(es="¿Cómo suena este texto?", en="How does this text sound?"),
        description=in_language(
            es="Lee un texto por la entrada estándar y responde qué encontró, con una forma mejor de decirlo.",
            en="Reads a text on standard input and answers what it found, with a better way to say it.",
        ),
    )
    check.add_argument("--country", default="co", help=in_language(es="país de dos letras", en="two-letter country"))
    check.add_argument(
        "--channel",
        choices=CHANNELS,
        default="",
        help=in_language(es="canal por el que saldría", en="channel it would leave by"),
    )
    check.add_argument(
        "--lines",
        action="store_true",
        help=in_language(es="un texto por línea, una respuesta por línea", en="one text a line, one answer a line"),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0; refuses `country-unknown` for what is no two-letter code, and `encoding` for what is not UTF-8."""
    if len(args.country) != COUNTRY_LENGTH or not args.country.isalpha():
        raise Refusal(
            "country-unknown",
            in_language(
                es="El país se escribe con dos letras, como co o pe.", en="The country has two letters, like co."
            ),
        )
    if not args.lines:
        text = _decoded(sys.stdin.buffer.read()).removesuffix("\n")
        print(json.dumps(answer(text, args), ensure_ascii=False, indent=2))
        return 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        print(json.dumps(answer(_decoded(line, number).rstrip("\r\n"), args), ensure_ascii=False), flush=True)
    return 0


def _decoded(content: bytes, line: int = 0) -> str:
    """UTF-8, with or without its mark; refuses `encoding` and says where, so that no accent is judged as another letter."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = in_language(es=f"línea {line}, ", en=f"line {line}, ") if line else ""
        raise Refusal(
            "encoding",
            in_language(
                es=f"El texto no está en UTF-8: {place}byte {error.start + 1}. Guárdelo como UTF-8 y repita.",
                en=f"The text is not UTF-8: {place}byte {error.start + 1}. Save it as UTF-8 and try again.",
            ),
        ) from None


def answer(text: str, args: argparse.Namespace) -> dict[str, object]:
    """The contract's document for one text."""
    return check_tone(text, country=args.country, channel=args.channel).as_json()
