"""Which bank's format a file has, and its reading. Layouts of fixed width are data: shipped ones, and the lender's own.

A layout in the data folder (`bank_layouts/NAME.yaml`) comes before a shipped one of the same name, so that a bank's change
needs no new release.
"""

from importlib import resources
from pathlib import Path

import yaml
from django.conf import settings

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.imports.sniff import open_bytes
from acuerdo.portfolio.rules.bank_files import BankFile, asobancaria, camt, mt940
from acuerdo.portfolio.rules.bank_files.fixed_width import Layout, is_layout, layout_from, read_fixed_width

FILE_BYTES_MAX = 400_000_000
TABLE = "csv"  # also workbooks and Parquet: read by columns, not by a bank's records
STANDARD = (asobancaria.FORMAT, camt.FORMAT, mt940.FORMAT)
_HEAD_BYTES = 65_536
_READERS = {
    asobancaria.FORMAT: asobancaria.read_asobancaria,
    camt.FORMAT: camt.read_camt,
    mt940.FORMAT: mt940.read_mt940,
}


def bank_layouts() -> dict[str, Layout]:
    """The layouts there are, by name. Refuses what `layout_from` refuses, and names the file."""
    shipped = resources.files("acuerdo.portfolio").joinpath("data/bank_layouts")
    texts = {item.name: item.read_text("utf-8") for item in shipped.iterdir() if item.name.endswith(".yaml")}
    own = Path(settings.DATA_FOLDER) / "bank_layouts"
    if own.is_dir():
        texts |= {path.name: path.read_text("utf-8") for path in sorted(own.glob("*.yaml"))}
    layouts = (_layout(name, text) for name, text in sorted(texts.items()))
    return {layout.name: layout for layout in layouts}


def _layout(name: str, text: str) -> Layout:
    try:
        return layout_from({"name": Path(name).stem, **yaml.safe_load(text)})
    except (yaml.YAMLError, TypeError, ValueError, KeyError) as error:
        raise Refusal("layout-unreadable", "El formato no se puede leer como YAML.", Place(file=name)) from error
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, Place(file=name)) from None


def bank_format_of(path: Path) -> str:
    """The format by what is in the file: a standard one, a layout's name, or `csv` for anything in columns."""
    with open_bytes(path) as source:
        head = source.read(_HEAD_BYTES)
    if camt.is_camt(head):
        return camt.FORMAT
    if asobancaria.is_asobancaria(head):
        return asobancaria.FORMAT
    if mt940.is_mt940(head):
        return mt940.FORMAT
    return next((name for name, layout in bank_layouts().items() if is_layout(head, layout)), TABLE)


def check_bank_format(name: str) -> None:
    """Refuses `bank-format-unknown`, and names those there are."""
    layouts = bank_layouts()
    if name not in _READERS and name not in layouts:
        every = ", ".join(("auto", TABLE, *STANDARD, *layouts))
        raise Refusal("bank-format-unknown", f"No conocemos el formato «{name}». Hay: {every}.")


def read_bank_file(path: Path, name: str) -> BankFile:
    """The file's credits. Refuses `file-too-large` and whatever keeps the file out whole; KeyError for an unknown format."""
    with open_bytes(path) as source:
        content = source.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise Refusal("file-too-large", "El archivo pasa de 400 MB; pídalo al banco en partes.", Place(file=path.name))
    if name in _READERS:
        return _READERS[name](content)
    return read_fixed_width(content, bank_layouts()[name])
