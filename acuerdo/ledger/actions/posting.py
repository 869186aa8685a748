"""Brings accounts in line with what happened to them: plays their events again, posts the difference and writes the state.

Postings are whatever makes the entries agree with the replay: nothing for an account already in line, a payment's first
legs, or the correction that a back-dated event calls for. Entries are only ever added.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.identifiers import new_uid
from acuerdo.ledger.actions.writing import Batch, NewEntry, OpenRow, write_batch
from acuerdo.ledger.models import Account, AccountEvent, AccountStatus, Entry
from acuerdo.ledger.queries import (
    EventRow,
    Loaded,
    PaymentRow,
    cap_tables,
    load_accounts,
    paid_totals,
    play,
    state_of,
    take_core_figures,
)
from acuerdo.ledger.rules.book import Book, Line
from acuerdo.ledger.rules.events import REPLACEMENTS
from acuerdo.ledger.rules.rate_caps import CapTables
from acuerdo.ledger.rules.replay import PaymentOutcome, Replayed
from acuerdo.ledger.rules.statements import Statement

# (component, instalment number, effective date) → amount; debits positive.
type Legs = dict[tuple[str, int | None, date], int]


@dataclass(slots=True)
class Recomputed:
    """One account after recomputing: its statement, and what the replay said (None for a `core` account)."""

    loaded: Loaded
    statement: Statement
    played: Replayed | None


def recompute(
    accounts: Sequence[Account],
    *,
    as_of: dict[int, date],
    now: datetime,
    actor: str,
    fresh: AbstractSet[int] = frozenset(),
    skips_refused: bool = False,
) -> tuple[list[Recomputed], dict[int, Refusal]]:
    """Plays, posts and writes the state of locked accounts, each as of its date.

    A missing rate cap refuses the whole call, or with `skips_refused` leaves that account as it was and reports it.
    `fresh` are payments inserted a moment ago, which cannot have legs yet.
    """
    caps = cap_tables()
    done: list[Recomputed] = []
    refused: dict[int, Refusal] = {}
    for loaded in load_accounts(accounts):
        try:
            done.append(_recomputed(loaded, as_of[loaded.account.pk], caps))
        except Refusal as refusal:
            if not skips_refused:
                raise
            refused[loaded.account.pk] = refusal
    batch = Batch(entries=_new_legs(done, fresh, now=now, actor=actor))
    for one in done:
        if one.played:
            batch.played_ids.append(one.loaded.account.pk)
            batch.open_instalments += _open_rows(one.loaded.account.pk, one.played.book, one.statement.as_of)
        _set_state(one, now)
        batch.accounts.append(one.loaded.account)
    write_batch(batch)
    return done, refused


def _recomputed(loaded: Loaded, as_of: date, caps: CapTables) -> Recomputed:
    if loaded.is_core:
        account = loaded.account
        if account.core_figures is None or account.core_taken_as_of != account.core_as_of:
            account.core_figures, account.core_taken_as_of = take_core_figures(account), account.core_as_of
        return Recomputed(loaded, state_of(loaded, as_of, caps), None)
    played = play(loaded, as_of, caps)
    _check_passed_on(loaded, played)
    return Recomputed(loaded, played.statements[0], played)


def _check_passed_on(loaded: Loaded, played: Replayed) -> None:
    """Refuses `debt-passed-on`: what another obligation took over is not told anew here."""
    for event in loaded.events:
        passed = json.loads(event.details).get("passed") if event.kind in REPLACEMENTS else None
        shares = played.effects.transferred.get(f"e{event.pk}") if passed else None
        if shares is not None and sum(share.amount_minor for share in shares) != passed:
            message = (
                f"La deuda pasó a otra obligación el {event.happened_on}: lo anterior a esa fecha ya no cambia aquí. "
                "Si un pago volvió a quien lo hizo, regístrelo como contracargo."
            )
            raise Refusal("debt-passed-on", message)


def _new_legs(done: Sequence[Recomputed], fresh: AbstractSet[int], *, now: datetime, actor: str) -> list[NewEntry]:
    posted = _posted_legs([one.loaded.account.pk for one in done if _may_have_legs(one, fresh)])
    entries: list[NewEntry] = []
    for one in done:
        for payment in one.loaded.payments:
            if payment.reverses_id is None:
                wanted = _payment_legs(payment, one)
                kind = _payment_kind(payment, one, has_legs=(payment.pk, None) in posted)
                entries += _difference(
                    one, kind, wanted, posted.get((payment.pk, None), {}), now, actor, payment=payment
                )
        for event in one.loaded.events:
            wanted = _event_legs(event, one)
            entries += _difference(one, event.kind, wanted, posted.get((None, event.pk), {}), now, actor, event=event)
    return entries


def _may_have_legs(one: Recomputed, fresh: AbstractSet[int]) -> bool:
    return bool(one.loaded.events) or any(payment.pk not in fresh for payment in one.loaded.payments)


def _posted_legs(account_ids: Sequence[int]) -> dict[tuple[int | None, int | None], Legs]:
    """What the entries say so far, by payment or event."""
    posted: dict[tuple[int | None, int | None], Legs] = defaultdict(dict)
    if not account_ids:
        return posted
    rows = (
        Entry.objects.filter(account_id__in=account_ids)
        .values_list("payment_id", "event_id", "component", "instalment_number", "effective_on")
        .annotate(total=Sum("amount_minor"))
    )
    for payment_id, event_id, component, number, effective_on, total in rows:
        posted[payment_id, event_id][component, number, effective_on] = total
    return posted


def undo_legs(account: Account, event_id: int, *, now: datetime, actor: str) -> None:
    """Posts the opposite of all that an annulled event has posted."""
    posted = _posted_legs([account.pk]).get((None, event_id), {})
    changes = {key: -amount for key, amount in posted.items() if amount}
    if changes:
        write_batch(Batch(entries=_transaction(account, "annulment", changes, now, actor, event_id=event_id)))


def _payment_legs(payment: PaymentRow, one: Recomputed) -> Legs:
    """Cash in; what it covered, and the rest as a credit of the debtor. A reversed payment leaves nothing."""
    outcome = one.played.payments.get(str(payment.pk)) if one.played else None
    is_reversed = outcome.reversed_on is not None if outcome else _is_reversed(payment, one)
    if is_reversed:
        return {}
    legs: Legs = defaultdict(int)
    legs["cash", None, payment.paid_on] = payment.amount_minor
    legs["unallocated", None, payment.paid_on] -= payment.amount_minor
    for share in outcome.shares if outcome else ():
        legs[share.component, share.instalment, share.on] -= share.amount_minor
        legs["unallocated", None, share.on] += share.amount_minor
    if one.loaded.is_core:
        # The lender's core decides what the money covers; our books only hold that it was received for this debt.
        legs["core", None, payment.paid_on] = legs.pop(("unallocated", None, payment.paid_on))
    return {key: amount for key, amount in legs.items() if amount}


def _is_reversed(payment: PaymentRow, one: Recomputed) -> bool:
    return any(
        other.reverses_id == payment.pk and other.paid_on <= one.statement.as_of for other in one.loaded.payments
    )


def _payment_kind(payment: PaymentRow, one: Recomputed, *, has_legs: bool) -> str:
    if _is_reversed(payment, one):
        return "reversal"
    if has_legs:
        return "reallocation"
    outcome = one.played.payments.get(str(payment.pk)) if one.played else None
    return "recovery" if outcome is not None and outcome.is_recovery else "payment"


def _event_legs(event: EventRow, one: Recomputed) -> Legs:
    """The postings of one event. Money that left is cash going out; what it leaves owed again is debited where it stands."""
    if one.played is None:
        return {}
    legs: Legs = defaultdict(int)
    kinds, uid, effects = AccountEvent.Kind, f"e{event.pk}", one.played.effects
    if event.kind == kinds.SETTLEMENT and (charged := effects.charged.get(uid)):
        legs[charged.component, charged.instalment, charged.on] = charged.amount_minor
        legs["fee_income", None, charged.on] = -charged.amount_minor
    if event.kind == kinds.FEE and (charged := effects.charged.get(uid)):
        legs["collection_fee", charged.instalment, charged.on] = charged.amount_minor
        legs["fee_income", None, charged.on] = -charged.amount_minor
    for share in effects.waived.get(uid, ()):
        legs[share.component, share.instalment, share.on] -= share.amount_minor
        legs["waived", None, share.on] += share.amount_minor
    for share in effects.transferred.get(uid, ()):
        legs[share.component, share.instalment, share.on] -= share.amount_minor
        legs["replaced", None, share.on] += share.amount_minor
    if event.kind in (kinds.CHARGEBACK, kinds.REFUND) and uid in effects.returned:
        legs["cash", None, event.happened_on] -= event.amount_minor
        legs["unallocated", None, event.happened_on] += sum(effects.returned[uid].values())
        charged = effects.charged.get(uid)
        for share in [*effects.reopened.get(uid, ()), *([charged] if charged else [])]:
            legs[share.component, share.instalment, share.on] += share.amount_minor
    if event.kind == kinds.WRITE_OFF:
        legs["written_off", None, event.happened_on] = effects.lost_minor
        legs["loss", None, event.happened_on] = -effects.lost_minor
    return {key: amount for key, amount in legs.items() if amount}


def _difference(
    one: Recomputed,
    kind: str,
    wanted: Legs,
    posted: Legs,
    now: datetime,
    actor: str,
    *,
    payment: PaymentRow | None = None,
    event: EventRow | None = None,
) -> list[NewEntry]:
    """One transaction that takes the legs from what is posted to what is wanted; empty when they agree."""
    changes = {key: wanted.get(key, 0) - posted.get(key, 0) for key in {**posted, **wanted}}
    changes = {key: amount for key, amount in changes.items() if amount}
    if not changes:
        return []
    payment_id, event_id = payment.pk if payment else None, event.pk if event else None
    return _transaction(one.loaded.account, kind, changes, now, actor, payment_id=payment_id, event_id=event_id)


def _transaction(
    account: Account,
    kind: str,
    changes: Legs,
    now: datetime,
    actor: str,
    *,
    payment_id: int | None = None,
    event_id: int | None = None,
) -> list[NewEntry]:
    transaction_uid = new_uid(now)
    return [
        NewEntry(
            transaction_uid=transaction_uid,
            account_id=account.pk,
            kind=kind,
            component=component,
            instalment_number=number,
            amount_minor=amount,
            currency=account.currency,
            effective_on=effective_on,
            recorded_at=now,
            recorded_by=actor,
            payment_id=payment_id,
            event_id=event_id,
        )
        for (component, number, effective_on), amount in changes.items()
    ]


def _open_rows(account_id: int, book: Book, as_of: date) -> Iterable[OpenRow]:
    day = as_of.toordinal()
    for line in book.lines:
        if book.is_open(line, day):
            yield open_row(account_id, line)


def open_row(account_id: int, line: Line) -> OpenRow:
    """A line as its row."""
    return OpenRow(
        account_id=account_id,
        number=line.number,
        due_on=date.fromordinal(line.due),
        principal_minor=line.owed["principal"],
        contract_interest_minor=line.owed["contract_interest"],
        insurance_minor=line.owed["insurance"],
        fees_minor=line.owed["fees"],
        collection_fee_minor=line.owed["collection_fee"],
        late_exact=line.late_exact,
        late_settled_minor=line.late_settled,
        accrued_through=date.fromordinal(line.accrued_through),
    )


def _set_state(one: Recomputed, now: datetime) -> None:
    account = one.loaded.account
    set_state(account, one.statement, one.loaded.payments)
    account.written_off_on = _written_off_on(one) or account.written_off_on
    account.updated_at = now


def set_state(account: Account, statement: Statement, payments: Iterable[PaymentRow]) -> None:
    """Copies a statement onto an account's state columns, without saving it."""
    balance = statement.balance
    account.state_as_of = statement.as_of
    account.principal_balance_minor = balance["principal"]
    account.contract_interest_minor = balance["contract_interest"]
    account.late_interest_minor = balance["late_interest"]
    account.insurance_minor = balance["insurance"]
    account.fees_minor = balance["fees"]
    account.collection_fee_minor = balance["collection_fee"]
    account.balance_minor = statement.balance_minor
    account.balance_due_minor = statement.balance_due_minor
    account.unallocated_minor = statement.unallocated_minor
    account.due_since = statement.due_since
    account.days_past_due = statement.days_past_due
    account.next_due_on = statement.next_due_on
    account.next_due_minor = statement.next_due_minor
    account.bucket = statement.bucket
    account.stage = statement.stage
    total, last_on, last_minor = paid_totals(payments, statement.as_of)
    if account.balance_source == "ledger":
        account.paid_minor = total
    if last_on is not None:
        account.last_payment_on, account.last_payment_minor = last_on, last_minor
    if account.status in (AccountStatus.ACTIVE, AccountStatus.PAID):
        account.status = AccountStatus.ACTIVE if statement.balance_minor else AccountStatus.PAID
    if statement.is_written_off:
        account.status = AccountStatus.WRITTEN_OFF


def _written_off_on(one: Recomputed) -> date | None:
    dates = [event.happened_on for event in one.loaded.events if event.kind == AccountEvent.Kind.WRITE_OFF]
    return dates[0] if dates and dates[0] <= one.statement.as_of else None


def payment_entries(payment: PaymentRow, one: Recomputed, now: datetime, actor: str) -> list[NewEntry]:
    """The first legs of a new payment."""
    kind = _payment_kind(payment, one, has_legs=False)
    return _difference(one, kind, _payment_legs(payment, one), {}, now, actor, payment=payment)


def shares_of(recomputed: Recomputed, payment_id: int) -> PaymentOutcome | None:
    """Where a payment went; None for a `core` account."""
    return recomputed.played.payments.get(str(payment_id)) if recomputed.played else None
