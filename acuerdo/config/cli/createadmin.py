"""`acuerdo createadmin`: the first user of an installation."""

import argparse
import getpass
import sys

from acuerdo.base.language import in_language
from acuerdo.config import environment
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", help=in_language(es="nombre para entrar", en="log-in name"))
    parser.add_argument("--full-name", help=in_language(es="nombre y apellidos", en="full name"))
    parser.add_argument("--email", default="", help=in_language(es="correo", en="email"))
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help=in_language(
            es="lee la clave de la entrada estándar (si no: ACUERDO_ADMIN_PASSWORD, o se pregunta)",
            en="read the password from standard input (else ACUERDO_ADMIN_PASSWORD, or it is asked)",
        ),
    )


def run(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.base.accounts import create_account  # noqa: PLC0415 - needs Django ready
    from acuerdo.base.clock import now  # noqa: PLC0415
    from acuerdo.base.models import Role  # noqa: PLC0415

    user = create_account(
        username=args.username,
        full_name=args.full_name or args.username,
        email=args.email,
        role=Role.ADMIN,
        sees_all_creditors=True,
        password=_password(args),
        actor="system",
        now=now(),
    )
    text = in_language(es=f"Administrador creado: {user.username}.", en=f"Administrator created: {user.username}.")
    output.answer(args, {"status": "done", "username": user.username, "uid": str(user.uid)}, text)
    return 0


def _password(args: argparse.Namespace) -> str:
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if configured := environment.text("ACUERDO_ADMIN_PASSWORD"):
        return configured
    if not sys.stdin.isatty():
        raise Refusal(
            "password-missing",
            in_language(es="Falta la clave: use --password-stdin.", en="No password: use --password-stdin."),
        )
    first = getpass.getpass(in_language(es="Clave: ", en="Password: "))
    if first != getpass.getpass(in_language(es="Repita la clave: ", en="Again: ")):
        raise Refusal(
            "password-mismatch", in_language(es="Las dos claves no son iguales.", en="The two passwords differ.")
        )
    return first
