"""What a person said they can pay in a month: kept when somebody writes it down, and asked about by strategies."""

from datetime import date, datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import DeclaredCapacity

AUDIT_CHAIN = "negotiation"
CAPACITY_MAX = 10**15


@transaction.atomic
def declare_capacity(
    debtor_id: int, *, currency: str, monthly_minor: int, actor: str, now: datetime, today: date
) -> DeclaredCapacity:
    """A new row; the newest counts. Refuses `bad-capacity` for an amount below zero or absurd. The amount is not audited."""
    if not 0 <= monthly_minor <= CAPACITY_MAX:
        raise Refusal("bad-capacity", "Escriba cuánto puede pagar la persona en un mes.")
    made = DeclaredCapacity.objects.create(
        debtor_id=debtor_id, currency=currency, monthly_minor=monthly_minor, declared_on=today, declared_at=now, declared_by=actor
    )  # fmt: skip
    write_audit(
        chain=AUDIT_CHAIN, action="capacity-declared", actor=actor, subject=("debtor", str(debtor_id)),
        payload={"currency": currency}, now=now,
    )  # fmt: skip
    return made
