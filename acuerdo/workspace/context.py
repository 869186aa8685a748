"""What every page of the workspace needs: the way around, the business date and the hour of the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from acuerdo.base import clock
from acuerdo.workspace.navigation import links_for


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The clock is read once a page, and only by pages that show it."""
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    return {
        "navigation": SimpleLazyObject(lambda: links_for(user.role, request.path) if is_known and user else []),
        "now": SimpleLazyObject(clock.now),
        "business_date": SimpleLazyObject(clock.business_date),
        "languages": settings.LANGUAGES,
    }
