"""Who may open which screen. Every view of the workspace is marked `@allow(…)` or `@open_to_all`; a test refuses one that is not.

What a user sees *inside* a screen is bounded elsewhere: every query starts from `portfolio.public.visible_to(user)`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from acuerdo.base.models import Role, User

type View = Callable[..., HttpResponseBase]

EVERYONE = frozenset(Role)
AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN = Role.AGENT, Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE, Role.ADMIN
LEADS = frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})


def user_of(request: HttpRequest) -> User:
    """The signed-in user; only for views behind `allow`."""
    return cast(User, request.user)


def is_partial(request: HttpRequest) -> bool:
    """True when htmx asks for a piece of the page and not for the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def allow(*roles: Role) -> Callable[[View], View]:
    """Marks a view with the roles that may open it: others get 403, nobody signed in goes to the log-in page."""
    allowed = frozenset(roles)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_log_in(request)
            if user_of(request).role not in allowed:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return guarded

    return mark


def open_to_all(view: View) -> View:
    """Marks a view that needs no log-in."""
    view.allowed_roles = None  # type: ignore[attr-defined]
    return view


def _to_log_in(request: HttpRequest) -> HttpResponse:
    """A whole page is redirected; a piece of one tells htmx to leave, so the log-in form never lands inside a panel."""
    wanted = request.headers.get("HX-Current-URL", "") if is_partial(request) else request.get_full_path()
    target = f"{reverse('workspace:login')}?{urlencode({'next': wanted})}"
    if not is_partial(request):
        return redirect(target)
    answer = HttpResponse(
        _("Su sesión terminó. Ingrese de nuevo para continuar."), status=401, content_type="text/plain; charset=utf-8"
    )
    answer["HX-Redirect"] = target
    return answer
