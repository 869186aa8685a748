"""Every kind of bad input: a clear message with its place, the good rows still loaded, nothing lost."""

import gzip
import struct
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.portfolio.imports.rejects_file import rejects_csv
from acuerdo.portfolio.models import Debtor, ImportBatch, ImportRejection, Obligation, ObligationParty
from acuerdo.portfolio.rules.profile import Profile
from tests.module.portfolio.files import ANA, AS_OF, LUIS, load, write_csv

pytestmark = pytest.mark.django_db
DAILY = Profile(name="sin estilo", country="CO", currency="COP")


def refusal_of(path: Path, **changes: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        load(path, **changes)
    assert not Obligation.objects.exists()
    return refused.value


def rejections() -> list[tuple[int, str, str]]:
    return list(ImportRejection.objects.order_by("row").values_list("row", "column", "code"))


def sheet(path: Path, rows: list[list[object]], *, title: str = "Cartera", above: int = 0) -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = title
    for _ in range(above):
        page.append(["Informe de cartera"])
    for row in rows:
        page.append(row)
    book.save(path)
    return path


HEADER: list[object] = [
    "numero_obligacion",
    "identificacion",
    "nombre",
    "saldo_total",
    "valor_vencido",
    "dias_de_mora",
    "fecha_vencimiento",
]


# --- the file as a whole


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "vacio.csv"
    path.write_bytes(b"\xef\xbb\xbf \r\n")
    assert refusal_of(path).code == "file-empty"


def test_a_file_with_a_header_and_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "cabecera.csv"
    path.write_text(";".join(ANA) + "\n", encoding="utf-8")
    assert refusal_of(path).code == "file-empty"


def test_the_wrong_sheet_is_refused_and_the_sheets_are_named(tmp_path: Path) -> None:
    path = sheet(tmp_path / "libro.xlsx", [HEADER, ["CR-1", "52123456", "Ana Peña", 100, 0, 0, ""]])
    refusal = refusal_of(path, profile=Profile(name="hoja", sheet="Enero"))
    assert refusal.code == "sheet-missing"
    assert "«Cartera»" in refusal.message


def test_two_sheets_that_could_be_it_are_asked_about(tmp_path: Path) -> None:
    path = sheet(tmp_path / "libro.xlsx", [HEADER, ["CR-1", "52123456", "Ana Peña", 100, 0, 0, ""]])
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.worksheets[0]).title = "Febrero"
    book.save(path)
    refusal = refusal_of(path)
    assert refusal.code == "sheet-ambiguous"
    assert "«Cartera», «Febrero»" in refusal.message


