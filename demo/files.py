"""The files that the invented lenders send: portfolio, schedules and payments, as their core banking would write them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from demo.world import Loan

PORTFOLIO_COLUMNS = (
    "numero_obligacion",
    "tipo_identificacion",
    "identificacion",
    "nombre",
    "telefono",
    "telefono 2",
    "correo_electronico",
    "ciudad",
    "departamento",
    "tipo_de_producto",
    "sucursal",
    "moneda",
    "fecha_obligacion",
    "valor_obligacion",
    "plazo",
    "tasa_interes",
    "tasa_mora",
    "fecha_primera_cuota",
    "valor_cuota",
    "fecha_vencimiento",
    "saldo_capital",
    "intereses_corrientes",
    "intereses_mora",
    "saldo_total",
    "valor_vencido",
    "dias_de_mora",
    "cuotas_vencidas",
    "valor_ultimo_pago",
    "fecha_ultimo_pago",
)
INSTALMENT_COLUMNS = ("numero_obligacion", "numero_cuota", "fecha_cuota", "cuota_capital", "cuota_interes")
PAYMENT_COLUMNS = ("numero_obligacion", "valor_pago", "fecha_pago", "referencia_pago")


@dataclass(frozen=True, slots=True)
class CoreFigures:
    """What the lender's core says of one loan on one date; amounts in minor units."""

    principal_minor: int
    contract_interest_minor: int
    late_interest_minor: int
    due_minor: int
    days_past_due: int
    overdue: int
    next_due_on: date | None

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.contract_interest_minor + self.late_interest_minor


def core_figures(loan: Loan, as_of: date) -> CoreFigures:
    """Oldest instalment first, interest before principal; late interest simple and daily on overdue principal."""
    left = loan.paid_minor
    principal = interest = late = due = overdue = days = 0
    next_due_on = None
    daily = Decimal(loan.product.late_rate_annual) / 365
    for item in loan.schedule:
        paid_interest = min(left, item.contract_interest_minor)
        paid_principal = min(left - paid_interest, item.principal_minor)
        left -= paid_interest + paid_principal
        open_principal = item.principal_minor - paid_principal
        open_interest = item.contract_interest_minor - paid_interest
        principal += open_principal
        if not open_principal and not open_interest:
            continue
        if item.on >= as_of:
            next_due_on = next_due_on or item.on
            continue
        interest += open_interest
        late += int(open_principal * daily * (as_of - item.on).days)
        due += open_principal + open_interest
        overdue += 1
        days = days or (as_of - item.on).days
    return CoreFigures(principal, interest, late, due + late, days, overdue, next_due_on)


def money(minor: int) -> str:
    """1234567,89 as a Colombian spreadsheet writes it: 1.234.567,89."""
    units, cents = divmod(minor, 100)
    return f"{units:,}".replace(",", ".") + f",{cents:02d}"


def write_portfolio(path: Path, loans: Iterable[Loan], as_of: date) -> None:
    """One row an obligation that still owes something; the first day of the world and each daily refresh."""
    _write(path, PORTFOLIO_COLUMNS, (_portfolio_row(loan, as_of) for loan in loans if loan.paid_minor < _total(loan)))


def write_instalments(path: Path, loans: Iterable[Loan]) -> None:
    """One row an instalment."""
    _write(
        path,
        INSTALMENT_COLUMNS,
        (
            (
                loan.number,
                due.number,
                f"{due.on:%d/%m/%Y}",
                money(due.principal_minor),
                money(due.contract_interest_minor),
            )
            for loan in loans
            for due in loan.schedule
        ),
    )


def write_payments(path: Path, payments: Iterable[tuple[Loan, date, int]]) -> None:
    """One row a payment; the reference is stable, so that loading a file twice changes nothing."""
    _write(
        path,
        PAYMENT_COLUMNS,
        (
            (loan.number, money(amount), f"{on:%d/%m/%Y}", f"{loan.number}-{on:%Y%m%d}-{amount}")
            for loan, on, amount in payments
        ),
    )


def _total(loan: Loan) -> int:
    return sum(due.total_minor for due in loan.schedule)


def _portfolio_row(loan: Loan, as_of: date) -> tuple[object, ...]:
    person, figures = loan.person, core_figures(loan, as_of)
    last = loan.paid[-1] if loan.paid else None
    return (
        loan.number,
        person.id_type,
        person.id_number,
        person.full_name,
        *_phones(person.phones),
        person.email,
        person.city,
        person.region,
        loan.product.name,
        loan.branch,
        loan.lender.currency,
        f"{loan.disbursed_on:%d/%m/%Y}",
        money(loan.principal_minor),
        loan.instalments,
        _percent(loan.product.rate_annual),
        _percent(loan.product.late_rate_annual),
        f"{loan.first_due_on:%d/%m/%Y}",
        money(loan.schedule[0].total_minor),
        f"{figures.next_due_on:%d/%m/%Y}" if figures.next_due_on else f"{loan.schedule[-1].on:%d/%m/%Y}",
        money(figures.principal_minor),
        money(figures.contract_interest_minor),
        money(figures.late_interest_minor),
        money(figures.total_minor),
        money(figures.due_minor),
        figures.days_past_due,
        figures.overdue,
        money(last[1]) if last else "",
        f"{last[0]:%d/%m/%Y}" if last else "",
    )


def _phones(phones: tuple[str, ...]) -> tuple[str, str]:
    return ((*phones, "", ""))[0], ((*phones, "", ""))[1]


def _percent(rate: Decimal) -> str:
    return f"{rate * 100:.2f}%".replace(".", ",")


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)
