"""Asobancaria 2001, *recaudo*: what a Colombian bank collected for a company, in lines of 162 characters.

01 opens the file, 05 a batch, 06 is one collection, 08 closes the batch and 09 the file. Both closing records count the
collections and sum them (Asobancaria, Especificaciones técnicas para reportar la información del recaudo, 2001). Banks trim
trailing blanks, so a line may be shorter; some leave the return reason blank, some write 000.
"""

from dataclasses import dataclass, field

from acuerdo.portfolio.rules.bank_files import BankCredit, BankFile, PassedOver, day_of, quarantine, whole_number

FORMAT = "asobancaria2001"
WIDTH = 162


@dataclass(slots=True)
class _Reading:
    """State while going down the file."""

    file: BankFile
    paid_on_text: str = ""
    bank: str = ""
    account: str = ""
    modifier: str = ""
    batch: str = ""
    batch_count: int = 0
    batch_total: int = 0
    batches: list[int] = field(default_factory=list)
    count: int = 0
    total: int = 0
    is_open: bool = False
    is_closed: bool = False
    seen: set[str] = field(default_factory=set)


def is_asobancaria(head: bytes) -> bool:
    """True when the first two lines look like an opening record and a batch record."""
    lines = head.split(b"\n", 2)
    return len(lines) > 1 and lines[0][:2] == b"01" and lines[0][2:20].isdigit() and lines[1][:2] == b"05"


def read_asobancaria(content: bytes) -> BankFile:
    """Reads a whole file; amounts carry two implied decimals of COP. Raises Refusal when it must be quarantined."""
    reading = _Reading(BankFile(FORMAT))
    for number, raw in enumerate(content.decode("latin-1").split("\n"), start=1):
        line = raw.rstrip("\r\x1a ")
        if line:
            _take(reading, line, number)
    if not reading.is_open:
        raise quarantine("not-asobancaria", "no empieza con un registro 01.")
    if not reading.is_closed:
        raise quarantine("truncated", "no trae el registro 09 de cierre; está incompleto.")
    return reading.file


def _take(reading: _Reading, line: str, number: int) -> None:
    if len(line) > WIDTH:
        raise quarantine("wrong-length", f"la línea tiene {len(line)} caracteres; el formato usa {WIDTH}.", number)
    kind, padded = line[:2], line.ljust(WIDTH)
    if kind != "01" and not reading.is_open:
        raise quarantine("not-asobancaria", "no empieza con un registro 01.", number)
    if reading.is_closed:
        raise quarantine("records-after-end", "hay registros después del cierre 09.", number)
    take = {"01": _open, "05": _open_batch, "06": _collect, "08": _close_batch, "09": _close}.get(kind)
    if take is None:
        raise quarantine("unknown-record", f"el tipo de registro «{kind}» no existe en este formato.", number)
    take(reading, padded, number)


def _open(reading: _Reading, line: str, number: int) -> None:
    if reading.is_open:
        raise quarantine("second-header", "trae un segundo registro 01.", number)
    day_of(line[12:20], number, "fecha de recaudo")
    reading.is_open = True
    reading.paid_on_text, reading.bank, reading.account, reading.modifier = (
        line[12:20],
        line[20:23],
        line[23:40].strip(),
        line[52],
    )


def _open_batch(reading: _Reading, line: str, _number: int) -> None:
    reading.batch, reading.batch_count, reading.batch_total = line[15:19], 0, 0


def _collect(reading: _Reading, line: str, number: int) -> None:
    amount = whole_number(line[50:64], number, "el valor")
    reading.batch_count += 1
    reading.batch_total += amount
    reading.count += 1
    reading.total += amount
    reference = line[2:50].strip().lstrip("0")
    returned = line[94:97].strip()
    if returned not in ("", "000"):
        reading.file.passed_over.append(PassedOver(number, f"returned-{returned}", reference))
    elif amount == 0:
        reading.file.passed_over.append(PassedOver(number, "zero-amount", reference))
    else:
        reading.file.credits.append(_credit(reading, line, number, reference, amount))


def _credit(reading: _Reading, line: str, number: int, reference: str, amount: int) -> BankCredit:
    """Identity of the line: bank, date, account, file modifier, batch and sequence; the place in the file where banks
    repeat a sequence, so that two real collections are never taken for one."""
    key = "-".join(
        (reading.bank, reading.paid_on_text, reading.account, reading.modifier, reading.batch, line[87:94].strip())
    )
    if key in reading.seen:
        key = f"{key}-{reading.count}"
    reading.seen.add(key)
    return BankCredit(
        line=number,
        reference=reference,
        amount_minor=amount,
        currency="COP",
        paid_on=day_of(reading.paid_on_text, number, "fecha de recaudo"),
        external_ref=key,
        text=f"medio {line[66:68]}, operación {line[68:74].strip()}",
    )


def _close_batch(reading: _Reading, line: str, number: int) -> None:
    _agree(line, number, reading.batch_count, reading.batch_total, "del lote")


def _close(reading: _Reading, line: str, number: int) -> None:
    _agree(line, number, reading.count, reading.total, "del archivo")
    reading.is_closed = True


def _agree(line: str, number: int, count: int, total: int, of: str) -> None:
    said_count, said_total = (
        whole_number(line[2:11], number, "el conteo"),
        whole_number(line[11:29], number, "el total"),
    )
    if (said_count, said_total) != (count, total):
        raise quarantine(
            "totals-disagree",
            f"el control {of} dice {said_count} registros por {said_total / 100:.2f} y se leyeron {count} por {total / 100:.2f}.",
            number,
        )