def test_the_sheet_with_known_headers_is_taken_among_several(tmp_path: Path) -> None:
    path = sheet(tmp_path / "libro.xlsx", [["Notas", "de", "nadie"], ["x", "y", "z"]], title="Léame")
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("Base")
    for row in (["Informe"], [], HEADER, ["CR-1", 52123456, "Ana Peña", 1250.5, 0, 0, None]):
        page.append(row)
    book.save(path)
    report = load(path)
    assert (report.total.count, report.understood[0].detail, report.understood[0].header_row) == (
        1,
        {"sheet": "Base"},
        3,
    )
    assert Account.objects.get().balance_minor == 125_050


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "secreto.xlsx"
    path.write_bytes(
        bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    refusal = refusal_of(path)
    assert refusal.code == "workbook-protected"
    assert "contraseña" in refusal.message


@pytest.mark.parametrize(
    "start",
    [b"<html><table>", b"\xef\xbb\xbf<!DOCTYPE html>", b"  <TABLE border=1>", b"<?xml version='1.0'?><Workbook>"],
)
def test_html_named_xls(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "cartera.xls"
    path.write_bytes(start + b"<tr><td>numero_obligacion</td></tr>")
    assert refusal_of(path).code == "html-named-xls"


def test_a_damaged_workbook(tmp_path: Path) -> None:
    path = sheet(tmp_path / "libro.xlsx", [HEADER])
    path.write_bytes(path.read_bytes()[:900])
    assert refusal_of(path).code == "workbook-damaged"


def test_a_workbook_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sheet(tmp_path / "libro.xlsx", [HEADER, ["CR-1", "52123456", "Ana Peña", 100, 0, 0, ""]])
    monkeypatch.setattr("acuerdo.portfolio.imports.workbook.SHEET_BYTES_MAX", 500)
    assert refusal_of(path).code == "workbook-too-large"


@pytest.mark.parametrize("cut", [2, 30, 200, 4000])
def test_a_packed_file_cut_short_anywhere(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cartera.csv.gz"
    rows = "\n".join(f"CR-{number};52123456;Ana {number * 7919}" for number in range(40_000))
    path.write_bytes(gzip.compress(("numero_obligacion;identificacion;nombre\n" + rows).encode())[:-cut])
    assert refusal_of(path).code == "gzip-damaged"


def test_a_picture_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "cartera.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 40)
    assert refusal_of(path).code == "not-a-table"


def test_line_ends_of_old_computers(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "cartera.csv", [ANA, LUIS])
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r"))
    assert load(path).obligations["new"].count == 2


def test_missing_columns_are_named_with_those_there_are(tmp_path: Path) -> None:
    refusal = refusal_of(
        write_csv(tmp_path / "x.csv", [{"numero_obligacion": "1", "saldo_total": "5", "color": "rojo"}])
    )
    assert refusal.code == "columns-missing"
    assert "Número de documento" in refusal.message
    assert "«color»" in refusal.message


def test_quotes_that_are_never_closed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [ANA] * 3)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("ANA", '"ANA')
    path.write_text("\n".join(lines + ["relleno;" * 10] * 3000), encoding="utf-8")
    refusal = refusal_of(path)
    assert (refusal.code, refusal.where.row) == ("csv-quotes-unbalanced", 3)


# --- how numbers, dates and letters are written


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1.234.567,89", 123_456_789),
        ("1,234,567.89", 123_456_789),
        ("$ 1.234.567", 123_456_700),
        ("1234567,5", 123_456_750),
    ],
)
def test_either_style_of_amounts_by_evidence(tmp_path: Path, written: str, minor: int) -> None:
    row = {"numero_obligacion": "1", "cedula": "52123456", "nombre": "Ana Peña", "saldo_total": written}
    load(write_csv(tmp_path / "x.csv", [row], separator="\t"), profile=DAILY)
    assert Account.objects.get().balance_minor == minor


def test_an_amount_that_could_be_either_is_asked_about(tmp_path: Path) -> None:
    row = {"numero_obligacion": "1", "cedula": "52123456", "nombre": "Ana Peña", "saldo_total": "1.234"}
    path = write_csv(tmp_path / "x.csv", [row])
    refusal = refusal_of(path, profile=DAILY)
    assert (refusal.code, refusal.where.column) == ("number-style-ambiguous", "saldo_total")
    load(path, profile=Profile(name="coma", numbers="comma"))
    assert Account.objects.get().balance_minor == 123_400


def test_one_proof_in_the_file_settles_all_its_columns(tmp_path: Path) -> None:
    row = {
        "numero_obligacion": "1",
        "cedula": "52123456",
        "nombre": "Ana Peña",
        "saldo_total": "1.234",
        "valor_vencido": "1.000,00",
    }
    load(write_csv(tmp_path / "x.csv", [row]), profile=DAILY)
    assert Account.objects.get().balance_minor == 123_400


def test_a_column_that_mixes_styles_takes_only_what_proves_itself(tmp_path: Path) -> None:
    base = {"cedula": "52123456", "nombre": "Ana Peña"}
    amounts = ["1.234.567,89", "1,234,567.89", "1.234", "150000"]
    rows = [{"numero_obligacion": str(index), **base, "saldo_total": text} for index, text in enumerate(amounts)]
    load(write_csv(tmp_path / "x.csv", rows), profile=DAILY)
    assert sorted(Account.objects.values_list("balance_minor", flat=True)) == [15_000_000, 123_456_789, 123_456_789]
    assert rejections() == [(4, "saldo_total", "number-ambiguous")]


