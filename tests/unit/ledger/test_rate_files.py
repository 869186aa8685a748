"""Files of certified rates: the open data set, our own CSV, and what is neither."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.rate_files import modality_key, read_rate_file

ROW = {
    "modalidad": "CONSUMO Y ORDINARIO", "interes_bancario_corriente": "16.67%", "vigencia_desde": "2025-09-01T00:00:00.000",
    "vigencia_hasta": "2025-09-30T00:00:00.000", "resolucion": "1715", "fecha_resolucion": "2025-08-29T00:00:00.000",
}  # fmt: skip
CONSUMER = "co/consumo_y_ordinario"


@pytest.mark.parametrize(
    ("modality", "key"),
    [
        ("CONSUMO Y ORDINARIO", CONSUMER),
        ("Crédito de consumo y ordinario", CONSUMER),
        ("crédito de consumo de bajo monto", "co/consumo_de_bajo_monto"),
        ("CRÉDITO POPULAR PRODUCTIVO RURAL", "co/popular_productivo_rural"),
        ("productivo de mayor monto", "co/productivo_de_mayor_monto"),
    ],
)
def test_modalities_have_one_key(modality: str, key: str) -> None:
    assert modality_key(modality) == key


def test_reads_the_open_data_set_as_json() -> None:
    caps = read_rate_file(json.dumps([ROW, ROW]))[CONSUMER]
    assert [(cap.from_on, cap.to_on, cap.annual) for cap in caps] == [
        (date(2025, 9, 1), date(2025, 9, 30), Decimal("0.2501"))
    ]
    assert "1715" in caps[0].citation


def test_reads_it_as_csv_with_a_spreadsheets_marks() -> None:
    text = "\ufeffModalidad;Interes Bancario Corriente;Vigencia desde;Vigencia hasta\nConsumo y ordinario;16,24 %;01/10/2025;31/10/2025\n"
    cap = read_rate_file(text)[CONSUMER][0]
    assert (cap.from_on, cap.to_on, cap.annual) == (date(2025, 10, 1), date(2025, 10, 31), Decimal("0.2436"))


def test_reads_our_own_shape() -> None:
    text = "# note\nkey,from,to,annual_percent,citation\nxx/a,2026-01-01,2026-01-31,25.5,Ley 1\n"
    cap = read_rate_file(text)["xx/a"][0]
    assert (cap.annual, cap.citation) == (Decimal("0.255"), "Ley 1")


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("", "unknown-rate-file", None),
        ("a,b\n1,2\n", "unknown-rate-file", None),
        ("[{", "unknown-rate-file", None),
        (json.dumps([ROW | {"interes_bancario_corriente": "mucho"}]), "bad-rate-row", 1),
        (json.dumps([ROW, ROW | {"vigencia_desde": "2025-13-01"}]), "bad-rate-row", 2),
        (json.dumps([ROW | {"interes_bancario_corriente": "-1%"}]), "bad-rate-row", 1),
        (json.dumps([ROW | {"modalidad": ""}]), "bad-rate-row", 1),
        (json.dumps([ROW, ROW | {"interes_bancario_corriente": "17%"}]), "bad-rate-cap", None),
    ],
)
def test_refuses_what_it_cannot_read_whole(text: str, code: str, row: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        read_rate_file(text, "tasas.csv")
    assert (refusal.value.code, refusal.value.where.row) == (code, row)
