"""The versions of the guide: read, edited as a new draft with its problems named, put in force by a second person."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.tone import check_tone
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.rules.scripts import read_script
from acuerdo.negotiation.rules.scripts.document import shipped_text
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of

# What each field is, in the reader's language; the names stay as the guide writes them.
FIELD_WORDS = {
    "saludo": gettext_lazy("Buenos días, Buenas tardes"),
    "gestor": gettext_lazy("nombre de quien llama"),
    "titular": gettext_lazy("nombre completo de la persona"),
    "nombre": gettext_lazy("cómo prefiere que le digan"),
    "acreedor": gettext_lazy("en nombre de quién se llama"),
    "producto": gettext_lazy("crédito, tarjeta o factura"),
    "numero": gettext_lazy("últimas cifras de la obligación"),
    "vencido": gettext_lazy("valor pendiente hoy"),
    "saldo": gettext_lazy("todo lo que se debe"),
    "desde": gettext_lazy("desde cuándo está pendiente"),
    "dias": gettext_lazy("días de atraso"),
    "proximo_valor": gettext_lazy("próxima cuota"),
    "proxima_fecha": gettext_lazy("fecha de la próxima cuota"),
    "promesa_valor": gettext_lazy("última promesa"),
    "promesa_fecha": gettext_lazy("su fecha"),
}
COUNTRIES = ("", "CO", "PE", "MX", "CL", "EC", "AR", "BR", "US")


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def versions(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/guide/versions.html", {"versions": list(negotiation.script_versions())})


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def version(request: HttpRequest, script_uid: str) -> HttpResponse:
    found = _version_or_404(script_uid)
    context = {"version": found, "script": read_script(found.text), "may_publish": _may_publish(request, found)}
    return render(request, "workspace/guide/version.html", context)


@allow(SUPERVISOR, DIRECTOR)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Starts from a version (`?desde=`), else from the one that ships. What was typed is never lost to a mistake."""
    if request.method == "GET":
        return render(request, "workspace/guide/edit.html", _start(request))
    text, country = request.POST.get("text", "").replace("\r\n", "\n"), request.POST.get("country", "")
    country = country if country in COUNTRIES else ""
    try:
        script = read_script(text)
        _require_kind(script.spoken, country, script.language)
        made = negotiation.save_script(text, country=country, actor=user_of(request).username, now=clock.now())
    except Refusal as refusal:
        place = str(refusal.where)
        sentence = f"{place}: {in_reader_language(refusal.message)}" if place else in_reader_language(refusal.message)
        context = _page(text, country) | {"problem": sentence}
        return render(request, "workspace/guide/edit.html", context, status=422)
    return redirect("workspace:guide:version", made.uid)


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def publish(request: HttpRequest, script_uid: str) -> HttpResponse:
    found = _version_or_404(script_uid)
    try:
        negotiation.publish_script(found.pk, actor=user_of(request).username, now=clock.now())
    except Refusal as refusal:
        context = {"version": found, "script": read_script(found.text), "problem": in_reader_language(refusal.message)}
        return render(request, "workspace/guide/version.html", context, status=422)
    return redirect("workspace:guide:versions")


def _require_kind(texts: list[str], country: str, language: str) -> None:
    """Nothing that the tone checker blocks may be put into somebody's mouth; refuses `script-tone`."""
    if language != "es":
        return
    for text in texts:
        for finding in check_tone(text, country=(country or "CO").lower(), channel="call").findings:
            if finding.severity == "block":
                raise Refusal("script-tone", f"«{text}»: {finding.why} {finding.suggestion}")


def _start(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("desde", "")
    found = next((one for one in negotiation.script_versions() if str(one.uid) == asked), None)
    if found is not None:
        return _page(found.text, found.country)
    return _page(shipped_text("en" if request.GET.get("idioma") == "en" else "es"), "")


def _page(text: str, country: str) -> dict[str, Any]:
    return {"text": text, "country": country, "countries": COUNTRIES, "fields": FIELD_WORDS.items()}


def _version_or_404(script_uid: str) -> negotiation.ScriptVersion:
    found = negotiation.script_versions().filter(uid=script_uid).first()
    if found is None:
        raise Http404
    return found


def _may_publish(request: HttpRequest, found: negotiation.ScriptVersion) -> bool:
    user = user_of(request)
    return user.role in (SUPERVISOR, DIRECTOR) and found.state != "published" and found.saved_by != user.username
