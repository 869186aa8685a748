"""Bank files of money received, read into one shape.

A reader takes the file's bytes and gives a `BankFile`: the credits that may be a customer's payment, what was passed over
and why. A file whose own totals disagree with its records is refused whole (`totals-disagree`): loading a part of it would
post money that the bank does not vouch for.
"""

from dataclasses import dataclass, field
from datetime import date

from acuerdo.kernel.errors import Place, Refusal


@dataclass(frozen=True, slots=True)
class BankCredit:
    """One amount received. `external_ref` names the record for ever within its format, so that it is posted once."""

    line: int
    reference: str
    amount_minor: int
    currency: str
    paid_on: date
    external_ref: str
    document_id: str = ""
    payer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record that is no payment (a debit, a returned collection, an unbooked entry), and why."""

    line: int
    reason: str
    text: str = ""


@dataclass(slots=True)
class BankFile:
    format: str
    credits: list[BankCredit] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)

    @property
    def total_minor(self) -> dict[str, int]:
        """Sum of the credits for each currency."""
        sums: dict[str, int] = {}
        for credit in self.credits:
            sums[credit.currency] = sums.get(credit.currency, 0) + credit.amount_minor
        return sums


def quarantine(code: str, message: str, line: int | None = None) -> Refusal:
    """The refusal that keeps a whole file out."""
    return Refusal(code=code, message=f"El archivo no se cargó: {message}", where=Place(row=line))


def day_of(text: str, line: int, name: str) -> date:
    """YYYYMMDD, or a refusal that says which record has an impossible date."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise quarantine("bad-date", f"la {name} «{text}» no es una fecha.", line) from None


def whole_number(text: str, line: int, name: str) -> int:
    """Digits only; blanks count as nothing, anything else is a refusal."""
    bare = text.strip() or "0"
    if not (bare.isascii() and bare.isdigit()):
        raise quarantine("bad-number", f"{name} «{text}» no es un número.", line)
    return int(bare)
