"""`acuerdo import portfolio` and `acuerdo import payments`: files into the installation, with what was taken and what was not."""

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import bank_text, installation, output
from acuerdo.kernel.errors import Refusal

if TYPE_CHECKING:
    from acuerdo.portfolio.models import Creditor
    from acuerdo.portfolio.public import BankReport, Declaration, ImportReport, PaymentsReport, Profile

_REJECTS_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar=in_language(es="QUÉ", en="WHAT"), required=True)
    portfolio = kinds.add_parser("portfolio", help=in_language(es="una cartera", en="a portfolio"))
    _common(portfolio)
    portfolio.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(
            es="fecha de corte de las cifras (por omisión, hoy)", en="date of the figures (default: today)"
        ),
    )
    portfolio.add_argument(
        "--instalments",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="segundo archivo con las cuotas", en="second file with the instalments"),
    )
    portfolio.add_argument(
        "--partial",
        action="store_true",
        help=in_language(
            es="lo que el archivo no menciona se queda como está", en="what the file does not mention stays as it is"
        ),
    )
    portfolio.add_argument(
        "--accept-gone",
        action="store_true",
        help=in_language(
            es="acepta que más de la mitad de la cartera ya no venga",
            en="accept that more than half of the portfolio is gone",
        ),
    )
    portfolio.add_argument(
        "--control-count",
        type=int,
        metavar="N",
        help=in_language(es="obligaciones que debe traer", en="obligations it must hold"),
    )
    portfolio.add_argument(
        "--control-total",
        metavar="N",
        help=in_language(es="suma de saldos que debe dar, con punto decimal", en="sum of balances it must give"),
    )
    portfolio.add_argument(
        "--authorised",
        metavar="sms,email,call",
        help=in_language(
            es="canales que sus clientes ya autorizaron; pide --proof. Una columna «canales autorizados» manda en su fila",
            en="channels that its customers have authorised; needs --proof. A column “canales autorizados” rules its row",
        ),
    )
    portfolio.add_argument(
        "--proof",
        default="",
        metavar=in_language(es="DOCUMENTO", en="DOCUMENT"),
        help=in_language(es="documento que prueba esas autorizaciones", en="document that proves those authorisations"),
    )
    registry = kinds.add_parser(
        "registry", help=in_language(es="registro de números excluidos", en="registry of excluded numbers")
    )
    registry.add_argument(
        "file",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="el registro completo, CSV", en="the whole registry, CSV"),
    )
    registry.add_argument(
        "--country",
        required=True,
        metavar="co",
        help=in_language(es="país del registro, dos letras", en="the registry's country, two letters"),
    )
    payments = kinds.add_parser("payments", help=in_language(es="pagos recibidos", en="payments received"))
    _common(payments)
    payments.add_argument(
        "--format",
        default="auto",
        metavar=in_language(es="FORMATO", en="FORMAT"),
        help=in_language(
            es="auto, csv (también Excel y Parquet), asobancaria2001, camt, mt940 o el nombre de un formato de ancho fijo",
            en="auto, csv (Excel and Parquet too), asobancaria2001, camt, mt940 or the name of a fixed-width layout",
        ),
    )


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(es="lo que se carga, un archivo o varios", en="what is loaded, one file or several"),
    )
    parser.add_argument(
        "--creditor",
        metavar=in_language(es="NOMBRE", en="NAME"),
        help=in_language(
            es="acreedor dueño de la cartera; se crea si no existe", en="creditor that owns it; made if new"
        ),
    )
    parser.add_argument(
        "--profile",
        metavar=in_language(es="NOMBRE", en="NAME"),
        help=in_language(
            es="cómo se lee el archivo (por omisión, lo usual del país)",
            en="how the file reads (default: the country's usual)",
        ),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=in_language(es="dice qué pasaría y no cambia nada", en="tell what would happen, change nothing"),
    )
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(
            es="guarda aquí las filas rechazadas para corregirlas", en="save the rejected rows here to correct them"
        ),
    )


