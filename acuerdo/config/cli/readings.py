"""`acuerdo policy readings`: what each country's rules leave open, which reading each creditor follows, and approving one."""

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language, terminal_language
from acuerdo.config.cli import output
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules import load_pack, pack_codes

if TYPE_CHECKING:
    from acuerdo.policy.models import PolicyReading
    from acuerdo.portfolio.models import Creditor


def add_words(commands: Any) -> None:
    """`readings options`, `readings list` and `readings approve`."""
    readings = commands.add_parser(
        "readings",
        help=in_language(es="las lecturas de la norma: ver y aprobar", en="readings of the law: see and approve"),
        description=in_language(
            es="Lo que la norma deja abierto, qué lectura sigue cada acreedor, quién la aprobó y desde cuándo.",
            en="What the law leaves open, which reading each creditor follows, who approved it and from when.",
        ),
    )
    words = readings.add_subparsers(dest="readings_command", required=True, metavar=in_language(es="QUÉ", en="WHAT"))
    options = words.add_parser(
        "options",
        help=in_language(es="los ajustes y sus lecturas, en palabras", en="settings and their readings in words"),
    )
    options.add_argument(
        "--pack", default="", metavar="CC", help=in_language(es="solo de un país (co)", en="one country (co)")
    )
    listed = words.add_parser(
        "list",
        help=in_language(es="las lecturas aprobadas, con quién y cuándo", en="readings approved, by whom and when"),
    )
    _add_creditor(listed, is_required=False)
    _add_approve(words)


def _add_creditor(parser: argparse.ArgumentParser, *, is_required: bool) -> None:
    parser.add_argument(
        "--creditor",
        required=is_required,
        default="",
        metavar=in_language(es="NOMBRE", en="NAME"),
        help=in_language(es="el acreedor", en="the creditor"),
    )


def _add_approve(words: Any) -> None:
    approve = words.add_parser(
        "approve",
        help=in_language(es="aprueba una lectura para un acreedor", en="approve a reading for a creditor"),
        description=in_language(
            es="Queda con el nombre de quien la aprueba (cumplimiento o dirección), su fecha y su razón.",
            en="It keeps the name of who approves it (compliance or direction), its date and its reason.",
        ),
    )
    _add_creditor(approve, is_required=True)
    approve.add_argument(
        "name", metavar=in_language(es="AJUSTE", en="SETTING"), help=in_language(es="cuál", en="which one")
    )
    approve.add_argument(
        "value", metavar=in_language(es="LECTURA", en="READING"), help=in_language(es="cuál", en="which one")
    )
    approve.add_argument(
        "--by", required=True, metavar=in_language(es="USUARIO", en="USER"),
        help=in_language(es="quien la aprueba", en="who approves it"),
    )  # fmt: skip
    approve.add_argument(
        "--reason", required=True, metavar=in_language(es="TEXTO", en="TEXT"),
        help=in_language(es="en qué se apoya", en="on what it rests"),
    )  # fmt: skip
    approve.add_argument(
        "--on", type=date.fromisoformat, metavar="AAAA-MM-DD",
        help=in_language(es="desde qué día rige (por omisión, hoy)", en="from which day (default: today)"),
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    return {"options": _options, "list": _list, "approve": _approve}[args.readings_command](args)


def _options(args: argparse.Namespace) -> int:
    """Opens no database."""
    codes = [args.pack] if args.pack else sorted(pack_codes())
    is_english, rows, lines = terminal_language() == "en", [], []
    for code in codes:
        for one in load_pack(code).settings.values():
            words, title = (one.words, one.title) if is_english else (one.words_es, one.title_es)
            followed = one.installed or one.default
            options = [
                {
                    "value": value,
                    "words": words[value],
                    "is_followed": value == followed,
                    "needs_approval": value in one.needs_approval,
                }
                for value in one.options
            ]
            rows.append({"pack": code, "name": one.name, "title": title, "citation": one.citation, "options": options})
            lines.append(f"{code} · {one.name}: {title} ({one.citation})")
            lines += [
                f"  {'*' if option['is_followed'] else '-'} {option['value']}: {option['words']}" for option in options
            ]
    output.answer(args, {"settings": rows}, "\n".join(lines))
    return 0


def _list(args: argparse.Namespace) -> int:
    from acuerdo.config.cli import installation  # noqa: PLC0415 - `policy check` starts without it

    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - after Django is set up
    from acuerdo.policy.public import list_readings, readings_in_force  # noqa: PLC0415
    from acuerdo.portfolio.models import Creditor  # noqa: PLC0415

    creditors = [_creditor(args.creditor)] if args.creditor else list(Creditor.objects.all())
    every = list_readings([one.pk for one in creditors])
    standing = {one.pk for one in readings_in_force(every, clock.business_date())}
    rows = [_told(one, is_in_force=one.pk in standing) for one in every]
    nothing = in_language(
        es="Nadie ha aprobado lecturas: rigen las de cada norma.", en="Nobody approved a reading: each law's own hold."
    )
    output.answer(args, {"readings": rows}, "\n".join(map(_line, rows)) or nothing)
    return 0


def _approve(args: argparse.Namespace) -> int:
    from acuerdo.config.cli import installation  # noqa: PLC0415 - `policy check` starts without it

    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - after Django is set up
    from acuerdo.policy.public import approve_reading, list_readings, readings_in_force  # noqa: PLC0415

    user, creditor = installation.active_user(args.by), _creditor(args.creditor)
    reading = approve_reading(
        creditor.pk, creditor.country.lower(), args.name, args.value, user=user, reason=args.reason,
        approved_on=args.on or clock.business_date(), now=clock.now(),
    )  # fmt: skip
    standing = readings_in_force(list_readings([creditor.pk]), clock.business_date())
    told = _told(reading, is_in_force=any(one.pk == reading.pk for one in standing))
    output.answer(args, {"status": "done", "reading": told}, _line(told))
    return 0


def _creditor(name: str) -> "Creditor":
    from acuerdo.portfolio.models import Creditor  # noqa: PLC0415

    found = Creditor.objects.filter(name=name).first()
    if found is None:
        raise Refusal("creditor-unknown", f"No existe el acreedor {name}.")
    return found


def _told(one: "PolicyReading", *, is_in_force: bool) -> dict[str, Any]:
    return {
        "creditor": one.creditor.name, "pack": one.pack, "name": one.name, "value": one.value,
        "approved_by": one.approved_by, "approved_on": one.approved_on, "reason": one.reason, "is_in_force": is_in_force,
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    state = (
        in_language(es="vigente", en="in force")
        if row["is_in_force"]
        else in_language(es="no rige hoy", en="not today")
    )
    since = in_language(es="desde el", en="from")
    return (
        f"{row['creditor']} · {row['name']} = {row['value']} · {row['approved_by']} · {since} {row['approved_on']}"
        f" · {state} · {row['reason']}"
    )
