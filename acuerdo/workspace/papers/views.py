"""The papers of a person's obligations: list, add, download. What is shown starts from what the user may see."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.public import attach_paper, paper_file, papers_of
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.queries.scope import debtor_or_404, obligations_of

EXTENSIONS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, uid: str) -> HttpResponse:
    user = user_of(request)
    debtor = debtor_or_404(user, uid)
    obligations = obligations_of(user).filter(debtor=debtor).order_by("number")
    problem = ""
    if request.method == "POST":
        chosen = obligations.filter(uid=request.POST.get("obligation", "")).first()
        file = request.FILES.get("file")
        if chosen is None:
            raise Http404
        chunks = file.chunks() if file is not None else ()
        try:
            attach_paper(chosen, request.POST.get("title", ""), chunks, actor=user.username, now=clock.now())
        except Refusal as refusal:
            problem = in_reader_language(refusal.message)
        else:
            return redirect("workspace:papers:list", uid=uid)
    context = {"debtor": debtor, "obligations": obligations, "papers": papers_of(obligations), "problem": problem}
    return render(request, "workspace/papers/list.html", context, status=422 if problem else 200)


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def download(request: HttpRequest, uid: str, paper_uid: str) -> HttpResponseBase:
    user = user_of(request)
    debtor = debtor_or_404(user, uid)
    paper = papers_of(obligations_of(user).filter(debtor=debtor)).filter(uid=paper_uid).first()
    if paper is None:
        raise Http404
    name = f"{paper.title} {paper.obligation.number}{EXTENSIONS[paper.content_type]}"
    response = FileResponse(paper_file(paper).open("rb"), as_attachment=True, filename=name)
    response["Content-Type"] = paper.content_type
    response["X-Content-Type-Options"] = "nosniff"
    return response
