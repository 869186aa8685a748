"""`acuerdo cases`: what waits for compliance, with its clock: requests and complaints, granted erasures, reports to bureaus."""

import argparse
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output
from acuerdo.policy.rules.bureau import STATES
from acuerdo.policy.rules.petitions import KINDS

AT_ONCE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="cases_command", required=True, metavar=in_language(es="QUÉ", en="WHAT"))
    petitions = words.add_parser(
        "requests",
        help=in_language(es="solicitudes y quejas por responder", en="requests and complaints to be answered"),
        description=in_language(
            es="Las que esperan respuesta, primero la que vence antes.",
            en="Those that wait for an answer, the first due first.",
        ),
    )
    petitions.add_argument("--kind", choices=KINDS, help=in_language(es="solo de este tipo", en="only of this kind"))
    petitions.add_argument(
        "--late", action="store_true", help=in_language(es="solo las vencidas", en="only those past their term")
    )
    words.add_parser(
        "erasures",
        help=in_language(es="supresiones concedidas que esperan", en="granted erasures that wait"),
        description=in_language(
            es="Qué obliga todavía a conservar a cada persona y hasta cuándo; el ciclo del día las hace al terminar.",
            en="What still keeps each person and until when; the day's cycle carries them out once it is over.",
        ),
    )
    bureau = words.add_parser(
        "bureau",
        help=in_language(
            es="obligaciones camino a una central de riesgo", en="defaults on their way to a credit bureau"
        ),
        description=in_language(
            es="Cada mora con sus avisos, desde cuándo se puede reportar y el reporte que esté vigente.",
            en="Each default with its notices, from when it may be reported and the report that stands.",
        ),
    )
    bureau.add_argument("--state", choices=STATES, help=in_language(es="solo en este estado", en="only in this state"))


def run(args: argparse.Namespace) -> int:
    """Exit status 0; nothing is changed."""
    installation.open_installation()
    rows = {"requests": _requests, "erasures": _erasures, "bureau": _bureau}[args.cases_command](args)
    nothing = in_language(es="Nada espera.", en="Nothing waits.")
    output.answer(args, {"cases": rows}, "\n".join(map(_line, rows)) or nothing)
    return 0


def _line(row: Mapping[str, Any]) -> str:
    """Names nobody: a terminal's history is not a place for people."""
    told = (" ".join(map(str, value)) if isinstance(value, list) else value for value in row.values())
    return " · ".join(str(one) for one in told if one not in (None, ""))


def _requests(args: argparse.Namespace) -> list[dict[str, Any]]:
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.policy.public import petitions_waiting  # noqa: PLC0415

    found = petitions_waiting(kind=args.kind or "")
    if args.late:
        found = found.filter(due_on__lt=clock.business_date())
    return [
        {
            "uid": str(one.uid), "kind": one.kind, "state": one.state, "due_on": one.due_on.isoformat(),
            "received_at": one.received_at.isoformat(), "creditor": one.creditor.name, "owner": one.owner,
        }
        for one in found.iterator(chunk_size=AT_ONCE)
    ]  # fmt: skip


def _erasures(_args: argparse.Namespace) -> list[dict[str, Any]]:
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.policy.public import explain_waiting, waiting_erasures  # noqa: PLC0415

    today = clock.business_date()
    return [
        {
            "uid": str(one.petition.uid), "creditor": one.petition.creditor.name,
            "granted_on": one.petition.ended_at.date().isoformat() if one.petition.ended_at else None,
            "kept_by": [kept.code for kept in one.keeps], "until": one.until.isoformat() if one.until else None,
        }
        for lot in batched(waiting_erasures(), AT_ONCE)
        for one in explain_waiting(lot, today=today)
    ]  # fmt: skip


def _bureau(args: argparse.Namespace) -> list[dict[str, Any]]:
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.policy.public import all_bureau_cases, bureau_details  # noqa: PLC0415

    today = clock.business_date()
    found = all_bureau_cases(today, state=args.state or "")
    return [
        row
        for lot in batched(found.iterator(chunk_size=AT_ONCE), AT_ONCE)
        for row in _cases(bureau_details(lot, today))
    ]


def _cases(cases: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "obligation": str(one.obligation.uid), "number": one.obligation.number, "state": one.state,
            "creditor": one.obligation.creditor.name, "reasons": list(one.answer.reasons),
            "notices": [notice.sent_on.isoformat() for notice in one.notices],
            "from_on": one.answer.from_on.isoformat() if one.answer.from_on else None,
            "until_on": one.answer.until_on.isoformat() if one.answer.until_on else None,
            "bureau": one.report.bureau if one.report else None,
            "stands_until": one.stands_until.isoformat() if one.stands_until else None,
        }
        for one in cases
    ]  # fmt: skip
