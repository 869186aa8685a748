"""`acuerdo import`: what it answers, with which exit status, and the file of rejects it leaves."""

import json
from pathlib import Path

import pytest

from acuerdo.config.cli import import_, installation
from acuerdo.config.cli.main import main
from acuerdo.ledger.models import Payment
from acuerdo.portfolio.models import Creditor, Obligation
from tests.module.portfolio.files import ANA, LUIS, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "open_installation", lambda: None)
    assert import_.installation is installation


def run(*words: object) -> int:
    return main(["import", *map(str, words)])


def test_a_portfolio_as_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA, LUIS])
    assert run("portfolio", path, "--creditor", "Banco Uno", "--as-of", "2026-03-02", "--json") == 0
    out, err = capsys.readouterr()
    (document,) = json.loads(out)["imports"]
    assert (document["file"], document["status"], document["obligations"]["new"]["count"]) == (
        "cartera.csv",
        "loaded",
        2,
    )
    assert "Leyendo: 100 %" in err


def test_rejected_rows_end_in_status_1_and_in_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA | {"fecha_vencimiento": "31/02/2026"}, LUIS])
    rejects = tmp_path / "rechazos.csv"
    assert run("portfolio", path, "--creditor", "Banco Uno", "--as-of", "2026-03-02", "--rejects", rejects) == 1
    assert (
        "fila 2, fecha_vencimiento: «31/02/2026» no existe en el calendario. [date-impossible]"
        in capsys.readouterr().out
    )
    assert "date-impossible" in rejects.read_text(encoding="utf-8-sig")


def test_a_dry_run_makes_not_even_the_creditor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA])
    assert run("portfolio", path, "--creditor", "Banco Uno", "--as-of", "2026-03-02", "--dry-run") == 0
    assert "ensayo" in capsys.readouterr().out
    assert not Creditor.objects.exists()
    assert not Obligation.objects.exists()


def test_a_file_that_cannot_be_read_leaves_no_creditor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cartera.csv"
    path.write_bytes(b"")
    assert run("portfolio", path, "--creditor", "Bnaco Uno", "--as-of", "2026-03-02", "--json") == 1
    assert json.loads(capsys.readouterr().out)["code"] == "file-empty"
    assert not Creditor.objects.exists()


def test_payments_of_a_creditor_nobody_knows_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "pagos.csv", [{"numero_credito": "1", "fecha_pago": "2026-03-01", "valor": "1000"}])
    assert run("payments", path, "--creditor", "Bnaco Uno", "--format", "csv", "--json") == 1
    assert json.loads(capsys.readouterr().out)["code"] == "creditor-unknown"
    assert not Creditor.objects.exists()


def test_control_figures_are_held_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA, LUIS])
    told = ("portfolio", path, "--creditor", "Banco Uno", "--as-of", "2026-03-02", "--json")
    assert run(*told, "--control-count", 3) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "control-mismatch"
    assert not Obligation.objects.exists()
    assert run(*told, "--control-count", 2, "--control-total", "9055000.50") == 0


def test_payments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("portfolio", write_csv(tmp_path / "x.csv", [ANA]), "--creditor", "Banco Uno", "--as-of", "2026-03-02")
    row = {
        "numero_obligacion": "CR-001",
        "valor_pago": "500.000,00",
        "fecha_pago": "28/02/2026",
        "referencia_pago": "R1",
    }
    path = write_csv(tmp_path / "pagos.csv", [row])
    capsys.readouterr()
    assert run("payments", path, "--dry-run") == 0
    assert not Payment.objects.exists()
    assert run("payments", path) == 0
    assert "Pagos nuevos: 1 ($\u00a0500.000)" in capsys.readouterr().out


def test_whose_file_it_is_must_be_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("portfolio", write_csv(tmp_path / "x.csv", [ANA]), "--json") == 1
    assert json.loads(capsys.readouterr().out)["code"] == "creditor-needed"
    assert (
        run("portfolio", write_csv(tmp_path / "x.csv", [ANA]), "--creditor", "B", "--profile", "nadie", "--json") == 1
    )
    assert json.loads(capsys.readouterr().out)["code"] == "profile-missing"
