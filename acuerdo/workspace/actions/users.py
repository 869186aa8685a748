"""The people who work with the system. Administration only; every change leaves a line in the audit."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.tables import Agency, Creditor

CHAIN = "users"
# No 0/O nor 1/l/I: the first password is read aloud or copied from a screen by hand.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class NewUser:
    """`creditor_uids` bound what a lender's user sees unless `sees_all_creditors`; `agency_uid` makes an agency's user."""

    username: str
    full_name: str
    email: str
    role: str
    sees_all_creditors: bool
    creditor_uids: Sequence[str] = ()
    agency_uid: str = ""


@transaction.atomic
def create_user(told: NewUser, *, by: User, now: datetime) -> tuple[User, str]:
    """The user and a first password that is shown once. Refuses `not-allowed`, `username-taken` and `scope-empty`."""
    _require_admin(by)
    if User.objects.filter(username=told.username).exists():
        raise Refusal("username-taken", "Ya hay una persona con ese usuario.")
    agency = Agency.objects.get(uid=told.agency_uid) if told.agency_uid else None
    seen = list(Creditor.objects.filter(uid__in=told.creditor_uids))
    if agency is None and not told.sees_all_creditors and not seen:
        raise Refusal("scope-empty", "Indique qué cartera verá: todos los acreedores, algunos o la de una agencia.")
    password = _new_password()
    user = User.objects.create_user(
        told.username,
        role=told.role,
        full_name=told.full_name,
        password=password,
        email=told.email,
        agency=agency,
        sees_all_creditors=told.sees_all_creditors and agency is None,
    )
    user.creditors.set(seen)
    user.refresh_from_db()
    _write(user, "user.created", by=by, now=now, payload={"role": told.role, "agency": told.agency_uid})
    return user, password


@transaction.atomic
def set_active(user_id: int, is_active: bool, *, by: User, now: datetime) -> User:
    """Opens or closes an account; closing it ends its sessions at the next request. Refuses `not-allowed`, `own-account`."""
    _require_admin(by)
    user = User.objects.select_for_update().get(pk=user_id)
    if user.pk == by.pk:
        raise Refusal(
            "own-account", "No puede cerrar su propia cuenta: pídalo a otra persona con perfil de administración."
        )
    if user.is_active != is_active:
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        _write(user, "user.opened" if is_active else "user.closed", by=by, now=now, payload={})
    return user


@transaction.atomic
def reset_password(user_id: int, *, by: User, now: datetime) -> tuple[User, str]:
    """A new first password, shown once; the old one and every open session stop working. Refuses `not-allowed`."""
    _require_admin(by)
    user = User.objects.select_for_update().get(pk=user_id)
    password = _new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _write(user, "user.password_reset", by=by, now=now, payload={})
    return user, password


def _require_admin(user: User) -> None:
    if user.role != Role.ADMIN:
        raise Refusal("not-allowed", "Solo quien administra el sistema puede cambiar usuarios.")


def _new_password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _write(user: User, action: str, *, by: User, now: datetime, payload: dict[str, str]) -> None:
    write_audit(
        chain=CHAIN, action=action, actor=by.username, subject=("user", str(user.uid)), payload=payload, now=now
    )
