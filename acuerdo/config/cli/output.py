"""What a command says: its answer on standard output (text, or one JSON document), progress and refusals on standard error."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from acuerdo.base.sentences import in_terminal_language, say_refusal
from acuerdo.kernel.errors import ExternalError, Refusal


def answer(args: argparse.Namespace, document: Mapping[str, Any], text: str) -> None:
    """The command's one answer: `document` for machines, `text` for people."""
    print(json.dumps(document, ensure_ascii=False, default=str) if args.json else text, flush=True)


def progress(sentence: str) -> None:
    """A step of work that lasts."""
    print(sentence, file=sys.stderr, flush=True)


def refuse(args: argparse.Namespace, trouble: Refusal | ExternalError) -> None:
    """Say what was refused and why: `{"status": "refused", "code", "message", "where"?}`."""
    if not getattr(args, "json", False):
        told = say_refusal(trouble, in_terminal_language) if isinstance(trouble, Refusal) else str(trouble)
        print(told, file=sys.stderr)
        return
    message = in_terminal_language(trouble.message)
    document: dict[str, Any] = {"status": "refused", "code": trouble.code, "message": message}
    if isinstance(trouble, Refusal) and str(trouble.where):
        document["where"] = {"file": trouble.where.file, "row": trouble.where.row, "column": trouble.where.column}
    print(json.dumps(document, ensure_ascii=False), flush=True)