def run(args: argparse.Namespace) -> int:
    installation.open_installation()
    if args.kind == "registry":
        return _registry(args)
    documents, texts, rejected = [], [], 0
    for path in args.files:
        report = _portfolio(args, path) if args.kind == "portfolio" else _payments(args, path)
        document = {"file": path.name, **report.to_document(), "rejects": _rejects(report)}
        if args.kind == "portfolio":
            document["authorisations"] = document["followed"].get("authorised", {})
        documents.append(document)
        texts.append(_heading(path, args) + _text(report))
        rejected += report.rejected + (report.status == "quarantined")
    output.answer(args, {"imports": documents}, "\n".join(texts))
    return 1 if rejected else 0


def _registry(args: argparse.Namespace) -> int:
    """The whole registry of a country, which replaces the one before; 1 when rows could not be read."""
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.policy.public import load_registry  # noqa: PLC0415

    try:
        content = args.file.read_bytes()
    except OSError as error:
        raise Refusal("file-unreadable", f"No se puede leer {args.file.name}: {error.strerror}") from error
    done = load_registry(content, country=args.country, file_name=args.file.name, actor="cli", now=clock.now())
    rejects = [{"row": row, "code": code} for row, code in done.rejected]
    document = {"numbers": done.numbers, "added": done.added, "released": done.released, "rejects": rejects}
    es = f"Números: {done.numbers}; nuevos: {done.added}; retirados: {done.released}; filas ilegibles: {len(rejects)}."
    en = f"Numbers: {done.numbers}; new: {done.added}; released: {done.released}; unreadable rows: {len(rejects)}."
    output.answer(args, document, in_language(es=es, en=en))
    return 1 if rejects else 0


def _portfolio(args: argparse.Namespace, path: Path) -> "ImportReport":
    from django.db import transaction  # noqa: PLC0415 - needs Django ready

    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.portfolio.public import CreditorName, import_portfolio  # noqa: PLC0415

    profile, name = _profile_and_creditor(args)
    now = clock.now()
    # A creditor that a dry run would make is taken back with everything else.
    with transaction.atomic() if args.dry_run else nullcontext():
        report = import_portfolio(
            path,
            profile=profile,
            creditor=CreditorName(name, profile.country, profile.currency),
            as_of=args.as_of or clock.business_date(),
            now=now,
            actor="cli",
            instalments=args.instalments,
            dry_run=args.dry_run,
            partial=args.partial,
            accept_gone=args.accept_gone,
            control=_control(args, profile),
            declared=_declared(args),
            progress=_teller(),
        )
        _save_rejects(args, report)
        if args.dry_run:
            transaction.set_rollback(True)
    return report


def _declared(args: argparse.Namespace) -> "Declaration":
    from acuerdo.portfolio.public import Declaration  # noqa: PLC0415 - needs Django ready

    words = tuple(word.strip() for word in (args.authorised or "").split(",") if word.strip())
    return Declaration(words, args.proof)


def _followed_lines(followed: dict[str, Any]) -> list[str]:
    """What the file brought about in the rules of contact, and what keeps people from being contacted."""
    lines = []
    if followed.get("authorised"):
        told = ", ".join(f"{channel} {count}" for channel, count in followed["authorised"].items())
        lines.append(in_language(es=f"Autorizaciones nuevas: {told}", en=f"New authorisations: {told}"))
    if followed.get("unproven"):
        lines.append(
            in_language(
                es="El archivo trae canales autorizados, pero falta el documento que los prueba: --proof DOCUMENTO.",
                en="The file names authorised channels, but the document that proves them is missing: --proof DOCUMENT.",
            )
        )
    if followed.get("needs_authorisation") and followed.get("unauthorised"):
        count, people = followed["unauthorised"], followed["people"]
        lines.append(
            in_language(
                es=f"Sin ningún canal autorizado: {count} de {people} personas; la ley no deja contactarlas."
                " Declárelos con --authorised sms,email,call --proof DOCUMENTO.",
                en=f"Without any authorised channel: {count} of {people} people; the law permits no contact with them."
                " Declare them with --authorised sms,email,call --proof DOCUMENT.",
            )
        )
    for name, es, en in (
        ("placed", "Pausas nuevas por marcas del archivo", "New stops for flags of the file"),
        ("withdrawn", "El archivo ya no marca (la pausa sigue; cumplimiento decide)",
         "No longer flagged by the file (the stop stays; compliance decides)"),
    ):  # fmt: skip
        counts = followed.get("stops", {}).get(name)
        if counts:
            told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
            lines.append(in_language(es=f"{es}: {told}", en=f"{en}: {told}"))
    return ["  " + line for line in lines]