def test_dates_that_could_be_either_are_asked_about(tmp_path: Path) -> None:
    rows = [
        {
            "numero_obligacion": "1",
            "cedula": "52123456",
            "nombre": "Ana",
            "saldo_total": "5,50",
            "fecha_vencimiento": "03/04/2026",
        }
    ]
    path = write_csv(tmp_path / "x.csv", rows)
    assert refusal_of(path, profile=DAILY).code == "date-order-ambiguous"
    rows.append(rows[0] | {"numero_obligacion": "2", "fecha_vencimiento": "25/04/2026"})
    assert load(write_csv(path, rows), profile=DAILY).rejected == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "cp850", "mac-roman"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_common_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [ANA | {"nombre": "Íñigo Peña Muñóz", "ciudad": "Bogotá"}, LUIS]
    load(write_csv(tmp_path / "x.csv", rows, separator=separator, encoding=encoding))
    debtor = Debtor.objects.get(id_number="52123456")
    assert (debtor.full_name, debtor.city) == ("Íñigo Peña Muñóz", "Bogotá")


def test_a_packed_file(tmp_path: Path) -> None:
    plain = write_csv(tmp_path / "x.csv", [ANA, LUIS])
    packed = tmp_path / "x.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert load(packed).total.count == 2


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table(
        {
            "numero_obligacion": pa.array([9007199254740993], pa.int64()),
            "cedula": ["52123456"],
            "nombre": ["Ana Peña"],
            "saldo_total": pa.array([1234.5]),
            "fecha_vencimiento": pa.array([AS_OF], pa.date32()),
        }
    )
    pq.write_table(table, path)
    load(path, profile=DAILY)
    obligation = Obligation.objects.get()
    assert (obligation.number, obligation.account.balance_minor) == ("9007199254740993", 123_450)


# --- rows


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"fecha_vencimiento": "31/02/2026"}, "fecha_vencimiento", "date-impossible"),
        ({"fecha_vencimiento": "mañana"}, "fecha_vencimiento", "date-malformed"),
        ({"saldo_total": "-5.000,00"}, "saldo_total", "negative-balance"),
        ({"saldo_total": "(5.000,00)"}, "saldo_total", "negative-balance"),
        ({"saldo_total": "mucho"}, "saldo_total", "number-malformed"),
        ({"valor_vencido": "9.155.000,50"}, "valor_vencido", "balance-below-due"),
        ({"identificacion": "1,23E+09"}, "identificacion", "id-scientific"),
        ({"numero_obligacion": "4.5E+15"}, "numero_obligacion", "id-scientific"),
        ({"identificacion": ""}, "identificacion", "cell-missing"),
        ({"identificacion": "12"}, "identificacion", "id-malformed"),
        ({"tipo_identificacion": "NIT", "identificacion": "900123456-1"}, "identificacion", "id-check-digit"),
        ({"tipo_identificacion": "carnet"}, "tipo_identificacion", "id-type-unknown"),
        ({"nombre": ""}, "nombre", "cell-missing"),
        ({"numero_obligacion": ""}, "numero_obligacion", "cell-missing"),
        ({"dias_de_mora": "1,5"}, "dias_de_mora", "number-malformed"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_the_others_load(
    tmp_path: Path, changes: dict[str, str], column: str, code: str
) -> None:
    report = load(write_csv(tmp_path / "cartera.csv", [LUIS, ANA | changes]))
    assert rejections() == [(3, column, code)]
    assert [obligation.number for obligation in Obligation.objects.all()] == ["CR-002"]
    stored = ImportRejection.objects.get()
    assert stored.cells == ANA | changes
    assert stored.message == report.rejects[0].message != ""


def test_two_rows_of_one_obligation_that_disagree(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS, ANA | {"saldo_total": "9.000.000,00"}]))
    assert rejections() == [
        (2, "saldo_total", "obligation-rows-disagree"),
        (4, "saldo_total", "obligation-rows-disagree"),
    ]
    assert Obligation.objects.get().number == "CR-002"


