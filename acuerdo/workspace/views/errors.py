"""The pages for what does not exist, is not allowed, or failed: what happened and what to do, in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from acuerdo.workspace.access import is_partial
from acuerdo.workspace.middleware import problem


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    sentence = _("No encontramos lo que busca, o no está entre lo que usted atiende.")
    advice = _("Revise la dirección o busque por nombre, documento u obligación.")
    return _page(request, status=404, code="not-found", heading=_("No está aquí"), sentence=sentence, advice=advice)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    sentence = _("Su perfil no incluye esta pantalla o esta acción.")
    advice = _("Si la necesita para su trabajo, pídala a quien administra los usuarios.")
    return _page(request, status=403, code="not-allowed", heading=_("Sin permiso"), sentence=sentence, advice=advice)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it
    sentence = _("La página estuvo abierta demasiado tiempo y no pudimos comprobar que el envío fuera suyo.")
    advice = _("Vuelva atrás, recargue la página y envíe de nuevo.")
    return _page(
        request, status=403, code="form-expired", heading=_("La página venció"), sentence=sentence, advice=advice
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Rendered without the request's context: whatever broke must not break this page too."""
    sentence = _("Algo falló de nuestro lado y quedó registrado. Lo que ya estaba guardado sigue guardado.")
    if is_partial(request):
        return problem(request, status=500, code="internal", sentence=sentence)
    return HttpResponse(render_to_string("workspace/errors/failed.html", {"sentence": sentence}), status=500)


def _page(request: HttpRequest, *, status: int, code: str, heading: str, sentence: str, advice: str) -> HttpResponse:
    if is_partial(request):
        return problem(request, status=status, code=code, sentence=sentence)
    context = {"heading": heading, "sentence": sentence, "advice": advice, "code": ""}
    return render(request, "workspace/errors/problem.html", context, status=status)
