"""Who in a company answers at one of its telephones, addresses or mailboxes, and what they decide there."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import squeeze
from acuerdo.portfolio.models import ContactPoint, ContactRole, DebtorKind
from acuerdo.portfolio.queries import debtors_visible_to

MAY_NAME = frozenset({Role.AGENT, Role.SUPERVISOR})
NAME_LENGTH_MAX = 120


@transaction.atomic
def name_company_contact(point_uid: UUID, *, name: str, role: str, by: User, now: datetime) -> ContactPoint:
    """Both empty takes the note away. The chain keeps the role and never the name, which can then be erased.

    Refuses `not-allowed`, `contact-point-unknown`, `contact-not-company` and `contact-role`.
    """
    if by.role not in MAY_NAME:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")
    point = ContactPoint.objects.select_for_update(of=("self",)).select_related("debtor").filter(uid=point_uid).first()
    if point is None or not debtors_visible_to(by).filter(pk=point.debtor_id).exists():
        raise Refusal("contact-point-unknown", "No encontramos ese medio de contacto.")
    if point.debtor.kind != DebtorKind.COMPANY:
        raise Refusal("contact-not-company", "Solo en una empresa se anota quién contesta.")
    if role and role not in ContactRole.values:
        raise Refusal("contact-role", "Elija de la lista qué atiende esa persona.")
    point.contact_name, point.contact_role, point.updated_at = squeeze(name)[:NAME_LENGTH_MAX], role, now
    point.save(update_fields=["contact_name", "contact_role", "updated_at"])
    write_audit(
        chain="portfolio", action="name_company_contact", actor=by.username, subject=("contact_point", str(point.uid)),
        payload={"role": role, "is_named": bool(point.contact_name)}, now=now,
    )  # fmt: skip
    return point
