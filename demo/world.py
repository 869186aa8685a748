"""The invented lenders' books: who borrowed what on which terms, and what was paid until the world begins.

Everything follows from the seed. The Colombian lender keeps its own balances (`core`) and sends a file each day; for the
Peruvian *caja* Acuerdo keeps the ledger (`ledger`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from acuerdo.kernel.calendar import add_months
from demo.behaviour import pay_dates, pick_behaviour
from demo.people import Person, make_person

STARTS_ON = date(2026, 2, 16)
TODAY = date(2026, 3, 18)
HISTORY_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Lender:
    """`balance_source` as in the product; amounts of its products in minor units."""

    code: str
    name: str
    legal_name: str
    tax_id: str
    country: str
    currency: str
    timezone: str
    balance_source: Literal["core", "ledger"]
    branches: tuple[str, ...]
    products: tuple["Product", ...]
    share: float


@dataclass(frozen=True, slots=True)
class Product:
    name: str
    kind: str
    rate_annual: Decimal
    late_rate_annual: Decimal
    terms: tuple[int, ...]
    amounts: tuple[int, int]  # lowest and highest, in whole units
    step: int


LENDERS = (
    Lender(
        code="ceiba",
        name="Crédito Ceibaluz",
        legal_name="Crédito Ceibaluz S. A. (empresa ficticia)",
        tax_id="999999001-3",
        country="CO",
        currency="COP",
        timezone="America/Bogota",
        balance_source="core",
        share=0.72,
        branches=("Chapinero", "Laureles", "San Fernando", "El Prado", "Cabecera", "Virtual"),
        products=(
            Product(
                "Libre inversión",
                "loan",
                Decimal("0.2250"),
                Decimal("0.2500"),
                (12, 18, 24, 36),
                (1_000_000, 18_000_000),
                50_000,
            ),
            Product(
                "Microcrédito productivo",
                "loan",
                Decimal("0.2400"),
                Decimal("0.2500"),
                (12, 18, 24),
                (800_000, 9_000_000),
                50_000,
            ),
            Product(
                "Compra a cuotas",
                "card",
                Decimal("0.2300"),
                Decimal("0.2500"),
                (6, 12, 18),
                (200_000, 3_500_000),
                10_000,
            ),
        ),
    ),
    Lender(
        code="sillar",
        name="Caja Sillar Claro",
        legal_name="Caja Sillar Claro S. A. (empresa ficticia)",
        tax_id="20999999991",
        country="PE",
        currency="PEN",
        timezone="America/Lima",
        balance_source="ledger",
        share=0.28,
        branches=("Cayma", "Yanahuara", "Miraflores", "Wanchaq", "Juliaca Centro"),
        products=(
            Product(
                "Crédito personal", "loan", Decimal("0.3200"), Decimal("0.1200"), (12, 18, 24), (1_000, 15_000), 100
            ),
            Product(
                "Crédito microempresa", "loan", Decimal("0.2900"), Decimal("0.1200"), (12, 18, 24), (2_000, 30_000), 100
            ),
        ),
    ),
)


@dataclass(slots=True)
class Loan:
    """One obligation with its schedule and the payments that will happen by themselves (`pays`: date → minor units)."""

    number: str
    person: Person
    lender: Lender
    product: Product
    branch: str
    principal_minor: int
    instalments: int
    disbursed_on: date
    first_due_on: date
    schedule: list["Due"] = field(default_factory=list)
    pays: dict[date, int] = field(default_factory=dict)
    paid: list[tuple[date, int]] = field(default_factory=list)

    @property
    def paid_minor(self) -> int:
        return sum(amount for _, amount in self.paid)


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment: amounts in minor units."""

    number: int
    on: date
    principal_minor: int
    contract_interest_minor: int

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.contract_interest_minor


@dataclass(slots=True)
class World:
    seed: int
    people: list[Person]
    loans: list[Loan]


def make_world(debtors: int, seed: int) -> World:
    """`debtors` people with one to three loans each, with schedules and payments as they would come by themselves."""
    random = Random(seed)
    people: list[Person] = []
    loans: list[Loan] = []
    for key in range(debtors):
        lender = LENDERS[0] if random.random() < LENDERS[0].share else LENDERS[1]
        person = make_person(key, lender.country, pick_behaviour(random), random)
        people.append(person)
        for _ in range(random.choices((1, 2, 3), weights=(82, 15, 3))[0]):
            loans.append(_make_loan(len(loans) + 1, person, lender, random))
    return World(seed=seed, people=people, loans=loans)


def _make_loan(key: int, person: Person, lender: Lender, random: Random) -> Loan:
    product = random.choice(lender.products)
    low, high = product.amounts
    term = random.choice(product.terms)
    skew = random.random() ** 2
    principal = int((low + (high - low) * skew) // product.step * product.step)
    disbursed_on = _disbursement(term, random)
    first_due_on = add_months(disbursed_on, 1)
    loan = Loan(
        number=f"{lender.code[:2].upper()}-{disbursed_on:%y%m}-{key:06d}",
        person=person,
        lender=lender,
        product=product,
        branch=random.choice(lender.branches),
        principal_minor=principal * 100,
        instalments=term,
        disbursed_on=disbursed_on,
        first_due_on=first_due_on,
    )
    loan.schedule = french_schedule(loan)
    _plan_payments(loan, random)
    return loan


def _disbursement(term: int, random: Random) -> date:
    """A day in the last `term` months (24 at most), so that the loan is alive when the world begins."""
    months_back = random.randint(1, min(term, HISTORY_MONTHS) - 1)
    return add_months(STARTS_ON, -months_back) + timedelta(days=random.randint(-13, 14))


def french_schedule(loan: Loan) -> list[Due]:
    """Equal instalments in whole units of the currency; the last one takes the remainder, as the lender's core would."""
    monthly = (1 + loan.product.rate_annual) ** (Decimal(1) / Decimal(12)) - 1
    payment = Decimal(loan.principal_minor) * monthly / (1 - (1 + monthly) ** -loan.instalments)
    unit = 10_000 if loan.lender.currency == "COP" else 10
    equal = int(payment / unit) * unit + unit
    balance, dues = loan.principal_minor, []
    for number in range(1, loan.instalments + 1):
        interest = int(Decimal(balance) * monthly)
        principal = min(balance, equal - interest) if number < loan.instalments else balance
        dues.append(Due(number, add_months(loan.first_due_on, number - 1), principal, interest))
        balance -= principal
    return [due for due in dues if due.total_minor]


def _plan_payments(loan: Loan, random: Random) -> None:
    """Fills `pays` (from the day the world begins) and `paid` (before it)."""
    elapsed = sum(1 for due in loan.schedule if due.on <= STARTS_ON)
    stops_at = max(1, elapsed - random.choice((0, 0, 1, 1, 2, 3, 4, 5, 7, 10)) + 1)
    days = pay_dates(loan.person.behaviour, [due.on for due in loan.schedule], stops_at, random)
    for due, on in zip(loan.schedule, days, strict=True):
        if on is None:
            continue
        if on < STARTS_ON:
            loan.paid.append((on, due.total_minor))
        else:
            loan.pays[on] = loan.pays.get(on, 0) + due.total_minor
