"""The person's own page of an appointment: when, where, the calendar entry, and a way to say that it does not suit.

No cookie and no log-in: the address itself is the proof. It names nobody's debt, and a GET changes nothing.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.agenda import public as agenda
from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.access import open_to_all
from acuerdo.workspace.agenda.views import as_file

REASON = "La persona avisó que no puede"


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """POST cancels, however often."""
    row = _row(token)
    if request.method == "POST" and row.state == "booked" and row.starts_at > clock.now():
        try:
            row = agenda.cancel_appointment(row.pk, reason=REASON, actor="customer", now=clock.now())
        except Refusal:
            row = _row(token)
    with override("en" if row.debtor.language == "en" else "es"):
        context: dict[str, Any] = {
            "row": row, "token": token, "video": agenda.video_of(row), "language": get_language(),
            "zone": row.debtor.timezone, "is_over": row.starts_at <= clock.now(),
        }  # fmt: skip
        return HttpResponse(render_to_string("workspace/agenda/public.html", context))


@open_to_all
@require_GET
def entry(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - every view has it
    """The iCalendar file."""
    return as_file(agenda.calendar_text(agenda.invitation_of(_row(token))))


def _row(token: str) -> Any:
    row = agenda.appointment_of(token)
    if row is None or row.kind not in agenda.AGREED:
        raise Http404
    return row
