"""Log-ins and the language of a user."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest

from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import fold
from acuerdo.workspace.models import LoginFailure

WINDOW = timedelta(minutes=15)
FAILURES_PER_USERNAME_MAX = 5
FAILURES_PER_ADDRESS_MAX = 30
# One sentence for a wrong user, a wrong password and a closed account: the answer must not tell which names exist.
GENERIC = "El usuario o la contraseña no coinciden. Revíselos e intente de nuevo."


def try_log_in(request: HttpRequest, username: str, password: str, *, address: str, at: datetime) -> User:
    """The user that the credentials name. Refuses `bad-credentials`, and `too-many-attempts` before looking at the password.

    `at` is the real instant, not the installation's: moving the demo's date must not open the door again.
    """
    key = fold(username)[:60]
    LoginFailure.objects.filter(at__lt=at - WINDOW).delete()
    if _has_failed_too_often(key, address):
        raise Refusal("too-many-attempts", "Hubo demasiados intentos. Espere 15 minutos y vuelva a intentar.")
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        LoginFailure.objects.create(username=key, address=address, at=at)
        raise Refusal("bad-credentials", GENERIC)
    LoginFailure.objects.filter(username=key).delete()
    return user


@transaction.atomic
def choose_language(user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])


def _has_failed_too_often(username: str, address: str) -> bool:
    return (
        LoginFailure.objects.filter(username=username).count() >= FAILURES_PER_USERNAME_MAX
        or LoginFailure.objects.filter(address=address).count() >= FAILURES_PER_ADDRESS_MAX
    )
