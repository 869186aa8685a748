"""`acuerdo ledger classes|buckets|tariffs|statement`: the dated data that balances rest on, and a balance as it was believed."""

import argparse
import csv
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import output
from acuerdo.kernel.errors import Place, Refusal

ACTOR = "acuerdo ledger"


def add_data_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    """The words that need the database."""
    _add_classes(commands)
    _add_buckets(commands)
    _add_tariffs(commands)
    _add_statement(commands)


def run_data_command(args: argparse.Namespace) -> int:
    """Exit status 0; a refusal is raised."""
    word = getattr(args, f"{args.ledger_command}_command", "")
    run: Callable[[argparse.Namespace], int] = _RUN[args.ledger_command, word]
    from acuerdo.config.cli import installation  # noqa: PLC0415 - what `schedule` and `replay` start without

    installation.open_installation()
    return run(args)


def _add_classes(commands: "argparse._SubParsersAction[Any]") -> None:
    words = _group(
        commands,
        "classes",
        "list|confirm|withdraw",
        es="tablas de clasificación del regulador",
        en="regulators' class tables",
    )
    words.add_parser(
        "list", help=in_language(es="las tablas y si están en uso", en="the tables and whether they are in use")
    )
    for name, es, en in (
        ("confirm", "pone en uso una tabla que venía sin confirmar", "put a table into use that came unconfirmed"),
        ("withdraw", "deja de usar una tabla confirmada", "stop using a confirmed table"),
    ):
        word = words.add_parser(name, help=in_language(es=es, en=en))
        word.add_argument(
            "key",
            metavar=in_language(es="TABLA", en="TABLE"),
            help=in_language(es="por ejemplo, co/consumo/1995-01-01", en="for example, co/consumo/1995-01-01"),
        )
        _add_reason(word)


def _add_buckets(commands: "argparse._SubParsersAction[Any]") -> None:
    words = _group(
        commands,
        "buckets",
        "list|set",
        es="franjas de mora de la instalación",
        en="the installation's management buckets",
    )
    shown = words.add_parser("list", help=in_language(es="las franjas en vigor", en="the buckets in force"))
    _add_date(shown, "--on", es="a esta fecha", en="on this date")
    word = words.add_parser("set", help=in_language(es="pone en uso otras franjas", en="put other buckets into use"))
    _add_file(word, es="CSV con las columnas name y from_days", en="CSV with the columns name and from_days")
    _add_date(word, "--from", es="desde cuándo rigen", en="since when they hold", is_required=True, dest="from_on")
    _add_reason(word)


def _add_tariffs(commands: "argparse._SubParsersAction[Any]") -> None:
    words = _group(
        commands, "tariffs", "list|disclose|units", es="tarifas de gastos de cobranza", en="tariffs of collection fees"
    )
    words.add_parser(
        "list",
        help=in_language(es="lo que permite la ley y lo informado", en="what the law allows and what was disclosed"),
    )
    word = words.add_parser(
        "disclose",
        help=in_language(
            es="registra una tarifa informada a los clientes", en="record a tariff that customers were told"
        ),
    )
    word.add_argument(
        "key",
        metavar=in_language(es="CLAVE", en="KEY"),
        help=in_language(es="nombre de la tarifa", en="the tariff's name"),
    )
    _add_file(word, es="regla en YAML o JSON", en="rule as YAML or JSON")
    units = words.add_parser(
        "units", help=in_language(es="carga valores diarios de una unidad", en="load daily values of a unit")
    )
    units.add_argument(
        "key",
        metavar=in_language(es="UNIDAD", en="UNIT"),
        help=in_language(es="por ejemplo, cl/uf", en="for example, cl/uf"),
    )
    _add_file(units, es="CSV con las columnas on y value", en="CSV with the columns on and value")


def _add_statement(commands: "argparse._SubParsersAction[Any]") -> None:
    summary = in_language(
        es="lo que se debe, o lo que se creía un día", en="what is owed, or what was believed on a day"
    )
    command = commands.add_parser("statement", help=summary, description=summary)
    command.add_argument(
        "number",
        metavar=in_language(es="NÚMERO", en="NUMBER"),
        help=in_language(es="número de la obligación", en="the obligation's number"),
    )
    command.add_argument(
        "--creditor",
        metavar=in_language(es="NOMBRE", en="NAME"),
        default="",
        help=in_language(es="cuál acreedor", en="which creditor"),
    )
    _add_date(command, "--as-of", es="a esta fecha (por omisión, hoy)", en="as of this date (default: today)")
    _add_date(
        command,
        "--known-on",
        es="con lo registrado hasta el fin de ese día",
        en="with what had been recorded by the end of that day",
    )


