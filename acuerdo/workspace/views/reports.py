"""Compliance over a period, for the officer and the regulator; and the calendar of one person's permitted windows."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.policy import public as policy
from acuerdo.portfolio.public import list_creditors
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries.compliance import rule_counts
from acuerdo.workspace.queries.light import CHANNELS
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of

PERIOD_DAYS = 30
DAYS_MAX = 400
MISSES_SHOWN = 20


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def compliance_period(request: HttpRequest) -> HttpResponse:
    start, end = asked_period(request)
    scope = _creditors(user_of(request))
    span = _instants(start, end)
    figures = policy.compliance_figures(*span, creditor_ids=scope)
    misses = policy.near_misses(*span, creditor_ids=scope).select_related("debtor")[:MISSES_SHOWN]
    rate = figures.complaints_per_thousand
    context = {
        "start": start,
        "end": end,
        "figures": figures,
        "rules": rule_counts(figures.by_rule),
        "misses": [{"verdict": one, "said": wording.rule_word(one.first_rule)} for one in misses],
        "complaint_rate": "—" if rate is None else formats.number_format(round(rate, 1), 1),
    }
    return render(request, "workspace/compliance_period.html", context)


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def compliance_period_export(request: HttpRequest) -> HttpResponse:
    """The figures of the period as one table: what was counted, of what, how many."""
    start, end = asked_period(request)
    figures = policy.compliance_figures(*_instants(start, end), creditor_ids=_creditors(user_of(request)))
    header = [_("desde"), _("hasta"), _("qué"), _("cuál"), _("artículo"), _("cuántos")]
    rows = ([start.isoformat(), end.isoformat(), *row] for row in _rows(figures))
    return csv_response(f"cumplimiento-{start:%Y-%m-%d}-{end:%Y-%m-%d}.csv", header, rows)


def _rows(figures: policy.ComplianceFigures) -> Iterator[list[Any]]:
    yield [_("contactos"), "", "", figures.contacts]
    yield [_("fuera de la norma"), "", "", figures.out_of_rule]
    for code, number in (("allow", figures.allowed), ("deny", figures.denied), ("refuse", figures.refused)):
        yield [_("respuestas"), str(wording.OUTCOMES[code]), "", number]
    yield [_("casi fallas"), "", "", figures.near_misses]
    yield [_("quejas"), "", "", figures.complaints]
    yield [_("quejas concedidas"), "", "", figures.complaints_upheld]
    for rule, number in figures.by_rule.items():
        yield [_("rechazos"), rule, wording.rule_citation(rule), number]
    for row in figures.by_channel:
        for name in ("attempts", "answered", "right_party"):
            yield [_("intentos"), f"{row['channel']}: {name}", "", row[name]]


def asked_period(request: HttpRequest) -> tuple[date, date]:
    """The last thirty days unless asked otherwise; both ends included, never the future, at most 400 days."""
    today = clock.business_date()
    end = min(_day(request.GET.get("end", ""), today), today)
    start = min(_day(request.GET.get("start", ""), end - timedelta(days=PERIOD_DAYS - 1)), end)
    return max(start, end - timedelta(days=DAYS_MAX)), end


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def _instants(start: date, end: date) -> tuple[datetime, datetime]:
    zone = clock.zone()
    return datetime.combine(start, time(), tzinfo=zone), datetime.combine(end + timedelta(days=1), time(), tzinfo=zone)


def _creditors(user: User) -> list[int] | None:
    """None: all of them."""
    if user.sees_all_creditors and user.agency_id is None:
        return None
    return list(list_creditors(user).values_list("pk", flat=True))


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def contact_calendar(request: HttpRequest, uid: str) -> HttpResponse:
    """About the obligation with most due, as the semáforo of the page."""
    user = user_of(request)
    found = debtor_or_404(user, uid)
    about = obligations_of(user).filter(debtor=found).order_by("-account__balance_due_minor", "pk")[0]
    subject = policy.Subject(found.pk, about.creditor_id, about.pk)
    days = policy.contact_calendar(subject, clock.now(), channels=CHANNELS)
    # A channel that no day opens is told once, with its reason, and not fourteen times.
    shut = [cell for cell in (days[0].cells if days else ()) if not any(_cell(day, cell.channel).spans for day in days)]
    channels = [code for code in CHANNELS if code not in {cell.channel for cell in shut}]
    rows = [{"on": day.on, "cells": [_cell(day, code) for code in channels]} for day in days] if channels else []
    context = {"debtor": found, "days": rows, "shut": _grouped(shut), "channels": channels, "is_known": bool(days)}
    return render(request, "workspace/calendar.html", context)


def _cell(day: policy.CalendarDay, channel: str) -> Any:
    return next(cell for cell in day.cells if cell.channel == channel)


def _grouped(shut: list[Any]) -> list[dict[str, Any]]:
    """Each reason once, with the channels that it closes."""
    closed: dict[str, list[str]] = {}
    for cell in shut:
        for reason in cell.reasons:
            closed.setdefault(reason, []).append(cell.channel)
    return [{"why": why, "channels": channels} for why, channels in closed.items()]