def test_two_equal_rows_are_one(tmp_path: Path) -> None:
    report = load(write_csv(tmp_path / "x.csv", [ANA, LUIS, ANA]))
    assert (report.rejected, report.repeated, report.total.count) == (0, 1, 2)


def test_a_debtor_whose_id_changes_type_within_the_file(tmp_path: Path) -> None:
    other = ANA | {"numero_obligacion": "CR-9", "tipo_identificacion": "CE"}
    load(write_csv(tmp_path / "x.csv", [ANA, other, LUIS]))
    assert rejections() == [
        (2, "tipo_identificacion", "debtor-id-type-changes"),
        (3, "tipo_identificacion", "debtor-id-type-changes"),
    ]


def test_a_debtor_whose_id_changes_type_between_files(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA]))
    load(write_csv(tmp_path / "y.csv", [ANA | {"tipo_identificacion": "CE"}]))
    assert rejections() == [(2, "tipo_identificacion", "debtor-id-type-changes")]
    obligation = Obligation.objects.get()
    assert (obligation.debtor.id_type, obligation.gone_on) == ("CC", None)


def test_one_document_with_two_strangers_names(tmp_path: Path) -> None:
    other = ANA | {"numero_obligacion": "CR-9", "nombre": "Pedro Castillo"}
    load(write_csv(tmp_path / "x.csv", [ANA, other, LUIS]))
    assert rejections() == [(2, "nombre", "debtor-names-disagree"), (3, "nombre", "debtor-names-disagree")]


def test_an_obligation_that_changes_hands(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS]))
    load(write_csv(tmp_path / "y.csv", [ANA, LUIS | {"identificacion": "41000123", "nombre": "Rosa Nueva"}]))
    assert rejections() == [(3, "identificacion", "obligation-other-debtor")]
    assert Obligation.objects.get(number="CR-002").debtor.id_number == "79555111"


def test_ids_as_a_spreadsheet_leaves_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        HEADER,
        [1001, 52123456.0, "Ana Peña", 100, 0, 0, "05/01/2026"],  # a float that is whole
        [1.23456789012345e17, 79555111, "Luis Rojas", 100, 0, 0, "05/01/2026"],  # digits lost past the fifteenth
    ]
    load(sheet(tmp_path / "libro.xlsx", rows))
    assert Obligation.objects.get().number == "1001"
    assert Debtor.objects.get().id_number == "52123456"
    assert rejections() == [(3, "numero_obligacion", "id-rounded")]


def test_formulas_errors_and_merged_cells(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "libro.xlsx",
        [
            HEADER,
            ["CR-1", "52123456", "Ana Peña", "=D3*2", 0, 0, "05/01/2026"],
            ["CR-2", "79555111", "Luis Rojas", 100, "#N/A", 0, "05/01/2026"],
            ["CR-3", "41000123", "Rosa Nueva", 100, 0, 0, "05/01/2026"],
            ["CR-4", None, None, 200, 0, 0, "05/01/2026"],
        ],
        above=2,
    )
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.merge_cells("B6:B7")
    page.merge_cells("C6:C7")
    book.save(path)
    load(path)
    assert rejections() == [(4, "saldo_total", "formula-without-result"), (5, "valor_vencido", "cell-error")]
    assert set(Obligation.objects.values_list("number", "debtor__id_number")) == {
        ("CR-3", "41000123"),
        ("CR-4", "41000123"),
    }


def test_rows_cut_short_and_rows_too_long(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [LUIS])
    with path.open("a", encoding="utf-8") as file:
        file.write(";".join(ANA.values()) + ";de más\n\n" + "CR-7;CC\n")
    report = load(path)
    assert rejections() == [(3, "", "row-too-long"), (5, "", "row-too-short")]
    assert report.total.count == 1


