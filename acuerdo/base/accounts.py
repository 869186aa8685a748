"""Making people who may log in. Where their screens change them, they call the actions here too."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal

CHAIN = "accounts"


def create_account(
    *,
    username: str,
    full_name: str,
    role: str,
    password: str,
    actor: str,
    now: datetime,
    email: str = "",
    sees_all_creditors: bool = False,
) -> User:
    """A new user with a role; audited. Raises Refusal `user-exists`, `password-weak`, `role-unknown`, `username-missing`."""
    username = username.strip()
    if not username:
        raise Refusal("username-missing", _("Escriba un nombre para entrar."))
    if role not in Role.values:
        raise Refusal("role-unknown", _("No existe el rol %(role)s.") % {"role": role})
    _check_password(password, User(username=username, full_name=full_name, email=email))
    with transaction.atomic():
        lock_name("username", username.lower())
        if User.objects.filter(username__iexact=username).exists():
            raise Refusal("user-exists", _("Ya hay un usuario %(username)s.") % {"username": username})
        user = User.objects.create_user(
            username,
            role=role,
            full_name=full_name,
            password=password,
            email=email,
            sees_all_creditors=sees_all_creditors,
        )
        user.refresh_from_db(fields=["uid"])
        write_audit(
            chain=CHAIN,
            action="account_created",
            actor=actor,
            subject=("user", str(user.uid)),
            payload={"role": role},
            now=now,
        )
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal("password-weak", " ".join(error.messages)) from None
