"""The statement as a document: what is owed and of what it is made, since when, at which rate, what each payment paid.

One builder for the screen, the PDF and the API. Every total carries its arithmetic: agreed or accrued, less paid, less
forgiven. `source` is `ledger` where we compute, `core` where the lender's own system rules; then the figures are the
lender's, of `core_as_of`, with the payments received since. Amounts are minor units of `currency`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.book import Share
from acuerdo.ledger.rules.changes_told import Change, changes_of
from acuerdo.ledger.rules.components import COMPONENTS, AllocationOrder, Amounts, Component
from acuerdo.ledger.rules.core_figures import CoreFigures, DueTotal, core_statement
from acuerdo.ledger.rules.due_rows import DueRow, due_rows
from acuerdo.ledger.rules.events import Event, PauseEvent, PaymentEvent, ReversalEvent
from acuerdo.ledger.rules.late_explained import LateLine, RateInForce, explain_late, rate_on
from acuerdo.ledger.rules.late_interest import Pauses
from acuerdo.ledger.rules.prepayment import payoff
from acuerdo.ledger.rules.rate_caps import CapTables
from acuerdo.ledger.rules.replay import Replayed, replay
from acuerdo.ledger.rules.statements import Statement
from acuerdo.ledger.rules.terms import Instalment, LateInterestTerms, ObligationTerms

type Source = Literal["ledger", "core"]


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """One part of the debt and its arithmetic: origin − paid − waived − transferred = owed. `due_minor` is payable now.

    `paid_minor` is net of what chargebacks took back; `transferred_minor` passed to another obligation.
    """

    component: Component
    origin_minor: int
    paid_minor: int
    waived_minor: int
    owed_minor: int
    due_minor: int
    transferred_minor: int = 0


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """One due date: what falls due by contract, what was added since (late interest, fees), paid, forgiven and still owed.

    `was_due_on` is the agreed date where an extension put it off. On a line that money gone back opened (`is_extra`) the
    agreed amount is what is owed again.
    """

    number: int
    due_on: date
    is_due: bool
    agreed_minor: int
    added_minor: int
    paid_minor: int
    waived_minor: int
    owed_minor: int
    transferred_minor: int = 0
    was_due_on: date | None = None
    is_extra: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment and where it went. `ref` is its key in the events; a reversed one counts nowhere."""

    ref: str
    on: date
    amount_minor: int
    shares: tuple[Share, ...] = ()
    unallocated_minor: int = 0
    reversed_on: date | None = None
    returned_minor: int = 0
    is_recovery: bool = False


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What one more day changes if nothing is paid. `late_minor` accrues, `falls_due_minor` enters what is payable.

    `missing` holds the sentence that says why it cannot be told (no certified cap yet for tomorrow's month).
    """

    on: date
    total_minor: int = 0
    difference_minor: int = 0
    late_minor: int = 0
    due_minor: int = 0
    falls_due_minor: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """See the module. `statement` holds the totals that everything else explains.

    `payoff` is what closes the whole debt on the day, interest of days to come left out; None where the lender's core rules.
    """

    source: Source
    currency: str
    statement: Statement
    components: tuple[ComponentLine, ...]
    instalments: tuple[InstalmentLine, ...]
    late: tuple[LateLine, ...]
    payments: tuple[PaymentLine, ...]
    changes: tuple[Change, ...]
    tomorrow: Tomorrow
    waterfall: tuple[Component, ...] = ()
    order: AllocationOrder = "oldest_instalment_first"
    late_terms: LateInterestTerms | None = None
    rate: RateInForce | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    payoff: Amounts | None = None
    core_as_of: date | None = None
    core_total_minor: int = 0
    paid_since_minor: int = 0

    @property
    def as_of(self) -> date:
        return self.statement.as_of

    @property
    def total_minor(self) -> int:
        return self.statement.balance_minor

    @property
    def payoff_minor(self) -> int | None:
        """What has yet to be paid to close the debt: the payoff less the credit that waits."""
        if self.payoff is None:
            return None
        return max(sum(self.payoff.values()) - self.statement.unallocated_minor, 0)

    @property
    def due_minor(self) -> int:
        return self.statement.balance_due_minor


def build_document(
    instalments: Sequence[Instalment], terms: ObligationTerms, events: Sequence[Event], as_of: date, caps: CapTables
) -> StatementDocument:
    """The document of an account that the ledger computes. Events after `as_of` have not happened; refuses as `replay` does."""
    happened = [event for event in events if isinstance(event, PauseEvent) or event.on <= as_of]
    played = replay(instalments, terms, happened, [as_of], caps)
    statement = played.statements[0]
    spans = [(event.from_on, event.to_on) for event in events if isinstance(event, PauseEvent)]
    settled = _Settled.of(played)
    rows = due_rows(instalments, happened, played)
    late = explain_late(rows, terms, settled.all, Pauses.of(spans), caps, as_of)
    lines = _Lines(rows, as_of, late, list(played.effects.charged.values()), settled)
    return StatementDocument(
        source="ledger",
        currency=terms.currency,
        statement=statement,
        components=tuple(lines.component(name, statement) for name in COMPONENTS),
        instalments=tuple(lines.instalment(row) for row in rows),
        late=tuple(late),
        payments=_payments(played),
        changes=tuple(changes_of(happened, played)),
        tomorrow=_tomorrow(instalments, terms, happened, statement, caps),
        waterfall=terms.waterfall,
        order=terms.order,
        late_terms=terms.late_interest,
        rate=rate_on(terms.late_interest, caps, as_of) if terms.late_interest else None,
        pauses=tuple(sorted(span for span in spans if span[0] <= as_of)),
        payoff=payoff(played.book, as_of.toordinal()),
    )


def build_core_document(
    figures: CoreFigures, instalments: Sequence[Instalment], events: Sequence[Event], as_of: date, currency: str
) -> StatementDocument:
    """The document of an account whose figures are the lender's: they stand as given, less what was received since."""
    due = [DueTotal(row.due_on, row.total_minor) for row in instalments]
    money = _signed(events)
    statement = core_statement(figures, due, money, as_of)
    following = core_statement(figures, due, money, as_of + timedelta(days=1))
    since = [amount for on, amount in money if on <= as_of and (figures.as_of is None or on > figures.as_of)]
    return StatementDocument(
        source="core",
        currency=currency,
        statement=statement,
        components=tuple(_core_component(name, figures, statement) for name in COMPONENTS),
        instalments=tuple(
            InstalmentLine(row.number, row.due_on, row.due_on <= as_of, row.total_minor, 0, 0, 0, row.total_minor)
            for row in instalments
        ),
        late=(),
        payments=_core_payments(events, as_of),
        changes=(),
        tomorrow=_difference(statement, following),
        core_as_of=figures.as_of,
        core_total_minor=figures.balance_minor,
        paid_since_minor=max(sum(since), 0),
    )


@dataclass(frozen=True, slots=True)
class _Settled:
    """What took off the debt, and what chargebacks put back on it."""

    paid: Sequence[Share]
    waived: Sequence[Share]
    transferred: Sequence[Share]
    reopened: Sequence[Share]

    @classmethod
    def of(cls, played: Replayed) -> "_Settled":
        standing = [one.shares for one in played.payments.values() if one.reversed_on is None]
        effects = played.effects
        found = (standing, effects.waived.values(), effects.transferred.values(), effects.reopened.values())
        return cls(*([share for shares in lists for share in shares] for lists in found))

    @property
    def all(self) -> list[Share]:
        return [*self.paid, *self.waived, *self.transferred]


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the lines are summed from."""

    rows: Sequence[DueRow]
    as_of: date
    late: Sequence[LateLine]
    charged: Sequence[Share]
    settled: _Settled

    def component(self, name: Component, statement: Statement) -> ComponentLine:
        counted = {row.instalment.number for row in self.rows if self._counts(row.instalment, name)}
        return ComponentLine(
            component=name,
            origin_minor=self._origin(name, counted),
            paid_minor=_total(self.settled.paid, name, counted) - _total(self.settled.reopened, name, counted),
            waived_minor=_total(self.settled.waived, name, counted),
            owed_minor=statement.balance[name],
            due_minor=statement.balance_due[name],
            transferred_minor=_total(self.settled.transferred, name, counted),
        )

    def instalment(self, row: DueRow) -> InstalmentLine:
        agreed, number = row.instalment, row.instalment.number
        late = sum(line.accrued_minor + line.carried_minor for line in self.late if line.number == number)
        fees = _total([*self.charged, *self.settled.reopened], "collection_fee", {number})
        if not row.is_extra:  # the charge for prepaying; on a line of its own it is what was agreed there
            fees += _total(self.charged, "fees", {number})
        paid, waived, transferred = (
            sum(share.amount_minor for share in shares if share.instalment == number)
            for shares in (self.settled.paid, self.settled.waived, self.settled.transferred)
        )
        was_due_on = date.fromordinal(row.dues[0][1])
        return InstalmentLine(
            number=number,
            due_on=agreed.due_on,
            is_due=agreed.due_on <= self.as_of,
            agreed_minor=agreed.total_minor,
            added_minor=late + fees,
            paid_minor=paid,
            waived_minor=waived,
            owed_minor=agreed.total_minor + late + fees - paid - waived - transferred,
            transferred_minor=transferred,
            was_due_on=was_due_on if was_due_on < agreed.due_on else None,
            is_extra=row.is_extra,
        )

    def _counts(self, row: Instalment, name: Component) -> bool:
        """Principal and collection fees are owed as soon as they exist; the rest when its instalment falls due."""
        return name in ("principal", "collection_fee") or row.due_on <= self.as_of

    def _origin(self, name: Component, counted: set[int]) -> int:
        """What it came to. What a chargeback made owed again is no new debt: it lowers what was paid."""
        if name == "late_interest":
            return sum(line.accrued_minor for line in self.late if line.number in counted)
        agreed = [row.instalment for row in self.rows if row.instalment.number in counted and not row.is_extra]
        charged = _total(self.charged, name, counted)
        match name:
            case "principal":
                return charged + sum(row.principal_minor for row in agreed)
            case "contract_interest":
                return charged + sum(row.contract_interest_minor for row in agreed)
            case "insurance":
                return charged + sum(row.insurance_minor for row in agreed)
            case "fees":
                return charged + sum(row.fees_minor for row in agreed)
            case _:
                return charged


def _total(shares: Iterable[Share], name: Component, counted: set[int]) -> int:
    return sum(share.amount_minor for share in shares if share.component == name and share.instalment in counted)


def _payments(played: Replayed) -> tuple[PaymentLine, ...]:
    lines = [
        PaymentLine(
            ref=outcome.uid,
            on=outcome.on,
            amount_minor=outcome.amount_minor,
            shares=tuple(outcome.shares) if outcome.reversed_on is None else (),
            unallocated_minor=outcome.unallocated_minor if outcome.reversed_on is None else 0,
            reversed_on=outcome.reversed_on,
            returned_minor=outcome.returned_minor if outcome.reversed_on is None else 0,
            is_recovery=outcome.is_recovery,
        )
        for outcome in played.payments.values()
    ]
    return tuple(sorted(lines, key=lambda line: (line.on, line.ref)))


def _tomorrow(
    instalments: Sequence[Instalment],
    terms: ObligationTerms,
    events: Sequence[Event],
    statement: Statement,
    caps: CapTables,
) -> Tomorrow:
    on = statement.as_of + timedelta(days=1)
    try:
        following = replay(instalments, terms, events, [on], caps).statements[0]
    except Refusal as refusal:
        if refusal.code != "rate-cap-missing":
            raise
        return Tomorrow(on, missing=refusal.message)
    return _difference(statement, following)


def _difference(statement: Statement, following: Statement) -> Tomorrow:
    late = following.balance["late_interest"] - statement.balance["late_interest"]
    due = following.balance_due_minor - statement.balance_due_minor
    return Tomorrow(
        on=following.as_of,
        total_minor=following.balance_minor,
        difference_minor=following.balance_minor - statement.balance_minor,
        late_minor=late,
        due_minor=following.balance_due_minor,
        falls_due_minor=due - late,
    )


def _core_component(name: Component, figures: CoreFigures, statement: Statement) -> ComponentLine:
    given = figures.amounts[name]
    if name == "principal":
        given += figures.balance_minor - sum(figures.amounts.values())
    owed = statement.balance[name]
    return ComponentLine(name, given, given - owed, 0, owed, 0)


def _signed(events: Iterable[Event]) -> list[tuple[date, int]]:
    amounts = {event.uid: event.amount_minor for event in events if isinstance(event, PaymentEvent)}
    money = [(event.on, event.amount_minor) for event in events if isinstance(event, PaymentEvent)]
    return money + [(event.on, -amounts[event.of]) for event in events if isinstance(event, ReversalEvent)]


def _core_payments(events: Sequence[Event], as_of: date) -> tuple[PaymentLine, ...]:
    undone = {event.of: event.on for event in events if isinstance(event, ReversalEvent) and event.on <= as_of}
    lines = [
        PaymentLine(event.uid, event.on, event.amount_minor, reversed_on=undone.get(event.uid))
        for event in events
        if isinstance(event, PaymentEvent) and event.on <= as_of
    ]
    return tuple(sorted(lines, key=lambda line: (line.on, line.ref)))