def test_rows_nobody_can_read_keep_others_from_being_called_gone(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS]))
    path = write_csv(tmp_path / "y.csv", [ANA])
    with path.open("a", encoding="utf-8") as file:
        file.write("CR-002;CC\n")
    report = load(path)
    assert report.notices[0]["code"] == "gone-not-judged"
    assert not Obligation.objects.exclude(gone_on=None).exists()


def test_a_file_that_would_retire_most_of_the_portfolio_is_refused(tmp_path: Path) -> None:
    rows = [
        LUIS | {"numero_obligacion": f"CR-{index}", "identificacion": str(70_000_000 + index)} for index in range(40)
    ]
    load(write_csv(tmp_path / "x.csv", rows))
    small = write_csv(tmp_path / "y.csv", rows[:5])
    with pytest.raises(Refusal) as refused:
        load(small)
    assert refused.value.code == "many-gone"
    assert not Obligation.objects.exclude(gone_on=None).exists()
    assert ImportBatch.objects.latest("pk").status == "failed"
    assert load(small, accept_gone=True).obligations["gone"].count == 35


def test_columns_that_may_not_be_kept_are_dropped_and_reported(tmp_path: Path) -> None:
    row = LUIS | {"Motivo de la mora": "desempleo", "genero": "M", "asesor": "Zoila"}
    report = load(write_csv(tmp_path / "x.csv", [row]))
    assert report.understood[0].dropped == {"Motivo de la mora": "forbidden", "genero": "not_kept"}
    assert Obligation.objects.get().extra == {"asesor": "Zoila"}


def test_the_other_people_of_an_obligation(tmp_path: Path) -> None:
    row = LUIS | {
        "cedula_codeudor": "41000123", "nombre_codeudor": "Rosa Nueva", "telefono_codeudor": "3991112233",
        "referencia": "Tía Gladys", "telefono_referencia": "6011234567",
    }  # fmt: skip
    path = write_csv(tmp_path / "x.csv", [row])
    load(path)
    found = {
        (party.relation, party.debtor.full_name, party.debtor.id_type)
        for party in ObligationParty.objects.select_related("debtor")
    }
    assert found == {("co_debtor", "Rosa Nueva", "CC"), ("reference", "Tía Gladys", "SIN")}
    load(write_csv(tmp_path / "y.csv", [row | {"saldo_total": "800.000,00", "saldo_capital": "800.000,00"}]))
    assert ObligationParty.objects.count() == 2


# --- what goes back out


def test_the_rejects_file_is_safe_loads_corrected_and_is_partial(tmp_path: Path) -> None:
    evil = ANA | {"nombre": '=cmd|"/c calc"!A1', "saldo_total": "-1,00"}
    load(write_csv(tmp_path / "x.csv", [evil, LUIS]))
    text = "".join(rejects_csv(ImportBatch.objects.get()))
    assert "'=cmd|" in text
    assert ";=cmd|" not in text
    assert text.startswith("\ufeff" + ";".join(ANA))
    fixed = tmp_path / "rechazos.csv"
    fixed.write_text(text.replace(";-1,00;", ";8.155.000,50;").replace("'=cmd|", "Ana "), encoding="utf-8")
    report = load(fixed)
    assert (report.rejected, report.obligations["new"].count) == (0, 1)
    assert "gone" not in report.obligations
    assert Obligation.objects.count() == 2
    assert Obligation.objects.get(number="CR-001").extra == {}


def test_a_name_like_a_formula_comes_in_as_text(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA | {"nombre": "=HYPERLINK(1) Ana"}]))
    assert Debtor.objects.get().full_name.startswith("=HYPERLINK")


def test_a_real_old_workbook_by_its_container_is_read_or_refused_clearly(tmp_path: Path) -> None:
    path = tmp_path / "viejo.xls"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + struct.pack("<16xHHH", 0x3E, 3, 0xFFFE) + bytes(1000))
    assert refusal_of(path).code == "workbook-damaged"