def _payments(args: argparse.Namespace, path: Path) -> "PaymentsReport | BankReport":
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.portfolio.public import TABLE_FORMAT, bank_format_of, import_bank_file  # noqa: PLC0415

    if not path.is_file():
        raise Refusal("file-missing", in_language(es="No encontramos el archivo.", en="The file is not there."))
    now, today = clock.now(), clock.business_date()
    format_name = bank_format_of(path) if args.format == "auto" else args.format
    if format_name == TABLE_FORMAT:
        return _payments_table(args, path)
    return import_bank_file(
        path,
        format_name=format_name,
        creditor=_known_creditor(args),
        now=now,
        today=today,
        actor="cli",
        dry_run=args.dry_run,
        progress=_teller(),
    )


def _payments_table(args: argparse.Namespace, path: Path) -> "PaymentsReport":
    from django.db import transaction  # noqa: PLC0415

    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.portfolio.public import country_profile, find_profile, import_payments  # noqa: PLC0415

    creditor = _known_creditor(args)
    profile = find_profile(args.profile) if args.profile else country_profile(creditor)
    now = clock.now()
    with transaction.atomic() if args.dry_run else nullcontext():
        report = import_payments(
            path,
            profile=profile,
            creditor=creditor,
            now=now,
            today=clock.business_date(),
            actor="cli",
            dry_run=args.dry_run,
        )
        _save_rejects(args, report)
        if args.dry_run:
            transaction.set_rollback(True)
    return report


def _known_creditor(args: argparse.Namespace) -> "Creditor":
    """Payments are for obligations that are here: a name nobody knows is a slip of the hand."""
    from acuerdo.portfolio.models import Creditor  # noqa: PLC0415

    _, name = _profile_and_creditor(args)
    creditor = Creditor.objects.filter(name=name).first()
    if creditor is None:
        message = in_language(es=f"No hay un acreedor «{name}».", en=f"There is no creditor “{name}”.")
        raise Refusal("creditor-unknown", message)
    return creditor


def _profile_and_creditor(args: argparse.Namespace) -> tuple["Profile", str]:
    """The profile and the creditor's name. Without --creditor the profile's, or the only one there is."""
    from acuerdo.portfolio.models import Creditor  # noqa: PLC0415
    from acuerdo.portfolio.public import find_profile, usual_profile  # noqa: PLC0415

    profile = find_profile(args.profile) if args.profile else None
    name = args.creditor or (profile.creditor if profile else "")
    known = Creditor.objects.filter(name=name).first() if name else None
    if not name:
        every = list(Creditor.objects.all()[:2])
        if len(every) != 1:
            raise Refusal(
                "creditor-needed",
                in_language(
                    es="Diga de qué acreedor es el archivo: --creditor NOMBRE.",
                    en="Say whose file it is: --creditor NAME.",
                ),
            )
        known, name = every[0], every[0].name
    if profile is None:
        profile = usual_profile(known)
    return profile, name


def _control(args: argparse.Namespace, profile: "Profile") -> Any:
    from acuerdo.kernel.money import minor_from_plain_text  # noqa: PLC0415
    from acuerdo.portfolio.public import Control  # noqa: PLC0415

    if args.control_count is None and args.control_total is None:
        return None
    try:
        total = (
            None
            if args.control_total is None
            else minor_from_plain_text(str(Decimal(args.control_total)), profile.currency)
        )
    except InvalidOperation:
        raise Refusal("bad-amount", f"«{args.control_total}» no es un valor.") from None
    return Control(args.control_count, total)


