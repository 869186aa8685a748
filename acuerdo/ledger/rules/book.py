"""The running state of one obligation while its events are played: what each instalment still owes, and unspent credit.

A `Book` changes in place because replay is a hot loop; `copy` makes the snapshots that a reversal returns to. Dates are
ordinals inside. Late interest is kept exact and only rounded when asked how much is owed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from acuerdo.ledger.rules.components import CONTRACTUAL, Component
from acuerdo.ledger.rules.late_interest import DailyRates, Pauses, accrue_late_interest, whole_units
from acuerdo.ledger.rules.terms import Instalment, ObligationTerms


class Line:
    """One instalment's open amounts. `late_exact` is all late interest ever accrued, `late_settled` what was paid or waived.

    `late_settled` is negative on a line that a chargeback opened: late interest once paid is owed again, without accruing.
    """

    __slots__ = ("accrued_through", "due", "late_exact", "late_settled", "number", "owed")

    def __init__(self, number: int, due: int, owed: dict[Component, int]) -> None:
        self.number = number
        self.due = due
        self.owed = owed
        self.late_exact = 0
        self.late_settled = 0
        self.accrued_through = due

    def copy(self) -> "Line":
        twin = Line(self.number, self.due, dict(self.owed))
        twin.late_exact, twin.late_settled, twin.accrued_through = (
            self.late_exact,
            self.late_settled,
            self.accrued_through,
        )
        return twin


@dataclass(slots=True)
class Credit:
    """What is left of a payment, waiting for something to fall due."""

    uid: str
    left_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a payment: which instalment and component it covered, and on which day (credit is used later)."""

    instalment: int
    component: Component
    amount_minor: int
    on: date


class Book:
    """The open lines by due date, the credits in order of arrival, and when the lender wrote the debt off.

    `agreed` is the schedule that the lines came from; a book that goes on from open lines has none.
    """

    __slots__ = (
        "agreed",
        "credits",
        "first_open",
        "line_rates",
        "lines",
        "outstanding",
        "pauses",
        "terms",
        "written_off",
    )

    def __init__(
        self, instalments: Sequence[Instalment], terms: ObligationTerms, rates: DailyRates | None, pauses: Pauses
    ) -> None:
        self.agreed = instalments
        self.terms = terms
        self.line_rates = rates
        self.pauses = pauses
        self.lines = [_line(instalment) for instalment in instalments]
        self.outstanding = sum(instalment.principal_minor for instalment in instalments)
        self.credits: list[Credit] = []
        self.first_open = 0
        self.written_off: int | None = None

    @classmethod
    def of_lines(
        cls, lines: Sequence[Line], terms: ObligationTerms, rates: DailyRates | None, pauses: Pauses
    ) -> "Book":
        """A book that goes on from the lines that still owe, with no credit waiting."""
        book = cls((), terms, rates, pauses)
        book.lines = list(lines)
        book.outstanding = sum(line.owed["principal"] for line in lines)
        return book

    def copy(self) -> "Book":
        twin = Book((), self.terms, self.line_rates, self.pauses)
        twin.agreed = self.agreed
        twin.lines = [line.copy() for line in self.lines]
        twin.credits = [Credit(credit.uid, credit.left_minor) for credit in self.credits]
        twin.first_open, twin.written_off, twin.outstanding = self.first_open, self.written_off, self.outstanding
        return twin

    def late_owed(self, line: Line, day: int) -> int:
        """Late interest of one line through `day`, rounded, less what was settled."""
        if line.accrued_through < day:
            self._accrue(line, day)
        if not line.late_exact and line.late_settled >= 0:
            return 0
        return max(whole_units(line.late_exact, self.terms.unit_minor, self.terms.rounding) - line.late_settled, 0)

    def owed(self, line: Line, component: Component, day: int) -> int:
        """What one line owes of one component on `day`."""
        return self.late_owed(line, day) if component == "late_interest" else line.owed[component]

    def settle(self, line: Line, component: Component, amount_minor: int, day: int) -> None:
        """Takes `amount_minor` off one component; what bears late interest first accrues through `day` at its old amount."""
        if component == "late_interest":
            line.late_settled += amount_minor
            return
        self._accrue_before(line, component, day)
        line.owed[component] -= amount_minor
        if component == "principal":
            self.outstanding -= amount_minor

    def due_lines(self, day: int) -> Iterator[Line]:
        """Lines due on or before `day` that are not settled, oldest first."""
        for index in range(self.first_open, len(self.lines)):
            line = self.lines[index]
            if line.due > day:
                return
            if self.is_open(line, day):
                yield line
            elif index == self.first_open:
                self.first_open += 1

    def is_open(self, line: Line, day: int) -> bool:
        """Whether the line still owes anything."""
        return any(line.owed.values()) or self.late_owed(line, day) > 0

    def is_behind(self, line: Line) -> bool:
        """Whether the line still owes something that the contract itself makes due (late interest and fees apart)."""
        owed = line.owed
        return any(owed[component] for component in CONTRACTUAL)

    def fee_line(self, day: int) -> Line:
        """Where a collection fee stands: the oldest open due instalment, else the next one, else the last."""
        for line in self.due_lines(day):
            return line
        return next((line for line in self.lines if line.due > day and any(line.owed.values())), self.lines[-1])

    def accrue_all(self, day: int) -> None:
        """Late interest of every line through `day`, before something changes what bears it."""
        for line in self.lines:
            if line.accrued_through < day:
                self._accrue(line, day)

    def open_line(self, number: int, day: int, owed: dict[Component, int], late_minor: int = 0) -> None:
        """Adds a line due on `day`: what money gone back leaves owed again. `late_minor` is late interest that no longer grows."""
        self.accrue_all(day)
        nothing: dict[Component, int] = dict.fromkeys((*CONTRACTUAL, "collection_fee"), 0)
        line = Line(number, day, nothing | owed)
        line.late_settled = -late_minor
        self.lines.append(line)
        self.outstanding += line.owed["principal"]
        self.put_in_order()

    def put_in_order(self) -> None:
        """Lines by due date again, after one was added or moved."""
        self.lines.sort(key=lambda line: (line.due, line.number))
        self.first_open = 0

    def _accrue(self, line: Line, day: int) -> None:
        if self.line_rates is not None:
            base = self._late_base(line)
            line.late_exact += accrue_late_interest(base, self.line_rates, self.pauses, line.accrued_through, day)
        line.accrued_through = day

    def _late_base(self, line: Line) -> int:
        late = self.terms.late_interest
        if late is None or late.base == "overdue_principal":
            return line.owed["principal"]
        # Accelerated: the oldest line that is behind bears the interest of all the principal.
        first_behind = next((other for other in self.lines if self.is_behind(other)), None)
        return self.outstanding if line is first_behind else 0

    def _accrue_before(self, line: Line, component: Component, day: int) -> None:
        late = self.terms.late_interest
        touched = [line] if component == "principal" else []
        if late is not None and late.base == "outstanding_principal":
            touched = self.lines
        for other in touched:
            if other.accrued_through < day:
                self._accrue(other, day)


def _line(instalment: Instalment) -> Line:
    owed: dict[Component, int] = {
        "principal": instalment.principal_minor,
        "contract_interest": instalment.contract_interest_minor,
        "insurance": instalment.insurance_minor,
        "fees": instalment.fees_minor,
        "collection_fee": 0,
    }
    return Line(instalment.number, instalment.due_on.toordinal(), owed)
