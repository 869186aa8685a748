"""New payments on accounts as they stand: one round trip to lock and read a batch, one to write it.

Most payments come after all that an account has seen; for those the open instalments are enough and nothing of the history
is played again (rules.continuing). What comes between or before is left to `posting.recompute`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from acuerdo.base.pipeline import run_together
from acuerdo.ledger.actions.posting import Recomputed, open_row, payment_entries, set_state
from acuerdo.ledger.actions.writing import ContinuedBatch
from acuerdo.ledger.models import Account, AccountEvent
from acuerdo.ledger.queries import (
    TABLES_STAMP,
    EventRow,
    Loaded,
    PaymentRow,
    core_figures_of,
    named_by,
    tables_stamped,
    take_core_figures,
)
from acuerdo.ledger.rules.book import Line
from acuerdo.ledger.rules.continuing import OpenLine, Standing, continue_from, may_continue
from acuerdo.ledger.rules.core_figures import DueTotal, core_statement
from acuerdo.ledger.rules.documents import read_obligation_terms
from acuerdo.ledger.rules.events import PaymentEvent
from acuerdo.ledger.rules.late_interest import Pauses
from acuerdo.ledger.rules.rate_caps import CapTables
from acuerdo.ledger.rules.replay import Replayed
from acuerdo.ledger.rules.terms import Instalment

_FIELDS = [column.attname for column in Account._meta.concrete_fields]
_JSON = [index for index, name in enumerate(_FIELDS) if name in {"terms", "core_figures"}]
# Rows are locked in the order of their ids, so that two batches never wait for each other in a ring. What follows in the
# same round trip is read after the lock is held.
_LOCK = f"SELECT {', '.join(_FIELDS)} FROM ledger_account WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE"  # noqa: S608
_KNOWN = """
SELECT p.source, p.external_ref, p.id, p.uid, p.account_id, p.amount_minor, p.paid_on, p.reverses_id
FROM ledger_payment p JOIN unnest(%s::text[], %s::text[]) AS w(source, external_ref)
    ON p.source = w.source AND p.external_ref = w.external_ref
"""
_IDS = "SELECT nextval(pg_get_serial_sequence('ledger_payment', 'id')) FROM generate_series(1, %s)"
_STANDING = """
SELECT w.id, p.last_on, p.reversed_on, w.first_on < a.state_as_of AND EXISTS (
    SELECT 1 FROM ledger_entry e WHERE e.account_id = w.id AND e.effective_on > w.first_on)
FROM unnest(%s::bigint[], %s::date[]) AS w(id, first_on) JOIN ledger_account a ON a.id = w.id
CROSS JOIN LATERAL (
    SELECT max(paid_on) AS last_on, max(paid_on) FILTER (WHERE reverses_id IS NOT NULL) AS reversed_on
    FROM ledger_payment y WHERE y.account_id = w.id) AS p
"""
_EVENTS = """
SELECT account_id, id, kind, happened_on, until_on, component, amount_minor, activity FROM ledger_accountevent
WHERE account_id = ANY(%s::bigint[]) AND annulled_at IS NULL ORDER BY id
"""
_OPEN = """
SELECT account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor, collection_fee_minor,
    late_exact::text, late_settled_minor, accrued_through
FROM ledger_openinstalment WHERE account_id = ANY(%s::bigint[])
"""
_CORE = "a.balance_source = 'core' AND a.id = ANY(%s::bigint[])"
# Account by account, whatever the plan's maker believes of tables that were empty when it last looked: a join in the order of
# all payments made a file's parts slower with every part before them.
_CORE_DUES = f"""
SELECT i.* FROM ledger_account a CROSS JOIN LATERAL (
    SELECT account_id, number, due_on, total_minor FROM ledger_instalment
    WHERE account_id = a.id AND (a.core_as_of IS NULL OR due_on > a.core_as_of) OFFSET 0) AS i