def _group(
    commands: "argparse._SubParsersAction[Any]", name: str, metavar: str, *, es: str, en: str
) -> "argparse._SubParsersAction[Any]":
    parser = commands.add_parser(name, help=in_language(es=es, en=en), description=in_language(es=es, en=en))
    words: argparse._SubParsersAction[Any] = parser.add_subparsers(
        dest=f"{name}_command", required=True, metavar=metavar
    )
    return words


def _add_reason(word: argparse.ArgumentParser) -> None:
    word.add_argument(
        "--reason",
        required=True,
        metavar=in_language(es="MOTIVO", en="REASON"),
        help=in_language(es="en qué texto se apoya", en="the text it rests on"),
    )


def _add_file(word: argparse.ArgumentParser, *, es: str, en: str) -> None:
    word.add_argument("file", type=Path, metavar=in_language(es="ARCHIVO", en="FILE"), help=in_language(es=es, en=en))


def _add_date(
    word: argparse.ArgumentParser, name: str, *, es: str, en: str, is_required: bool = False, dest: str | None = None
) -> None:
    more: dict[str, Any] = {"dest": dest} if dest else {}
    word.add_argument(
        name,
        type=date.fromisoformat,
        required=is_required,
        metavar="YYYY-MM-DD",
        help=in_language(es=es, en=en),
        **more,
    )


def _list_classes(args: argparse.Namespace) -> int:
    from acuerdo.ledger.public import confirmed_tables  # noqa: PLC0415 - needs Django ready
    from acuerdo.ledger.rules.classification import UNCONFIRMED, shipped_tables  # noqa: PLC0415

    confirmed = confirmed_tables()
    tables: list[dict[str, Any]] = [
        {
            "key": table.key, "confidence": table.confidence, "in_use": table.confidence != UNCONFIRMED or table.key in confirmed,
            "classes": [{"code": code, "from_days": first} for code, first in table.classes], "citation": table.citation,
        }
        for table in shipped_tables()
    ]  # fmt: skip
    yes, no = in_language(es="en uso", en="in use"), in_language(es="sin confirmar", en="unconfirmed")
    lines = [
        f"{row['key']:<34} {yes if row['in_use'] else no:<14} {row['confidence']:<3} "
        + " ".join(f"{one['code']}≥{one['from_days']}" for one in row["classes"])
        for row in tables
    ]
    output.answer(args, {"status": "done", "tables": tables}, "\n".join(lines))
    return 0


