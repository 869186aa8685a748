"""Reads of the ledger: what happened to accounts, as the values that the rules play, and statements as of any date.

A `ledger` account is played from its terms, instalments, payments and events; a `core` account from the lender's figures.
`known_at` answers what was believed then: only what had been recorded by that instant counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from acuerdo.base.pipeline import Sql, run_together
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import (
    Account,
    AccountEvent,
    BalanceSource,
    BucketSet,
    CertifiedCap,
    DisclosedTariff,
    Instalment,
)
from acuerdo.ledger.rules import events as happened
from acuerdo.ledger.rules import terms as agreed
from acuerdo.ledger.rules.buckets import BUCKETS, Bucket, BucketHistory, bucket_of, buckets_on
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.core_figures import CoreFigures, DueTotal, core_statement
from acuerdo.ledger.rules.dated_tables import DatedTables, buckets_of, tables_over_shipped
from acuerdo.ledger.rules.documents import read_obligation_terms
from acuerdo.ledger.rules.fee_tariffs import FeeTariff, read_tariff
from acuerdo.ledger.rules.prepayment import payoff
from acuerdo.ledger.rules.rate_caps import CapTables, RateCap
from acuerdo.ledger.rules.replay import Replayed, replay
from acuerdo.ledger.rules.statements import Statement

# One round trip for everything an account's state follows from. Plain rows: making model objects took most of a replay's time.
_LOAD = """
SELECT account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor
FROM ledger_instalment WHERE account_id = ANY(%(ids)s) ORDER BY account_id, due_on, number;
SELECT account_id, id, amount_minor, paid_on, reverses_id
FROM ledger_payment WHERE account_id = ANY(%(ids)s) AND recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity') ORDER BY id;
SELECT account_id, id, kind, happened_on, until_on, component, amount_minor, activity, payment_id, details::text
FROM ledger_accountevent WHERE account_id = ANY(%(ids)s) AND recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
    AND (annulled_at IS NULL OR annulled_at > %(known_at)s::timestamptz) ORDER BY id
"""


class PaymentRow(NamedTuple):
    """A payment, or the reversal of one, as the rules need it."""

    pk: int
    amount_minor: int
    paid_on: date
    reverses_id: int | None


class EventRow(NamedTuple):
    """A fee, waiver, pause, write-off or other change as the rules need it; `details` is JSON text."""

    pk: int
    kind: str
    happened_on: date
    until_on: date | None
    component: str
    amount_minor: int
    activity: str
    payment_id: int | None = None
    details: str = "{}"


@dataclass(slots=True)
class Loaded:
    """One account with everything that its state follows from."""

    account: Account
    instalments: list[agreed.Instalment] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)

    @property
    def is_core(self) -> bool:
        return self.account.balance_source == BalanceSource.CORE


def load_accounts(accounts: Sequence[Account], *, known_at: datetime | None = None) -> list[Loaded]:
    """The accounts with their instalments, payments and events, in one round trip however many they are."""
    found = {account.pk: Loaded(account) for account in accounts}
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, {"ids": list(found), "known_at": known_at})
        for account_id, *parts in cursor.fetchall():
            found[account_id].instalments.append(agreed.Instalment(*parts))
        cursor.nextset()
        for account_id, *parts in cursor.fetchall():
            found[account_id].payments.append(PaymentRow(*parts))
        cursor.nextset()
        for account_id, *parts in cursor.fetchall():
            found[account_id].events.append(EventRow(*parts))
    return list(found.values())


# Equal stamps are equal tables; the text of every row is in it.
_TABLES_TEXT = """
SELECT (SELECT (count(*), sum(hashtextextended(c::text, 0)::numeric))::text FROM ledger_certifiedcap c),
    (SELECT (count(*), sum(hashtextextended(b::text, 0)::numeric))::text FROM ledger_bucketset b)
