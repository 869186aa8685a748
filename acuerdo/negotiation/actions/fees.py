"""Charging a collection fee: only for a contact of the log that was carried out, about this obligation, and once.

The ledger holds the amount to the law and the disclosed tariff; here the activity behind it is looked up (Colombia: a fee needs a
real activity, never mere delay; Chile, Ley 19.496 art. 37: the first useful contact is free).
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import post_fee
from acuerdo.policy.public import Attempt, AttemptStatus

CARRIED_OUT = frozenset(
    {
        AttemptStatus.SENT,
        AttemptStatus.DELIVERED,
        AttemptStatus.READ,
        AttemptStatus.ANSWERED,
        AttemptStatus.UNANSWERED,
    }
)


def chargeable_attempts(obligation_id: int, *, limit: int = 30) -> list[Attempt]:
    """The latest contacts about an obligation that were carried out, the newest first: what a fee may rest on."""
    found = Attempt.objects.filter(obligation_id=obligation_id, direction="out", status__in=CARRIED_OUT)
    return list(found.order_by("-at")[:limit])


def charge_collection_fee(
    attempt_id: int, amount_minor: int, *, charged_on: date, actor: str, now: datetime, reason: str = ""
) -> Any:
    """The ledger's event of the fee; the same activity again changes nothing. Amount in minor units.

    Refuses `fee-activity-unknown`, `fee-activity-not-done` (reserved, failed, cancelled or inbound), `fee-activity-later` (dated
    after the charge) and what `ledger.post_fee` refuses.
    """
    attempt = Attempt.objects.select_related("creditor").filter(pk=attempt_id, obligation__isnull=False).first()
    if attempt is None or attempt.obligation_id is None:
        raise Refusal("fee-activity-unknown", "No encontramos la gestión que respalda este gasto.")
    if attempt.direction != "out" or attempt.status not in CARRIED_OUT:
        raise Refusal("fee-activity-not-done", "Esa gestión no se realizó: no respalda un gasto de cobranza.")
    zone = ZoneInfo(attempt.creditor.timezone)
    if attempt.at.astimezone(zone).date() > charged_on:
        raise Refusal("fee-activity-later", "La gestión es posterior a la fecha del gasto.")
    return post_fee(
        attempt.obligation_id,
        amount_minor,
        charged_on=charged_on,
        activity=str(attempt.uid),
        free_activity_on=_first_before(attempt, zone),
        reason=reason,
        now=now,
        actor=actor,
    )


def _first_before(attempt: Attempt, zone: ZoneInfo) -> date | None:
    """The day of the first contact carried out about the obligation since it fell behind, before this one."""
    since = attempt.obligation.account.due_since if attempt.obligation else None
    earlier = Attempt.objects.filter(
        obligation_id=attempt.obligation_id, direction="out", status__in=CARRIED_OUT, at__lt=attempt.at
    ).order_by("at")
    days = (row.astimezone(zone).date() for row in earlier.values_list("at", flat=True))
    return next((day for day in days if since is None or day > since), None)
