"""Loading a portfolio: what a first file makes, what the next day's file changes, and what comes back as it was."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from acuerdo.ledger.models import Account
from acuerdo.portfolio.models import ContactPoint, Debtor, ImportBatch, ImportRejection, Obligation
from acuerdo.portfolio.rules.report import Tally
from tests.module.portfolio.files import ANA, AS_OF, LUIS, ceiba, load, write_csv

pytestmark = pytest.mark.django_db


def test_a_first_file_makes_people_obligations_and_accounts(tmp_path: Path) -> None:
    report = load(write_csv(tmp_path / "cartera.csv", [ANA, LUIS]))
    assert report.status == "loaded"
    assert report.obligations == {"new": Tally(2, {"COP": 905_500_050})}
    assert report.total == Tally(2, {"COP": 905_500_050})
    assert report.due_minor == {"COP": 65_500_050}
    assert (report.debtors_new, report.contact_points_new, report.rejected) == (2, 3, 0)
    ana = Debtor.objects.get(id_number="52123456")
    assert (ana.id_country, ana.id_type, ana.full_name, ana.search_name) == ("CO", "CC", "Ana María Peña", "ANA MARIA PENA")
    assert (ana.kind, ana.city, ana.timezone) == ("person", "Bogotá", "America/Bogota")
    account = Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk)
    assert (account.currency, account.balance_source, account.status) == ("COP", "core", "active")
    assert (account.balance_minor, account.balance_due_minor, account.principal_balance_minor) == (815_500_050, 65_500_050, 800_000_000)
    assert (account.contract_interest_minor, account.late_interest_minor) == (12_000_050, 3_500_000)
    assert (account.days_past_due, account.due_since) == (25, AS_OF - timedelta(days=25))
    assert (account.bucket, account.stage) == ("1-30", "early")
    assert (account.next_due_on, account.next_due_minor) == (date(2026, 3, 15), 50_000_000)
    luis = Account.objects.get(pk=Obligation.objects.get(number="CR-002").pk)
    assert (luis.bucket, luis.stage, luis.due_since) == ("current", "preventive", None)
    assert set(ContactPoint.objects.values_list("kind", "value")) == {
        ("phone", "+573991234567"),
        ("phone", "+573997654321"),
        ("email", "ana@ejemplo.com"),
    }
