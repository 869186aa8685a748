"""SWIFT MT940 and MT942 statements: the credits of an account, as the `mt-940` library reads them.

The customer reference (:61:) or the first long number in the details (:86:) is what a payer was asked to write. Marks RD
and RC are reversals and are passed over. A date that does not exist, or a line the library cannot read, keeps the file out.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import mt940
import mt940.processors

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import minor_from_decimal
from acuerdo.portfolio.rules.bank_files import BankCredit, BankFile, PassedOver, quarantine

FORMAT = "mt940"
NO_REFERENCE = ("", "NONREF", "NOTPROVIDED")


def is_mt940(head: bytes) -> bool:
    """True when SWIFT tags :20: and :25: or :60F: stand in the head of the file."""
    return b":20:" in head and (b":25:" in head or b":60F:" in head or b":60M:" in head)


def read_mt940(content: bytes) -> BankFile:
    """Reads a whole file (UTF-8, or latin-1 where it is not). Raises Refusal when it must be quarantined."""
    text = _decode(content)
    if ":61:" not in text and ":60" not in text:
        raise quarantine("not-mt940", "no trae saldos (:60:) ni movimientos (:61:).")
    file, seen = BankFile(FORMAT), Counter[str]()
    for position, transaction in enumerate(_transactions(text), start=1):
        _take(file, transaction.data, position, seen)
    if text.count("\n:61:") + text.startswith(":61:") > len(file.credits) + len(file.passed_over):
        raise quarantine("unreadable-line", "hay movimientos (:61:) que no se pudieron leer.")
    return file


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _transactions(text: str) -> list[Any]:
    try:
        return [item for item in mt940.models.Transactions().parse(text) if "amount" in item.data]
    except (RuntimeError, ValueError, AssertionError, ArithmeticError) as error:
        raise quarantine("unreadable-statement", f"el extracto no se pudo leer ({type(error).__name__}).") from error


def _take(file: BankFile, data: dict[str, Any], position: int, seen: Counter[str]) -> None:
    reference = _reference(data)
    if str(data.get("status", "")).upper() != "C":
        reason = "reversal" if "R" in str(data.get("status", "")).upper() else "debit"
        file.passed_over.append(PassedOver(position, reason, reference))
        return
    amount: Decimal = data["amount"].amount
    currency = str(data.get("currency") or data["amount"].currency or "")
    if not currency:
        raise quarantine("missing-currency", "el extracto no dice en qué moneda está (:60:).", position)
    try:
        amount_minor = minor_from_decimal(amount, currency)
    except Refusal as error:
        raise quarantine("bad-amount", f"el valor {amount} no se puede registrar. {error.message}", position) from error
    if amount_minor == 0:
        file.passed_over.append(PassedOver(position, "zero-amount", reference))
        return
    paid_on = _day(data)
    file.credits.append(
        BankCredit(
            line=position,
            reference=reference,
            amount_minor=amount_minor,
            currency=currency,
            paid_on=paid_on,
            external_ref=_identity(data, paid_on, amount_minor, seen),
            payer=str(data.get("applicant_name") or ""),
            text=str(data.get("transaction_details") or data.get("purpose") or "").replace("\n", " "),
        )
    )


def _reference(data: dict[str, Any]) -> str:
    for name in ("end_to_end_reference", "customer_reference", "bank_reference"):
        value = str(data.get(name) or "").strip()
        if value.upper() not in NO_REFERENCE:
            return value
    return ""


def _identity(data: dict[str, Any], paid_on: date, amount_minor: int, seen: Counter[str]) -> str:
    """Two equal lines of one statement are two payments: the second gets its ordinal, the same each time it is read."""
    parts = (
        paid_on.isoformat(),
        str(amount_minor),
        str(data.get("customer_reference") or ""),
        str(data.get("bank_reference") or ""),
    )
    key = "-".join((*parts, str(data.get("transaction_details") or "").replace("\n", "")[:60]))
    seen[key] += 1
    return key if seen[key] == 1 else f"{key}#{seen[key]}"


def _day(data: dict[str, Any]) -> date:
    day = data["date"]
    return date(day.year, day.month, day.day)
