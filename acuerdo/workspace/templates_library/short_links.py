"""A short address of a message leads to its long one. Open to all: whoever holds the code was sent it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from acuerdo.base import clock
from acuerdo.messaging.public import open_short_link
from acuerdo.workspace.access import open_to_all


@open_to_all
@require_safe
@never_cache
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """Counts the opening and redirects; an unknown or expired code is not found, in the same words."""
    url = open_short_link(code, now=clock.now(), counts=request.method == "GET")
    if url is None:
        raise Http404
    answer = redirect(url)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
