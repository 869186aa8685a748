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

from acuerdo.base.audit import Fact, append_statements, write_audit_many
from acuerdo.base.clock import zone
from acuerdo.base.pipeline import run_together
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.identifiers import new_uid
from acuerdo.ledger.actions.continuing import KnownPayment, Read, add_continued, continued, read_locked
from acuerdo.ledger.actions.posting import Recomputed, recompute, shares_of
from acuerdo.ledger.actions.writing import ContinuedBatch, NewPaymentRow
from acuerdo.ledger.models import Account, Payment
from acuerdo.ledger.ports import AfterPayments
from acuerdo.ledger.queries import PaymentRow, unknown_account
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
    facts: list[Fact] = []
    with transaction.atomic():
        if len(rows) > BATCH_ROWS:
            lock_accounts([row.account_id for row in rows])  # in order over all batches, not only within one
        for batch in batched(order, BATCH_ROWS):
            done = _record_batch([rows[index] for index in batch], now, actor, facts)
            recorded |= zip(batch, done, strict=True)
        _settle([one.account_id for one in recorded.values() if one.is_new], now)
        if facts:  # last, since everybody who posts waits for the chain until we commit
            run_together(append_statements(AUDIT_CHAIN, facts, now))
    return [recorded[index] for index in range(len(rows))]


def reverse_payment(
    payment_id: int, *, reversed_on: date, external_ref: str, now: datetime, actor: str, reason: str = ""
) -> PaymentRecorded:
    """Takes a payment back from `reversed_on` on (bounced, charged back, misapplied) and keeps why; a second call changes nothing.

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
        reversal = _insert_reversal(payment, reversed_on, external_ref, reason, now, actor)
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


def _record_batch(rows: Sequence[NewPayment], now: datetime, actor: str, facts: list[Fact]) -> list[PaymentRecorded]:
    """Records up to BATCH_ROWS; what is to be told in the audit chain is added to `facts`."""
    read = _read(rows)
    before = {account_id: _state(one.account) for account_id, one in read.stood.items()}
    fresh = _fresh(rows, read, now, actor)
    batch = ContinuedBatch(payments=list(fresh.values()))
    done, left = _continue_all(batch, read, now, actor)
    if batch.payments:
        _write(batch)
    if left:
        accounts = [read.stood[account_id].account for account_id in left]
        played, _ = recompute(accounts, as_of=left, now=now, actor=actor, fresh={row.id for row in batch.payments})
        done |= {one.loaded.account.pk: one for one in played}
    facts += _facts(batch.payments)
    return [_recorded(row, read, fresh, before, done) for row in rows]


def _read(rows: Sequence[NewPayment]) -> Read:
    wanted: dict[int, date] = {}
    for row in rows:
        wanted[row.account_id] = min(wanted.get(row.account_id, row.paid_on), row.paid_on)
    read = read_locked(wanted, list(dict.fromkeys((row.source, row.external_ref) for row in rows)))
    for account_id in sorted(wanted):
        if account_id not in read.stood:
            raise unknown_account(account_id)
    return read


def _fresh(rows: Sequence[NewPayment], read: Read, now: datetime, actor: str) -> dict[tuple[str, str], NewPaymentRow]:
    """The payments that nobody has, by (source, external_ref). Refuses a reference that names another payment."""
    fresh: dict[tuple[str, str], NewPaymentRow] = {}
    for row in rows:
        key = (row.source, row.external_ref)
        known = read.known.get(key) or fresh.get(key)
        if known is not None:
            _check_same(row, known)
            continue
        fresh[key] = NewPaymentRow(
            id=read.ids[len(fresh)],
            uid=new_uid(now),
            account_id=row.account_id,
            amount_minor=row.amount_minor,
            currency=read.stood[row.account_id].account.currency,
            paid_on=row.paid_on,
            source=row.source,
            external_ref=row.external_ref,
            recorded_at=now,
            recorded_by=actor,
        )
    return fresh


def _continue_all(
    batch: ContinuedBatch, read: Read, now: datetime, actor: str
) -> tuple[dict[int, Recomputed], dict[int, date]]:
    """Continues each account that can be; also the date that each of the others must be played to."""
    by_account: dict[int, list[PaymentRow]] = {}
    for row in batch.payments:
        by_account.setdefault(row.account_id, []).append(PaymentRow(row.id, row.amount_minor, row.paid_on, None))
    done: dict[int, Recomputed] = {}
    left: dict[int, date] = {}
    for account_id, payments in by_account.items():
        stood = read.stood[account_id]
        as_of = max(state_date(stood.account, payment.paid_on, now) for payment in payments)
        one = continued(stood, payments, as_of, read.caps, now)
        if one is None:
            left[account_id] = as_of
        else:
            done[account_id] = one
            add_continued(batch, stood, one, now, actor)
    return done, left


def _write(batch: ContinuedBatch) -> None:
    """Sends the batch in one round trip. A payment that another connection recorded meanwhile is of another account: refused."""
    inserted = set(run_together(batch.statements(), looks_up=True)[0])
    for row in batch.payments:
        if (row.source, row.external_ref) not in inserted:
            raise _reused(row)


def _check_same(row: NewPayment, payment: KnownPayment | NewPaymentRow) -> None:
    is_reversal = isinstance(payment, KnownPayment) and payment.reverses_id is not None
    stored = (payment.account_id, payment.amount_minor, payment.paid_on)
    if is_reversal or stored != (row.account_id, row.amount_minor, row.paid_on):
        raise _reused(row)


def _reused(row: NewPayment | NewPaymentRow) -> Refusal:
    message = f"La referencia «{row.external_ref}» de {row.source} ya pertenece a otro pago."
    return Refusal("payment-ref-reused", message)


def _insert_reversal(
    payment: Payment, reversed_on: date, external_ref: str, reason: str, now: datetime, actor: str
) -> Payment:
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
        reason=reason.strip()[:200],
        recorded_at=now,
        recorded_by=actor,
    )


def _facts(payments: Sequence[NewPaymentRow]) -> list[Fact]:
    return [
        Fact(
            "record_payment",
            row.recorded_by,
            ("payment", str(row.uid)),
            {"account": row.account_id, "amount_minor": row.amount_minor, "paid_on": row.paid_on},
        )
        for row in payments
    ]


def _recorded(
    row: NewPayment,
    read: Read,
    fresh: dict[tuple[str, str], NewPaymentRow],
    before: dict[int, AccountState],
    done: dict[int, Recomputed],
) -> PaymentRecorded:
    key = (row.source, row.external_ref)
    known = read.known.get(key)
    payment_id, uid = (known.pk, known.uid) if known else (fresh[key].id, fresh[key].uid)
    outcome = shares_of(done[row.account_id], payment_id) if row.account_id in done else None
    return PaymentRecorded(
        payment_id=payment_id,
        payment_uid=uid,
        account_id=row.account_id,
        is_new=known is None,
        before=before[row.account_id],
        after=_state(read.stood[row.account_id].account),
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
