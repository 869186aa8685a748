"""Due dates put off, payments charged back and credit returned, on `ledger` accounts."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.corrections import check_amount, lock_own, post_event, standing_events
from acuerdo.ledger.models import Account, AccountEvent, Payment
from acuerdo.ledger.queries import cap_tables, load_accounts, state_of


def extend_due_dates(
    account_id: int, moves: Mapping[int, date], *, extended_on: date, reason: str, now: datetime, actor: str
) -> AccountEvent:
    """Puts instalments off (prórroga): `moves` maps their number to the new due date. Late interest accrued so far stays owed.

    Refuses `not-our-books`, `bad-event` (no instalment, or a date not after the extension's), `unknown-instalment` and
    `extension-not-later`.
    """
    details = {"moves": [{"instalment": number, "due_on": day.isoformat()} for number, day in sorted(moves.items())]}
    with transaction.atomic():
        account = lock_own(account_id)
        event = AccountEvent(kind=AccountEvent.Kind.EXTENSION, happened_on=extended_on, reason=reason, details=details)
        return post_event(account, event, now=now, actor=actor)


def charge_back(
    payment_id: int,
    amount_minor: int,
    *,
    charged_back_on: date,
    reference: str,
    reason: str,
    now: datetime,
    actor: str,
) -> AccountEvent:
    """Part or all of a payment went back to who made it; what it had covered is owed again from that day on.

    `reference` is the bank's own name for it: the same one again changes nothing. Refuses `bad-amount`, `unknown-payment`,
    `not-our-books`, `reversal-before-payment`, `reversal-of-chargeback` and `chargeback-above-payment`.
    """
    check_amount(amount_minor)
    _check_reference(reference)
    with transaction.atomic():
        payment = Payment.objects.filter(pk=payment_id, reverses=None).first()
        if payment is None:
            raise Refusal("unknown-payment", "No existe ese pago.")
        account = lock_own(payment.account_id)
        existing = _known(account, AccountEvent.Kind.CHARGEBACK, reference, amount_minor)
        if existing is not None:
            return existing
        event = AccountEvent(
            kind=AccountEvent.Kind.CHARGEBACK,
            happened_on=charged_back_on,
            amount_minor=amount_minor,
            payment=payment,
            reference=reference,
            reason=reason,
        )
        return post_event(account, event, now=now, actor=actor)


def return_credit(
    account_id: int, amount_minor: int, *, returned_on: date, reference: str, reason: str, now: datetime, actor: str
) -> AccountEvent:
    """Returns unspent credit to the customer. The same `reference` again changes nothing.

    Refuses `bad-amount`, `not-our-books` and `refund-above-credit`.
    """
    check_amount(amount_minor)
    _check_reference(reference)
    with transaction.atomic():
        account = lock_own(account_id)
        existing = _known(account, AccountEvent.Kind.REFUND, reference, amount_minor)
        if existing is not None:
            return existing
        credit = state_of(load_accounts([account])[0], returned_on, cap_tables()).unallocated_minor
        if amount_minor > credit:
            raise Refusal("refund-above-credit", "La devolución es mayor que el saldo a favor.")
        event = AccountEvent(
            kind=AccountEvent.Kind.REFUND,
            happened_on=returned_on,
            amount_minor=amount_minor,
            reference=reference,
            reason=reason,
        )
        return post_event(account, event, now=now, actor=actor)


def _check_reference(reference: str) -> None:
    if not reference:
        raise Refusal("reference-missing", "El movimiento necesita una referencia que lo distinga.")


def _known(account: Account, kind: str, reference: str, amount_minor: int) -> AccountEvent | None:
    """The event of that reference; refuses `event-ref-reused` when it was for another amount."""
    found = standing_events(account, kind).filter(reference=reference).first()
    if found is not None and found.amount_minor != amount_minor:
        raise Refusal("event-ref-reused", f"La referencia «{reference}» ya pertenece a otro movimiento.")
    return found
