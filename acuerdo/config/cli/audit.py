"""`acuerdo audit`: proves that nothing of what was recorded was changed, and makes one person's *expediente*."""

import argparse
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules.offline import check_files, read_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="audit_command", required=True, metavar=in_language(es="QUÉ", en="WHAT"))
    verify = words.add_parser(
        "verify",
        help=in_language(es="recalcula las cadenas de recibos y de auditoría", en="compute the chains again"),
        description=in_language(
            es="Recalcula cada cadena; termina con 1 y nombra el primer eslabón que no corresponde.",
            en="Computes each chain again; ends with 1 and names the first link that does not follow.",
        ),
    )
    verify.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(es="solo desde este día (por omisión, todo)", en="only from this day on (default: all)"),
    )
    verify.add_argument(
        "--expediente",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(
            es="verifica un expediente exportado, sin base de datos", en="verify an exported expediente, no database"
        ),
    )
    expediente = words.add_parser(
        "expediente",
        help=in_language(es="todo lo registrado de una persona, en un zip", en="all recorded of one person, as a zip"),
    )
    expediente.add_argument(
        "--debtor",
        required=True,
        metavar="UID",
        help=in_language(es="identificador de la persona", en="the person's identifier"),
    )
    expediente.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="el zip que se escribe", en="the zip to write"),
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when all holds; 1 with the first link or file that does not."""
    if args.audit_command == "expediente":
        return _expediente(args)
    if args.expediente is not None:
        return _verify_file(args)
    installation.open_installation()
    return _verify_chains(args)


def _verify_file(args: argparse.Namespace) -> int:
    try:
        trouble = check_files(read_files(args.expediente))
    except (OSError, zipfile.BadZipFile) as error:
        raise Refusal("expediente-unreadable", f"No se puede leer {args.expediente.name}: {error}") from error
    document = {"status": "broken" if trouble else "verified", "file": args.expediente.name, "broken": trouble or None}
    es, en = f"{args.expediente.name} verifica.", f"{args.expediente.name} verifies."
    if trouble:
        es, en = (
            f"{args.expediente.name} no verifica: {trouble}.",
            f"{args.expediente.name} does not verify: {trouble}.",
        )
    output.answer(args, document, in_language(es=es, en=en))
    return 1 if trouble else 0


def _verify_chains(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.base.audit import list_chains, verify_chain  # noqa: PLC0415
    from acuerdo.policy.public import list_receipt_chains, verify_receipts  # noqa: PLC0415

    since = datetime.combine(args.since, time(), tzinfo=clock.zone()) if args.since is not None else None
    told: list[dict[str, Any]] = []
    for chain in list_chains():
        audit = verify_chain(chain, since)
        told.append(_row("audit", chain, audit.entries, audit.broken))
    for creditor_id in list_receipt_chains():
        receipts = verify_receipts(creditor_id, since)
        signed = {"checkpoints": receipts.checkpoints, "signed_to": receipts.signed_to}
        told.append(_row("receipts", receipts.chain, receipts.receipts, receipts.broken) | signed)
        output.progress(f"{receipts.chain}: {receipts.receipts}")
    broken = [row for row in told if row["broken"]]
    document = {"status": "broken" if broken else "verified", "chains": told}
    output.answer(
        args, document, "\n".join(_sentence(row) for row in told) or in_language(es="No hay cadenas.", en="No chains.")
    )
    return 1 if broken else 0


def _row(kind: str, chain: str, links: int, broken: Any) -> dict[str, Any]:
    told = {"sequence": broken.sequence, "reason": broken.reason} if broken is not None else None
    return {"kind": kind, "chain": chain, "links": links, "broken": told}


def _sentence(row: dict[str, Any]) -> str:
    kind = {
        "audit": in_language(es="auditoría", en="audit"),
        "receipts": in_language(es="recibos", en="receipts"),
    }[row["kind"]]
    start = f"{kind} {row['chain']}: "
    if row["broken"] is None:
        return start + in_language(es=f"{row['links']} eslabones verifican", en=f"{row['links']} links verify")
    sequence, reason = row["broken"]["sequence"], row["broken"]["reason"]
    return start + in_language(
        es=f"EL ESLABÓN {sequence} NO VERIFICA: {_reason(reason)} [{reason}]",
        en=f"LINK {sequence} DOES NOT VERIFY: {_reason(reason)} [{reason}]",
    )


def _reason(reason: str) -> str:
    return {
        "missing": in_language(es="falta", en="it is missing"),
        "previous": in_language(es="no sigue al anterior", en="it does not follow the one before"),
        "digest": in_language(es="su contenido cambió", en="its content was changed"),
        "head": in_language(es="la cadena no termina donde debe", en="the chain does not end where it should"),
        "verdict": in_language(es="la respuesta guardada dice otra cosa", en="the stored verdict says otherwise"),
        "checkpoint-signature": in_language(es="la firma no es válida", en="the signature is not valid"),
        "checkpoint-link": in_language(es="lo firmado es otra cadena", en="another chain was signed"),
        "checkpoint-root": in_language(es="lo firmado es otro árbol", en="another tree was signed"),
    }.get(reason, reason)


def _expediente(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.messaging.public import sent_texts  # noqa: PLC0415
    from acuerdo.policy.public import make_expediente  # noqa: PLC0415

    made = make_expediente(args.debtor, texts=sent_texts, actor="cli", now=clock.now())
    try:
        args.out.write_bytes(made.archive)
    except OSError as error:
        raise Refusal("file-unwritable", f"No se puede escribir {args.out.name}: {error.strerror}") from error
    document = {"status": "done", "file": args.out.name, "receipts": made.receipts, "texts": made.texts}
    es = f"{args.out.name}: {made.receipts} recibos y {made.texts} textos."
    output.answer(
        args, document, in_language(es=es, en=f"{args.out.name}: {made.receipts} receipts and {made.texts} texts.")
    )
    return 0
