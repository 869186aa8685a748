"""Payments and their reversals: recorded once for each (source, external reference), whoever asks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from acuerdo.base.audit import Fact, write_audit_many
from acuerdo.base.clock import zone
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.posting import Recomputed, recompute, shares_of
from acuerdo.ledger.actions.writing import insert_payments
from acuerdo.ledger.models import Account, Payment
from acuerdo.ledger.ports import AfterPayments
from acuerdo.ledger.queries import unknown_account
from acuerdo.ledger.rules.book import Share

AUDIT_CHAIN = "ledger"
BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money received for one account. `external_ref` is the source's own name for it (bank record, receipt, transaction)."""

    account_id: int
    amount_minor: int
    paid_on: date
    source: str
    external_ref: str


@dataclass(frozen=True, slots=True)
class AccountState:
    """What a person looks at: before and after."""

    balance_minor: int
    balance_due_minor: int
    days_past_due: int
    bucket: str
    stage: str


@dataclass(frozen=True, slots=True)
class PaymentRecorded:
    """What recording changed. `is_new` false means that this payment was already here and nothing changed."""

    payment_id: int
    payment_uid: UUID
    account_id: int
    is_new: bool
    before: AccountState
    after: AccountState
    allocation: tuple[Share, ...] = field(default=())
    unallocated_minor: int = 0


def record_payment(
    account_id: int, *, amount_minor: int, paid_on: date, source: str, external_ref: str, now: datetime, actor: str
) -> PaymentRecorded:
    """Records one payment. See `record_payments`."""
    row = NewPayment(account_id, amount_minor, paid_on, source, external_ref)
    return record_payments([row], now=now, actor=actor)[0]


def record_payments(rows: Sequence[NewPayment], *, now: datetime, actor: str) -> list[PaymentRecorded]:
    """Records payments, each once, and brings their accounts up to date; all or none. Answers in the order given.

    Refuses `unknown-account`, `bad-payment` (amount not positive, no reference), `payment-ref-reused` (the reference names
    another payment) and `rate-cap-missing`. Thousands of rows are fine: the work goes in batches.
    What follows from them elsewhere (`ports.AfterPayments`) happens in the same transaction, whoever calls.
    """
    for row in rows:
        _check(row)
    # By account, so that each one is played once, or twice where a batch ends.
    order = sorted(range(len(rows)), key=lambda index: (rows[index].account_id, rows[index].paid_on))
    recorded: dict[int, PaymentRecorded] = {}
    with transaction.atomic():
        accounts = lock_accounts([row.account_id for row in rows])
        for batch in batched(order, BATCH_ROWS):
            done = _record_batch([rows[index] for index in batch], accounts, now, actor)
            recorded |= zip(batch, done, strict=True)
        _settle([one.account_id for one in recorded.values() if one.is_new], now)
    return [recorded[index] for index in range(len(rows))]


def reverse_payment(
    payment_id: int, *, reversed_on: date, external_ref: str, now: datetime, actor: str
) -> PaymentRecorded:
    """Takes a payment back from `reversed_on` on (bounced, charged back, misapplied); a second call changes nothing.

    Afterwards every balance is as if it had never been; what follows elsewhere happens in the same transaction.
    Refuses `unknown-payment` and `reversal-before-payment`.
    """
    with transaction.atomic():
        payment = Payment.objects.filter(pk=payment_id, reverses=None).first()
        if payment is None:
            raise Refusal("unknown-payment", "No existe ese pago.")
        account = lock_accounts([payment.account_id])[payment.account_id]
        before = _state(account)
        existing = Payment.objects.filter(reverses=payment).first()
        if existing is not None:
            return PaymentRecorded(existing.pk, _uid(existing), account.pk, is_new=False, before=before, after=before)
        if reversed_on < payment.paid_on:
            raise Refusal("reversal-before-payment", "Un pago no se puede reversar antes de la fecha en que se hizo.")
        reversal = _insert_reversal(payment, reversed_on, external_ref, now, actor)
        recompute([account], as_of={account.pk: state_date(account, reversed_on, now)}, now=now, actor=actor)
        after = _state(account)
        payload = {"payment": str(payment.uid), "amount_minor": payment.amount_minor, "on": reversed_on}
        write_audit_many(
            chain=AUDIT_CHAIN, facts=[Fact("reverse_payment", actor, ("payment", str(reversal.uid)), payload)], now=now
        )
        _settle([account.pk], now)
    return PaymentRecorded(reversal.pk, _uid(reversal), account.pk, is_new=True, before=before, after=after)


def lock_accounts(account_ids: Sequence[int]) -> dict[int, Account]:
    """Locks the accounts' rows in order of id. Refuses `unknown-account`."""
    wanted = sorted(set(account_ids))
    found = {
        account.pk: account for account in Account.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    }
    for account_id in wanted:
        if account_id not in found:
            raise unknown_account(account_id)
    return found


def state_date(account: Account, happened_on: date, now: datetime) -> date:
    """The date to bring an account's state to: never back, on to the event's date, but not into the future."""
    today = now.astimezone(zone()).date()
    return max(account.state_as_of or happened_on, min(happened_on, today))


def _settle(account_ids: Sequence[int], now: datetime) -> None:
    """Tells what follows from payments; here and nowhere else, so that no door can forget it."""
    if account_ids:
        follow: AfterPayments = import_string(settings.AFTER_PAYMENTS)
        follow(sorted(set(account_ids)), today=now.astimezone(zone()).date(), now=now)


