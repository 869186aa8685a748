"""A case's documents and messages, and its sheet of the complaint book."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.portfolio.public import attach_paper
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.cases import replying
from acuerdo.workspace.cases.book import draw_sheet
from acuerdo.workspace.views.petitions import found_or_404, show_case


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_POST
def attach(request: HttpRequest, uid: str) -> HttpResponse:
    """A new paper of the case's obligation, or one that is kept already, becomes part of the case."""
    found, user, now = found_or_404(request, uid), user_of(request), clock.now()
    try:
        paper = _paper(request, found)
        policy.attach_to_petition(found.pk, paper.pk, user=user, now=now)
    except Refusal as refusal:
        return show_case(request, found, problem=in_reader_language(refusal.message), event="attach")
    return redirect("workspace:petition", uid=uid)


def _paper(request: HttpRequest, found: Any) -> Any:
    if not policy.may_work_on(user_of(request), found.kind):
        raise Refusal("petition-not-permitted", "Esta solicitud la responden cumplimiento o dirección.")
    if found.obligation is None:
        raise Refusal("petition-paper", "Este caso no es de una obligación: guarde el documento en la de la persona.")
    known = request.POST.get("known", "")
    if known:
        paper = next((one for one in replying.other_papers(found) if str(one.uid) == known), None)
        if paper is None:
            raise Http404
        return paper
    file = request.FILES.get("file")
    chunks = file.chunks() if file is not None else ()
    return attach_paper(
        found.obligation, request.POST.get("title", ""), chunks, actor=user_of(request).username, now=clock.now()
    )


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_POST
def write(request: HttpRequest, uid: str) -> HttpResponse:
    """One approved text about the case to its person."""
    found, user, told = found_or_404(request, uid), user_of(request), request.POST
    try:
        replying.send_text(
            found, told.get("channel", ""), told.get("template", ""), told.get("text", ""), token=told.get("token", ""),
            by=user, now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return show_case(
            request, found, problem=in_reader_language(refusal.message), event="write", text=told.get("text", "")
        )
    return redirect("workspace:petition", uid=uid)


@allow(SUPERVISOR, COMPLIANCE, DIRECTOR)
@require_GET
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet of the complaint book, for the person and for the authority; 404 where the country has no book."""
    found = found_or_404(request, uid)
    if not found.book_number:
        raise Http404
    content = draw_sheet(found, language=get_language() or "es", made_at=clock.now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="hoja-{found.book_number}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
