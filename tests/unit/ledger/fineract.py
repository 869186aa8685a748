"""Reads Apache Fineract's loan scenarios: the schedule and the transactions that a test of theirs expects at one moment."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from acuerdo.ledger.rules.components import AllocationOrder, Component
from acuerdo.ledger.rules.events import (
    ChargebackEvent,
    Event,
    PaymentEvent,
    RefundEvent,
    ReversalEvent,
    WaiverEvent,
    WriteOffEvent,
)
from acuerdo.ledger.rules.replay import Replayed, replay
from acuerdo.ledger.rules.terms import Instalment, ObligationTerms
from tests.unit.ledger.published import published

MONEY_IN = {
    "Charge Adjustment", "Down Payment", "Goodwill Credit", "Merchant Issued Refund", "Payout Refund", "Repayment",
}  # fmt: skip
# Penalties and fees of their charges stand in the schedule's own columns; both are `fees` of an instalment here.
WATERFALL: tuple[Component, ...] = (
    "collection_fee", "fees", "insurance", "late_interest", "contract_interest", "principal",
)  # fmt: skip


class Undone(NamedTuple):
    on: date
    kind: str
    place: int


@dataclass(frozen=True)
class Moment:
    """What one scenario expects on one business date, after `undone`: what was taken back by then."""

    scenario: dict[str, Any]
    today: date
    schedule: list[dict[str, str]]
    transactions: list[dict[str, str]]
    undone: tuple[Undone, ...]

    @property
    def name(self) -> str:
        return f"{self.scenario['file']}: {self.scenario['name']} ({self.today})"

    @property
    def kinds(self) -> set[str]:
        return {row["Transaction Type"] for row in self.transactions}

    @property
    def text(self) -> str:
        return f"{self.scenario['name']} {json.dumps(self.scenario['steps'])}".lower()


@dataclass(frozen=True)
class Compared:
    """Rows that had fallen due and the whole debt (credit taken off), theirs against ours, in cents."""

    due: dict[int, tuple[int, int]]
    total: tuple[int, int]

    @property
    def is_equal(self) -> bool:
        return all(ours == theirs for ours, theirs in [*self.due.values(), self.total])


def scenarios() -> list[dict[str, Any]]:
    path = published("fineract_loan_scenarios") / "scenarios_dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def moments(scenario: dict[str, Any]) -> Iterator[Moment]:
    """Every place where a scenario expects its schedule and, right after it, its transactions."""
    today: date | None = None
    schedule: list[list[str]] | None = None
    undone: list[Undone] = []
    for step in scenario["steps"]:
        text, table = step["text"], step.get("table")
        if found := re.match(r'Admin sets the business date to "(.*)"', text):
            today, schedule = _day(found[1]), None
        elif found := _TAKEN_BACK.match(text):
            undone.append(Undone(_day(found[3]), found[2] or "", int(found[1] or 1)))
            schedule = None
        elif text.startswith("Loan Repayment schedule has") and "periods" in text and table:
            schedule = table
        elif text.startswith("Loan Transactions tab has the following") and schedule and today and table:
            yield Moment(scenario, today, _rows(schedule), _rows(table), tuple(undone))
            schedule = None
        elif not text.startswith("Loan "):
            schedule = None


def schedule_moments(scenario: dict[str, Any]) -> Iterator[Moment]:
    """Every place where a scenario expects its schedule, with the money of the steps before it; none where steps hide money."""
    if "DOWNPAYMENT_AUTO" in json.dumps(scenario["steps"]):
        return
    today: date | None = None
    money: list[dict[str, str]] = []
    undone: list[Undone] = []
    for step in scenario["steps"]:
        text, table = step["text"], step.get("table")
        if found := re.match(r'Admin sets the business date to "(.*)"', text):
            today = _day(found[1])
        elif found := _PAID.match(text):
            kind = "Repayment" if "repayment on" in text else found[1].replace("_", " ").title()
            money.append({"Transaction date": found[2], "Transaction Type": kind, "Amount": found[3]})
        elif found := _TAKEN_BACK.match(text):
            undone.append(Undone(_day(found[3]), found[2] or "", int(found[1] or 1)))
        elif re.match("Refund|Admin makes|Loan Pay-off|Customer adjust|Admin waives", text):
            return
        elif text.startswith("Loan Repayment schedule has") and "periods" in text and table and today:
            yield Moment(scenario, today, _rows(table), list(money), tuple(undone))


def compare(moment: Moment) -> Compared:
    """Plays their schedule, as they had it that day, and their money in our ledger."""
    rows = [row for row in moment.schedule if row["Nr"].strip()]
    instalments = sorted((_instalment(row) for row in rows), key=lambda row: row.due_on)
    played = _play(instalments, moment)
    owed = {line.number: sum(line.owed.values()) for line in played.book.lines}
    theirs = {int(row["Nr"]): cents(row["Outstanding"]) for row in rows}
    due = {row.number: (owed[row.number], theirs[row.number]) for row in instalments if row.due_on <= moment.today}
    total = max(sum(owed.values()) - played.statements[0].unallocated_minor, 0)
    return Compared(due, (total, sum(theirs.values())))


def cents(text: str) -> int:
    return int(Decimal(text.strip() or "0") * 100)


def _play(instalments: list[Instalment], moment: Moment) -> Replayed:
    order: AllocationOrder = "component_first" if "vertical" in moment.text else "oldest_instalment_first"
    terms = ObligationTerms("EUR", waterfall=WATERFALL, order=order)
    return replay(instalments, terms, list(_events(moment)), [moment.today], {})


def _events(moment: Moment) -> Iterator[Event]:
    undone = _undone_places(moment)
    for index, row in enumerate(moment.transactions):
        on, amount, kind = _day(row["Transaction date"]), cents(row["Amount"]), row["Transaction Type"]
        if row.get("Reverted") == "true" or index in undone:
            continue
        if kind in MONEY_IN:
            yield PaymentEvent(f"p{index}", on, amount)
        elif kind == "Credit Balance Refund":
            yield RefundEvent(f"r{index}", on, amount)
        elif kind == "Waive loan charges":
            yield WaiverEvent(f"w{index}", on, "fees", amount)
        elif kind == "Charge-off":
            yield WriteOffEvent(on)


def _undone_places(moment: Moment) -> set[int]:
    """Which transactions were taken back, where the table does not say so itself."""
    if any("Reverted" in row for row in moment.transactions):
        return set()
    places = set()
    for one in moment.undone:
        found = [
            index
            for index, row in enumerate(moment.transactions)
            if row["Transaction Type"] in MONEY_IN
            and _day(row["Transaction date"]) == one.on
            and one.kind in ("", row["Transaction Type"])
        ]
        if found:  # some tables leave out what was taken back
            places.add(found[min(one.place, len(found)) - 1])
    return places


def _instalment(row: dict[str, str]) -> Instalment:
    return Instalment(
        number=int(row["Nr"]),
        due_on=_day(row["Date"]),
        principal_minor=cents(row["Principal due"]),
        contract_interest_minor=cents(row["Interest"]),
        fees_minor=cents(row["Fees"]) + cents(row["Penalties"]),
    )


def _rows(table: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(table[0], row, strict=False)) for row in table[1:]]


def _day(text: str) -> date:
    return datetime.strptime(text.strip(), "%d %B %Y").date()  # noqa: DTZ007 - a date, no instant


@dataclass(frozen=True)
class Told:
    """What a scenario says is still owed, or overpaid, and what our ledger says after the same money."""

    name: str
    ours_minor: int
    theirs_minor: int


# Steps that move no money: a scenario with any other step than these and those of `_Teller` is not told.
_SILENT = re.compile(
    r"Admin (?:creates a client|creates a new default Loan|successfully approves|successfully creates a new customised Loan"
    r"|set \".*allocation rule|runs (?:inline )?COB|can successfully (?:un)?set Fraud)"
    r"|Loan (?:status|has \d+ \"|Transactions|Repayment schedule|Charges tab|details|delinquency|has the following|marked)"
    r"|Repayment transaction is created|Transaction response|In Loan|On Loan|Global config|Admin checks that delinquency"
)
_TAKEN_BACK = re.compile(r'Customer (?:undo "(\d+)"th (?:"(.*?)" )?.*made|makes a repayment undo) on "(.*)"')
_PAID = re.compile(
    r'Customer makes "(.*?)" (?:repayment|transaction with .*?payment type) on "(.*?)" with ([\d.]+) EUR'
)
_BACK = re.compile(r'Admin makes ".*?" chargeback with ([\d.]+) EUR transaction amount(?: for Payment nr\. (\d+))?')
_UNDONE = re.compile(r'Customer undo "(\d+)"th (?:repayment|transaction made|"Repayment" transaction made) on "(.*?)"')


def told_balances(scenario: dict[str, Any]) -> list[Told]:
    """For default loans (no interest, one amount owed): each balance that the scenario states; empty when it does more."""
    teller = _Teller(scenario)
    try:
        for step in scenario["steps"]:
            teller.take(step)
    except (ValueError, IndexError):
        return []
    return teller.told


class _Teller:
    """Reads a scenario's steps one by one and keeps what happened; ValueError for a step that it cannot tell."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.name = f"{scenario['file']}: {scenario['name']}"
        self.today = date(2000, 1, 1)
        self.instalments: list[Instalment] = []
        self.events: list[Event] = []
        self.told: list[Told] = []

    def take(self, step: dict[str, Any]) -> None:
        text = step["text"]
        if found := re.match(r'Admin sets the business date to "(.*)"', text):
            self.today = _day(found[1])
        elif text.startswith("Admin creates a fully customized loan"):
            self._check_product(dict(zip(*step["table"][:2], strict=False)))
        elif found := re.match(r'Admin successfully disburse the loan on "(.*)" with "([\d.]+)" EUR', text):
            if self.instalments:
                raise ValueError("a second disbursement")
            self.instalments = [Instalment(1, _day(found[1]), cents(found[2]))]
        elif found := re.match(r'Admin adds ".*" due date charge with "(.*)" due date and ([\d.]+) EUR', text):
            self.instalments.append(
                Instalment(len(self.instalments) + 1, _day(found[1]), 0, fees_minor=cents(found[2]))
            )
        elif found := re.match(r"Loan has ([\d.]+) (outstanding|overpaid) amount", text):
            self._tell(cents(found[1]), is_owed=found[2] == "outstanding")
        elif not self._happens(text) and not _SILENT.match(text):
            raise ValueError(text)

    def _check_product(self, product: dict[str, str]) -> None:
        if Decimal(product["ANNUAL interest rate %"]) or "DOWNPAYMENT_AUTO" in product["LoanProduct"]:
            raise ValueError("interest, or money that their system moves by itself")

    def _happens(self, text: str) -> bool:
        uid = f"e{len(self.events)}"
        if found := _PAID.match(text):
            self.events.append(PaymentEvent(uid, _day(found[2]), cents(found[3])))
        elif found := _BACK.match(text):
            payments = [event for event in self.events if isinstance(event, PaymentEvent)]
            of = payments[int(found[2] or len(payments)) - 1]
            self.events.append(ChargebackEvent(uid, self.today, of.uid, cents(found[1])))
        elif found := _UNDONE.match(text):
            same = [one for one in self.events if isinstance(one, PaymentEvent) and one.on == _day(found[2])]
            self.events.append(ReversalEvent(self.today, same[int(found[1]) - 1].uid))
        elif found := re.match(r'Admin makes Credit Balance Refund transaction on "(.*)" with ([\d.]+) EUR', text):
            self.events.append(RefundEvent(uid, _day(found[1]), cents(found[2])))
        elif found := re.match(r'Admin does charge-off the loan on "(.*)"', text):
            self.events.append(WriteOffEvent(_day(found[1])))
        return bool(found)

    def _tell(self, theirs_minor: int, *, is_owed: bool) -> None:
        if not self.instalments:
            raise ValueError("no loan yet")
        rows = sorted(self.instalments, key=lambda row: row.due_on)
        played = replay(rows, ObligationTerms("EUR", waterfall=WATERFALL), self.events, [self.today], {})
        credit = played.statements[0].unallocated_minor
        owed = sum(sum(line.owed.values()) for line in played.book.lines)
        ours = max(owed - credit, 0) if is_owed else max(credit - owed, 0)
        self.told.append(Told(f"{self.name} ({self.today})", ours, theirs_minor))
