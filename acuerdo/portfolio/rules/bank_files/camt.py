"""ISO 20022 camt.053 and camt.054, any version: booked credits of a bank account.

An entry may hold several transactions, each with its own amount and references. Only what is booked, a credit and no
reversal is money received. Amounts keep the file's decimals if the currency has room for them; else the file is refused,
because rounding a bank's figure would make two books disagree.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import minor_from_decimal
from acuerdo.portfolio.rules.bank_files import BankCredit, BankFile, PassedOver, quarantine

FORMAT = "camt"
MESSAGES = ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")


def is_camt(head: bytes) -> bool:
    """True when the head of the file declares a camt namespace."""
    return b"iso:20022:tech:xsd:camt.05" in head


def read_camt(content: bytes) -> BankFile:
    """Reads a whole message. Raises Refusal for another message, broken XML, or a document type declaration."""
    root = _parse(content)
    message = next((child for child in root if _name(child) in MESSAGES), None)
    if message is None:
        raise quarantine("not-camt", "no es un mensaje camt.053 ni camt.054.")
    statements = [child for child in message if _name(child) in ("Stmt", "Ntfctn")]
    if not statements:
        raise quarantine("no-statement", "el mensaje no trae ningún extracto.")
    file = BankFile(FORMAT)
    position = 0
    for statement in statements:
        account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
        for entry in (child for child in statement if _name(child) == "Ntry"):
            _agree(entry, position + 1)
            for transaction in _transactions(entry):
                position += 1
                _take(file, account, entry, transaction, position)
    return file


def _parse(content: bytes) -> ET.Element:
    if b"<!DOCTYPE" in content[:4096]:
        raise quarantine("forbidden-doctype", "declara un DOCTYPE, que un extracto bancario no lleva.")
    try:
        return ET.fromstring(content.lstrip())  # noqa: S314  # no document type, so no entities to expand
    except ET.ParseError as error:
        raise quarantine("broken-xml", f"el XML está dañado en la línea {error.position[0]}.") from error


def _take(file: BankFile, account: str, entry: ET.Element, transaction: ET.Element, position: int) -> None:
    reason = _reason_to_pass(entry)
    if reason:
        file.passed_over.append(PassedOver(position, reason, _text(entry, "AcctSvcrRef")))
        return
    amount_minor, currency = _amount(entry, transaction, position)
    if amount_minor == 0:
        file.passed_over.append(PassedOver(position, "zero-amount", _text(entry, "AcctSvcrRef")))
        return
    paid_on = _day(entry, position)
    end_to_end = _text(transaction, "Refs/EndToEndId").replace("NOTPROVIDED", "")
    unstructured = " ".join(_texts(transaction, "RmtInf/Ustrd"))
    file.credits.append(
        BankCredit(
            line=position,
            reference=_text(transaction, "RmtInf/Strd/CdtrRefInf/Ref") or end_to_end,
            amount_minor=amount_minor,
            currency=currency,
            paid_on=paid_on,
            external_ref=_identity(
                account, entry, transaction, f"{paid_on}-{amount_minor}{currency}-{end_to_end}-{unstructured}"
            ),
            payer=_text(transaction, "RltdPties/Dbtr/Nm") or _text(transaction, "RltdPties/Dbtr/Pty/Nm"),
            text=unstructured,
        )
    )


def _identity(account: str, entry: ET.Element, transaction: ET.Element, otherwise: str) -> str:
    """A bank reports a credit in camt.054 and again in camt.053: the servicer's reference is the same in both."""
    servicer = _text(transaction, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef")
    many = len(list(_transactions(entry))) > 1
    own = _text(transaction, "Refs/EndToEndId") or _text(transaction, "Refs/TxId")
    return f"{account}-{servicer}-{own}" if servicer and (many and own) else f"{account}-{servicer or otherwise}"


def _reason_to_pass(entry: ET.Element) -> str:
    if _text(entry, "CdtDbtInd") != "CRDT":
        return "debit"
    if _text(entry, "RvslInd") in ("true", "1"):
        return "reversal"
    return "" if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) == "BOOK" else "not-booked"


def _agree(entry: ET.Element, position: int) -> None:
    """The details of an entry must add up to it; where they speak of another currency they are only information."""
    amount, currency = _money(_find(entry, "Amt"), position)
    details = [_own_amount(item) for item in _transactions(entry) if item is not entry]
    parts = [_money(element, position) for element in details if element is not None]
    is_whole = bool(parts) and len(parts) == len(details) and all(unit == currency for _, unit in parts)
    if is_whole and sum(part for part, _ in parts) != amount:
        raise quarantine("totals-disagree", "el detalle de un movimiento no suma su valor.", position)


def _amount(entry: ET.Element, transaction: ET.Element, position: int) -> tuple[int, str]:
    amount, currency = _money(_find(entry, "Amt"), position)
    own = None if transaction is entry else _own_amount(transaction)
    if own is None:
        return amount, currency
    part, unit = _money(own, position)
    if unit == currency:
        return part, unit
    if len(list(_transactions(entry))) > 1:
        raise quarantine("mixed-currencies", "el detalle de un movimiento está en otra moneda.", position)
    return amount, currency


def _own_amount(transaction: ET.Element) -> ET.Element | None:
    own = _find(transaction, "Amt")
    return own if own is not None else _find(transaction, "AmtDtls/TxAmt/Amt")


def _money(element: ET.Element | None, position: int) -> tuple[int, str]:
    if element is None or not element.text:
        raise quarantine("missing-amount", "un movimiento no trae valor.", position)
    currency = element.get("Ccy", "")
    try:
        return minor_from_decimal(Decimal(element.text.strip()), currency), currency
    except InvalidOperation as error:
        raise quarantine("bad-amount", f"el valor «{element.text}» no es un número.", position) from error
    except Refusal as error:
        raise quarantine(
            "bad-amount", f"el valor «{element.text}» no se puede registrar. {error.message}", position
        ) from error


def _day(entry: ET.Element, position: int) -> date:
    for path in ("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm"):
        if text := _text(entry, path):
            try:
                return date.fromisoformat(text[:10])
            except ValueError as error:
                raise quarantine("bad-date", f"la fecha «{text}» no existe.", position) from error
    raise quarantine("missing-date", "un movimiento no trae fecha.", position)


def _transactions(entry: ET.Element) -> Iterator[ET.Element]:
    details = [item for block in entry if _name(block) == "NtryDtls" for item in block if _name(item) == "TxDtls"]
    yield from details or [entry]


def _name(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _all(element: ET.Element, path: str) -> list[ET.Element]:
    found = [element]
    for step in path.split("/"):
        found = [child for parent in found for child in parent if _name(child) == step]
    return found


def _find(element: ET.Element, path: str) -> ET.Element | None:
    return next(iter(_all(element, path)), None)


def _texts(element: ET.Element, path: str) -> list[str]:
    return [item.text.strip() for item in _all(element, path) if item.text and item.text.strip()]


def _text(element: ET.Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")