"""
TABLES_STAMP: Sql = (_TABLES_TEXT, ())
_stamped: dict[tuple[Any, ...], DatedTables] = {}


def cap_tables(known_at: datetime | None = None) -> DatedTables:
    """The caps in use: what this installation certified, over what ships with the product; and its buckets.

    With `known_at` only what had been loaded by then counts. Do not change what it returns.
    """
    return tables_stamped(run_together([TABLES_STAMP])[0][0]) if known_at is None else _read_tables(known_at)


def tables_stamped(stamp: tuple[Any, ...]) -> DatedTables:
    """`cap_tables` for a row of TABLES_STAMP; those of the last stamp are kept, for reading them took longer than a payment."""
    found = _stamped.get(stamp)
    if found is None:
        found = _read_tables(None)
        _stamped.clear()
        _stamped[stamp] = found
    return found


def _read_tables(known_at: datetime | None) -> DatedTables:
    own: dict[str, list[RateCap]] = defaultdict(list)
    caps = CertifiedCap.objects.order_by("key", "from_on")
    for row in caps if known_at is None else caps.filter(recorded_at__lte=known_at):
        own[row.key].append(RateCap(row.from_on, row.to_on, row.annual.normalize(), row.citation))
    return tables_over_shipped(own, bucket_history(known_at))


def bucket_history(known_at: datetime | None = None) -> BucketHistory:
    """The buckets that this installation set (by then), by the date they hold from."""
    rows = BucketSet.objects.order_by("from_on")
    return [
        (row.from_on, tuple(Bucket(one["name"], one["from_days"]) for one in row.buckets))
        for row in (rows if known_at is None else rows.filter(recorded_at__lte=known_at))
    ]


def disclosed_tariffs(key: str | None = None) -> list[FeeTariff]:
    """The tariffs that lenders disclosed, by name and date; those of one name where asked."""
    rows = DisclosedTariff.objects.order_by("key", "from_on")
    return [read_tariff(row.key, row.rule) for row in (rows if key is None else rows.filter(key=key))]


def buckets_in_force(on: date) -> tuple[Bucket, ...]:
    """The management buckets in force on a date, from the best on."""
    return buckets_on(bucket_history(), on)


def named_by(statement: Statement, caps: CapTables) -> Statement:
    """The statement with its bucket by the installation's own table, where it has one."""
    buckets = buckets_of(caps, statement.as_of)
    return statement if buckets is BUCKETS else replace(statement, bucket=bucket_of(statement.days_past_due, buckets))


def play(loaded: Loaded, as_of: date, caps: CapTables) -> Replayed:
    """Plays a `ledger` account through `as_of`; what is dated later has not happened yet."""
    terms = terms_of(loaded.account)
    events = [event for event in events_of(loaded) if isinstance(event, happened.PauseEvent) or event.on <= as_of]
    played = replay(loaded.instalments, terms, events, [as_of], caps)
    played.statements = [named_by(statement, caps) for statement in played.statements]
    return played


def terms_of(account: Account) -> agreed.ObligationTerms:
    """An account's terms, with the day the money was lent."""
    terms = read_obligation_terms(account.terms, account.currency)
    return replace(terms, disbursed_on=account.disbursed_on or terms.disbursed_on)


def events_of(loaded: Loaded) -> list[happened.Event]:
    """Payments, reversals and other events as the rules know them; a payment's uid is its row's id.

    Money recorded once the debt has passed to another obligation is credit here, whatever its date: the other one owes what
    passed on, and no one is to pay it twice.
    """
    found: list[happened.Event] = []
    closing = next((event for event in loaded.events if event.kind in happened.REPLACEMENTS), None)
    known = set(json.loads(closing.details).get("payments", ())) if closing else set()
    for payment in loaded.payments:
        if payment.reverses_id is None:
            is_late = closing is not None and payment.pk not in known
            on = max(payment.paid_on, closing.happened_on) if closing and is_late else payment.paid_on
            found.append(happened.PaymentEvent(str(payment.pk), on, payment.amount_minor, is_late))
        else:
            found.append(happened.ReversalEvent(payment.paid_on, str(payment.reverses_id)))
    return found + [_event(event) for event in loaded.events]


