"""The one place that turns trouble into problem details (RFC 9457): a stable `code`, a sentence, and where it was."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import ExternalError, Refusal

log = logging.getLogger("acuerdo.api")
CONTENT_TYPE = "application/problem+json"
# A refusal is a conflict with the state of things (409) unless its code says otherwise.
STATUSES = {
    "not-found": 404,
    "not-allowed": 403,
    "bad-cursor": 422,
    "bad-amount": 422,
    "bad-payment": 422,
    "too-many-decimals": 422,
    "currency-mismatch": 422,
    "offer-request": 422,
    "before-core-figures": 422,
    "idempotency-key-reused": 422,
    "request-in-progress": 409,
    "hold-lift-not-permitted": 403,
    "unknown-hold": 422,
    "hold-end-past": 422,
    "hold-reason-missing": 422,
    "consent-in-future": 422,
    "petition-in-future": 422,
    "invalid-windows": 422,
    "own-hours-two-spans": 422,
    "own-hours-in-future": 422,
    "own-hours-before-contract": 422,
    "petition-text-missing": 422,
}


def problem(status: int, code: str, title: str, **more: Any) -> HttpResponse:
    """The answer to a request that was not carried out. `more` adds members such as `errors` and `where`."""
    body = {"type": "about:blank", "status": status, "code": code, "title": title, **more}
    answer = JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def not_found() -> Refusal:
    """For what does not exist and for what is another's, in the same words."""
    return Refusal("not-found", "No existe, o está fuera del alcance de esta clave.")


def register(api: NinjaAPI) -> None:
    """Sets every handler on the API."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ExternalError, _outside)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unknown)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(Http404, lambda request, _error: _refused(request, not_found()))
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Exception, _failed)


def _refused(_request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    assert isinstance(refusal, Refusal)
    where = {"where": str(refusal.where)} if str(refusal.where) else {}
    return problem(STATUSES.get(refusal.code, 409), refusal.code, in_reader_language(refusal.message), **where)


def _outside(_request: HttpRequest, error: ExternalError | type[ExternalError]) -> HttpResponse:
    assert isinstance(error, ExternalError)
    log.warning("external trouble: %s", error.code)
    return problem(
        503, error.code, _("Un servicio externo no respondió. No se perdió nada: intente de nuevo en un minuto.")
    )


def _invalid(_request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    errors = [{"where": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors]
    return problem(422, "invalid-request", _("La solicitud no tiene la forma esperada."), errors=errors)


def _unknown(_request: HttpRequest, _error: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    return problem(401, "not-authenticated", _("Falta una clave vigente: envíe Authorization: Bearer con su clave."))


def _forbidden(_request: HttpRequest, _error: PermissionDenied | type[PermissionDenied]) -> HttpResponse:
    return problem(403, "not-allowed", _("El rol de esta clave no permite hacerlo."))


def _http(_request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    assert isinstance(error, HttpError)
    code = "invalid-json" if error.status_code == 400 else "http-error"
    return problem(error.status_code, code, _("No pudimos leer la solicitud."))


def _failed(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """A fault of ours: the answer says so, the log has all of it."""
    assert isinstance(error, Exception)
    log.error("request failed: %s", request.path, exc_info=error)
    return problem(500, "internal", _("Algo falló de nuestro lado y quedó registrado."))
