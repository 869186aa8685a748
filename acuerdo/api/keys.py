"""Keys of programs: made, listed, revoked, recognised. The key itself is told once and never stored; its SHA-256 is."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet

from acuerdo.api.models import ApiKey
from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal

AUDIT_CHAIN = "accounts"
PREFIX = "acu_"
# No person can be called so, and no password ever fits: the account exists for its role and scope alone.
USERNAME_PREFIX = "api:"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `secret` is shown once."""

    key: ApiKey
    secret: str


def create_key(
    *, name: str, role: str, creditors: Sequence[str] = (), agency: str = "", actor: str, now: datetime
) -> NewKey:
    """A key that sees what a user of that role would: an agency's placements, the named creditors, or everything.

    Refuses `name-missing`, `key-exists`, `role-unknown`, `unknown-creditor`, `unknown-agency`, `scope-twice`.
    """
    name = name.strip()
    if not name or len(name) > 40:
        raise Refusal("name-missing", "Dé a la clave un nombre de hasta 40 letras.")
    if role not in Role.values:
        raise Refusal("role-unknown", f"No existe el rol {role}. Use {', '.join(Role.values)}.")
    if creditors and agency:
        raise Refusal("scope-twice", "Una clave es de una agencia o de acreedores, no de ambos.")
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        lock_name("apikey", name.lower())
        if ApiKey.objects.filter(name__iexact=name).exists():
            raise Refusal("key-exists", f"Ya hay una clave llamada {name}.")
        user = _account(name, role, creditors, agency)
        key = ApiKey.objects.create(
            name=name, hint=secret[:10], digest=_digest(secret), user=user, created_at=now, created_by=actor
        )
        key.refresh_from_db(fields=["uid"])
        _audit("apikey_created", key, {"name": name, "role": role}, actor, now)
    return NewKey(key, secret)


def revoke_key(name: str, *, actor: str, now: datetime) -> ApiKey:
    """Closes a key at once and for good; a second time changes nothing. Refuses `unknown-key`."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("user").filter(name__iexact=name).first()
        if key is None:
            raise Refusal("unknown-key", f"No hay una clave llamada {name}.")
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            User.objects.filter(pk=key.user_id).update(is_active=False)
            _audit("apikey_revoked", key, {"name": key.name}, actor, now)
    return key


def list_keys() -> QuerySet[ApiKey]:
    """Every key, the newest last, with its account."""
    return ApiKey.objects.select_related("user", "user__agency").prefetch_related("user__creditors").order_by("pk")


def key_of(secret: str, *, now: datetime) -> ApiKey | None:
    """The key in force behind a secret, None for any other text. Its last day of use is noted once a day."""
    if not secret.startswith(PREFIX):
        return None
    key = ApiKey.objects.select_related("user").filter(digest=_digest(secret), revoked_at__isnull=True).first()
    if key is not None and (key.last_used_on is None or key.last_used_on < now.date()):
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=now.date())
    return key


def _account(name: str, role: str, creditors: Sequence[str], agency: str) -> User:
    creditor_table: Any = apps.get_model("portfolio.Creditor")
    agency_table: Any = apps.get_model("portfolio.Agency")
    found = list(creditor_table.objects.filter(name__in=creditors))
    if missing := set(creditors) - {creditor.name for creditor in found}:
        raise Refusal("unknown-creditor", f"No existe el acreedor {min(missing)}.")
    own = agency_table.objects.filter(name=agency).first() if agency else None
    if agency and own is None:
        raise Refusal("unknown-agency", f"No existe la agencia {agency}.")
    user = User.objects.create_user(
        f"{USERNAME_PREFIX}{name}",
        role=role,
        full_name=name,
        agency=own,
        sees_all_creditors=not creditors and own is None,
    )
    user.creditors.set(found)
    return user


def _audit(action: str, key: ApiKey, payload: dict[str, str], actor: str, now: datetime) -> None:
    subject = ("apikey", str(key.uid))
    write_audit(chain=AUDIT_CHAIN, action=action, actor=actor, subject=subject, payload=payload, now=now)


def _digest(secret: str) -> bytes:
    # The secret has 256 random bits, so nothing slower than one SHA-256 is needed.
    return hashlib.sha256(secret.encode()).digest()