def _check(row: NewPayment) -> None:
    if row.amount_minor <= 0:
        raise Refusal("bad-payment", "El valor del pago debe ser mayor que cero.")
    if not row.source or not row.external_ref:
        raise Refusal("bad-payment", "El pago necesita un origen y una referencia que lo distinga.")


def _record_batch(
    rows: Sequence[NewPayment], accounts: dict[int, Account], now: datetime, actor: str
) -> list[PaymentRecorded]:
    before = {row.account_id: _state(accounts[row.account_id]) for row in rows}
    payments, new_ids = _insert(rows, accounts, now, actor)
    touched = {payment.account_id: accounts[payment.account_id] for payment in payments if payment.pk in new_ids}
    as_of = {account_id: account.state_as_of for account_id, account in touched.items()}
    for payment in payments:
        if payment.pk in new_ids:
            account = touched[payment.account_id]
            reached = state_date(account, payment.paid_on, now)
            as_of[account.pk] = max(as_of[account.pk] or reached, reached)
    dates = {account_id: day for account_id, day in as_of.items() if day is not None}
    done, _ = recompute(list(touched.values()), as_of=dates, now=now, actor=actor, fresh=new_ids)
    _audit(payments, new_ids, now, actor)
    by_account = {one.loaded.account.pk: one for one in done}
    return [_recorded(payment, payment.pk in new_ids, before, accounts, by_account) for payment in payments]


def _insert(
    rows: Sequence[NewPayment], accounts: dict[int, Account], now: datetime, actor: str
) -> tuple[list[Payment], set[int]]:
    """The payments of the rows, in order, and the ids of those that are new.

    The unique constraint decides who is first: a reference that is here already, or that another connection is inserting,
    is not inserted but read.
    """
    wanted = {(row.source, row.external_ref): row for row in reversed(rows)}
    fresh = {
        key: Payment(
            account_id=row.account_id,
            amount_minor=row.amount_minor,
            currency=accounts[row.account_id].currency,
            paid_on=row.paid_on,
            source=row.source,
            external_ref=row.external_ref,
            recorded_at=now,
            recorded_by=actor,
        )
        for key, row in wanted.items()
    }
    found = {(payment.source, payment.external_ref): payment for payment in insert_payments(list(fresh.values()))}
    new_ids = {payment.pk for payment in found.values()}
    if len(found) < len(wanted):
        found |= _known(set(wanted) - set(found))
    for row in rows:
        _check_same(row, found[row.source, row.external_ref])
    return [found[row.source, row.external_ref] for row in rows], new_ids


def _known(keys: set[tuple[str, str]]) -> dict[tuple[str, str], Payment]:
    sources: dict[str, list[str]] = {}
    for source, external_ref in keys:
        sources.setdefault(source, []).append(external_ref)
    rows: list[Payment] = []
    for source, references in sources.items():
        rows += Payment.objects.filter(source=source, external_ref__in=references)
    return {(row.source, row.external_ref): row for row in rows}


def _check_same(row: NewPayment, payment: Payment) -> None:
    stored = (payment.account_id, payment.amount_minor, payment.paid_on)
    if payment.reverses_id is not None or stored != (row.account_id, row.amount_minor, row.paid_on):
        message = f"La referencia «{row.external_ref}» de {row.source} ya pertenece a otro pago."
        raise Refusal("payment-ref-reused", message)


def _insert_reversal(payment: Payment, reversed_on: date, external_ref: str, now: datetime, actor: str) -> Payment:
    if Payment.objects.filter(source=payment.source, external_ref=external_ref).exists():
        raise Refusal("payment-ref-reused", f"La referencia «{external_ref}» ya pertenece a otro movimiento.")
    return Payment.objects.create(
        account_id=payment.account_id,
        amount_minor=-payment.amount_minor,
        currency=payment.currency,
        paid_on=reversed_on,
        source=payment.source,
        external_ref=external_ref,
        reverses=payment,
        recorded_at=now,
        recorded_by=actor,
    )


def _audit(payments: Sequence[Payment], new_ids: set[int], now: datetime, actor: str) -> None:
    facts = [
        Fact(
            "record_payment",
            actor,
            ("payment", str(payment.uid)),
            {"account": payment.account_id, "amount_minor": payment.amount_minor, "paid_on": payment.paid_on},
        )
        for payment in payments
        if payment.pk in new_ids
    ]
    if facts:
        write_audit_many(chain=AUDIT_CHAIN, facts=facts, now=now)


def _recorded(
    payment: Payment,
    is_new: bool,
    before: dict[int, AccountState],
    accounts: dict[int, Account],
    by_account: dict[int, Recomputed],
) -> PaymentRecorded:
    outcome = shares_of(by_account[payment.account_id], payment) if payment.account_id in by_account else None
    return PaymentRecorded(
        payment_id=payment.pk,
        payment_uid=_uid(payment),
        account_id=payment.account_id,
        is_new=is_new,
        before=before[payment.account_id],
        after=_state(accounts[payment.account_id]),
        allocation=tuple(outcome.shares) if outcome else (),
        unallocated_minor=outcome.unallocated_minor if outcome else 0,
    )


def _uid(payment: Payment) -> UUID:
    uid: Any = payment.uid
    return UUID(str(uid))


def _state(account: Account) -> AccountState:
    return AccountState(
        balance_minor=account.balance_minor,
        balance_due_minor=account.balance_due_minor,
        days_past_due=account.days_past_due,
        bucket=account.bucket,
        stage=account.stage,
    )
