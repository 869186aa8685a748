"""Portfolio files for tests: a small Colombian portfolio whose rows are changed one by one."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from acuerdo.portfolio.actions import find_profile, import_portfolio, name_creditor
from acuerdo.portfolio.models import Creditor
from acuerdo.portfolio.rules.profile import Profile
from acuerdo.portfolio.rules.report import ImportReport

AS_OF = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

ANA = {
    "numero_obligacion": "CR-001",
    "tipo_identificacion": "CC",
    "identificacion": "52123456",
    "nombre": "ANA MARÍA PEÑA",
    "telefono": "3991234567",
    "email": "ana@ejemplo.com",
    "ciudad": "Bogotá",
    "tipo_de_producto": "Libre inversión",
    "valor_obligacion": "10.000.000,00",
    "saldo_capital": "8.000.000,00",
    "intereses_corrientes": "120.000,50",
    "intereses_mora": "35.000,00",
    "saldo_total": "8.155.000,50",
    "valor_vencido": "655.000,50",
    "dias_de_mora": "25",
    "fecha_vencimiento": "15/03/2026",
    "valor_cuota": "500.000,00",
}
LUIS = ANA | {
    "numero_obligacion": "CR-002",
    "identificacion": "79555111",
    "nombre": "Luis Rojas",
    "telefono": "3997654321",
    "email": "",
    "saldo_capital": "900.000,00",
    "intereses_corrientes": "0",
    "intereses_mora": "0",
    "saldo_total": "900.000,00",
    "valor_vencido": "0",
    "dias_de_mora": "0",
    "fecha_vencimiento": "05/03/2026",
}


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], *, separator: str = ";", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def ceiba() -> Creditor:
    return name_creditor("Crédito Ceibaluz", country="CO", currency="COP", actor="tests", now=NOW)


def load(
    path: Path, *, profile: Profile | str = "co_cartera", creditor: Creditor | None = None, **changes: Any
) -> ImportReport:
    chosen = find_profile(profile) if isinstance(profile, str) else profile
    arguments = {"as_of": AS_OF, "now": NOW, "actor": "tests"} | changes
    return import_portfolio(path, profile=chosen, creditor=creditor or ceiba(), **arguments)