def core_figures_of(account: Account) -> CoreFigures:
    """The lender's figures: as taken from the last file, else the state columns that it has just written."""
    taken: dict[str, Any] | None = account.core_figures
    if taken is None or account.core_taken_as_of != account.core_as_of:
        taken = take_core_figures(account)
    due_since = date.fromisoformat(taken["due_since"]) if taken["due_since"] else None
    amounts: Amounts = no_amounts()
    for component in COMPONENTS:
        amounts[component] = taken[component]
    return CoreFigures(
        as_of=account.core_as_of,
        balance_minor=taken["balance"],
        balance_due_minor=taken["balance_due"],
        due_since=due_since,
        amounts=amounts,
        is_written_off=account.status == "written_off",
    )


def take_core_figures(account: Account) -> dict[str, Any]:
    """The state columns of a freshly imported account, in the shape of `Account.core_figures`."""
    due_since = account.core_due_since or account.due_since
    return {
        "principal": account.principal_balance_minor,
        "contract_interest": account.contract_interest_minor,
        "late_interest": account.late_interest_minor,
        "insurance": account.insurance_minor,
        "fees": account.fees_minor,
        "collection_fee": account.collection_fee_minor,
        "balance": account.balance_minor,
        "balance_due": account.balance_due_minor,
        "due_since": due_since.isoformat() if due_since else None,
    }


def state_of(loaded: Loaded, as_of: date, caps: CapTables) -> Statement:
    """The statement of one loaded account of either kind."""
    if not loaded.is_core:
        return play(loaded, as_of, caps).statements[0]
    due = [DueTotal(row.due_on, row.total_minor) for row in loaded.instalments]
    paid = [(payment.paid_on, payment.amount_minor) for payment in loaded.payments]
    return named_by(core_statement(core_figures_of(loaded.account), due, paid, as_of), caps)


@dataclass(frozen=True, slots=True)
class Payoff:
    """What closes a debt on a day, by component, and the credit that already waits for it. Minor units.

    `is_open`: something is owed, if only an instalment still to come. `overdue` is what each instalment fallen due still owes.
    """

    amounts: Amounts
    credit_minor: int
    is_open: bool
    overdue: tuple["OverdueInstalment", ...] = ()

    @property
    def total_minor(self) -> int:
        return sum(self.amounts.values())

    @property
    def missing_minor(self) -> int:
        """What has yet to be paid."""
        return max(self.total_minor - self.credit_minor, 0)


@dataclass(frozen=True, slots=True)
class OverdueInstalment:
    """An instalment that has fallen due and what it still owes in all, its late interest included."""

    number: int
    due_on: date
    amount_minor: int


def payoff_of(loaded: Loaded, on: date, caps: CapTables) -> Payoff:
    """The payoff of one loaded `ledger` account."""
    book = play(loaded, on, caps).book
    amounts = payoff(book, on.toordinal())
    credit = sum(credit.left_minor for credit in book.credits)
    day = on.toordinal()
    overdue = [
        OverdueInstalment(line.number, date.fromordinal(line.due), owed)
        for line in book.due_lines(day)
        if (owed := sum(book.owed(line, component, day) for component in COMPONENTS))
    ]
    return Payoff(amounts, credit, any(book.is_open(line, day) for line in book.lines), tuple(overdue))


def payoffs(account_ids: Sequence[int], on: date) -> dict[int, Payoff]:
    """What `settle_in_full` needs to close each of these debts on a day; three statements. Only accounts whose books are ours.

    Refuses `rate-cap-missing`.
    """
    accounts = list(Account.objects.filter(pk__in=account_ids, balance_source=BalanceSource.LEDGER))
    if not accounts:
        return {}
    caps = cap_tables()
    return {loaded.account.pk: payoff_of(loaded, on, caps) for loaded in load_accounts(accounts)}