WHERE {_CORE} ORDER BY i.account_id, i.due_on, i.number
"""  # noqa: S608
_CORE_PAID = f"""
SELECT p.* FROM ledger_account a CROSS JOIN LATERAL (
    SELECT account_id, id, amount_minor, paid_on, reverses_id FROM ledger_payment
    WHERE account_id = a.id AND (a.core_as_of IS NULL OR paid_on > a.core_as_of) OFFSET 0) AS p
WHERE {_CORE} ORDER BY p.id
"""  # noqa: S608


# Events that leave the open instalments as the schedule or a fee made them; after others everything is played.
_PLAIN_KINDS = frozenset({"fee", "waiver", "pause", "write_off"})


class KnownPayment(NamedTuple):
    """A payment that is here, or is about to be."""

    pk: int
    uid: UUID
    account_id: int
    amount_minor: int
    paid_on: date
    reverses_id: int | None


@dataclass(slots=True)
class Stood:
    """One locked account with what continuing it needs. `spent_later`, `last_on`, `reversed_on`: see rules.continuing.Standing."""

    account: Account
    last_on: date | None = None
    reversed_on: date | None = None
    spent_later: bool = False
    events: list[EventRow] = field(default_factory=list)
    open: list[OpenLine] = field(default_factory=list)
    dues: list[Instalment] = field(default_factory=list)
    paid: list[PaymentRow] = field(default_factory=list)


@dataclass(slots=True)
class Read:
    """What one round trip found: accounts, the payments known by (source, external_ref), ids for new ones, caps in use."""

    stood: dict[int, Stood]
    known: dict[tuple[str, str], KnownPayment]
    ids: list[int]
    caps: CapTables


def read_locked(wanted: dict[int, date], keys: Sequence[tuple[str, str]]) -> Read:
    """Locks the accounts and reads all that recording may need. `wanted`: account → the first new payment's date."""
    ids = sorted(wanted)
    found = run_together([
        (_LOCK, [ids]), (_KNOWN, [[source for source, _ in keys], [ref for _, ref in keys]]), (_IDS, [len(keys)]),
        (_STANDING, [ids, [wanted[pk] for pk in ids]]), (_EVENTS, [ids]), (_OPEN, [ids]), (_CORE_DUES, [ids]), (_CORE_PAID, [ids]),
        TABLES_STAMP,
    ], looks_up=True)  # fmt: skip
    accounts, known, new_ids, standing, events, open_, dues, paid, stamp = found
    stood = {row[0]: Stood(_account(row)) for row in accounts}
    for account_id, last_on, reversed_on, spent_later in standing:
        one = stood[account_id]
        one.last_on, one.reversed_on, one.spent_later = last_on, reversed_on, bool(spent_later)
    for account_id, *parts in events:
        stood[account_id].events.append(EventRow(*parts))
    for row in open_:
        stood[row[0]].open.append(OpenLine._make((*row[1:8], int(row[8]), row[9], row[10])))
    for account_id, number, due_on, total in dues:
        stood[account_id].dues.append(Instalment(number, due_on, total))
    for account_id, *parts in paid:
        stood[account_id].paid.append(PaymentRow(*parts))
    payments = {(source, ref): KnownPayment(*parts) for source, ref, *parts in known}
    return Read(stood, payments, [pk for (pk,) in new_ids], tables_stamped(stamp[0]))


def _account(row: Sequence[Any]) -> Account:
    values = list(row)
    for index in _JSON:
        if values[index] is not None:
            values[index] = json.loads(values[index])
    return Account.from_db("default", _FIELDS, values)


def continued(
    stood: Stood, payments: Sequence[PaymentRow], as_of: date, caps: CapTables, now: datetime
) -> Recomputed | None:
    """The account after the new payments, with its state set; None where the whole history has to be played.

    Refuses `rate-cap-missing`.
    """
    if any(payment.paid_on > as_of for payment in payments):
        return None
    account = stood.account
    is_core = account.balance_source == "core"
    one = _continued_core(stood, payments, as_of) if is_core else _continued_own(stood, payments, as_of, caps)
    if one is None:
        return None
    one.statement = named_by(one.statement, caps)
    paid_before = account.paid_minor
    set_state(account, one.statement, payments)
    if not is_core:
        account.paid_minor = paid_before + sum(payment.amount_minor for payment in payments)
    account.updated_at = now
    return one


