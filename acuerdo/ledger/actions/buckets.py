"""The installation's own management buckets, from a date on."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.clock import zone
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.payments import AUDIT_CHAIN
from acuerdo.ledger.models import BucketSet
from acuerdo.ledger.rules.buckets import Bucket, check_buckets


def set_buckets(buckets: Sequence[Bucket], *, from_on: date, reason: str, now: datetime, actor: str) -> BucketSet:
    """Puts buckets into use from a date on: screens, lists, files and decisions name arrears by them from the next refresh.

    The same again changes nothing. Refuses `bad-buckets`, `reason-missing`, `buckets-in-the-past` (what was shown before
    stays as it was) and `buckets-in-force` when others already hold from that very date.
    """
    rows = [{"name": bucket.name, "from_days": bucket.from_days} for bucket in check_buckets(buckets)]
    if not reason.strip():
        raise Refusal("reason-missing", "Diga por qué cambian las franjas.")
    with transaction.atomic():
        existing = BucketSet.objects.select_for_update().filter(from_on=from_on).first()
        if existing is not None:
            if existing.buckets != rows:
                raise Refusal("buckets-in-force", f"Ya hay otras franjas desde el {from_on}.")
            return existing
        if from_on < now.astimezone(zone()).date():
            raise Refusal("buckets-in-the-past", f"Las franjas nuevas no pueden regir desde el {from_on}, que ya pasó.")
        made = BucketSet.objects.create(
            from_on=from_on, buckets=rows, reason=reason.strip()[:200], recorded_at=now, recorded_by=actor
        )
        write_audit(
            chain=AUDIT_CHAIN,
            action="set_buckets",
            actor=actor,
            subject=("buckets", from_on.isoformat()),
            payload={"buckets": rows, "reason": reason.strip()},
            now=now,
        )
    return made
