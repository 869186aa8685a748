"""The steps of a template's version: a new one, to approval, approved, sent back, retired; and the provider's answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import (
    approve_template,
    begin_version,
    record_provider_state,
    retire_template,
    send_back_template,
    submit_template,
)
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.tables import Template
from acuerdo.workspace.templates_library.wording import REFUSALS


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def begin(request: HttpRequest, uid: str) -> HttpResponse:
    return _done(
        request, uid, begin_version, _("Borrador listo: lo que está en uso sigue saliendo hasta que se apruebe.")
    )


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def submit(request: HttpRequest, uid: str) -> HttpResponse:
    return _done(request, uid, submit_template, _("Enviada. Otra persona la lee y decide."))


@allow(DIRECTOR, COMPLIANCE)
@require_POST
def approve(request: HttpRequest, uid: str) -> HttpResponse:
    return _done(request, uid, approve_template, _("Aprobada: desde ahora sale esta versión."))


@allow(DIRECTOR, COMPLIANCE)
@require_POST
def send_back(request: HttpRequest, uid: str) -> HttpResponse:
    note = request.POST.get("note", "")
    return _done(request, uid, send_back_template, _("Devuelta a quien la escribió."), note)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def retire(request: HttpRequest, uid: str) -> HttpResponse:
    return _done(request, uid, retire_template, _("Retirada: ya no sale."))


@allow(DIRECTOR, COMPLIANCE)
@require_POST
def provider(request: HttpRequest, uid: str) -> HttpResponse:
    def record(template_id: int, *, by: User, now: datetime) -> Any:
        name, state, note = (request.POST.get(one, "") for one in ("name", "state", "note"))
        return record_provider_state(template_id, name=name, state=state, note=note, by=by, now=now)

    return _done(request, uid, record, _("Guardado."))


def _done(request: HttpRequest, uid: str, act: Callable[..., Any], sentence: str, *args: Any) -> HttpResponse:
    """Does it and shows the version that came of it; a refusal is told on the same page, and what was typed is kept there."""
    row = get_object_or_404(Template, uid=uid)
    try:
        row = act(row.pk, *args, by=user_of(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, REFUSALS.get(refusal.code, refusal.message))
    else:
        messages.success(request, sentence)
    return redirect("workspace:templates_library:page", uid=row.uid)
