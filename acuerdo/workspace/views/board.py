"""Today's board, the rows behind its figures, and its export."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.base.models import Role
from acuerdo.kernel.money import decimal_from_minor, plain_text
from acuerdo.workspace import wording
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.definitions import DEFINITIONS
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries.board import Board, board_of, decisions_of
from acuerdo.workspace.queries.scarcity import scarcity_of

PAGE_ROWS = 50


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    day = asked_day(request)
    user = user_of(request)
    found = board_of(user, day=day, with_agents=user.role == Role.SUPERVISOR)
    context = {
        "board": found,
        "definitions": DEFINITIONS,
        "ageing_charts": _ageing_charts(found),
        "is_today": day == clock.business_date(),
        "funnel_chart": _funnel_chart(found),
        "scarcity": scarcity_of(user, day) if user.role != Role.COMPLIANCE else None,
    }
    return render(request, "workspace/board.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """The obligations behind one figure of the funnel."""
    day = asked_day(request)
    chosen = {name: request.GET.get(name, "")[:60] for name in ("reason", "state", "channel")}
    page = Paginator(decisions_of(user_of(request), day=day, **chosen), PAGE_ROWS).get_page(
        request.GET.get("page", "1")
    )
    context = {"page": page, "day": day, "heading": _heading(chosen), "rows": [_row(row) for row in page.object_list]}
    return render(request, "workspace/decisions.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def board_export(request: HttpRequest) -> HttpResponse:
    """The board's figures as rows: what, of what, currency, how many, how much."""
    day, user = asked_day(request), user_of(request)
    found = board_of(user, day=day, with_agents=user.role == Role.SUPERVISOR)
    header = [_("dato"), _("detalle"), _("moneda"), _("cantidad"), _("valor")]
    return csv_response(f"tablero-{day:%Y-%m-%d}.csv", header, _export_rows(found))


def asked_day(request: HttpRequest) -> date:
    """The date in the address, today when absent or unreadable; never after today."""
    today = clock.business_date()
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), today)
    except ValueError:
        return today


def _heading(chosen: dict[str, str]) -> str:
    if chosen["reason"]:
        return wording.reason_word(chosen["reason"])
    if chosen["state"]:
        return str(wording.DECISION_STATES.get(chosen["state"], chosen["state"])).capitalize()
    if chosen["channel"]:
        return str(wording.CHANNELS.get(chosen["channel"], chosen["channel"]))
    return _("Todas las obligaciones")


def _row(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "currency": row.obligation.account.currency,
        "reasons": [wording.reason_word(code) for code in row.reasons],
        "state": wording.DECISION_STATES.get(row.state, row.state),
    }


def _ageing_charts(found: Board) -> list[dict[str, Any]]:
    """One chart for each currency: balance by bucket, in whole units."""
    charts = []
    for currency in dict.fromkeys(line.currency for line in found.ageing):
        lines = [line for line in found.ageing if line.currency == currency]
        whole = [int(decimal_from_minor(line.balance_minor, currency)) for line in lines]
        due = [int(decimal_from_minor(line.balance_due_minor, currency)) for line in lines]
        figures = {
            "categories": [wording.bucket_word(line.bucket) for line in lines],
            "series": [
                {"name": _("Saldo"), "values": whole, "tone": "brand"},
                {"name": _("Vencido"), "values": due, "tone": "warn"},
            ],
            "unit": currency,
        }
        charts.append({"currency": currency, "id": f"franjas-{currency}", "figures": figures, "lines": lines})
    return charts


def _funnel_chart(found: Board) -> dict[str, Any]:
    names = [_("Cartera del día"), *(step.name for step in found.funnel.steps), _("Con acción")]
    left = [found.funnel.total, *(step.left for step in found.funnel.steps), found.funnel.actions]
    return {
        "categories": names,
        "series": [{"name": _("Quedan"), "values": left, "tone": "brand"}],
        "unit": "",
        "horizontal": True,
    }


def _export_rows(found: Board) -> list[list[Any]]:
    rows: list[list[Any]] = [[_("Contactos planeados"), "", "", found.planned, ""]]
    for line in found.channels:
        name = str(wording.CHANNELS[line.channel])
        rows += [
            [_("Planeados"), name, "", line.planned, ""],
            [_("Enviados o hechos"), name, "", line.sent, ""],
            [_("Entregados o respondidos"), name, "", line.delivered, ""],
            [_("Bloqueados"), name, "", line.blocked, ""],
        ]
    rows += [
        [_("Bloqueados por regla"), f"{line.sentence} {line.citation}", "", line.count, ""] for line in found.rules
    ]
    for what, sums in ((_("Promesas hechas"), found.promises_made), (_("Promesas que vencen"), found.promises_due)):
        rows += [[what, "", one.currency, one.count, plain_text(one.amount_minor, one.currency)] for one in sums]
    rows += [
        [_("Promesas cumplidas"), "", "", found.judged.kept, ""],
        [_("Promesas incumplidas"), "", "", found.judged.broken, ""],
    ]
    for aged in found.ageing:
        amount = plain_text(aged.balance_minor, aged.currency)
        rows.append([_("Saldo por franja"), wording.bucket_word(aged.bucket), aged.currency, aged.obligations, amount])
    for step in found.funnel.steps:
        rows += [[_("Sin contacto hoy"), drop.word, "", drop.count, ""] for drop in step.drops]
    rows += [[_("Llamadas por gestor"), agent.name, "", agent.calls, ""] for agent in found.agents]
    return rows
