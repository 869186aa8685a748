"""The one place that turns expected trouble into answers, and the one that chooses the language of a request."""

import json
import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from acuerdo.base.sentences import say_refusal
from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.workspace.access import is_partial

type Handler = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger("acuerdo.workspace")
# Codes that are not a conflict with the state of things; every other refusal answers 409.
STATUSES = {"not-found": 404, "not-allowed": 403, "not-permitted": 403, "forbidden": 403, "too-many-attempts": 429}


class UserLanguage:
    """The user's own language once signed in, before that the cookie of the log-in page, else Spanish. The API's callers, who have
    neither, may ask for one by `Accept-Language`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = _language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ErrorSentences:
    """A `Refusal` becomes its sentence, an `ExternalError` a sentence and a log line without personal data."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            status = STATUSES.get(exception.code, 409)
            return problem(request, status=status, code=exception.code, sentence=say_refusal(exception))
        if isinstance(exception, ExternalError):
            log.warning("external trouble: %s", exception.code)
            sentence = _("Un servicio externo no respondió. No se perdió nada: intente de nuevo en un minuto.")
            return problem(request, status=503, code=exception.code, sentence=sentence)
        return None


def problem(request: HttpRequest, *, status: int, code: str, sentence: str) -> HttpResponse:
    """One sentence in the form that the asker reads: problem details (RFC 9457) for htmx and machines, a page for people."""
    accepts_html = "text/html" in request.headers.get("Accept", "text/html")
    if is_partial(request) or not accepts_html:
        body = {"type": "about:blank", "status": status, "code": code, "title": sentence, "detail": sentence}
        return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
    context = {"code": code, "sentence": sentence, "status": status}
    return render(request, "workspace/errors/problem.html", context, status=status)


def _language_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        wanted = user.language
    elif request.path.startswith("/api/") and "Accept-Language" in request.headers:
        wanted = translation.get_language_from_request(request)
    else:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
