"""Who calls: the bearer key, and the roles that an endpoint admits. What a key sees starts from `visible_to` of its account."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from acuerdo.api.keys import key_of
from acuerdo.api.models import ApiKey
from acuerdo.api.problems import not_found
from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.portfolio.public import visible_to

EVERYONE = frozenset(Role)
LEADS = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE, Role.ADMIN})
CASHIERS = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.ADMIN})


class BearerKey(HttpBearer):
    """`Authorization: Bearer acu_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return key_of(token, now=clock.now())


def key_in(request: HttpRequest) -> ApiKey:
    """The key of an authenticated request."""
    return cast(ApiKey, request.auth)  # type: ignore[attr-defined]  # ninja sets it


def caller(request: HttpRequest, roles: frozenset[Role] = EVERYONE) -> User:
    """The account that the key acts as; PermissionDenied when its role is not among `roles`."""
    user = key_in(request).user
    if user.role not in roles:
        raise PermissionDenied
    return user


def obligation_for(user: User, uid: UUID) -> Any:
    """The obligation with its account, creditor and debtor; refuses `not-found` when the key may not see it."""
    found = visible_to(user).select_related("account", "creditor", "debtor").filter(uid=uid).first()
    if found is None:
        raise not_found()
    return found
