"""`acuerdo demo`: an invented lender that has lived a month, served in the browser.

What was made is kept: a second start goes on from the same data, at ten in the morning of its business date. A world whose
making was interrupted is made again from the start; an installation with a portfolio of its own is never touched.
"""

import argparse
import os
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output, up
from acuerdo.kernel.errors import Refusal

CHAIN = "demo"
STARTED, FINISHED = "demo-started", "demo-finished"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--debtors",
        type=_people,
        default=5000,
        metavar="N",
        help=in_language(es="personas del mundo (por omisión, 5000)", en="people of the world (default: 5000)"),
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=7,
        metavar="N",
        help=in_language(es="semilla (por omisión, 7)", en="seed (default: 7)"),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="N",
        help=in_language(es="puerto (por omisión, 8000)", en="port (default: 8000)"),
    )
    parser.add_argument(
        "--no-serve",
        action="store_true",
        help=in_language(es="solo crear el mundo, sin servir la web", en="only make the world, do not serve the web"),
    )
    parser.set_defaults(host="127.0.0.1")


def run(args: argparse.Namespace) -> int:
    # The world's days pass when somebody moves the date, not by themselves.
    os.environ["ACUERDO_DAY_AT"] = ""
    if not args.no_serve:
        up.check_port(args.host, args.port)
    installation.open_installation(migrated=False)
    installation.migrate()
    document = prepare(args.debtors, args.seed)
    if args.no_serve:
        output.answer(args, {"status": "ready", **document}, _as_text(document))
        return 0
    from demo.colleagues import colleagues_at_work  # noqa: PLC0415 - needs Django ready

    with colleagues_at_work():
        return up.serve(args, document, _as_text(document))


def prepare(debtors: int, seed: int) -> dict[str, Any]:
    """Leaves the world ready; returns its size, seed, date and log-ins. Refuses `demo-on-real-data`."""
    made = _last_mark()
    if made is None:
        _refuse_real_data()
        _make(debtors, seed)
    elif made.action == STARTED:
        output.progress(
            in_language(
                es="El mundo quedó a medias; se crea de nuevo.", en="The world was left half-made; making it again."
            )
        )
        _empty()
        _make(debtors, seed)
    else:
        _wake()
        debtors, seed = made.payload["debtors"], made.payload["seed"]
    return _document(debtors, seed)


def _make(debtors: int, seed: int) -> None:
    from demo.build import found  # noqa: PLC0415 - needs Django ready
    from demo.month import live  # noqa: PLC0415
    from demo.world import make_world  # noqa: PLC0415

    output.progress(
        in_language(
            es=f"Creando {debtors} personas inventadas y un mes de su vida…",
            en=f"Inventing {debtors} people and a month of their lives…",
        )
    )
    size = {"debtors": debtors, "seed": seed}
    _mark(STARTED, size)
    _hasten()
    live(found(make_world(debtors, seed), output.progress), output.progress)
    _mark(FINISHED, size)


def _hasten() -> None:
    """No waiting for the disk at each commit of this connection: a world lost half-way is made again anyway."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _wake() -> None:
    """Ten in the morning of the last day that was run: what happened in the world while it was off is nothing."""
    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.base.models import DayRun  # noqa: PLC0415
    from demo.build import local  # noqa: PLC0415

    day = DayRun.objects.order_by("-run_on").values_list("run_on", flat=True).first()
    if day is not None:
        clock.set_now(local(day, 10, 5))


def _refuse_real_data() -> None:
    from acuerdo.base.models import User  # noqa: PLC0415
    from acuerdo.portfolio.models import Debtor  # noqa: PLC0415

    if Debtor.objects.exists() or User.objects.exists():
        raise Refusal(
            "demo-on-real-data",
            in_language(
                es="Esta instalación ya tiene datos propios. Use otra carpeta: ACUERDO_DATA=… acuerdo demo.",
                en="This installation has data of its own. Use another folder: ACUERDO_DATA=… acuerdo demo.",
            ),
        )


def _empty() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    installation.migrate()


def _last_mark() -> Any:
    from acuerdo.base.models import AuditEntry  # noqa: PLC0415

    return AuditEntry.objects.filter(chain=CHAIN).order_by("-sequence").first()


def _mark(action: str, payload: dict[str, int]) -> None:
    from django.db import transaction  # noqa: PLC0415

    from acuerdo.base import clock  # noqa: PLC0415
    from acuerdo.base.audit import write_audit  # noqa: PLC0415

    with transaction.atomic():
        write_audit(
            chain=CHAIN, action=action, actor=CHAIN, subject=("world", "demo"), payload=payload, now=clock.now()
        )


def _document(debtors: int, seed: int) -> dict[str, Any]:
    from acuerdo.base import clock  # noqa: PLC0415
    from demo.build import AGENCY_LOGIN, LOGINS, PASSWORD  # noqa: PLC0415

    logins = [{"username": one.username, "role": one.role, "password": PASSWORD} for one in (*LOGINS, AGENCY_LOGIN)]
    return {"debtors": debtors, "seed": seed, "business_date": clock.business_date().isoformat(), "logins": logins}


def _as_text(document: dict[str, Any]) -> str:
    lines = [
        in_language(
            es=f"Mundo inventado: {document['debtors']} personas, semilla {document['seed']}; hoy es {document['business_date']}.",
            en=f"Invented world: {document['debtors']} people, seed {document['seed']}; today is {document['business_date']}.",
        ),
        in_language(
            es=f"Ingrese con (clave {document['logins'][0]['password']}):",
            en=f"Log in as (password {document['logins'][0]['password']}):",
        ),
        *(f"  {one['username']:<14} {one['role']}" for one in document["logins"]),
    ]
    return "\n".join(lines)


def _people(text: str) -> int:
    number = int(text)
    if not 50 <= number <= 99_999:
        raise argparse.ArgumentTypeError(in_language(es="entre 50 y 99999", en="between 50 and 99999"))
    return number
