"""Bank files of fixed-width records that a lender can describe: the layout is data, so that it can be edited.

A layout names, for each record type, where it is recognised and the fields with their first position (from 1) and length.
The CDPG layout of BCP (Peru) that ships is provisional: one public source only, so it is a profile to confirm with the bank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.rules.bank_files import BankCredit, BankFile, PassedOver, day_of, quarantine, whole_number

FIELDS = ("reference", "amount", "paid_on", "sequence", "payer", "document_id", "text", "currency", "count", "total")
_DATE_LENGTH = 8
REQUIRED = ("reference", "amount", "paid_on")


@dataclass(frozen=True, slots=True)
class Span:
    """`start` from 1 as bank manuals count; `length` in characters."""

    start: int
    length: int

    def of(self, line: str) -> str:
        return line[self.start - 1 : self.start - 1 + self.length].strip()


@dataclass(frozen=True, slots=True)
class Layout:
    """`currencies` maps the file's mark to ISO 4217; without a currency field `default_currency` holds."""

    name: str
    detail_mark: str
    detail: Mapping[str, Span]
    control_mark: str
    control: Mapping[str, Span]
    currencies: Mapping[str, str]
    default_currency: str


def layout_from(document: Mapping[str, Any]) -> Layout:
    """Builds a layout from its JSON or YAML form; a Refusal names an unknown or missing field."""
    detail, control = _spans(document.get("detail", {})), _spans(document.get("control", {}))
    missing = [name for name in REQUIRED if name not in detail]
    if missing:
        raise Refusal("layout-incomplete", f"Al formato le faltan los campos: {', '.join(missing)}.")
    return Layout(
        name=str(document["name"]),
        detail_mark=str(document["detail_mark"]),
        detail=detail,
        control_mark=str(document.get("control_mark", "")),
        control=control,
        currencies={str(key): str(value) for key, value in document.get("currencies", {}).items()},
        default_currency=str(document.get("default_currency", "")),
    )


def _spans(fields: Mapping[str, Any]) -> dict[str, Span]:
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise Refusal(
            "layout-unknown-field", f"El formato no conoce el campo «{unknown[0]}»; use: {', '.join(FIELDS)}."
        )
    return {name: Span(int(start), int(length)) for name, (start, length) in fields.items()}


def is_layout(head: bytes, layout: Layout) -> bool:
    """True when every whole line of the head is a record of the layout and the first detail has a date and an amount."""
    lines = [line.rstrip("\r\x1a ") for line in head.decode("latin-1").split("\n")]
    whole = [line for line in (lines[:-1] or lines) if line]
    marks = tuple(mark for mark in (layout.detail_mark, layout.control_mark) if mark)
    details = [line for line in whole if line.startswith(layout.detail_mark)]
    if not details or not all(line.startswith(marks) for line in whole):
        return False
    paid_on, amount = layout.detail["paid_on"].of(details[0]), layout.detail["amount"].of(details[0])
    return len(paid_on) == _DATE_LENGTH and paid_on.isdigit() and amount.isdigit()


def read_fixed_width(content: bytes, layout: Layout) -> BankFile:
    """Reads the detail records; where the layout has a control record its count and total must agree."""
    file = BankFile(layout.name)
    count = total = 0
    controls: list[tuple[int, str]] = []
    for number, raw in enumerate(content.decode("latin-1").split("\n"), start=1):
        line = raw.rstrip("\r\x1a ")
        if line.startswith(layout.detail_mark):
            amount = whole_number(layout.detail["amount"].of(line), number, "el valor")
            count, total = count + 1, total + amount
            _take(file, layout, line, number, amount)
        elif layout.control_mark and line.startswith(layout.control_mark):
            controls.append((number, line))
    if not count:
        raise quarantine("no-records", f"no trae registros «{layout.detail_mark}» del formato {layout.name}.")
    for number, line in controls:
        _agree(layout, line, number, count, total)
    return file


def _take(file: BankFile, layout: Layout, line: str, number: int, amount: int) -> None:
    spans = layout.detail
    if amount == 0:
        file.passed_over.append(PassedOver(number, "zero-amount", spans["reference"].of(line)))
        return
    mark = spans["currency"].of(line) if "currency" in spans else ""
    currency = layout.currencies.get(mark, layout.default_currency)
    if not currency:
        raise quarantine("unknown-currency", f"la marca de moneda «{mark}» no está en el formato.", number)
    reference, paid_on = spans["reference"].of(line), spans["paid_on"].of(line)
    sequence = spans["sequence"].of(line) if "sequence" in spans else str(number)
    file.credits.append(
        BankCredit(
            line=number,
            reference=reference.lstrip("0"),
            amount_minor=amount,
            currency=currency,
            paid_on=day_of(paid_on, number, "fecha de pago"),
            external_ref=f"{paid_on}-{reference}-{sequence}-{amount}",
            document_id=spans["document_id"].of(line) if "document_id" in spans else "",
            payer=spans["payer"].of(line) if "payer" in spans else "",
            text=spans["text"].of(line) if "text" in spans else "",
        )
    )


def _agree(layout: Layout, line: str, number: int, count: int, total: int) -> None:
    for name, read in (("count", count), ("total", total)):
        if name in layout.control and whole_number(layout.control[name].of(line), number, name) != read:
            raise quarantine("totals-disagree", f"el registro de control no coincide con lo leído ({read}).", number)
