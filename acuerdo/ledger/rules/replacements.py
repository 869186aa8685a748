"""Restructuring and refinancing: what the debts pass on, what of it becomes principal of the new one, what bears no interest.

Only principal bears interest in the new schedule. Interest that passes on is carried beside it, spread over the instalments,
and never bears interest (C.C. art. 1617 r. 3 and 2235), unless it is capitalised where the law allows: by agreement made
after maturity, of interest due for at least a year (C.Co. art. 886), never in housing credit (Ley 546 de 1999) nor in
Peru's regulated credits (Ley 31143).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from acuerdo.kernel.calendar import add_months
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import split_evenly
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.schedules import build_schedule
from acuerdo.ledger.rules.terms import Instalment, ScheduleTerms

# Country and kind of credit where interest never becomes principal, and why.
NEVER = {
    ("co", "vivienda"): "Ley 546 de 1999",
    ("pe", "consumo"): "Ley 31143 de 2021",
    ("pe", "microempresa"): "Ley 31143 de 2021",
    ("pe", "pequena_empresa"): "Ley 31143 de 2021",
}
MONTHS_DUE_MIN = 12


@dataclass(frozen=True, slots=True)
class Capitalisation:
    """What becomes principal, and on what: the agreement's date and text, and since when its interest is due."""

    amounts: Amounts
    agreed_on: date | None = None
    basis: str = ""
    interest_due_since: date | None = None


@dataclass(frozen=True, slots=True)
class NewDebt:
    """The new obligation: its principal, what is carried beside it without interest, and its instalments with both."""

    principal_minor: int
    capitalised: Amounts
    carried: Amounts
    instalments: tuple[Instalment, ...]


def plan_replacement(
    owed: Amounts, terms: ScheduleTerms, capitalisation: Capitalisation, *, country: str, kind: str
) -> NewDebt:
    """The debt that takes over `owed`; the principal of `terms` is not read but worked out.

    Refuses `nothing-owed`, `capitalised-above-owed`, `interest-on-interest` and what `build_schedule` refuses.
    """
    capitalised = no_amounts() | capitalisation.amounts | {"principal": 0}
    if any(not 0 <= capitalised[part] <= owed[part] for part in COMPONENTS):
        raise Refusal("capitalised-above-owed", "Lo que se capitaliza no puede ser más que lo que se debe.")
    if capitalised["contract_interest"] or capitalised["late_interest"]:
        check_capitalisation(capitalisation, country=country, kind=kind)
    principal = owed["principal"] + sum(capitalised.values())
    if principal <= 0:
        raise Refusal("nothing-owed", "La obligación no tiene capital que pase a la nueva.")
    carried = no_amounts()
    for part in COMPONENTS:
        carried[part] = 0 if part == "principal" else owed[part] - capitalised[part]
    instalments = build_schedule(replace(terms, principal_minor=principal))
    return NewDebt(principal, capitalised, carried, tuple(_with_carried(instalments, carried, terms.unit_minor)))


def check_capitalisation(asked: Capitalisation, *, country: str, kind: str) -> None:
    """Refuses `interest-on-interest` and says which condition of the law is not met."""
    law = NEVER.get((country.lower(), kind))
    if law:
        raise Refusal("interest-on-interest", f"En este crédito los intereses no se capitalizan ({law}).")
    if asked.agreed_on is None or not asked.basis.strip() or asked.interest_due_since is None:
        message = (
            "Capitalizar intereses exige un acuerdo con fecha y texto, y saber desde cuándo se deben (C.Co. art. 886)."
        )
        raise Refusal("interest-on-interest", message)
    if add_months(asked.interest_due_since, MONTHS_DUE_MIN) > asked.agreed_on:
        message = (
            f"Solo se capitalizan intereses debidos con un año de anterioridad al acuerdo (C.Co. art. 886); estos se "
            f"deben desde el {asked.interest_due_since}."
        )
        raise Refusal("interest-on-interest", message)


def _with_carried(instalments: Sequence[Instalment], carried: Amounts, unit_minor: int) -> list[Instalment]:
    """The carried amounts spread evenly in whole units, the rest on the last instalment."""
    count = len(instalments)
    interest = _spread(carried["contract_interest"] + carried["late_interest"], count, unit_minor)
    insurance = _spread(carried["insurance"], count, unit_minor)
    fees = _spread(carried["fees"] + carried["collection_fee"], count, unit_minor)
    return [
        replace(
            row,
            contract_interest_minor=row.contract_interest_minor + interest[index],
            insurance_minor=row.insurance_minor + insurance[index],
            fees_minor=row.fees_minor + fees[index],
        )
        for index, row in enumerate(instalments)
    ]


def _spread(amount_minor: int, count: int, unit_minor: int) -> list[int]:
    whole, rest = divmod(amount_minor, unit_minor)
    parts = [part * unit_minor for part in split_evenly(whole, count)]
    parts[-1] += rest
    return parts