def statement(account_id: int, as_of: date, *, known_at: datetime | None = None) -> Statement:
    """What is owed as of a date, as known now or at `known_at`. Refuses `unknown-account` and `rate-cap-missing`."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise unknown_account(account_id)
    return state_of(load_accounts([account], known_at=known_at)[0], as_of, cap_tables(known_at))


def statements(account_ids: Sequence[int], as_of: date) -> dict[int, Statement]:
    """`statement` of many accounts in three statements; an unknown id is absent. Refuses `rate-cap-missing`."""
    accounts = list(Account.objects.filter(pk__in=account_ids))
    if not accounts:
        return {}
    caps = cap_tables()
    return {loaded.account.pk: state_of(loaded, as_of, caps) for loaded in load_accounts(accounts)}


def instalments_after(account_ids: Sequence[int], after: date) -> dict[int, list[tuple[date, int]]]:
    """(due date, total in minor units) of each account's instalments that fall due after a date, in order."""
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = Instalment.objects.filter(account_id__in=account_ids, due_on__gt=after).order_by("account_id", "due_on")
    for account_id, due_on, total in rows.values_list("account_id", "due_on", "total_minor"):
        found[account_id].append((due_on, total))
    return found


def unknown_account(account_id: int) -> Refusal:
    """The refusal for an account that does not exist."""
    return Refusal("unknown-account", f"No existe la obligación {account_id}.")


def paid_totals(payments: Iterable[PaymentRow], as_of: date) -> tuple[int, date | None, int]:
    """Net money received, and the last payment (date and amount) that stands, up to `as_of`."""
    visible = [payment for payment in payments if payment.paid_on <= as_of]
    undone = {payment.reverses_id for payment in visible if payment.reverses_id}
    standing = [payment for payment in visible if payment.reverses_id is None and payment.pk not in undone]
    last = max(standing, key=lambda payment: (payment.paid_on, payment.pk), default=None)
    total = sum(payment.amount_minor for payment in visible)
    return (total, last.paid_on, last.amount_minor) if last else (total, None, 0)


def _event(row: EventRow) -> happened.Event:
    uid, kind = f"e{row.pk}", AccountEvent.Kind
    match row.kind:
        case kind.FEE:
            return happened.FeeEvent(uid, row.happened_on, row.amount_minor, row.activity)
        case kind.WAIVER:
            component = next(component for component in COMPONENTS if component == row.component)
            return happened.WaiverEvent(uid, row.happened_on, component, row.amount_minor)
        case kind.PAUSE:
            return happened.PauseEvent(row.happened_on, row.until_on or row.happened_on)
        case kind.CHARGEBACK:
            return happened.ChargebackEvent(uid, row.happened_on, str(row.payment_id), row.amount_minor)
        case kind.REFUND:
            return happened.RefundEvent(uid, row.happened_on, row.amount_minor)
        case kind.WRITE_OFF:
            return happened.WriteOffEvent(row.happened_on)
        case kind.SETTLEMENT:
            return happened.SettlementEvent(uid, row.happened_on)
        case _:
            return _structural(uid, row)


def _structural(uid: str, row: EventRow) -> happened.Event:
    """Events whose details say more: which dues moved, or who takes the debt over."""
    details = json.loads(row.details)
    if row.kind == AccountEvent.Kind.EXTENSION:
        moves = [happened.DueMove(move["instalment"], date.fromisoformat(move["due_on"])) for move in details["moves"]]
        return happened.ExtensionEvent(uid, row.happened_on, tuple(moves))
    kind = next(kind for kind in happened.REPLACEMENTS if kind == row.kind)
    return happened.ReplacementEvent(uid, row.happened_on, str(details["into"]), kind)
