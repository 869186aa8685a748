"""The statement of one account read from the tables, with what makes it traceable: the uid of each event and its postings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry, Payment, Replacement
from acuerdo.ledger.queries import (
    cap_tables,
    core_figures_of,
    events_of,
    load_accounts,
    named_by,
    terms_of,
    unknown_account,
)
from acuerdo.ledger.rules.classification import RegulatoryClass, class_of
from acuerdo.ledger.rules.statement_document import StatementDocument, build_core_document, build_document
from acuerdo.ledger.rules.terms import Instalment

CLASS_SUBJECT = "class_table"
CONFIRM, WITHDRAW = "confirm_class_table", "withdraw_class_table"


@dataclass(frozen=True, slots=True)
class StatementView:
    """`uids` and `transactions` are keyed by the `ref` of the document's payments and changes.

    `reversal_reasons`: why a payment was taken back, by its `ref`. `carried_minor`: what an obligation that took over others carries
    of their interest and charges, without interest on it.
    """

    document: StatementDocument
    uids: dict[str, str]
    transactions: dict[str, list[str]]
    carried_minor: int = 0
    reversal_reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One leg as it leaves the system: identifiers are uids."""

    transaction_uid: str
    kind: str
    component: str
    instalment: int | None
    amount_minor: int
    currency: str
    effective_on: date
    recorded_at: datetime
    payment_uid: str | None
    event_uid: str | None


def statement_view(account_id: int, as_of: date, *, known_at: datetime | None = None) -> StatementView:
    """The statement as of a date, as known now or at `known_at`; eight queries however long the history.

    Refuses `unknown-account`, `rate-cap-missing` and `before-core-figures`.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise unknown_account(account_id)
    loaded = load_accounts([account], known_at=known_at)[0]
    events = events_of(loaded)
    if loaded.is_core:
        figures = core_figures_of(account)
        if figures.as_of and as_of < figures.as_of:
            message = f"Las cifras del acreedor son del {figures.as_of:%Y-%m-%d}; no hay cifras anteriores a esa fecha."
            raise Refusal("before-core-figures", message)
        document = build_core_document(figures, loaded.instalments, events, as_of, account.currency)
        document = replace(document, statement=named_by(document.statement, cap_tables(known_at)))
    else:
        terms = terms_of(account)
        caps = cap_tables(known_at)
        document = build_document(loaded.instalments, terms, events, as_of, caps)
        document = replace(document, statement=named_by(document.statement, caps))
    uids, reasons = _uids(account_id)
    return StatementView(document, uids, _transactions(account_id, known_at), _carried(account_id), reasons)


def instalments_of(account_id: int) -> tuple[str, list[Instalment]]:
    """The currency and the schedule of an account. Refuses `unknown-account`."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise unknown_account(account_id)
    return account.currency, load_accounts([account])[0].instalments


def entries_of(
    account_id: int, *, after: int = 0, limit: int = 100, since: datetime | None = None
) -> list[tuple[int, EntryLine]]:
    """The account's legs in the order of recording, from the one after `after` on, each with its place for the next page."""
    found = Entry.objects.filter(account_id=account_id, pk__gt=after)
    if since is not None:
        found = found.filter(recorded_at__gte=since)
    rows = found.select_related("payment", "event").order_by("pk")[:limit]
    return [(row.pk, _line(row)) for row in rows]


def confirmed_tables() -> set[str]:
    """Keys of the unconfirmed regulators' tables that this installation has confirmed and not withdrawn."""
    acts = AuditEntry.objects.filter(subject_type=CLASS_SUBJECT).order_by("id").values_list("subject_uid", "action")
    last = dict(acts)
    return {key for key, action in last.items() if action == CONFIRM}


def regulatory_class(country: str, kinds: Sequence[str], days_past_due: int, on: date) -> RegulatoryClass | None:
    """The class by the first of the kind's words that an active table knows; None where none does (one query)."""
    confirmed = confirmed_tables()
    found = (class_of(country, kind, days_past_due, on, confirmed=confirmed) for kind in kinds if kind)
    return next((one for one in found if one is not None), None)


def _uids(account_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """By `ref`, the uid of every payment and event, and why a payment was reversed where that was written down."""
    payments = list(Payment.objects.filter(account_id=account_id).values_list("pk", "uid", "reverses_id", "reason"))
    events = AccountEvent.objects.filter(account_id=account_id).values_list("pk", "uid")
    uids = {str(pk): str(uid) for pk, uid, _of, _why in payments} | {f"e{pk}": str(uid) for pk, uid in events}
    return uids, {str(reversed_pk): why for _pk, _uid, reversed_pk, why in payments if reversed_pk and why}


def _carried(account_id: int) -> int:
    carried = Replacement.objects.filter(new_id=account_id).values_list("carried", flat=True).first()
    return sum(carried.values()) if carried else 0


def _transactions(account_id: int, known_at: datetime | None) -> dict[str, list[str]]:
    rows = Entry.objects.filter(account_id=account_id).order_by("pk")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[str, list[str]] = defaultdict(list)
    for payment_id, event_id, uid in rows.values_list("payment_id", "event_id", "transaction_uid"):
        ref = str(payment_id) if payment_id else f"e{event_id}"
        if str(uid) not in found[ref]:
            found[ref].append(str(uid))
    return dict(found)


def _line(row: Entry) -> EntryLine:
    return EntryLine(
        transaction_uid=str(row.transaction_uid),
        kind=row.kind,
        component=row.component,
        instalment=row.instalment_number,
        amount_minor=row.amount_minor,
        currency=row.currency,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        payment_uid=str(row.payment.uid) if row.payment else None,
        event_uid=str(row.event.uid) if row.event else None,
    )
