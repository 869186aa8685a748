"""Random obligations and what happens to them, and a slow, plain ledger that plays them day by day to check the fast one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from acuerdo.kernel.rates import CONTEXT, Rate
from acuerdo.ledger.rules.components import COMPONENTS, DEFAULT_WATERFALL, Component
from acuerdo.ledger.rules.events import (
    REPLACEMENTS,
    ChargebackEvent,
    DueMove,
    Event,
    ExtensionEvent,
    FeeEvent,
    PauseEvent,
    PaymentEvent,
    RefundEvent,
    ReplacementEvent,
    ReversalEvent,
    SettlementEvent,
    WaiverEvent,
    WriteOffEvent,
)
from acuerdo.ledger.rules.late_interest import SCALE_DIGITS, scaled_cap, scaled_daily
from acuerdo.ledger.rules.rate_caps import CapTable, RateCap, cap_table
from acuerdo.ledger.rules.terms import Instalment, LateInterestTerms, ObligationTerms, PrepaymentTerms

FIRST = date(2026, 1, 10)
DAYS = 150


@dataclass(frozen=True)
class World:
    instalments: list[Instalment]
    terms: ObligationTerms
    events: list[Event]
    caps: dict[str, CapTable]
    as_of: date


def caps_of(rates: list[Decimal]) -> dict[str, CapTable]:
    """One cap a month from December 2025 on."""
    rows, first = [], date(2025, 12, 1)
    for rate in rates:
        following = (first + timedelta(days=32)).replace(day=1)
        rows.append(RateCap(first, following - timedelta(days=1), rate))
        first = following
    return {"xx/prueba": cap_table("xx/prueba", rows)}


fractions = st.decimals("0.01", "0.9", places=4)
days = st.integers(0, DAYS).map(lambda offset: FIRST + timedelta(days=offset))
amounts = st.integers(1, 400_000)


@st.composite
def instalment_lists(draw: st.DrawFn) -> list[Instalment]:
    due_on, rows = FIRST, []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        parts = [
            draw(st.integers(0, 100_000)),
            draw(st.integers(0, 20_000)),
            draw(st.sampled_from([0, 0, 900])),
            draw(st.sampled_from([0, 300])),
        ]
        rows.append(Instalment(number, due_on, *parts))
        due_on += timedelta(days=draw(st.sampled_from([0, 7, 14, 30])))
    return rows


@st.composite
def obligation_terms(draw: st.DrawFn) -> ObligationTerms:
    late = LateInterestTerms(
        rate=Rate(draw(st.sampled_from(["effective_annual", "nominal_annual"])), draw(fractions)),
        cap=draw(st.sampled_from([None, "xx/prueba"])),
        base=draw(st.sampled_from(["overdue_principal", "overdue_principal", "outstanding_principal"])),
        days_per_year=draw(st.sampled_from([365, 360])),
    )
    return ObligationTerms(
        currency="COP",
        late_interest=draw(st.sampled_from([late, late, late, None])),
        waterfall=tuple(draw(st.permutations(DEFAULT_WATERFALL))),
        order=draw(st.sampled_from(["oldest_instalment_first", "component_first"])),
        rounding=draw(st.sampled_from(["half_up", "half_even"])),
        unit_minor=draw(st.sampled_from([1, 1, 100])),
        disbursed_on=draw(st.sampled_from([None, FIRST - timedelta(days=31), FIRST + timedelta(days=3)])),
        prepayment=draw(
            st.sampled_from([None, None, PrepaymentTerms(Decimal("0.02"), 0), PrepaymentTerms(Decimal("0.02"), 10**9)])
        ),
    )


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for index in range(draw(st.integers(0, 6))):
        payment = PaymentEvent(f"p{index}", draw(days), draw(amounts))
        events.append(payment)
        back_on = payment.on + timedelta(days=draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                events.append(ReversalEvent(back_on, payment.uid))
            case 1:
                parts = draw(st.lists(st.integers(1, max(payment.amount_minor // 2, 1)), min_size=1, max_size=2))
                if sum(parts) <= payment.amount_minor:
                    events += [
                        ChargebackEvent(f"c{index}{place}", back_on + timedelta(days=place), payment.uid, part)
                        for place, part in enumerate(parts)
                    ]
    fees, waivers = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    events += [FeeEvent(f"f{index}", draw(days), draw(st.integers(1, 9000)), f"a{index}") for index in range(fees)]
    events += [
        WaiverEvent(f"w{index}", draw(days), draw(st.sampled_from(COMPONENTS)), draw(amounts))
        for index in range(waivers)
    ]
    for _ in range(draw(st.integers(0, 2))):
        start = draw(days)
        events.append(PauseEvent(start, start + timedelta(days=draw(st.integers(0, 25)))))
    events += [RefundEvent(f"r{index}", draw(days), draw(amounts)) for index in range(draw(st.integers(0, 1)))]
    if draw(st.booleans()):
        events.append(WriteOffEvent(draw(days)))
    events += [SettlementEvent(f"s{index}", draw(days)) for index in range(draw(st.integers(0, 2)))]
    if draw(st.integers(0, 4)) == 0:
        events.append(ReplacementEvent("z", draw(days), "nueva", draw(st.sampled_from(REPLACEMENTS))))
    return events


@st.composite
def extensions(draw: st.DrawFn, instalments: list[Instalment]) -> list[Event]:
    """Up to two extensions of some instalments, each to a day after the event's and not before the agreed one."""
    found: list[Event] = []
    for index in range(draw(st.integers(0, 2))):
        on = draw(days)
        rows = draw(st.lists(st.sampled_from(instalments), min_size=1, max_size=2, unique_by=lambda row: row.number))
        moves = tuple(
            DueMove(row.number, max(row.due_on, on + timedelta(days=1)) + timedelta(days=draw(st.integers(0, 45))))
            for row in rows
        )
        found.append(ExtensionEvent(f"x{index}", on, moves))
    return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    caps = caps_of(draw(st.lists(fractions, min_size=18, max_size=18)))
    instalments = draw(instalment_lists())
    events = draw(st.permutations([*draw(event_lists()), *draw(extensions(instalments))]))
    return World(instalments, draw(obligation_terms()), events, caps, draw(days))


