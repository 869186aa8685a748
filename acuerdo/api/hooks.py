"""Where providers call: statuses of messages and answers of people. No key: the provider's own signature opens the door.

A forged call gets 401, one that makes no sense 422, and neither changes anything. The same call twice acts once.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from acuerdo.api.problems import problem
from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import Call, take_told

log = logging.getLogger("acuerdo.api")
STATUSES = {"webhook-forged": 401, "webhook-replayed": 409, "webhook-unreadable": 422}
BODY_BYTES_MAX = 2_000_000


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, name: str) -> HttpResponse:
    """One call of the provider `name`. A GET is Meta's question whether the address is ours."""
    find: Callable[[str], Any] = import_string(settings.PROVIDER_READERS)
    reader = find(name)
    if reader is None:
        return problem(404, "not-found", _("No hay un proveedor con ese nombre."))
    if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX:
        return problem(413, "webhook-too-large", _("La llamada es demasiado grande."))
    try:
        if request.method == "GET":
            return _confirmed(reader, request)
        take_told(name, reader.read_call(_call(request), clock.now()), clock.now())
    except Refusal as refusal:
        log.warning("call of %s refused: %s", name, refusal.code)
        return problem(STATUSES.get(refusal.code, 422), refusal.code, in_reader_language(refusal.message))
    return HttpResponse(status=204)


def _confirmed(reader: Any, request: HttpRequest) -> HttpResponse:
    if not hasattr(reader, "confirm_address"):
        return HttpResponse(status=405)
    return HttpResponse(reader.confirm_address(request.GET.dict()), content_type="text/plain; charset=utf-8")


def _call(request: HttpRequest) -> Call:
    base = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    headers = {key.lower(): value for key, value in request.headers.items()}
    return Call(f"{base}{request.get_full_path()}", headers, request.body)
