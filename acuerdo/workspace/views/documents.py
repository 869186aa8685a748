"""The strategy in force, which people read here and change elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from acuerdo.strategy.public import document_of, published_strategy
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow
from acuerdo.workspace.tables import Strategy


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
