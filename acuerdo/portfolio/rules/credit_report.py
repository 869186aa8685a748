"""What a bank's file brought: posted, already known, waiting for a person, passed over; sums by currency in minor units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from acuerdo.portfolio.rules.bank_files import BankCredit, PassedOver
from acuerdo.portfolio.rules.reconcile import Outcome
from acuerdo.portfolio.rules.rejects import Reject

SAMPLES_MAX = 25
PASSED_MAX = 50


@dataclass(slots=True)
class BankReport:
    """`status` is loaded, previewed or quarantined (then `refusal` says why, and nothing else counts).

    `recorded` and `known` count the file's records; `split` those of the recorded that went to several obligations.
    """

    format: str
    status: str = "loaded"
    batch_uid: str = ""
    credits: int = 0
    total_minor: dict[str, int] = field(default_factory=dict)
    recorded: int = 0
    split: int = 0
    amount_minor: dict[str, int] = field(default_factory=dict)
    by_clue: dict[str, int] = field(default_factory=dict)
    known: int = 0
    known_minor: dict[str, int] = field(default_factory=dict)
    unmatched: int = 0
    unmatched_minor: dict[str, int] = field(default_factory=dict)
    by_reason: dict[str, int] = field(default_factory=dict)
    passed_over: int = 0
    passed_by_reason: dict[str, int] = field(default_factory=dict)
    passed: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    refusal: dict[str, Any] | None = None

    @property
    def rejected(self) -> int:
        """Records that name another payment."""
        return len(self.rejects)

    def post(self, credit: BankCredit, outcome: Outcome, numbers: Mapping[int, str]) -> None:
        self.recorded += 1
        self.split += len(outcome.shares) > 1
        _add(self.amount_minor, credit.currency, credit.amount_minor)
        _add(self.by_clue, outcome.clue, 1)
        self._sample(credit, outcome.clue, [numbers[share.account_id] for share in outcome.shares])

    def wait(self, credit: BankCredit, outcome: Outcome) -> None:
        self.unmatched += 1
        _add(self.unmatched_minor, credit.currency, credit.amount_minor)
        _add(self.by_reason, outcome.reason, 1)
        self._sample(credit, outcome.reason, [])

    def know(self, credit: BankCredit) -> None:
        self.known += 1
        _add(self.known_minor, credit.currency, credit.amount_minor)

    def pass_over(self, items: Iterable[PassedOver]) -> None:
        for item in items:
            self.passed_over += 1
            _add(self.passed_by_reason, item.reason, 1)
            if len(self.passed) < PASSED_MAX:
                self.passed.append({"row": item.line, "reason": item.reason, "text": item.text})

    def to_document(self) -> dict[str, Any]:
        """For JSON; the rejects are stored apart."""
        names = (
            "status", "format", "batch_uid", "credits", "total_minor", "recorded", "split", "amount_minor", "by_clue", "known",
            "known_minor", "unmatched", "unmatched_minor", "by_reason", "passed_over", "passed_by_reason", "passed", "samples",
            "rejected",
        )  # fmt: skip
        document = {name: getattr(self, name) for name in names}
        return document | ({"refusal": self.refusal} if self.refusal else {})

    def _sample(self, credit: BankCredit, how: str, numbers: list[str]) -> None:
        if len(self.samples) < SAMPLES_MAX:
            self.samples.append(
                {
                    "row": credit.line, "paid_on": credit.paid_on.isoformat(), "amount_minor": credit.amount_minor,
                    "currency": credit.currency, "reference": credit.reference, "how": how, "numbers": numbers,
                }
            )  # fmt: skip


def _add(sums: dict[str, int], name: str, amount: int) -> None:
    sums[name] = sums.get(name, 0) + amount
