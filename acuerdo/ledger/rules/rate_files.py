"""Reads certified caps from a file: Colombia's open data set of the current bank interest, or our own CSV.

The open data set (datos.gov.co, `pare-7x5i`, JSON or CSV) certifies the IBC; the cap is 1.5 × IBC to two decimals, half up
(C.Co. art. 884). Our own CSV (`key,from,to,annual_percent,ibc_percent,confidence,citation`) carries the certified cap itself.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.rates import usury_from_ibc
from acuerdo.kernel.text import fold, header_key
from acuerdo.ledger.rules.rate_caps import RateCap, cap_table

_OPEN_DATA = {"modalidad", "interes_bancario_corriente", "vigencia_desde", "vigencia_hasta"}
_OWN = {"key", "from", "to", "annual_percent"}


def read_rate_file(text: str, file: str = "") -> dict[str, list[RateCap]]:
    """Caps by table key (`co/consumo_y_ordinario`), ordered by date.

    Refuses `unknown-rate-file`, `bad-rate-row` with the row, and `bad-rate-cap` for overlaps.
    """
    records = _records(text)
    columns = set(records[0]) if records else set()
    if columns >= _OPEN_DATA:
        read = _open_data_row
    elif columns >= _OWN:
        read = _own_row
    else:
        message = "El archivo no trae las columnas de tasas certificadas (modalidad, interes_bancario_corriente, vigencia_desde…)."
        raise Refusal("unknown-rate-file", message, Place(file))
    found: dict[str, list[RateCap]] = {}
    for number, record in enumerate(records, start=1):
        try:
            key, cap = read(record)
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            message = "La fila no tiene modalidad, fechas y tasa que se puedan leer."
            raise Refusal("bad-rate-row", message, Place(file, number)) from error
        found.setdefault(key, []).append(cap)
    return {key: list(cap_table(key, _without_repeats(caps)).rows) for key, caps in found.items()}


def modality_key(modality: str) -> str:
    """ "CRÉDITO DE CONSUMO Y ORDINARIO" is `co/consumo_y_ordinario`."""
    bare = re.sub(r"^(credito )?(de )?", "", fold(modality))
    if not bare:
        raise ValueError("a modality without a name")
    return f"co/{header_key(bare)}"


def _records(text: str) -> Sequence[Mapping[str, Any]]:
    if text.lstrip().startswith("["):
        try:
            loaded = json.loads(text, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise Refusal("unknown-rate-file", "El archivo no es JSON válido.") from error
        return [record for record in loaded if isinstance(record, dict)]
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if not line.startswith("#")]
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    return [{header_key(name): value for name, value in row.items() if name} for row in rows]


def _open_data_row(record: Mapping[str, Any]) -> tuple[str, RateCap]:
    ibc = _percent(record["interes_bancario_corriente"])
    resolution = str(record.get("resolucion") or "").strip()
    citation = (
        f"C.Co. art. 884; Superintendencia Financiera, resolución {resolution or 'sin número'}; usura = 1,5 × IBC"
    )
    cap = RateCap(_date(record["vigencia_desde"]), _date(record["vigencia_hasta"]), usury_from_ibc(ibc) / 100, citation)
    return modality_key(str(record["modalidad"])), cap


def _own_row(record: Mapping[str, Any]) -> tuple[str, RateCap]:
    annual = _percent(record["annual_percent"]) / 100
    cap = RateCap(_date(record["from"]), _date(record["to"]), annual, str(record.get("citation") or "").strip())
    return str(record["key"]).strip(), cap


def _percent(value: Any) -> Decimal:
    percent = Decimal(str(value).strip().rstrip("%").strip().replace(",", "."))
    if not 0 < percent < 1000:
        raise ValueError("a rate in percent lies between 0 and 1000")
    return percent


def _date(value: Any) -> date:
    text = str(value).strip()
    if match := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})\b", text):
        day, month, year = (int(part) for part in match.groups())
        return date(year, month, day)
    return date.fromisoformat(text[:10])


def _without_repeats(caps: Sequence[RateCap]) -> list[RateCap]:
    """The open data set repeats rows; one that says another rate for the same days stays and is refused as an overlap."""
    return list({(cap.from_on, cap.to_on, cap.annual): cap for cap in caps}.values())
