"""Who carries messages of each channel: up, resting or off, its last days, its senders; off and on by a person with a reason."""

from datetime import timedelta
from typing import Any

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import configured_routes, provider_board, switch_provider
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

SPAN = timedelta(days=7)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def providers(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/providers/list.html", _context(request))


@allow(DIRECTOR, ADMIN)
@require_POST
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Off needs a reason; on also ends a rest."""
    if name not in {lane.provider for lanes in configured_routes().values() for lane in lanes}:
        raise Http404
    is_on = request.POST.get("to") == "on"
    try:
        switch_provider(
            name, is_on=is_on, user=user_of(request), reason=request.POST.get("reason", ""), now=clock.now()
        )
    except Refusal as refusal:
        context = _context(request) | {"refusal": in_reader_language(refusal.message), "refused_name": name}
        return render(request, "workspace/providers/list.html", context, status=422)
    notes.success(
        request, _("Proveedor encendido.") if is_on else _("Proveedor apagado. Los mensajes van al siguiente.")
    )
    return redirect("workspace:providers:list")


def _context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    return {
        "channels": provider_board(configured_routes(), now, since=now - SPAN),
        "now": now,
        "may_switch": user_of(request).role in (DIRECTOR, ADMIN),
        "refusal": "",
        "refused_name": "",
    }