class PlainLedger:
    """The same rules as a person with a ruled book would follow them: one day after another, everything in the open."""

    def __init__(self, world: World) -> None:
        self.world = world
        visible = [event for event in world.events if isinstance(event, PauseEvent) or event.on <= world.as_of]
        undone = {event.of for event in visible if isinstance(event, ReversalEvent)}
        self.events = [event for event in visible if not (isinstance(event, PaymentEvent) and event.uid in undone)]
        self.rows: list[dict[str, Any]] = [
            {
                "number": row.number, "due": row.due_on, "principal": row.principal_minor, "fees": row.fees_minor,
                "contract_interest": row.contract_interest_minor, "insurance": row.insurance_minor, "collection_fee": 0,
                "accrued": Decimal(0), "settled": 0, "agreed": row,
            }
            for row in world.instalments
        ]  # fmt: skip
        self.credits: list[list[Any]] = []
        self.spent: dict[str, int] = {}
        self.covered: dict[str, list[tuple[str, int]]] = {}
        self.taken_back: dict[str, int] = {}
        self.passed_on = 0
        self.paid_off: list[str] = []
        back = [event for event in world.events if isinstance(event, ChargebackEvent | RefundEvent)]
        back.sort(key=lambda event: (event.on, isinstance(event, RefundEvent), event.uid))
        last = max(row.number for row in world.instalments)
        self.extra = {event.uid: last + place for place, event in enumerate(back, start=1)}

    def play(self) -> None:
        day = min(FIRST, self.rows[0]["due"])
        while day <= self.world.as_of:
            self.accrue(day)
            if any(row["due"] == day for row in self.rows):
                self.spend(day)
            for kind in (
                ExtensionEvent, FeeEvent, WaiverEvent, PaymentEvent, SettlementEvent, ChargebackEvent, RefundEvent,
                ReplacementEvent,
            ):  # fmt: skip
                todays = [event for event in self.events if isinstance(event, kind) and event.on == day]
                for event in sorted(todays, key=lambda event: event.uid):
                    self.happen(event, day)
            day += timedelta(days=1)

    def rate(self, day: date) -> Decimal:
        late = self.world.terms.late_interest
        paused = any(isinstance(event, PauseEvent) and event.from_on <= day <= event.to_on for event in self.events)
        if late is None or paused:
            return Decimal(0)
        scaled = scaled_daily(late)
        if late.cap:
            scaled = min(scaled, scaled_cap(self.world.caps[late.cap].require(day).annual))
        return Decimal(scaled).scaleb(-SCALE_DIGITS)

    def accrue(self, day: date) -> None:
        late = self.world.terms.late_interest
        overdue = [row for row in self.rows if row["due"] < day]
        if late is None or not overdue:
            return
        if late.base == "overdue_principal":
            for row in overdue:
                row["accrued"] = CONTEXT.add(
                    row["accrued"], CONTEXT.multiply(Decimal(row["principal"]), self.rate(day))
                )
            return
        behind = [
            row
            for row in self.rows
            if any(row[part] for part in ("principal", "contract_interest", "insurance", "fees"))
        ]
        if behind and behind[0]["due"] < day:
            base = Decimal(sum(row["principal"] for row in self.rows))
            behind[0]["accrued"] = CONTEXT.add(behind[0]["accrued"], CONTEXT.multiply(base, self.rate(day)))

    def owed(self, row: dict[str, Any], component: str) -> int:
        if component != "late_interest":
            return int(row[component])
        terms = self.world.terms
        rounding = ROUND_HALF_UP if terms.rounding == "half_up" else ROUND_HALF_EVEN
        whole = CONTEXT.divide(row["accrued"], Decimal(terms.unit_minor)).to_integral_value(rounding=rounding)
        return max(int(whole) * terms.unit_minor - row["settled"], 0)

    def take(self, row: dict[str, Any], component: str, amount: int) -> None:
        if component == "late_interest":
            row["settled"] += amount
        else:
            row[component] -= amount

    def happen(self, event: Any, day: date) -> None:
        if isinstance(event, PaymentEvent):
            self.credits.append([event.uid, event.amount_minor])
            self.spend(day)
        elif isinstance(event, FeeEvent):
            self.charge(event, day)
        elif isinstance(event, ExtensionEvent):
            for row in self.rows:
                row["due"] = next((move.due_on for move in event.moves if move.instalment == row["number"]), row["due"])
            self.sort()
        elif isinstance(event, ChargebackEvent):
            self.charge_back(event, day)
        elif isinstance(event, RefundEvent):
            excess = event.amount_minor - self.take_credit(event.amount_minor, None)
            self.open_row(event.uid, day, {"fees": excess} if excess else {})
        elif isinstance(event, ReplacementEvent):
            self.replace(day)
        elif isinstance(event, SettlementEvent):
            self.pay_off(event.uid, day)
        else:
            left = event.amount_minor
            for row in self.rows:
                taken = min(self.owed(row, event.component), left)
                self.take(row, event.component, taken)
                left -= taken

    def charge(self, event: FeeEvent, day: date) -> None:
        everything = [row for row in self.rows if any(self.owed(row, component) for component in COMPONENTS)]
        due = [row for row in everything if row["due"] <= day]
        later = [row for row in everything if row["due"] > day]
        (due or later or self.rows[-1:])[0]["collection_fee"] += event.amount_minor

    def sort(self) -> None:
        self.rows.sort(key=lambda row: (row["due"], row["number"]))

    def open_row(self, uid: str, day: date, owed: dict[str, int]) -> None:
        if owed:
            row = {
                "number": self.extra[uid],
                "due": day,
                "accrued": Decimal(0),
                "settled": -owed.pop("late_interest", 0),
            }
            self.rows.append({part: 0 for part in COMPONENTS if part != "late_interest"} | row | owed)
            self.sort()

    def take_credit(self, amount: int, only: str | None) -> int:
        before = amount
        for credit in self.credits:
            if only in (None, credit[0]):
                taken = min(credit[1], amount)
                credit[1] -= taken
                amount -= taken
        self.credits = [credit for credit in self.credits if credit[1]]
        return before - amount

    def charge_back(self, event: ChargebackEvent, day: date) -> None:
        left = event.amount_minor - self.take_credit(event.amount_minor, event.of)
        coins = [part for part, amount in self.covered.get(event.of, []) for _ in (range(amount) if left else ())]
        end = len(coins) - self.taken_back.get(event.of, 0)
        again = coins[max(end - left, 0) : end]
        self.taken_back[event.of] = self.taken_back.get(event.of, 0) + len(again)
        self.open_row(event.uid, day, {part: again.count(part) for part in set(again)})
        self.spend(day)

    def replace(self, day: date) -> None:
        for row in self.rows:
            if row["due"] > day:
                row |= {"contract_interest": 0, "insurance": 0, "fees": 0, "due": day}
        self.sort()
        self.spend(day)
        for row in self.rows:
            for component in COMPONENTS:
                owed = self.owed(row, component)
                self.take(row, component, owed)
                self.passed_on += owed

    def pay_off(self, uid: str, day: date) -> None:
        """Closes the debt where the credit covers it: day by day, what each instalment to come has earned of its interest."""
        ahead = [row for row in self.rows if row["due"] > day]
        interest = {row["number"]: self.earned(row["agreed"], row["contract_interest"], day) for row in ahead}
        terms = self.world.terms
        charge = 0
        lent = sum(row.principal_minor for row in self.world.instalments)
        if terms.prepayment is not None and lent > terms.prepayment.free_up_to_minor:
            rounding = ROUND_HALF_UP if terms.rounding == "half_up" else ROUND_HALF_EVEN
            exact = sum(row["principal"] for row in ahead) * terms.prepayment.charge / terms.unit_minor
            charge = int(exact.to_integral_value(rounding=rounding)) * terms.unit_minor
        here = sum(self.owed(row, part) for row in self.rows if row["due"] <= day for part in COMPONENTS)
        later = sum(self.owed(row, part) for row in ahead for part in ("principal", "collection_fee", "late_interest"))
        if here + later + sum(interest.values()) + charge > sum(left for _, left in self.credits):
            return
        for row in ahead:
            row |= {"contract_interest": interest[row["number"]], "insurance": 0, "fees": 0, "due": day}
        if charge:
            ahead[0]["fees"] += charge
        self.sort()
        self.spend(day)
        self.paid_off.append(uid)

    def earned(self, row: Instalment, left: int, day: date) -> int:
        agreed = self.world.instalments
        earlier = [other.due_on for other in agreed if other.due_on < row.due_on]
        later = [other.due_on for other in agreed if other.due_on > row.due_on]
        lent_on = self.world.terms.disbursed_on
        if earlier:
            start = max(earlier)
        elif lent_on is not None and lent_on < row.due_on:
            start = lent_on
        elif later:
            start = row.due_on - (min(later) - row.due_on)
        else:
            return left
        part = Decimal(min(max((day - start).days, 0), (row.due_on - start).days)) / (row.due_on - start).days
        terms = self.world.terms
        rounding = ROUND_HALF_UP if terms.rounding == "half_up" else ROUND_HALF_EVEN
        whole = (row.contract_interest_minor * part / terms.unit_minor).quantize(Decimal("1e-9"))
        earned = int(whole.to_integral_value(rounding=rounding)) * terms.unit_minor
        earned = min(earned, row.contract_interest_minor)
        return min(max(earned - (row.contract_interest_minor - left), 0), left)

    def spend(self, day: date) -> None:
        terms = self.world.terms
        due = [row for row in self.rows if row["due"] <= day]
        claims: list[tuple[dict[str, Any], Component]] = [
            (row, component) for row in due for component in terms.waterfall
        ]
        if terms.order == "component_first":
            claims = [(row, component) for component in terms.waterfall for row in due]
        for row, component in claims:
            while self.credits and (owed := self.owed(row, component)):
                uid, left = self.credits[0]
                taken = min(owed, left)
                self.take(row, component, taken)
                self.spent[uid] = self.spent.get(uid, 0) + taken
                self.covered.setdefault(uid, []).append((component, taken))
                self.credits[0][1] -= taken
                self.credits = [credit for credit in self.credits if credit[1]]

    def balance(self) -> dict[str, int]:
        as_of = self.world.as_of
        due = [row for row in self.rows if row["due"] <= as_of]
        everywhere = {part: sum(row[part] for row in self.rows) for part in ("principal", "collection_fee")}
        fallen = {part: sum(row[part] for row in due) for part in ("contract_interest", "insurance", "fees")}
        return everywhere | fallen | {"late_interest": sum(self.owed(row, "late_interest") for row in due)}

    def days_past_due(self) -> int:
        parts = ("principal", "contract_interest", "insurance", "fees")
        behind = [row["due"] for row in self.rows if row["due"] < self.world.as_of and any(row[part] for part in parts)]
        return (self.world.as_of - min(behind)).days if behind else 0
