"""The movements of one account as they were recorded: payments, reversals and all other events, those taken back among them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from acuerdo.ledger.models import AccountEvent, Payment
from acuerdo.ledger.rules.events import REPLACEMENTS


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the books; `pk` is its key there, of a payment or of an event by `kind`.

    `kind` is `payment`, `reversal` or that of an event; amounts are minor units, never negative.

    `undone_at` and `undone_why` say when and why it was taken back. `may_undo`: there is a way to take it back, and nobody has.
    """

    pk: int
    uid: str
    kind: str
    on: date
    amount_minor: int
    component: str
    until_on: date | None
    reason: str
    reference: str
    recorded_at: datetime
    recorded_by: str
    undone_at: datetime | None
    undone_by: str
    undone_why: str
    may_undo: bool
    details: dict[str, Any] = field(default_factory=dict)


def movements_of(account_id: int, *, known_at: datetime | None = None) -> list[Movement]:
    """The newest first; with `known_at`, as they stood in the books at that instant. Two queries."""
    known = Q() if known_at is None else Q(recorded_at__lte=known_at)
    rows = Payment.objects.filter(known, account_id=account_id).order_by("pk")
    events = AccountEvent.objects.filter(known, account_id=account_id).select_related("payment").order_by("pk")
    found = _payments(list(rows)) + [_event(event, known_at) for event in events]
    return sorted(found, key=lambda row: (row.on, row.recorded_at), reverse=True)


def _payments(rows: Sequence[Payment]) -> list[Movement]:
    reversals = {row.reverses_id: row for row in rows if row.reverses_id is not None}
    return [_payment(row, reversals.get(row.pk)) for row in rows]


def _payment(row: Payment, reversal: Payment | None) -> Movement:
    return Movement(
        pk=row.pk,
        uid=str(row.uid),
        kind="payment" if row.reverses_id is None else "reversal",
        on=row.paid_on,
        amount_minor=abs(row.amount_minor),
        component="",
        until_on=None,
        reason=row.reason,
        reference=f"{row.source} · {row.external_ref}",
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        undone_at=reversal.recorded_at if reversal else None,
        undone_by=reversal.recorded_by if reversal else "",
        undone_why=reversal.reason if reversal else "",
        may_undo=row.reverses_id is None and reversal is None,
    )


def _event(row: AccountEvent, known_at: datetime | None) -> Movement:
    annulled_at = row.annulled_at
    if annulled_at is not None and known_at is not None and annulled_at > known_at:
        annulled_at = None
    return Movement(
        pk=row.pk,
        uid=str(row.uid),
        kind=row.kind,
        on=row.happened_on,
        amount_minor=abs(row.amount_minor),
        component=row.component,
        until_on=row.until_on,
        reason=row.reason,
        reference=row.reference or row.activity,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        undone_at=annulled_at,
        undone_by=row.annulled_by if annulled_at else "",
        undone_why=row.annulled_why if annulled_at else "",
        may_undo=annulled_at is None and row.kind not in REPLACEMENTS,
        details={**row.details, "payment": str(row.payment.uid) if row.payment else ""},
    )
