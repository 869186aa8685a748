"""Coming in, going out, the language, and the way to one's first screen."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.access import EVERYONE, allow, open_to_all, user_of
from acuerdo.workspace.actions.session import choose_language, try_log_in
from acuerdo.workspace.navigation import home_of

YEAR_SECONDS = 365 * 24 * 3600


@open_to_all
@never_cache
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if request.user.is_authenticated:
        return redirect(_safe(request, wanted))
    if request.method == "GET":
        return render(request, "workspace/door.html", {"next": wanted})
    username = request.POST.get("username", "").strip()
    address = request.META.get("REMOTE_ADDR", "")
    try:
        user = try_log_in(request, username, request.POST.get("password", ""), address=address, at=datetime.now(UTC))
    except Refusal as refusal:
        status = 429 if refusal.code == "too-many-attempts" else 422
        context = {"next": wanted, "username": username, "refusal": in_reader_language(refusal.message)}
        return render(request, "workspace/door.html", context, status=status)
    login(request, user)
    return redirect(_safe(request, wanted))


@open_to_all
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("workspace:login")


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Kept on the user; in a cookie too, so that the log-in page greets in the same language."""
    wanted = request.POST.get("language", "")
    answer = redirect(_safe(request, request.POST.get("next", "")))
    if wanted in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            choose_language(user_of(request), wanted)
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return answer


@allow(*EVERYONE)
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(user_of(request).role))


def _safe(request: HttpRequest, wanted: str) -> str:
    """Only addresses of this site: a link in a message must not send a fresh log-in elsewhere."""
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_safe else reverse("workspace:home")
