"""Documents that people read and do not change here: the strategy in force and the templates of messages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from acuerdo.strategy.public import document_of, published_strategy
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow
from acuerdo.workspace.tables import Strategy, Template


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def strategy(request: HttpRequest, uid: str = "") -> HttpResponse:
    """The version in force, or an earlier one from the list."""
    shown = get_object_or_404(Strategy, uid=uid) if uid else published_strategy()
    context = {
        "strategy": shown,
        "document": document_of(shown) if shown is not None else None,
        "versions": Strategy.objects.defer("document").order_by("code", "-version")[:30],
    }
    return render(request, "workspace/strategy.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """Every published text by situation: what a person may receive, as it is written."""
    channel = request.GET.get("channel", "")
    channel = channel if channel in wording.CHANNELS else ""
    found = Template.objects.filter(status="published").order_by("stage", "code", "channel", "language")
    if channel:
        found = found.filter(channel=channel)
    groups: dict[str, list[Any]] = {}
    for row in found:
        groups.setdefault(str(wording.STAGES.get(row.stage, _("General"))), []).append(row)
    channels = [(code, word) for code, word in wording.CHANNELS.items() if code]
    return render(request, "workspace/templates.html", {"groups": groups, "channel": channel, "channels": channels})
