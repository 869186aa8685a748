"""`acuerdo apikey create|list|revoke`: keys of programs that use the HTTP API."""

import argparse

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output

ROLES = ("agent", "supervisor", "director", "compliance", "admin")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The three words with their options."""
    words = parser.add_subparsers(dest="apikey_command", required=True, metavar="create|list|revoke")
    create = words.add_parser(
        "create",
        help=in_language(es="hace una clave y la muestra una sola vez", en="make a key and show it, this once"),
    )
    _add_name(create)
    create.add_argument(
        "--role",
        required=True,
        choices=ROLES,
        help=in_language(es="qué puede hacer, como un usuario de ese rol", en="what it may do, as a user of that role"),
    )
    create.add_argument(
        "--creditor",
        action="append",
        default=[],
        metavar=in_language(es="ACREEDOR", en="CREDITOR"),
        help=in_language(
            es="solo ve a este acreedor; se puede repetir (si no: a todos)",
            en="sees this creditor only; may be repeated (else: every one)",
        ),
    )
    create.add_argument(
        "--agency",
        default="",
        metavar=in_language(es="AGENCIA", en="AGENCY"),
        help=in_language(es="solo ve lo asignado a esta agencia", en="sees only what is placed with this agency"),
    )
    words.add_parser("list", help=in_language(es="las claves que hay", en="the keys there are"))
    revoke = words.add_parser("revoke", help=in_language(es="cierra una clave para siempre", en="close a key for good"))
    _add_name(revoke)


def run(args: argparse.Namespace) -> int:
    """Exit status 0; refused names, roles and scopes end with 1."""
    installation.open_installation()
    match args.apikey_command:
        case "create":
            return _create(args)
        case "revoke":
            return _revoke(args)
        case _:
            return _list(args)


def _create(args: argparse.Namespace) -> int:
    from acuerdo.api.keys import create_key  # noqa: PLC0415 - needs Django ready
    from acuerdo.base.clock import now  # noqa: PLC0415

    made = create_key(
        name=args.name, role=args.role, creditors=args.creditor, agency=args.agency, actor="cli", now=now()
    )
    document = {
        "status": "done",
        "uid": str(made.key.uid),
        "name": made.key.name,
        "role": args.role,
        "key": made.secret,
    }
    text = in_language(
        es=f"Clave de {made.key.name}, que no se volverá a mostrar:\n{made.secret}",
        en=f"Key of {made.key.name}, which will not be shown again:\n{made.secret}",
    )
    output.answer(args, document, text)
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from acuerdo.api.keys import revoke_key  # noqa: PLC0415 - needs Django ready
    from acuerdo.base.clock import now  # noqa: PLC0415

    key = revoke_key(args.name, actor="cli", now=now())
    text = in_language(es=f"La clave de {key.name} ya no sirve.", en=f"The key of {key.name} no longer works.")
    output.answer(args, {"status": "done", "name": key.name, "revoked_at": key.revoked_at}, text)
    return 0


def _list(args: argparse.Namespace) -> int:
    from acuerdo.api.keys import list_keys  # noqa: PLC0415 - needs Django ready

    rows = [
        {
            "name": key.name,
            "hint": f"{key.hint}…",
            "role": key.user.role,
            "agency": key.user.agency.name if key.user.agency else None,
            "creditors": [creditor.name for creditor in key.user.creditors.all()],
            "sees_all_creditors": key.user.sees_all_creditors,
            "last_used_on": key.last_used_on,
            "revoked_at": key.revoked_at,
        }
        for key in list_keys()
    ]
    lines = [
        f"{row['name']} · {row['role']} · {row['hint']}"
        + (in_language(es=" · cerrada", en=" · closed") if row["revoked_at"] else "")
        for row in rows
    ]
    output.answer(args, {"keys": rows}, "\n".join(lines) or in_language(es="No hay claves.", en="There are no keys."))
    return 0


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name",
        required=True,
        metavar=in_language(es="NOMBRE", en="NAME"),
        help=in_language(es="nombre que la distingue: quién la usa", en="the name it is known by: who uses it"),
    )
