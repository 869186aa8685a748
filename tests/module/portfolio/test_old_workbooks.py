"""Workbooks of Excel 97–2003: a genuine one is read as the others are; one that is broken or locked says so."""

from datetime import date
from pathlib import Path

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.portfolio.models import ContactPoint, Debtor, Obligation
from tests.module.portfolio.files import load

pytestmark = pytest.mark.django_db
GENUINE = Path(__file__).parents[2] / "data" / "cartera-biff8.xls"


def test_a_genuine_old_workbook_is_read_cell_by_cell() -> None:
    report = load(GENUINE)
    assert (report.rejected, report.total.count, report.total.balance_minor) == (0, 2, {"COP": 905_500_050})
    assert (report.understood[0].format, report.understood[0].detail["sheet"]) == ("workbook", "Cartera")
    ana = Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk)
    assert (ana.balance_due_minor, ana.days_past_due, ana.next_due_on) == (65_500_050, 25, date(2026, 3, 15))
    assert Debtor.objects.get(id_number="79555111").full_name == "Luis Ñáñez"
    assert ContactPoint.objects.filter(value="+573991234567").exists()


def test_a_genuine_old_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cortado.xls"
    path.write_bytes(GENUINE.read_bytes()[:2500])
    with pytest.raises(Refusal) as refused:
        load(path)
    assert refused.value.code == "workbook-damaged"
    assert not Obligation.objects.exists()
