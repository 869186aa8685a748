"""Seeing personal data that is masked until needed."""

from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal

MAY_SEE_DOCUMENT = frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE})


@transaction.atomic
def see_document(debtor: Any, *, by: User, now: datetime) -> str:
    """The full document number of a person whom the user may see, and a line in the audit that they saw it. Refuses `not-allowed`."""
    if by.role not in MAY_SEE_DOCUMENT:
        raise Refusal("not-allowed", "Su perfil no puede ver el documento completo.")
    write_audit(
        chain="personal-data",
        action="document.seen",
        actor=by.username,
        subject=("debtor", str(debtor.uid)),
        payload={},
        now=now,
    )
    number: str = debtor.id_number
    return number