def _save_rejects(args: argparse.Namespace, report: Any) -> None:
    from acuerdo.portfolio.models import ImportBatch  # noqa: PLC0415
    from acuerdo.portfolio.public import rejects_csv  # noqa: PLC0415

    if args.rejects is None or not report.rejected or not report.batch_uid:
        return
    batch = ImportBatch.objects.filter(uid=report.batch_uid).first()
    if batch is not None:
        with args.rejects.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rejects_csv(batch))


def _teller() -> Callable[[str, int, int], None]:
    """Progress on standard error, a line for each tenth of a phase."""
    told: dict[str, int] = {}
    names = {
        "reading": in_language(es="Leyendo", en="Reading"),
        "checking": in_language(es="Revisando filas", en="Checking rows"),
        "instalments": in_language(es="Revisando cuotas", en="Checking instalments"),
        "merging": in_language(es="Guardando", en="Saving"),
        "scheduling": in_language(es="Calculando cronogramas", en="Working out schedules"),
        "following": in_language(es="Registrando autorizaciones y avisos", en="Recording authorisations and stops"),
    }

    def tell(phase: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if told.get(phase, -1) < tenth:
            told[phase] = tenth
            print(f"{names[phase]}: {tenth * 10} %", file=sys.stderr, flush=True)

    return tell


def _rejects(report: Any) -> list[dict[str, Any]]:
    return [{"row": one.row, "column": one.column, "code": one.code, "message": one.message} for one in report.rejects]


def _heading(path: Path, args: argparse.Namespace) -> str:
    trial = in_language(es=" (ensayo: no cambió nada)", en=" (trial: nothing changed)") if args.dry_run else ""
    return f"{path.name}{trial}\n"


def _text(report: Any) -> str:
    lines = [f"  {notice['message']}" for notice in getattr(report, "notices", [])]
    if hasattr(report, "obligations"):
        lines += _portfolio_lines(report)
    elif hasattr(report, "unmatched"):
        lines += bank_text.lines_of(report)
    else:
        sums = bank_text.sums_of(report.amount_minor)
        lines.append(
            "  "
            + in_language(
                es=f"Pagos nuevos: {report.recorded} ({sums})", en=f"New payments: {report.recorded} ({sums})"
            )
        )
        lines.append("  " + in_language(es=f"Ya registrados: {report.known}", en=f"Already here: {report.known}"))
    if report.rejected:
        lines.append(
            "  " + in_language(es=f"Filas rechazadas: {report.rejected}", en=f"Rejected rows: {report.rejected}")
        )
        lines += [
            "    "
            + in_language(es=f"fila {one.row}", en=f"row {one.row}")
            + (f", {one.column}" if one.column else "")
            + f": {one.message} [{one.code}]"
            for one in report.rejects[:_REJECTS_SHOWN]
        ]
    return "\n".join(lines)


def _portfolio_lines(report: Any) -> list[str]:
    names = {
        "new": in_language(es="Nuevas", en="New"),
        "new_paid": in_language(es="Nuevas ya pagadas", en="New, already paid"),
        "changed": in_language(es="Cambiaron", en="Changed"),
        "unchanged": in_language(es="Iguales", en="Unchanged"),
        "paid": in_language(es="Quedaron pagadas", en="Paid"),
        "gone": in_language(es="Ya no vienen", en="Gone"),
    }
    lines = [
        f"  {title:<18} {report.obligations[kind].count:>9}  {bank_text.sums_of(report.obligations[kind].balance_minor)}"
        for kind, title in names.items()
        if kind in report.obligations
    ]
    for why, count in report.left_out.items():
        reason = {
            "future": in_language(es="posteriores a la fecha de corte", en="after the date of the figures"),
            "status": in_language(es="vendidas, devueltas o desasignadas", en="sold, returned or unassigned"),
        }[why]
        lines.append("  " + in_language(es=f"Filas fuera ({reason}): {count}", en=f"Rows left out ({reason}): {count}"))
    lines += _followed_lines(report.followed)
    for understood in report.understood:
        lines += [
            "  " + in_language(es=f"La columna «{column}» no se guarda.", en=f"Column “{column}” is not kept.")
            for column in understood.dropped
        ]
    return lines