def _continued_core(stood: Stood, payments: Sequence[PaymentRow], as_of: date) -> Recomputed | None:
    account = stood.account
    state, file_on = account.state_as_of, account.core_as_of
    is_plain = not any(payment.reverses_id or (state and payment.paid_on > state) for payment in stood.paid)
    last = max((payment.paid_on for payment in stood.paid), default=None)
    first = min(payment.paid_on for payment in payments)
    if stood.reversed_on or not is_plain or (file_on and first <= file_on) or (last and last > first):
        return None
    if account.core_figures is None or account.core_taken_as_of != file_on:
        account.core_figures, account.core_taken_as_of = take_core_figures(account), file_on
    due = [DueTotal(row.due_on, row.principal_minor) for row in stood.dues]
    paid = [(payment.paid_on, payment.amount_minor) for payment in (*stood.paid, *payments)]
    statement = core_statement(core_figures_of(account), due, paid, as_of)
    return Recomputed(Loaded(account, stood.dues, list(payments), []), statement, None)


def _continued_own(stood: Stood, payments: Sequence[PaymentRow], as_of: date, caps: CapTables) -> Recomputed | None:
    account = stood.account
    if any(event.kind not in _PLAIN_KINDS for event in stood.events):
        return None
    written_off_on = _last(event.happened_on for event in stood.events if event.kind == AccountEvent.Kind.WRITE_OFF)
    happened = [event.happened_on for event in stood.events if event.kind != AccountEvent.Kind.PAUSE]
    standing = Standing(
        account.state_as_of,
        account.unallocated_minor,
        stood.last_on,
        _last([*happened, *([stood.reversed_on] if stood.reversed_on else [])]),
        stood.spent_later,
    )
    terms = read_obligation_terms(account.terms, account.currency)
    if not may_continue(standing, terms, min(payment.paid_on for payment in payments), as_of):
        return None
    pauses = [event for event in stood.events if event.kind == AccountEvent.Kind.PAUSE]
    played = continue_from(
        stood.open,
        terms,
        [PaymentEvent(str(payment.pk), payment.paid_on, payment.amount_minor) for payment in payments],
        Pauses.of((pause.happened_on, pause.until_on or pause.happened_on) for pause in pauses),
        as_of,
        caps,
        written_off_on=written_off_on,
    )
    loaded = Loaded(account, [], list(payments), stood.events)
    return Recomputed(loaded, played.statements[0], played)


def _last(days: Iterable[date]) -> date | None:
    return max(days, default=None)


def add_continued(batch: ContinuedBatch, stood: Stood, one: Recomputed, now: datetime, actor: str) -> None:
    """What continuing one account writes: the legs of its new payments, the lines that changed, its state."""
    for payment in one.loaded.payments:
        batch.entries += payment_entries(payment, one, now, actor)
    if one.played is not None:
        _add_lines(batch, stood, one.played)
    batch.accounts.append(one.loaded.account)


def _add_lines(batch: ContinuedBatch, stood: Stood, played: Replayed) -> None:
    """A line that only let its interest run stays as it was: its row says through when."""
    account_id = stood.account.pk
    before = {line.number: line for line in stood.open}
    day = played.statements[0].as_of.toordinal()
    for line in played.book.lines:
        old = before[line.number]
        if not played.book.is_open(line, day):
            batch.settled.append((account_id, line.number))
        elif _owed(line) != (*old[2:7], old.late_settled_minor):
            batch.changed.append(open_row(account_id, line))


def _owed(line: Line) -> tuple[int, ...]:
    owed = line.owed
    return (
        owed["principal"], owed["contract_interest"], owed["insurance"], owed["fees"], owed["collection_fee"], line.late_settled,
    )  # fmt: skip