def _confirm_class(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import confirm_class_table  # noqa: PLC0415

    is_confirmed = args.classes_command == "confirm"
    table = confirm_class_table(args.key, reason=args.reason, actor=ACTOR, now=clock.now(), is_confirmed=is_confirmed)
    es = f"La tabla {table.key} {'está en uso' if is_confirmed else 'ya no se usa'}."
    en = f"Table {table.key} is {'in use' if is_confirmed else 'no longer used'}."
    output.answer(args, {"status": "done", "key": table.key, "in_use": is_confirmed}, in_language(es=es, en=en))
    return 0


def _list_buckets(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import buckets_in_force  # noqa: PLC0415

    on = args.on or clock.business_date()
    rows = [{"name": bucket.name, "from_days": bucket.from_days} for bucket in buckets_in_force(on)]
    output.answer(args, {"on": on, "buckets": rows}, "\n".join(f"{row['from_days']:>5}  {row['name']}" for row in rows))
    return 0


def _set_buckets(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import set_buckets  # noqa: PLC0415
    from acuerdo.ledger.rules.buckets import Bucket  # noqa: PLC0415

    buckets = [Bucket(name.strip(), int(first)) for name, first in _table(args.file, ("name", "from_days"), int)]
    made = set_buckets(buckets, from_on=args.from_on, reason=args.reason, now=clock.now(), actor=ACTOR)
    es = f"Las franjas rigen desde el {made.from_on}: {', '.join(bucket.name for bucket in buckets)}."
    en = f"The buckets hold from {made.from_on}: {', '.join(bucket.name for bucket in buckets)}."
    output.answer(args, {"status": "done", "from": made.from_on, "buckets": made.buckets}, in_language(es=es, en=en))
    return 0


def _list_tariffs(args: argparse.Namespace) -> int:
    from acuerdo.ledger.public import disclosed_tariffs  # noqa: PLC0415
    from acuerdo.ledger.rules.fee_tariffs import shipped_laws  # noqa: PLC0415

    rows = [
        {
            "key": one.key,
            "from": one.from_on,
            "rule": one.rule,
            "confidence": one.confidence,
            "citation": one.citation,
            "source": source,
        }
        for source, tariffs in (("law", shipped_laws()), ("disclosed", disclosed_tariffs()))
        for one in tariffs
    ]
    lines = [f"{row['source']:<10} {row['key']:<20} {row['from']} {row['rule']:<10} {row['citation']}" for row in rows]
    output.answer(args, {"tariffs": rows}, "\n".join(lines))
    return 0


def _disclose_tariff(args: argparse.Namespace) -> int:
    import yaml  # noqa: PLC0415

    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import disclose_tariff  # noqa: PLC0415

    try:
        rule = yaml.safe_load(_text(args.file))
    except yaml.YAMLError as error:
        raise Refusal("bad-fee-tariff", f"El archivo no es YAML ni JSON: {error}.", Place(args.file.name)) from error
    if not isinstance(rule, dict):
        raise Refusal(
            "bad-fee-tariff", "La tarifa se escribe como un objeto con from, citation y bands.", Place(args.file.name)
        )
    tariff = disclose_tariff(args.key, rule, now=clock.now(), actor=ACTOR)
    es, en = (
        f"La tarifa «{tariff.key}» rige desde el {tariff.from_on}.",
        f"Tariff “{tariff.key}” holds from {tariff.from_on}.",
    )
    output.answer(args, {"status": "done", "key": tariff.key, "from": tariff.from_on}, in_language(es=es, en=en))
    return 0


def _load_units(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import load_unit_values  # noqa: PLC0415

    rows = _table(args.file, ("on", "value"), lambda text: Decimal(text.replace(",", ".")))
    try:
        values = {date.fromisoformat(day): value for day, value in rows}
    except ValueError as error:
        raise Refusal("bad-row", f"Una fecha no se puede leer: {error}.", Place(args.file.name)) from error
    added = load_unit_values(args.key, values, now=clock.now(), actor=ACTOR)
    es, en = f"Valores nuevos de {args.key}: {added}.", f"New values of {args.key}: {added}."
    output.answer(args, {"status": "done", "key": args.key, "added": added}, in_language(es=es, en=en))
    return 0


def _statement(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.ledger.public import statement_view  # noqa: PLC0415
    from acuerdo.ledger.rules.statement_answer import show_document  # noqa: PLC0415

    obligation = _obligation(args.number, args.creditor)
    known_at = datetime.combine(args.known_on, time.max, tzinfo=clock.zone()) if args.known_on else None
    view = statement_view(obligation.pk, args.as_of or clock.business_date(), known_at=known_at)
    shown = show_document(view.document, view.uids, view.transactions, view.reversal_reasons)
    told, total, due = view.document.statement, shown["balance"]["total"], shown["balance_due"]["total"]
    days, bucket, money = told.days_past_due, told.bucket, shown["currency"]
    es = f"{args.number} al {told.as_of}: total {total} {money}, exigible {due}, {days} días de mora ({bucket})."
    en = f"{args.number} as of {told.as_of}: total {total} {money}, due {due}, {days} days past due ({bucket})."
    document = {"obligation": str(obligation.uid), "creditor": obligation.creditor.name, "known_at": known_at, **shown}
    output.answer(args, document, in_language(es=es, en=en))
    return 0


def _obligation(number: str, creditor: str) -> Any:
    from acuerdo.portfolio.public import obligations_numbered  # noqa: PLC0415

    found = [one for one in obligations_numbered(number) if not creditor or one.creditor.name == creditor]
    if not found:
        raise Refusal("unknown-account", f"No existe la obligación «{number}».")
    if len(found) > 1:
        names = ", ".join(one.creditor.name for one in found)
        raise Refusal(
            "which-creditor", f"Varios acreedores tienen la obligación «{number}»: {names}. Diga cuál con --creditor."
        )
    return found[0]


def _table[T](path: Path, columns: tuple[str, str], read: Callable[[str], T]) -> list[tuple[str, T]]:
    """Two columns of a CSV; refuses `bad-row` with the row."""
    rows = []
    for number, row in enumerate(csv.DictReader(_text(path).splitlines()), start=2):
        try:
            rows.append((row[columns[0]], read(row[columns[1]])))
        except (KeyError, ValueError, TypeError, AttributeError, InvalidOperation) as error:
            message = f"La fila no tiene {columns[0]} y {columns[1]} que se puedan leer."
            raise Refusal("bad-row", message, Place(path.name, number)) from error
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("file-unreadable", "No se puede leer el archivo como texto UTF-8.", Place(path.name)) from error


_RUN: dict[tuple[str, str], Callable[[argparse.Namespace], int]] = {
    ("classes", "list"): _list_classes,
    ("classes", "confirm"): _confirm_class,
    ("classes", "withdraw"): _confirm_class,
    ("buckets", "list"): _list_buckets,
    ("buckets", "set"): _set_buckets,
    ("tariffs", "list"): _list_tariffs,
    ("tariffs", "disclose"): _disclose_tariff,
    ("tariffs", "units"): _load_units,
    ("statement", ""): _statement,
}
DATA_COMMANDS = frozenset(command for command, _ in _RUN)
