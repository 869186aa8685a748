"""Marking what was carried out in the creditor's core, and taking the mark back."""

from datetime import date, datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.actions.plan_records import AUDIT_CHAIN
from acuerdo.negotiation.models import CoreDeed, CoreMark, PlanObligation
from acuerdo.negotiation.queries.core import asks_of_core


@transaction.atomic
def mark_applied(covered_id: int, deed: str, *, reference: str, actor: str, now: datetime, today: date) -> CoreMark:
    """The core has it, under its own `reference`; again it changes nothing. Refuses `core-deed-unknown`."""
    row = _asked(covered_id, deed)
    told = {"reference": reference.strip()[:60], "applied_on": today, "applied_at": now, "applied_by": actor}
    mark, is_new = CoreMark.objects.get_or_create(covered=row, deed=deed, defaults=told)
    if is_new:
        _audit(row, f"core.{deed}", actor, now, mark.reference)
    return mark


@transaction.atomic
def unmark_applied(covered_id: int, deed: str, *, actor: str, now: datetime) -> None:
    """It was marked by mistake: it waits again. Refuses `core-deed-unknown`."""
    row = _asked(covered_id, deed)
    deleted, _by_model = CoreMark.objects.filter(covered=row, deed=deed).delete()
    if deleted:
        _audit(row, f"core.{deed}.undone", actor, now, "")


def _asked(covered_id: int, deed: str) -> PlanObligation:
    found = PlanObligation.objects.select_for_update(of=("self",)).select_related("plan")
    row = (
        found.filter(pk=covered_id, is_core=True).filter(asks_of_core(deed)).first()
        if deed in CoreDeed.values
        else None
    )
    if row is None:
        raise Refusal("core-deed-unknown", "Eso ya no está por aplicar en el core: vuelva a abrir la lista.")
    return row


def _audit(row: PlanObligation, action: str, actor: str, now: datetime, reference: str) -> None:
    subject = ("plan", str(row.plan.uid))
    payload = {"obligation": row.obligation_id, "reference": reference}
    write_audit(chain=AUDIT_CHAIN, action=action, actor=actor, subject=subject, payload=payload, now=now)
