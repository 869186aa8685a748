"""What an import did, or would do: counts with sums, rejects, and how the file was understood."""

from dataclasses import asdict, dataclass, field
from typing import Any

from acuerdo.portfolio.rules.rejects import Reject


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and the sum of balances by currency in minor units."""

    count: int = 0
    balance_minor: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """How the file was read: column → field in file order, and the styles that the evidence proved."""

    file: str
    headers: list[str]
    format: str
    detail: dict[str, str]
    header_row: int
    rows: int
    fields: dict[str, list[str]]
    extra: list[str]
    dropped: dict[str, str]
    numbers: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ImportReport:
    """`status`: loaded | previewed | same_file. `obligations` by what happened to them: new, changed, unchanged, paid, gone.

    `total` is every obligation in the file that was taken; `due_minor` sums what is due now. `followed` is what it brought
    about elsewhere (`ports.AfterLoad`).
    """

    status: str
    batch_uid: str = ""
    obligations: dict[str, Tally] = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    due_minor: dict[str, int] = field(default_factory=dict)
    debtors_new: int = 0
    debtors_changed: int = 0
    contact_points_new: int = 0
    instalments_written: int = 0
    rejected: int = 0
    repeated: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notices: list[dict[str, str]] = field(default_factory=list)
    followed: dict[str, Any] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def to_document(self) -> dict[str, Any]:
        """For JSON: everything but the rejects themselves, which are stored apart."""
        document = asdict(self)
        document.pop("rejects")
        return document

    def add_notice(self, code: str, message: str) -> None:
        """A thing the person should know that did not stop the import."""
        self.notices.append({"code": code, "message": message})
