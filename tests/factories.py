"""Small worlds for tests: users, creditors, debtors, obligations with their accounts. Plain functions, every field overridable.

Names, documents and phones are fictional: documents start with 900000, phones lie in the unassigned block +57 350 0000xxx.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from acuerdo.base.models import User
from acuerdo.ledger.models import Account, Instalment, Payment
from acuerdo.ledger.public import disclose_tariff
from acuerdo.portfolio.models import Agency, ContactPoint, Creditor, Debtor, Obligation, Placement

# A Wednesday, ten in the morning in Bogotá: inside every permitted hour.
NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
TODAY = date(2026, 7, 15)
PASSWORD = "clave-de-prueba-2026"

_numbers = count(1)


def make_user(role: str = "agent", *, username: str = "", agency: Agency | None = None, **fields: Any) -> User:
    """A user who sees every creditor, unless they work for an agency or `sees_all_creditors=False` is given."""
    fields.setdefault("sees_all_creditors", agency is None)
    fields.setdefault("full_name", f"{role.title()} de Prueba")
    return User.objects.create_user(
        username or f"{role}{next(_numbers)}", role=role, password=PASSWORD, agency=agency, **fields
    )


def make_creditor(name: str = "", *, country: str = "CO", **fields: Any) -> Creditor:
    name = name or f"Banco Ficticio {next(_numbers)}"
    places = {"CO": ("COP", "America/Bogota"), "PE": ("PEN", "America/Lima")}
    currency, timezone = places.get(country, ("COP", "America/Bogota"))
    base = {"legal_name": f"{name} S. A.", "country": country, "currency": currency, "timezone": timezone}
    return Creditor.objects.create(name=name, **{**base, **fields})


def make_agency(name: str = "") -> Agency:
    return Agency.objects.create(name=name or f"Agencia {next(_numbers)}")


def make_debtor(full_name: str = "Ana María Prueba Soto", **fields: Any) -> Debtor:
    number = next(_numbers)
    base = {
        "id_country": "CO", "id_type": "CC", "id_number": f"9000{number:06}", "full_name": full_name,
        "search_name": full_name.upper(), "timezone": "America/Bogota", "city": "Bogotá", "region": "Bogotá D. C.",
        "created_at": NOW - timedelta(days=400), "updated_at": NOW - timedelta(days=1),
    }  # fmt: skip
    return Debtor.objects.create(**{**base, **fields})


def make_phone(debtor: Debtor, value: str = "", **fields: Any) -> ContactPoint:
    value = value or f"+5735000{next(_numbers):05}"
    return make_contact_point(debtor, "phone", value, **{"phone_type": "mobile", "label": "Celular", **fields})


def make_email(debtor: Debtor, value: str = "", **fields: Any) -> ContactPoint:
    return make_contact_point(debtor, "email", value or f"persona{next(_numbers)}@correo.invalid", **fields)


def make_contact_point(debtor: Debtor, kind: str, value: str, **fields: Any) -> ContactPoint:
    base = {"source": "archivo", "created_at": NOW - timedelta(days=30), "updated_at": NOW - timedelta(days=30)}
    return ContactPoint.objects.create(debtor=debtor, kind=kind, value=value, **{**base, **fields})


def make_obligation(
    debtor: Debtor | None = None,
    creditor: Creditor | None = None,
    *,
    days_past_due: int = 12,
    balance_due_minor: int = 180_000_00,
    balance_minor: int = 2_400_000_00,
    stage: str = "early",
    bucket: str = "1-30",
    account: dict[str, Any] | None = None,
    **fields: Any,
) -> Obligation:
    """A loan in arrears since `days_past_due` days, and its ledger account (figures of the lender's core)."""
    debtor, creditor = debtor or make_debtor(), creditor or make_creditor()
    number = next(_numbers)
    made = Account.objects.create(
        id=number + 1_000,
        **{
            "currency": creditor.currency, "balance_source": "core", "core_as_of": TODAY, "state_as_of": TODAY,
            "due_since": TODAY - timedelta(days=days_past_due) if days_past_due else None, "days_past_due": days_past_due,
            "principal_minor": balance_minor, "principal_balance_minor": balance_minor - balance_due_minor // 10,
            "contract_interest_minor": balance_due_minor // 10 - balance_due_minor // 50,
            "late_interest_minor": balance_due_minor // 50, "balance_minor": balance_minor,
            "balance_due_minor": balance_due_minor, "next_due_on": TODAY + timedelta(days=18),
            "next_due_minor": 180_000_00, "bucket": bucket, "stage": stage, "updated_at": NOW, **(account or {}),
        },
    )  # fmt: skip
    base = {
        "number": f"CR-{number:06}", "product": "Crédito de consumo", "branch": "Centro", "rate_text": "24 % E. A.",
        "first_seen_on": TODAY - timedelta(days=200), "last_seen_on": TODAY,
        "created_at": NOW - timedelta(days=200), "updated_at": NOW,
    }  # fmt: skip
    return Obligation.objects.create(account=made, creditor=creditor, debtor=debtor, **{**base, **fields})


def make_instalments(obligation: Obligation, count_made: int = 6, *, total_minor: int = 180_000_00) -> list[Instalment]:
    """Monthly instalments, the first due about two months before TODAY."""
    first = TODAY - timedelta(days=60)
    rows = [
        Instalment(
            account_id=obligation.pk, number=index + 1, due_on=first + timedelta(days=30 * index),
            principal_minor=total_minor * 8 // 10, contract_interest_minor=total_minor - total_minor * 8 // 10,
            total_minor=total_minor, cum_due_minor=total_minor * (index + 1),
        )
        for index in range(count_made)
    ]  # fmt: skip
    return Instalment.objects.bulk_create(rows)


def make_payment(obligation: Obligation, amount_minor: int = 180_000_00, **fields: Any) -> Payment:
    base = {
        "currency": obligation.creditor.currency, "paid_on": TODAY - timedelta(days=45), "source": "prueba",
        "external_ref": f"P{next(_numbers)}", "recorded_at": NOW - timedelta(days=45), "recorded_by": "prueba",
    }  # fmt: skip
    return Payment.objects.create(account_id=obligation.pk, amount_minor=amount_minor, **{**base, **fields})


def place(obligation: Obligation, *, agency: Agency | None = None, agent: User | None = None) -> Placement:
    return Placement.objects.create(
        obligation=obligation, agency=agency, agent=agent, placed_on=TODAY - timedelta(days=10)
    )


def allow_fees(*account_ids: int, amount: str = "99999999") -> None:
    """A disclosed tariff of one amount for collection fees of these accounts, as consumer credit in Colombia."""
    rule = {"from": "2020-01-01", "citation": "Tarifas de prueba", "bands": [{"amount": amount}]}
    disclose_tariff(f"prueba-{amount}", rule, now=NOW, actor="prueba")
    governed = {"country": "CO", "kind": "consumo", "tariff": f"prueba-{amount}"}
    for account in Account.objects.filter(pk__in=account_ids):
        account.terms = {**account.terms, "collection_fees": governed}
        account.save(update_fields=["terms"])
