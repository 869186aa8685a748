"""Schedules given in a second file, computed from terms, or told one due date at a time; and files of payments."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from acuerdo.ledger.models import Account, Instalment, Payment
from acuerdo.portfolio.actions import find_profile
from acuerdo.portfolio.imports.payments import PaymentsReport, import_payments
from acuerdo.portfolio.models import ImportBatch, ImportRejection, Obligation
from tests.module.portfolio.files import ANA, AS_OF, LUIS, NOW, ceiba, load, write_csv

pytestmark = pytest.mark.django_db
WITHOUT_DUE = {"fecha_vencimiento": "", "valor_cuota": ""}


def due(number: str, order: int, on: str, principal: str, interest: str = "0") -> dict[str, str]:
    return {
        "numero_obligacion": number,
        "numero_cuota": str(order),
        "fecha_cuota": on,
        "cuota_capital": principal,
        "cuota_interes": interest,
    }


def stored(number: str) -> list[tuple[int, date, int, int, int]]:
    rows = Instalment.objects.filter(account_id=Obligation.objects.get(number=number).pk).order_by("number")
    return list(rows.values_list("number", "due_on", "principal_minor", "contract_interest_minor", "cum_due_minor"))


def test_a_schedule_from_a_second_file(tmp_path: Path) -> None:
    rows = [
        due("CR-001", 2, "05/04/2026", "1.000,00", "20,00"),
        due("CR-001", 1, "05/03/2026", "1.000,00", "30,50"),
        due("CR-9", 1, "05/03/2026", "1,00"),
    ]
    report = load(
        write_csv(tmp_path / "x.csv", [ANA | WITHOUT_DUE, LUIS | WITHOUT_DUE]),
        instalments=write_csv(tmp_path / "cuotas.csv", rows),
    )
    assert report.instalments_written == 2
    assert stored("CR-001") == [
        (1, date(2026, 3, 5), 100_000, 3_050, 103_050),
        (2, date(2026, 4, 5), 100_000, 2_000, 205_050),
    ]
    rejection = ImportRejection.objects.get()
    assert (rejection.file, rejection.row, rejection.code) == ("cuotas.csv", 4, "obligation-unknown")
    account = Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk)
    assert (account.next_due_on, account.next_due_minor) == (date(2026, 3, 5), 103_050)


def test_only_schedules_that_differ_are_written_again(tmp_path: Path) -> None:
    both = [
        due(number, order, f"05/0{order + 2}/2026", "1.000,00") for number in ("CR-001", "CR-002") for order in (1, 2)
    ]
    portfolio = [ANA | WITHOUT_DUE, LUIS | WITHOUT_DUE]
    load(write_csv(tmp_path / "x.csv", portfolio), instalments=write_csv(tmp_path / "a.csv", both))
    moved = [*both[:2], due("CR-002", 1, "10/03/2026", "1.500,00"), due("CR-002", 2, "10/04/2026", "500,00")]
    report = load(
        write_csv(tmp_path / "y.csv", portfolio),
        instalments=write_csv(tmp_path / "b.csv", moved),
        as_of=AS_OF + timedelta(days=1),
    )
    assert report.instalments_written == 2
    assert [row[1:3] for row in stored("CR-002")] == [(date(2026, 3, 10), 150_000), (date(2026, 4, 10), 50_000)]


def test_an_instalment_number_given_twice(tmp_path: Path) -> None:
    rows = [due("CR-001", 1, "05/03/2026", "1,00"), due("CR-001", 1, "05/04/2026", "1,00")]
    load(write_csv(tmp_path / "x.csv", [ANA | WITHOUT_DUE]), instalments=write_csv(tmp_path / "c.csv", rows))
    assert list(ImportRejection.objects.values_list("row", "code")) == [
        (2, "instalment-number-repeated"),
        (3, "instalment-number-repeated"),
    ]
    assert not Instalment.objects.exists()


def test_a_schedule_computed_from_the_terms(tmp_path: Path) -> None:
    terms = {
        "plazo": "12",
        "tasa_interes": "24,00%",
        "fecha_obligacion": "05/01/2026",
        "fecha_primera_cuota": "05/02/2026",
    }
    load(write_csv(tmp_path / "x.csv", [ANA | terms]))
    rows = stored("CR-001")
    assert len(rows) == 12
    assert sum(row[2] for row in rows) == 1_000_000_000
    assert (rows[0][1], rows[-1][1]) == (date(2026, 2, 5), date(2027, 1, 5))


def test_terms_that_no_schedule_fits_load_without_one_and_say_so(tmp_path: Path) -> None:
    terms = {
        "plazo": "12",
        "tasa_interes": "24,00%",
        "fecha_obligacion": "05/01/2026",
        "fecha_primera_cuota": "05/01/2025",
    }
    report = load(write_csv(tmp_path / "x.csv", [ANA | terms | WITHOUT_DUE]))
    assert [notice["code"] for notice in report.notices] == ["schedule-not-computed"]
    assert Obligation.objects.exists()


def test_the_next_due_date_moves_with_each_days_file(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA]))
    assert [row[1] for row in stored("CR-001")] == [date(2026, 3, 15)]
    load(write_csv(tmp_path / "y.csv", [ANA | {"fecha_vencimiento": "15/04/2026"}]), as_of=AS_OF + timedelta(days=20))
    assert [row[1] for row in stored("CR-001")] == [date(2026, 4, 15)]
    account = Account.objects.get()
    assert (account.next_due_on, account.next_due_minor) == (date(2026, 4, 15), 50_000_000)


def pay(path: Path, **changes: object) -> PaymentsReport:
    told = {
        "profile": find_profile("co_cartera"),
        "creditor": ceiba(),
        "now": NOW,
        "today": AS_OF,
        "actor": "tests",
    } | changes
    return import_payments(path, **told)  # type: ignore[arg-type]


PAYMENT = {
    "numero_obligacion": "CR-001",
    "valor_pago": "500.000,00",
    "fecha_pago": "28/02/2026",
    "referencia_pago": "REF-1",
}


def test_payments_are_recorded_once_whatever_is_loaded_twice(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS]))
    path = write_csv(
        tmp_path / "pagos.csv", [PAYMENT, PAYMENT | {"numero_obligacion": "CR-002", "referencia_pago": "REF-2"}]
    )
    first, second = pay(path), pay(path)
    assert (first.recorded, first.known, first.amount_minor) == (2, 0, {"COP": 100_000_000})
    assert (second.recorded, second.known, second.amount_minor) == (0, 2, {})
    assert sorted(Payment.objects.values_list("amount_minor", "paid_on")) == [(50_000_000, date(2026, 2, 28))] * 2


def test_payments_without_reference_are_told_apart_within_the_day(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA]))
    same = {name: value for name, value in PAYMENT.items() if name != "referencia_pago"}
    path = write_csv(tmp_path / "pagos.csv", [same, same])
    assert (pay(path).recorded, pay(path).recorded, Payment.objects.count()) == (2, 0, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"numero_obligacion": "CR-9"}, "obligation-unknown"),
        ({"valor_pago": "-5,00"}, "payment-not-positive"),
        ({"fecha_pago": "03/03/2026"}, "payment-future"),
        ({"fecha_pago": "31/02/2026"}, "date-impossible"),
        ({"valor_pago": "400.000,00"}, "payment-repeated"),
        ({"valor_pago": ""}, "cell-missing"),
    ],
)
def test_a_bad_payment_is_rejected_and_the_others_recorded(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS]))
    report = pay(write_csv(tmp_path / "pagos.csv", [PAYMENT, PAYMENT | changes]))
    assert (report.recorded, report.rejected, report.rejects[0].code, report.rejects[0].row) == (1, 1, code, 3)
    assert ImportRejection.objects.get().batch == ImportBatch.objects.get(kind="payments")


def test_a_dry_run_records_nothing(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA]))
    report = pay(write_csv(tmp_path / "pagos.csv", [PAYMENT]), dry_run=True)
    assert (report.status, report.recorded) == ("previewed", 1)
    assert not Payment.objects.exists()
