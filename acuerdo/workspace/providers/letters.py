"""Letters for the printer: the batches, their PDF and list, and whether they were posted. Downloads are noted, so they are POSTs."""

from django.contrib import messages as notes
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import LetterBatch, letter_batches, letter_file, note_fetched, note_posted
from acuerdo.portfolio.public import list_creditors
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

POSTERS = (SUPERVISOR, DIRECTOR, ADMIN)
TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    may_post = user.role in POSTERS and user.agency_id is None
    return render(request, "workspace/providers/letters.html", {"rows": _batches(user), "may_post": may_post})


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def download(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """The PDF or the list; who took it is written down."""
    user = user_of(request)
    path = letter_file(name, kind) if _is_mine(user, name) else None
    if path is None:
        raise Http404
    note_fetched(name, by=user, now=clock.now())
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=TYPES[kind])
    answer["Cache-Control"] = "no-store"
    return answer


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def posted(request: HttpRequest, name: str) -> HttpResponse:
    user = user_of(request)
    if not _is_mine(user, name):
        raise Http404
    try:
        note_posted(name, by=user, now=clock.now())
    except Refusal as refusal:
        notes.error(request, in_reader_language(refusal.message))
    else:
        notes.success(request, _("Anotado: las cartas están en el correo."))
    return redirect("workspace:providers:letters")


def _batches(user: User) -> list[LetterBatch]:
    """A batch is the lender's, and whole: an agency sees none."""
    if user.agency_id is not None:
        return []
    return letter_batches(list(list_creditors(user).values_list("pk", flat=True)))


def _is_mine(user: User, name: str) -> bool:
    return any(batch.name == name for batch in _batches(user))
