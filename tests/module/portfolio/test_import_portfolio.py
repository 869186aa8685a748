"""Loading a portfolio: what a first file makes, what the next day's file changes, and what comes back as it was."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Payment
from acuerdo.portfolio.actions import find_profile, save_profile, undo_import, usual_profile
from acuerdo.portfolio.models import ContactPoint, Debtor, ImportBatch, ImportRejection, Obligation
from acuerdo.portfolio.rules.report import Tally
from tests.module.portfolio.files import ANA, AS_OF, LUIS, NOW, ceiba, load, write_csv

pytestmark = pytest.mark.django_db


def test_a_first_file_makes_people_obligations_and_accounts(tmp_path: Path) -> None:
    report = load(write_csv(tmp_path / "cartera.csv", [ANA, LUIS]))
    assert report.status == "loaded"
    assert report.obligations == {"new": Tally(2, {"COP": 905_500_050})}
    assert report.total == Tally(2, {"COP": 905_500_050})
    assert report.due_minor == {"COP": 65_500_050}
    assert (report.debtors_new, report.contact_points_new, report.rejected) == (2, 3, 0)
    ana = Debtor.objects.get(id_number="52123456")
    assert (ana.id_country, ana.id_type, ana.full_name, ana.search_name) == (
        "CO",
        "CC",
        "Ana María Peña",
        "ANA MARIA PENA",
    )
    assert (ana.kind, ana.city, ana.timezone) == ("person", "Bogotá", "America/Bogota")
    account = Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk)
    assert (account.currency, account.balance_source, account.status) == ("COP", "core", "active")
    assert (account.balance_minor, account.balance_due_minor, account.principal_balance_minor) == (
        815_500_050,
        65_500_050,
        800_000_000,
    )
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


def test_the_same_file_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA, LUIS])
    load(path)
    before = list(Account.objects.order_by("pk").values())
    report = load(path)
    assert report.status == "same_file"
    assert report.notices[0]["code"] == "same-file"
    assert list(Account.objects.order_by("pk").values()) == before
    assert ImportBatch.objects.count() == 1


def test_the_next_days_file_tells_new_changed_paid_and_gone(tmp_path: Path) -> None:
    others = [LUIS | {"numero_obligacion": f"CR-1{index}", "identificacion": f"8000{index}111"} for index in range(4)]
    load(write_csv(tmp_path / "lunes.csv", [ANA, LUIS, *others]))
    new = LUIS | {"numero_obligacion": "CR-900", "identificacion": "41000123", "nombre": "Rosa Nueva"}
    changed = ANA | {"dias_de_mora": "26", "valor_vencido": "700.000,00"}
    paid = others[0] | {"estado": "CANCELADO", "saldo_total": "0", "saldo_capital": "0"}
    rows = [row | {"estado": row.get("estado", "VIGENTE")} for row in (changed, LUIS, paid, *others[1:3], new)]
    report = load(write_csv(tmp_path / "martes.csv", rows), as_of=AS_OF + timedelta(days=1))
    assert {kind: tally.count for kind, tally in report.obligations.items()} == {
        "changed": 1, "unchanged": 3, "paid": 1, "gone": 1, "new": 1,
    }  # fmt: skip
    assert report.obligations["paid"].balance_minor == {"COP": 90_000_000}
    assert report.obligations["gone"].balance_minor == {"COP": 90_000_000}
    gone = Obligation.objects.get(number="CR-13")
    assert (gone.gone_on, gone.account.status) == (AS_OF + timedelta(days=1), "gone")
    assert Obligation.objects.get(number="CR-10").account.status == "paid"
    assert Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk).balance_due_minor == 70_000_000


def test_what_was_gone_and_comes_back_is_open_again(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "lunes.csv", [ANA, LUIS]))
    load(write_csv(tmp_path / "martes.csv", [ANA]), as_of=AS_OF + timedelta(days=1))
    assert Obligation.objects.get(number="CR-002").gone_on is not None
    load(write_csv(tmp_path / "jueves.csv", [ANA, LUIS]), as_of=AS_OF + timedelta(days=3))
    luis = Obligation.objects.get(number="CR-002")
    assert (luis.gone_on, luis.account.status, luis.first_seen_on) == (None, "active", AS_OF)


def test_a_partial_file_marks_nothing_gone(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "lunes.csv", [ANA, LUIS]))
    report = load(write_csv(tmp_path / "martes.csv", [ANA]), as_of=AS_OF + timedelta(days=1), partial=True)
    assert "gone" not in report.obligations
    assert not Obligation.objects.filter(gone_on__isnull=False).exists()


def test_a_dry_run_says_everything_and_changes_nothing(tmp_path: Path) -> None:
    bad = LUIS | {"saldo_total": "-5,00"}
    report = load(write_csv(tmp_path / "cartera.csv", [ANA, bad]), dry_run=True)
    assert (report.status, report.obligations["new"].count, report.rejected) == ("previewed", 1, 1)
    assert not Obligation.objects.exists()
    assert not Debtor.objects.exists()
    batch = ImportBatch.objects.get()
    assert batch.status == "previewed"
    assert ImportRejection.objects.get(batch=batch).code == "negative-balance"


def test_undo_takes_a_first_load_back_whole(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "cartera.csv", [ANA, LUIS]))
    undo_import(ImportBatch.objects.get(), actor="tests", now=NOW)
    assert not Obligation.objects.exists()
    assert not Account.objects.exists()
    assert not Debtor.objects.exists()
    assert not ContactPoint.objects.exists()
    assert ImportBatch.objects.get().status == "undone"


def test_undo_takes_a_refresh_back_to_the_day_before(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "lunes.csv", [ANA, LUIS]))
    accounts = list(Account.objects.order_by("pk").values())
    obligations = list(Obligation.objects.order_by("pk").values())
    people = list(Debtor.objects.order_by("pk").values())
    moved = ANA | {"ciudad": "Cali", "valor_vencido": "700.000,00", "telefono": "3991112233"}
    new = LUIS | {"numero_obligacion": "CR-900", "identificacion": "41000123", "nombre": "Rosa Nueva"}
    load(write_csv(tmp_path / "martes.csv", [moved, new]), as_of=AS_OF + timedelta(days=1))
    undo_import(ImportBatch.objects.latest("pk"), actor="tests", now=NOW)
    assert list(Account.objects.order_by("pk").values()) == accounts
    assert list(Obligation.objects.order_by("pk").values()) == obligations
    assert list(Debtor.objects.order_by("pk").values()) == people
    assert not ContactPoint.objects.filter(value="+573991112233").exists()


def test_undo_is_refused_after_a_payment(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "cartera.csv", [ANA]))
    account = Account.objects.get()
    Payment.objects.create(
        account=account, amount_minor=100, currency="COP", paid_on=AS_OF, source="test", external_ref="1",
        recorded_at=NOW + timedelta(hours=1), recorded_by="tests",
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        undo_import(ImportBatch.objects.get(), actor="tests", now=NOW)
    assert refused.value.code == "undo-has-activity"
    assert Obligation.objects.count() == 1


def test_only_the_last_load_can_be_undone(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "lunes.csv", [ANA]))
    first = ImportBatch.objects.get()
    load(write_csv(tmp_path / "martes.csv", [ANA, LUIS]), as_of=AS_OF + timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        undo_import(first, actor="tests", now=NOW)
    assert refused.value.code == "undo-not-last"


def test_a_profile_of_another_country_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        load(write_csv(tmp_path / "cartera.csv", [ANA]), profile=find_profile("pe_caja"))
    assert refused.value.code == "profile-other-country"
    assert not Obligation.objects.exists()


def test_the_usual_profile_is_the_last_loads_or_the_countrys(tmp_path: Path) -> None:
    creditor = ceiba()
    assert usual_profile(creditor).name == usual_profile(None).name == "co_cartera"
    own = replace(find_profile("co_cartera"), name="Ceiba")
    save_profile(own, actor="tests", now=NOW)
    load(write_csv(tmp_path / "cartera.csv", [ANA]), profile=own)
    assert usual_profile(creditor).name == "Ceiba"
    creditor.country, creditor.currency = "MX", "MXN"
    assert (usual_profile(creditor).country, usual_profile(creditor).currency) == ("MX", "MXN")
