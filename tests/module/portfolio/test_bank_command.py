"""`acuerdo import payments` with banks' files, good and bad: real public files posted whole, broken ones kept out with the reason."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.ledger.models import Payment
from acuerdo.portfolio.models import ImportBatch, UnmatchedCredit
from tests import factories
from tests.module.portfolio.test_bank_import import asobancaria, camt, entry, number_of
from tests.module.portfolio.test_import_command import opened, run
from tests.unit.portfolio.test_bank_files import MT940, SHARED, needs_shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("opened")]
__all__ = ["opened"]  # the fixture that keeps the command in the tests' database
ENTRY = entry("CR-1", "10.00", "S1")
# Each broken in one way, with the code that it is refused by.
BROKEN: dict[str, tuple[bytes, str]] = {
    "truncated": (asobancaria([("1", 100)]).rsplit(b"\r\n", 1)[0], "truncated"),
    "cut in a line": (asobancaria([("1", 100), ("2", 200)])[:-150], "truncated"),
    "totals disagree": (asobancaria([("1", 100)], total_minor=101), "totals-disagree"),
    "31 February": (asobancaria([("1", 100)], day="20260231"), "bad-date"),
    "UTF-16": (asobancaria([("1", 100)]).decode().encode("utf-16"), ""),
    "broken XML": (camt("BkToCstmrStmt", ENTRY)[:-30], "broken-xml"),
    "30 February in XML": (camt("BkToCstmrStmt", ENTRY.replace("2026-07-14", "2026-02-30")), "bad-date"),
}


@pytest.fixture(autouse=True)
def today() -> None:
    """The day of the factories, so that no record is of tomorrow."""
    clock.set_now(factories.NOW)


def bring(path: Path, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = run("payments", path, "--json", *words)
    told = json.loads(capsys.readouterr().out)
    return status, told["imports"][0] if "imports" in told else told


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_kept_out_whole_and_says_why(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.make_creditor("Banco de Pruebas")
    content, code = BROKEN[name]
    path = tmp_path / "recaudo.txt"
    path.write_bytes(content)
    status, told = bring(path, capsys)
    assert status == 1
    assert (Payment.objects.count(), UnmatchedCredit.objects.count()) == (0, 0)
    if code:
        assert told["refusal"]["code"] == code
        assert ImportBatch.objects.get().report["refusal"]["message"] == told["refusal"]["message"]


def test_another_name_and_the_same_record_again_are_one_payment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    obligation = factories.make_obligation(creditor=factories.make_creditor("Banco de Pruebas"))
    for name, total in (("lunes.txt", 1), ("copia.txt", 1)):
        path = tmp_path / name
        path.write_bytes(asobancaria([(number_of(obligation), 5_000_000)]))
        assert bring(path, capsys)[0] == 0
        assert Payment.objects.count() == total


def test_a_banks_30_february_is_the_months_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Some banks date value so in SWIFT statements (years of 360 days); the public samples expect it read."""
    factories.make_creditor("Banco de Pruebas")
    path = tmp_path / "extracto.sta"
    path.write_bytes(MT940.format(lines=":61:2602300302C10,50NTRFCR-1//B1").encode())
    assert bring(path, capsys)[0] == 0
    assert UnmatchedCredit.objects.get().paid_on == date(2026, 2, 28)


@needs_shared
@pytest.mark.parametrize(
    ("name", "count", "total"),
    [("recaudo_11JULIO.txt", 17, "300000.00"), ("recaudo_24JULIO.txt", 77, "133931000.00")],
)
def test_real_files_come_in_whole_and_agree_with_their_control(
    name: str, count: int, total: str, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.make_creditor("Banco de Pruebas")
    status, told = bring(SHARED / "asobancaria_2001" / "dev" / name, capsys)
    assert (status, told["unmatched"]) == (0, count)
    minor = sum(UnmatchedCredit.objects.values_list("amount_minor", flat=True))
    assert f"{minor // 100}.{minor % 100:02}" == total
    assert bring(SHARED / "asobancaria_2001" / "dev" / name, capsys)[1]["known"] == count
    sys.stdout.write(f"{name}: {count} records, {total}, as its control records say\n")
