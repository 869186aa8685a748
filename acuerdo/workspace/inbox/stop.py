"""The one-click end of a channel (RFC 8058): a mail program posts here without a person, a person sees a page with one button.

No cookie and no log-in: the address itself is the proof. A GET changes nothing, because programs follow links.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from acuerdo.base import clock
from acuerdo.messaging.public import unsubscribe, unsubscribed_message
from acuerdo.workspace.access import open_to_all
from acuerdo.workspace.permits.own_page import own_address


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends the channel, however often; GET asks."""
    is_done = request.method == "POST"
    row = unsubscribe(token, clock.now()) if is_done else unsubscribed_message(token)
    if row is None:
        raise Http404
    context = {
        "creditor": row.creditor.name, "channel": row.channel, "is_done": is_done, "language": get_language(),
        "own_address": own_address(UUID(str(row.uid))),
    }  # fmt: skip
    # Made without the request, so that no session and no form cookie is set for whoever only wanted to leave.
    return HttpResponse(render_to_string("workspace/inbox/stop.html", context))
