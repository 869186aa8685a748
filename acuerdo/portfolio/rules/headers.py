"""Which field a column means, from its name alone.

Names are compared by a key without accents, case, separators, particles, plural endings and with the usual
abbreviations written out: "Nro. de Obligación", "NUM_OBLIGACIONES" and "numeroObligacion" share one key.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acuerdo.kernel.text import fold
from acuerdo.portfolio.rules.fields import FIELDS, FORBIDDEN, NOT_KEPT

_PARTICLES = {"de", "del", "la", "el", "los", "las", "a", "en", "y", "e", "o", "u"}
_ABBREVIATIONS = {
    "nro": "numero", "no": "numero", "num": "numero", "nr": "numero", "n": "numero", "nº": "numero", "number": "numero",
    "vr": "valor", "vlr": "valor", "val": "valor", "tel": "telefono", "telf": "telefono", "fono": "telefono", "cel": "celular",
    "fec": "fecha", "fch": "fecha", "fcha": "fecha", "f": "fecha", "ident": "identificacion", "dir": "direccion", "cod": "codigo",
    "dpto": "departamento", "depto": "departamento", "dep": "departamento", "obl": "obligacion", "oblig": "obligacion",
    "cta": "cuenta", "cap": "capital", "sdo": "saldo", "int": "interes", "venc": "vencimiento", "vcto": "vencimiento",
    "vto": "vencimiento", "ult": "ultimo", "tip": "tipo", "nom": "nombre", "prod": "producto", "suc": "sucursal", "mda": "moneda",
    "mto": "monto", "imp": "importe", "op": "operacion", "desemb": "desembolso", "porc": "porcentaje", "prom": "promedio",
}  # fmt: skip


def _words(header: str) -> list[str]:
    split_camel = re.sub(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])", " ", header)
    return re.findall(r"[a-z0-9]+", fold(split_camel).replace("º", "").replace("°", ""))


def _singular(word: str) -> str:
    while len(word) > 4 and word.endswith("s"):
        word = word[:-2] if word.endswith("es") and word[-3] not in "aeiou" else word[:-1]
    return word


def header_key(header: str) -> str:
    """The key under which column names are compared: words without particles, singular, abbreviations written out, joined."""
    words = [_ABBREVIATIONS.get(word, word) for word in _words(header)]
    return "".join(_singular(word) for word in words if word not in _PARTICLES)


def _keys(header: str) -> set[str]:
    """A name with its words joined (`diasdemora`) cannot lose its particles, so both keys are looked up."""
    return {header_key(header), _singular("".join(_words(header)))}


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Keys of all known names, each for one field."""

    fields: Mapping[str, str]

    @classmethod
    def of(cls, names: Mapping[str, Sequence[str]]) -> "Dictionary":
        """From field → names. Raises ValueError when a field is unknown or a name would mean two fields."""
        fields: dict[str, str] = {}
        for field, spellings in names.items():
            if field not in FIELDS and field not in (FORBIDDEN, NOT_KEPT):
                raise ValueError(f"unknown field {field}")
            for spelling in (field, *spellings):
                for key in _keys(spelling):
                    if fields.setdefault(key, field) != field:
                        raise ValueError(f"{spelling!r} means both {fields[key]} and {field}")
        return cls(fields)

    def field_of(self, header: str) -> str | None:
        """The field a column's name means; a number at the end (`telefono2`) counts only for repeated fields."""
        for key in (header_key(header), _singular("".join(_words(header)))):
            if key in self.fields:
                return self.fields[key]
        numbered = re.sub(r"[\s_.\-]*\(?\d{1,2}\)?\s*$", "", header)
        if numbered and numbered != header:
            field = self.field_of(numbered)
            if field and (FIELDS[field].repeated if field in FIELDS else True):
                return field
        return None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What each column of a file becomes. `fields` gives the columns of a field in file order (one unless repeated)."""

    fields: Mapping[str, tuple[str, ...]]
    extra: tuple[str, ...] = ()
    dropped: Mapping[str, str] = None  # type: ignore[assignment]  # column → FORBIDDEN or NOT_KEPT

    def column_of(self, field: str) -> str | None:
        columns = self.fields.get(field)
        return columns[0] if columns else None


# What our own rejects file adds: when it comes back corrected these are neither fields nor extra.
REJECT_COLUMNS = ("error_fila", "error_columna", "error_codigo", "error_mensaje")


def is_correction(headers: Sequence[str]) -> bool:
    """Whether a file is one of our rejects files, corrected: it holds some rows of a portfolio, never all."""
    return set(REJECT_COLUMNS) <= set(headers)


def map_columns(
    headers: Sequence[str], dictionary: Dictionary, own: Mapping[str, str], ignored: Sequence[str] = ()
) -> ColumnMap:
    """Maps a file's columns: the profile's `own` names rule, then the dictionary; the rest is kept as extra.

    The second column of a field that holds one value stays extra, so that the first in the file wins and nothing is lost.
    """
    wanted = {header_key(name): field for name, field in own.items()}
    out = {header_key(name) for name in (*ignored, *REJECT_COLUMNS)}
    fields: dict[str, list[str]] = {}
    extra: list[str] = []
    dropped: dict[str, str] = {}
    # Columns that the profile names go first: a dictionary match further left must not take their place.
    for header in sorted(headers, key=lambda name: header_key(name) not in wanted):
        key = header_key(header)
        field = wanted.get(key) or dictionary.field_of(header)
        if key in out or field == "ignore":
            continue
        if field in (FORBIDDEN, NOT_KEPT):
            dropped[header] = field
        elif field is None or field == "extra" or (field in fields and not FIELDS[field].repeated):
            extra.append(header)
        else:
            fields.setdefault(field, []).append(header)
    return ColumnMap({name: tuple(columns) for name, columns in fields.items()}, tuple(extra), dropped)


def find_header_row(rows: Sequence[Sequence[str]], dictionary: Dictionary, own: Mapping[str, str]) -> int:
    """0-based index of the row that holds the column names among the first rows of a file.

    The row with most recognised names wins (two at least); in a file without known names, the first row with most
    distinct non-numeric texts. -1 when no row has two texts.
    """
    wanted = {header_key(name) for name in own}
    best, best_score = -1, (0, 0)
    for index, row in enumerate(rows):
        texts = [cell for cell in row if cell and not re.fullmatch(r"(\x1f.)?[\d.,/\-: $]*", cell)]
        known = {
            dictionary.field_of(cell) or header_key(cell)
            for cell in texts
            if header_key(cell) in wanted or dictionary.field_of(cell)
        }
        score = (len(known) if len(known) >= 2 else 0, len(set(texts)) if len(set(texts)) >= 2 else 0)
        if score > best_score and (score[0] > best_score[0] or best_score[0] == 0):
            best, best_score = index, score
    return best


def unique_names(cells: Sequence[str]) -> list[str]:
    """Column names as shown: empty ones get "Columna N", repeated ones "(2)", so that each can be named."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"Columna {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
