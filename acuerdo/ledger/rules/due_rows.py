"""The lines of a debt as they stand after what happened: dues put off, lines that money gone back opened, a debt passed on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from acuerdo.ledger.rules.book import Share
from acuerdo.ledger.rules.components import Component
from acuerdo.ledger.rules.events import Event, ExtensionEvent, ReplacementEvent, SettlementEvent, in_order
from acuerdo.ledger.rules.replay import Replayed
from acuerdo.ledger.rules.terms import Instalment

ALWAYS = 0


@dataclass(frozen=True, slots=True)
class DueRow:
    """One line and its due dates as (since, due) ordinals: the agreed one from ever, then those that took its place.

    `instalment.due_on` is the date in force at the end. A line that money gone back opened (`is_extra`) exists from its due
    date on; `late_minor` is the late interest owed again on it.
    """

    instalment: Instalment
    dues: tuple[tuple[int, int], ...]
    is_extra: bool = False
    late_minor: int = 0

    def due_at(self, day: int) -> int:
        """The due date in force on a day (ordinals)."""
        return next(due for since, due in reversed(self.dues) if since <= day)


def due_rows(instalments: Sequence[Instalment], events: Sequence[Event], played: Replayed) -> list[DueRow]:
    """The agreed instalments with their dues of the end, then the lines opened since, by number."""
    rows = [DueRow(row, ((ALWAYS, row.due_on.toordinal()),)) for row in instalments]
    for event in in_order(events):
        if isinstance(event, ExtensionEvent):
            moved = {move.instalment: move.due_on for move in event.moves}
            rows = [_moved(row, event.on, moved.get(row.instalment.number)) for row in rows]
        elif isinstance(event, ReplacementEvent) and event.uid in played.effects.transferred:
            rows = [_closed(row, event.on, played) for row in rows]
        elif isinstance(event, SettlementEvent) and event.uid in played.effects.settled:
            rows = [_closed(row, event.on, played, played.effects.charged.get(event.uid)) for row in rows]
    return rows + [_opened(number, shares) for number, shares in sorted(_opened_shares(played).items())]


def _moved(row: DueRow, on: date, due_on: date | None) -> DueRow:
    if due_on is None:
        return row
    instalment = replace(row.instalment, due_on=due_on)
    return replace(row, instalment=instalment, dues=(*row.dues, (on.toordinal(), due_on.toordinal())))


def _closed(row: DueRow, on: date, played: Replayed, charged: Share | None = None) -> DueRow:
    """A debt passed on or paid off owes no interest or charges that had not fallen due: only what was settled ever counted.

    `charged` came on top when it closed.
    """
    if row.instalment.due_on <= on:
        return row
    settled = [*_paid(played), *(share for shares in played.effects.waived.values() for share in shares)]
    number = row.instalment.number

    def left(component: Component) -> int:
        return _sum(share for share in settled if share.instalment == number and share.component == component)

    instalment = replace(
        row.instalment,
        due_on=on,
        contract_interest_minor=left("contract_interest"),
        insurance_minor=left("insurance"),
        fees_minor=left("fees") - (charged.amount_minor if charged and charged.instalment == number else 0),
    )
    return replace(row, instalment=instalment, dues=(*row.dues, (on.toordinal(), on.toordinal())))


def _opened_shares(played: Replayed) -> dict[int, list[Share]]:
    found: dict[int, list[Share]] = {}
    for uid, number in played.extra_numbers.items():
        charged = played.effects.charged.get(uid)
        shares = [*played.effects.reopened.get(uid, ()), *([charged] if charged else [])]
        if shares:
            found[number] = shares
    return found


def _opened(number: int, shares: Sequence[Share]) -> DueRow:
    def owed(component: Component) -> int:
        return _sum(share for share in shares if share.component == component)

    instalment = Instalment(
        number=number,
        due_on=shares[0].on,
        principal_minor=owed("principal"),
        contract_interest_minor=owed("contract_interest"),
        insurance_minor=owed("insurance"),
        fees_minor=owed("fees"),
    )
    # A fee that a payment had covered is a fee again; the line keeps it beside what the contract itself makes due.
    due = shares[0].on.toordinal()
    return DueRow(instalment, ((ALWAYS, due),), is_extra=True, late_minor=owed("late_interest"))


def _paid(played: Replayed) -> list[Share]:
    return [share for one in played.payments.values() if one.reversed_on is None for share in one.shares]


def _sum(shares: Iterable[Share]) -> int:
    return sum(share.amount_minor for share in shares)
