"""Random obligations and what happens to them, and a slow, plain ledger that plays them day by day to check the fast one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from acuerdo.kernel.rates import CONTEXT, Rate
from acuerdo.ledger.rules.components import COMPONENTS, DEFAULT_WATERFALL, Component
from acuerdo.ledger.rules.events import (
    Event,
    FeeEvent,
    PauseEvent,
    PaymentEvent,
    ReversalEvent,
    WaiverEvent,
    WriteOffEvent,
)
from acuerdo.ledger.rules.late_interest import SCALE_DIGITS, scaled_cap, scaled_daily
from acuerdo.ledger.rules.rate_caps import CapTable, RateCap, cap_table
from acuerdo.ledger.rules.terms import Instalment, LateInterestTerms, ObligationTerms

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
    )


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for index in range(draw(st.integers(0, 6))):
        payment = PaymentEvent(f"p{index}", draw(days), draw(amounts))
        events.append(payment)
        if draw(st.integers(0, 2)) == 0:
            events.append(ReversalEvent(payment.on + timedelta(days=draw(st.integers(0, 40))), payment.uid))
    fees, waivers = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    events += [FeeEvent(f"f{index}", draw(days), draw(st.integers(1, 9000)), f"a{index}") for index in range(fees)]
    events += [
        WaiverEvent(f"w{index}", draw(days), draw(st.sampled_from(COMPONENTS)), draw(amounts))
        for index in range(waivers)
    ]
    for _ in range(draw(st.integers(0, 2))):
        start = draw(days)
        events.append(PauseEvent(start, start + timedelta(days=draw(st.integers(0, 25)))))
    if draw(st.booleans()):
        events.append(WriteOffEvent(draw(days)))
    return draw(st.permutations(events))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    caps = caps_of(draw(st.lists(fractions, min_size=12, max_size=12)))
    return World(draw(instalment_lists()), draw(obligation_terms()), draw(event_lists()), caps, draw(days))


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
                "accrued": Decimal(0), "settled": 0,
            }
            for row in world.instalments
        ]  # fmt: skip
        self.credits: list[list[Any]] = []
        self.spent: dict[str, int] = {}

    def play(self) -> None:
        day = min(FIRST, self.rows[0]["due"])
        while day <= self.world.as_of:
            self.accrue(day)
            if any(row["due"] == day for row in self.rows):
                self.spend(day)
            for kind in (FeeEvent, WaiverEvent, PaymentEvent):
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
